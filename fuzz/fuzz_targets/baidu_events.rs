//! Events of the format `baidu_events`.
#![no_main]

edgepick_fuzz::target!("baidu_events");
