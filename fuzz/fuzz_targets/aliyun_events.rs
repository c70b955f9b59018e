//! Events of the format `aliyun_events`.
#![no_main]

edgepick_fuzz::target!("aliyun_events");
