//! LeanCloud's packages for JavaScript and Python call functions.

use host_test::function::Deployed;
use host_test::gateways::find;
use host_test::listener::Listener;

use super::{Registry, run};
use crate::stands::{ANY_PORT, stand};

fn check(registry: Registry, package: &str, script: &str) {
    let gateway = find("leancloud").unwrap().with([""; 0]).unwrap();
    let function = Deployed::new(&stand("sample").site, "leancloud");
    let listener = Listener::start(ANY_PORT, gateway, Box::new(function), None).unwrap();
    let address = format!("http://{}", listener.address());
    if let Some(out) = run(registry, &[package], script, &[&address]) {
        assert!(stand("sample").pictures.has(out.trim()), "{out}");
    }
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn javascript() {
    check(
        Registry::Npm,
        "leancloud-storage@4.15.2",
        "leancloud_calls.js",
    );
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn python() {
    check(Registry::PyPi, "leancloud==3.0.2", "leancloud_calls.py");
}
