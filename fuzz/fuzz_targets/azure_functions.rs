//! Events of the format `azure_functions`.
#![no_main]

edgepick_fuzz::target!("azure_functions");
