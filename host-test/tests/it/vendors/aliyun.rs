//! Alibaba Cloud's packages of both interfaces, with their signatures verified and
//! the emulator killed in between.

use super::{Registry, run};
use crate::aliyun_api::{Plane, zip};

fn check(registry: Registry, package: &str, script: &str, listed: &str) {
    let data = tempfile::tempdir().unwrap();
    let archive = data.path().join("function.zip");
    std::fs::write(&archive, zip(None)).unwrap();
    for phase in ["make", "check"] {
        let mut plane = Plane::start(data.path(), &["--key", "ak:sk"]);
        let address = format!("http://{}", plane.address);
        let arguments = [phase, &address, archive.to_str().unwrap()];
        let Some(out) = run(registry, &[package], script, &arguments) else {
            return;
        };
        assert!(out.contains(&format!("{phase} {listed}")), "{out}");
        plane.kill();
    }
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn javascript() {
    let listed = "services [\"pics\"]";
    check(
        Registry::Npm,
        "@alicloud/fc2@2.6.6",
        "aliyun_calls.js",
        listed,
    );
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn python() {
    let listed = "services [\"pics\"]";
    check(
        Registry::PyPi,
        "aliyun-fc2==2.5.2",
        "aliyun_calls.py",
        listed,
    );
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn javascript_2023() {
    let package = "@alicloud/fc20230330@4.7.6";
    let listed = "functions [\"pick\"]";
    check(Registry::Npm, package, "aliyun_calls_2023.js", listed);
}
