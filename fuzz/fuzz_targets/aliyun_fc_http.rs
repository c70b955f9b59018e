//! Events of the format `aliyun_fc_http`.
#![no_main]

edgepick_fuzz::target!("aliyun_fc_http");
