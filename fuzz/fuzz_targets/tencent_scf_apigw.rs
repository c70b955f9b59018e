//! Events of the format `tencent_scf_apigw`.
#![no_main]

edgepick_fuzz::target!("tencent_scf_apigw");
