//! Events of the format `google_cloudevents`.
#![no_main]

edgepick_fuzz::target!("google_cloudevents");
