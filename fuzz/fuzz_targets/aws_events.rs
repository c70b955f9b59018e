//! Events of the format `aws_events`.
#![no_main]

edgepick_fuzz::target!("aws_events");
