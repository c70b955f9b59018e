//! Events of the format `tencent_cloudbase`.
#![no_main]

edgepick_fuzz::target!("tencent_cloudbase");
