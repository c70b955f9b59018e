//! Events of the format `openwhisk`.
#![no_main]

edgepick_fuzz::target!("openwhisk");
