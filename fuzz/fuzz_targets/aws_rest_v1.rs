//! Events of the format `aws_rest_v1`.
#![no_main]

edgepick_fuzz::target!("aws_rest_v1");
