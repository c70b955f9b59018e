//! Events of the format `huawei_apig`.
#![no_main]

edgepick_fuzz::target!("huawei_apig");
