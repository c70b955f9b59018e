//! LeanCloud's packages for JavaScript and Python, before production and
//! staging.

use super::{Registry, run};
use crate::leancloud_api::{ID, KEY, MASTER, both};

fn check(registry: Registry, package: &str, script: &str) {
    let running = both(&["--session", "p0o9i8u7y6t5", "--timeout", "5"]);
    let address = format!("http://{}", running.listener.address());
    run(registry, &[package], script, &[&address, ID, KEY, MASTER]);
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn javascript() {
    check(Registry::Npm, "leancloud-storage@4.15.2", "leancloud.js");
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn python() {
    check(Registry::PyPi, "leancloud==3.0.2", "leancloud_calls.py");
}
