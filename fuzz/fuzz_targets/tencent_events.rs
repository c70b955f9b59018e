//! Events of the format `tencent_events`.
#![no_main]

edgepick_fuzz::target!("tencent_events");
