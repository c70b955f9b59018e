//! Events of the format `aws_alb`.
#![no_main]

edgepick_fuzz::target!("aws_alb");
