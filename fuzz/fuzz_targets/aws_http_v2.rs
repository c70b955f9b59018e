//! Events of the format `aws_http_v2`.
#![no_main]

edgepick_fuzz::target!("aws_http_v2");
