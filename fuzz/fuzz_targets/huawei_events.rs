//! Events of the format `huawei_events`.
#![no_main]

edgepick_fuzz::target!("huawei_events");
