//! Events of the format `aliyun_apigw`.
#![no_main]

edgepick_fuzz::target!("aliyun_apigw");
