//! Alibaba Cloud's packages of both interfaces: a zip of `edgepick pack` is
//! deployed and called, with signatures verified and the emulator killed in
//! between.

use std::collections::BTreeSet;

use super::{Registry, run};
use crate::aliyun_api::Plane;
use crate::runtimes::packed::LIST;
use crate::stands::input;
use crate::zips;

/// A minute before the timer fires.
const BEFORE: &str = "2026-01-31T08:59:00Z";
const THEN: &[u8] = br#"{"to":"2026-01-31T09:00:00Z"}"#;

fn check(registry: Registry, package: &str, script: &str, listed: &str) {
    let data = tempfile::tempdir().unwrap();
    let archive = data.path().join("edgepick-aliyun.zip");
    let site = zips::site(input(LIST), None);
    std::fs::write(&archive, zips::zip("aliyun", &site)).unwrap();
    for phase in ["make", "check"] {
        let mut plane = Plane::start(data.path(), &["--key", "ak:sk", "--now", BEFORE]);
        let address = format!("http://{}", plane.address);
        let arguments = [phase, &address, archive.to_str().unwrap()];
        let Some(out) = run(registry, &[package], script, &arguments) else {
            return;
        };
        assert!(out.contains(&format!("{phase} {listed}")), "{out}");
        if phase == "check" {
            check_later(&plane);
        }
        plane.kill();
    }
}

/// What was left before the kill and after it is done, once, and the timer
/// fires.
fn check_later(plane: &Plane) {
    let moved = plane.ask("POST", "/emulator/clock", &[], THEN);
    assert_eq!(moved.status, 200);
    let results = plane.results(|results| {
        results.len() == 3 && results.iter().all(|result| result["status"] == "Succeeded")
    });
    let ids: BTreeSet<_> = results
        .iter()
        .map(|result| result["invocationId"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains("left-make") && ids.contains("left-check"),
        "{ids:?}"
    );
    let fired = results.iter().filter(|result| {
        let answer = result["returnPayload"].as_str().unwrap();
        answer.contains(r#""received":"timer""#)
    });
    assert_eq!(fired.count(), 1, "{results:#?}");
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
