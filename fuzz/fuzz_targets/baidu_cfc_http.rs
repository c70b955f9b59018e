//! Events of the format `baidu_cfc_http`.
#![no_main]

edgepick_fuzz::target!("baidu_cfc_http");
