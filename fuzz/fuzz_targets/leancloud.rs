//! Events of the format `leancloud`.
#![no_main]

edgepick_fuzz::target!("leancloud");
