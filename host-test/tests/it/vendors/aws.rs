//! AWS's own emulator of the runtime interface, which the SAM command line
//! brings, and Cargo Lambda's run the zip's `bootstrap`.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use serde_json::Value;

use super::process::{Process, free_address, unpacked};
use super::{Registry, fetched, finish, say};
use crate::client::{Reply, ask, get};
use crate::runtimes::packed::{LIST, drawn};
use crate::stands::{fixtures, stand};

/// Without what they drag in: the binaries are all that is used.
const SAM: &[&str] = &["--no-deps", "aws-sam-cli==1.170.0"];
const CARGO_LAMBDA: &[&str] = &["--no-deps", "cargo-lambda==1.9.2"];

/// The fixtures' events of AWS: name and bytes.
fn events() -> Vec<(String, Vec<u8>)> {
    let folders = ["aws_alb", "aws_events", "aws_http_v2", "aws_rest_v1"];
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(fixtures().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path());
    let mut events: Vec<_> = files
        .filter(|path| path.to_str().unwrap().ends_with(".event.json"))
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
        .collect();
    events.sort();
    assert!(events.len() > 10, "{}", events.len());
    events
}

#[track_caller]
fn are_two_pictures(answer: &Value) {
    assert_eq!(answer["count"], 2, "{answer}");
    for image in answer["images"].as_array().unwrap() {
        let url = image["url"].as_str().unwrap();
        assert!(stand(LIST).pictures.has(url), "{url}");
    }
}

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn the_runtime_interface_emulator() {
    let Some(folder) = fetched(Registry::PyPi, SAM, "aws-lambda-rie") else {
        return;
    };
    let code = unpacked("aws");
    let address = free_address();
    let mut command = Command::new(folder.join("samcli/local/rapid/aws-lambda-rie-x86_64"));
    command.env_clear().current_dir(&code);
    command.args(["--runtime-interface-emulator-address", &address.to_string()]);
    command.args(["--runtime-api-address", &free_address().to_string()]);
    let mut emulator = Process::start(command.arg("./bootstrap"));
    emulator.listening(address);
    let invoke = |event: &[u8]| {
        let target = "/2015-03-31/functions/function/invocations";
        ask(address, "POST", target, &[], event).json()
    };
    are_two_pictures(&invoke(br#"{"count":2}"#));
    let events = events();
    let mut redirects = 0;
    for (name, event) in &events {
        let answer = invoke(event);
        assert!(answer.get("errorType").is_none(), "{name}: {answer}");
        redirects += usize::from(answer["statusCode"] == 302);
    }
    assert!(redirects > 0);
    for event in ["no JSON", "[]"] {
        let answer = invoke(event.as_bytes());
        let kind = answer["errorType"].as_str().unwrap();
        assert!(kind.starts_with("Runtime."), "{answer}");
    }
    are_two_pictures(&invoke(br#"{"count":2}"#));
    let log = emulator.log();
    let starts = log.matches("INIT RTDONE(status: success").count();
    assert_eq!(starts, 1, "the program outlives what it refuses: {log}");
    say(&format!(
        "aws-lambda-rie ({}): {} events, {redirects} redirects, 2 errors\n{log}",
        SAM.join(" "),
        events.len()
    ));
}

/// A project, without which Cargo Lambda does not start.
const MANIFEST: &str = "[package]\nname = \"pics\"\nedition = \"2021\"\n[workspace]\n";

#[test]
#[ignore = "fetches packages: see CONTRIBUTING.md"]
fn cargo_lambda() {
    let Some(folder) = fetched(Registry::PyPi, CARGO_LAMBDA, "cargo lambda") else {
        return;
    };
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join("Cargo.toml"), MANIFEST).unwrap();
    fs::create_dir(project.path().join("src")).unwrap();
    fs::write(project.path().join("src/main.rs"), "fn main() {}\n").unwrap();
    let address = free_address();
    let lambda = |word: &str| {
        let mut command = Command::new(folder.join("bin/cargo-lambda"));
        command.current_dir(&project).args(["lambda", word]);
        command.args(["--invoke-address", &address.ip().to_string()]);
        command.args(["--invoke-port", &address.port().to_string()]);
        command
    };
    let mut emulator =
        Process::start(lambda("watch").args(["--only-lambda-apis", "--disable-cors"]));
    emulator.listening(address);
    // What a function needs that it does not start itself.
    let variables: Vec<_> = emulator
        .log()
        .lines()
        .filter_map(|line| line.split_once("INFO ")?.1.split_once('='))
        .filter(|(name, _)| name.starts_with("AWS_LAMBDA_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let code = unpacked("aws");
    let mut command = Command::new(code.path().join("bootstrap"));
    let command = command.env_clear().envs(variables).current_dir(&code);
    let bootstrap = Process::start(command);
    by_its_function_url(address);
    let invoke = |event: &str| -> Value {
        let mut command = lambda("invoke");
        let command = command.args(["--data-ascii", event]);
        let printed = finish("cargo lambda invoke", CARGO_LAMBDA, command);
        serde_json::from_str(&printed).unwrap_or_else(|e| panic!("{e}: {printed}"))
    };
    are_two_pictures(&invoke(r#"{"count":2}"#));
    let picture = invoke("{}");
    let url = picture["url"].as_str().unwrap();
    assert!(stand(LIST).pictures.has(url), "{url}");
    say(&format!(
        "{}\nbootstrap:\n{}",
        emulator.log(),
        bootstrap.log()
    ));
}

/// Cargo Lambda answers there as function URLs do.
fn by_its_function_url(address: SocketAddr) {
    for target in ["/", "/random", "/lambda-url/_/"] {
        assert!(drawn(address, target, "cargo lambda").len() > 1, "{target}");
    }
    let seeded = |seed: &str| get(address, &format!("/?seed={seed}"));
    let location = |reply: Reply| reply.header("location").unwrap().to_owned();
    assert_eq!(location(seeded("a%20b")), location(seeded("a+b")));
    let known = stand(LIST).pictures.urls.len();
    assert_eq!(get(address, "/info").json()["pictures"], known);
    for (method, target, status) in [("GET", "/nothing", 404), ("DELETE", "/", 405)] {
        let reply = ask(address, method, target, &[], b"");
        assert_eq!(reply.status, status, "{method} {target}: {}", reply.text());
    }
}
