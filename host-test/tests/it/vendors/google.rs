//! Google's own framework and the CloudEvents packages call a function of
//! events.

use std::process::Command;

use super::process::{Process, free_address, unpacked};
use super::{Registry, checkout, run};
use crate::runtimes::packed::drawn;

const FRAMEWORK: &[&str] = &["functions-framework==3.10.2"];
const JAVASCRIPT: &[&str] = &["cloudevents@10.0.0"];

const CONFORMANCE: &str = "EDGEPICK_FUNCTIONS_FRAMEWORK_CONFORMANCE";
const REPOSITORY: &str = "GoogleCloudPlatform/functions-framework-conformance";

/// Gives the script the addresses of functions with these signatures.
fn check(
    registry: Registry,
    packages: &[&str],
    script: &str,
    signatures: &[&str],
    more: Option<&str>,
) {
    let code = unpacked("google");
    let (_running, mut arguments): (Vec<_>, Vec<_>) = signatures
        .iter()
        .map(|signature| {
            let address = free_address();
            let mut command = Command::new(code.path().join("edgepick-runner"));
            command.args(["--platform", "google"]).env_clear().envs([
                ("PORT", address.port().to_string().as_str()),
                ("K_SERVICE", "edgepick"),
                ("FUNCTION_TARGET", "edgepick"),
                ("FUNCTION_SIGNATURE_TYPE", signature),
            ]);
            let mut function = Process::start(command.current_dir(&code));
            function.listening(address);
            assert!(drawn(address, "/", signature).len() > 1);
            (function, format!("http://{address}/"))
        })
        .unzip();
    arguments.extend(more.map(str::to_owned));
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    run(registry, packages, script, &arguments);
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn python() {
    let signatures = ["cloudevent", "event"];
    let events = checkout(
        CONFORMANCE,
        REPOSITORY,
        "the events of Google's conformance tests",
    );
    let events = events.as_deref().map(|path| path.to_str().unwrap());
    check(
        Registry::PyPi,
        FRAMEWORK,
        "google_calls.py",
        &signatures,
        events,
    );
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn javascript() {
    let signatures = ["cloudevent"];
    check(
        Registry::Npm,
        JAVASCRIPT,
        "google_calls.js",
        &signatures,
        None,
    );
}
