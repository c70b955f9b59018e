//! Alibaba Cloud's packages of 2016-08-15, with their signatures verified and
//! the emulator killed in between.

use super::{Registry, run};
use crate::aliyun_api::{Plane, zip};

fn check(registry: Registry, package: &str, script: &str) {
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
        assert!(
            out.contains(&format!("{phase} services [\"pics\"]")),
            "{out}"
        );
        plane.kill();
    }
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn javascript() {
    check(Registry::Npm, "@alicloud/fc2@2.6.6", "aliyun_calls.js");
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn python() {
    check(Registry::PyPi, "aliyun-fc2==2.5.2", "aliyun_calls.py");
}
