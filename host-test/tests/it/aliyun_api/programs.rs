//! The control plane itself, with programs written for it: over kills, and with
//! those that fail.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Plane, encoded, zip};
use crate::stands::fixtures;

const NOW: &str = "2026-01-31T08:59:00Z";
const FUNCTION: &str = "/services/pics/functions/pick";
const INVOKE: &str = "/2016-08-15/services/pics/functions/pick/invocations";
const URL: &str = "/2016-08-15/proxy/pics/pick/";
const LATER: (&str, &str) = ("X-Fc-Invocation-Type", "Async");

/// Everything that a call gives is as it was before the kill.
fn calls(plane: &Plane, event: &[u8]) {
    let picture = plane.ask("GET", URL, &[], b"");
    assert_eq!(picture.status, 302, "{}", picture.text());
    assert_eq!(
        picture.header("location"),
        Some("https://pictures.example/7.webp")
    );
    let reply = plane.ask("POST", INVOKE, &[("X-Fc-Log-Type", "Tail")], event);
    assert_eq!(
        (reply.status, &reply.body[..]),
        (200, event),
        "{}",
        reply.text()
    );
    let log = STANDARD
        .decode(reply.header("x-fc-log-result").unwrap())
        .unwrap();
    let log = String::from_utf8(log).unwrap();
    let written = format!("event {}", String::from_utf8_lossy(event));
    assert!(log.contains(&written), "{log}");
    let failed = plane.ask("POST", INVOKE, &[], b"fail");
    assert_eq!(failed.status, 200);
    assert_eq!(
        failed.header("x-fc-error-type"),
        Some("UnhandledInvocationError")
    );
    assert_eq!(failed.json()["errorMessage"], "no such cat");
}

#[test]
fn a_deployment_outlives_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let mut plane = Plane::start(data.path(), &["--now", NOW]);
    plane.made("POST", "/services", &json!({ "serviceName": "pics" }));
    plane.made(
        "POST",
        "/services/pics/functions",
        &json!({
        "functionName": "pick", "runtime": "custom.debian10", "handler": "index.handler",
        "memorySize": 256, "timeout": 60, "code": encoded(&zip(None)) }),
    );
    plane.made(
        "POST",
        &format!("{FUNCTION}/triggers"),
        &json!({
        "triggerName": "web", "triggerType": "HTTP",
        "triggerConfig": { "authType": "ANONYMOUS", "methods": ["GET", "HEAD"] } }),
    );
    plane.made(
        "POST",
        &format!("{FUNCTION}/triggers"),
        &json!({
        "triggerName": "morning", "triggerType": "Timer",
        "triggerConfig": { "cronExpression": "0 0 9 * * ?", "enable": true, "payload": "up" } }),
    );
    calls(&plane, b"before");
    let before = [
        plane.made("GET", "/services/pics", &Value::Null),
        plane.made("GET", FUNCTION, &Value::Null),
    ];

    let succeeded = |wanted: usize| {
        move |results: &[Value]| {
            results
                .iter()
                .filter(|result| result["status"] == "Succeeded")
                .count()
                == wanted
        }
    };
    assert_eq!(plane.ask("POST", INVOKE, &[LATER], b"one").status, 202);
    plane.results(succeeded(1));
    // This one is on the disk and nowhere else when the process dies.
    assert_eq!(plane.ask("POST", INVOKE, &[LATER], b"two").status, 202);
    plane.kill();

    let plane = Plane::start(data.path(), &["--now", NOW]);
    let after = [
        plane.made("GET", "/services/pics", &Value::Null),
        plane.made("GET", FUNCTION, &Value::Null),
    ];
    assert_eq!(after, before);
    calls(&plane, b"after");
    plane.results(succeeded(2));
    let clock = plane.ask(
        "POST",
        "/emulator/clock",
        &[],
        b"{\"to\":\"2026-01-31T09:00:00Z\"}",
    );
    assert_eq!(clock.status, 200);
    let results = plane.results(succeeded(3));
    let payload = |wanted: &str| {
        results
            .iter()
            .filter(|result| result["returnPayload"].as_str().unwrap().contains(wanted))
            .count()
    };
    assert_eq!(
        (
            payload("one"),
            payload("two"),
            payload("\"triggerName\":\"morning\"")
        ),
        (1, 1, 1)
    );
}

#[test]
fn kills_in_the_middle_of_writes_lose_nothing_that_was_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    let mut plane = Plane::start(data.path(), &[]);
    let mut known = Vec::new();
    for round in 0..3 {
        let address = plane.address;
        let writer = std::thread::spawn(move || {
            let mut acknowledged = Vec::new();
            for number in 0.. {
                let name = format!("s{round}-{number}");
                let body = json!({ "serviceName": name }).to_string();
                let raw = crate::client::request(
                    "POST",
                    "/2016-08-15/services",
                    &[("Connection", "close")],
                    body.as_bytes(),
                );
                let Ok(mut stream) = std::net::TcpStream::connect(address) else {
                    break;
                };
                let mut answer = Vec::new();
                use std::io::{Read as _, Write as _};
                if stream.write_all(&raw).is_err() || stream.read_to_end(&mut answer).is_err() {
                    break;
                }
                if !answer.starts_with(b"HTTP/1.1 200") {
                    break;
                }
                acknowledged.push(name);
            }
            acknowledged
        });
        // Killed as soon as some writes are through, others under way. Who sees
        // six knows that five were acknowledged: the writer waits for each.
        let listed = format!("/2016-08-15/services?prefix=s{round}-");
        while plane.ask("GET", &listed, &[], b"").json()["services"]
            .as_array()
            .unwrap()
            .len()
            < 6
        {}
        plane.kill();
        known.extend(writer.join().unwrap());
        plane = Plane::start(data.path(), &[]);
    }
    assert!(known.len() >= 15);
    for name in known {
        plane.made("GET", &format!("/services/{name}"), &Value::Null);
    }
}

#[test]
fn programs_that_do_not_start_or_do_too_much_are_named() {
    let data = tempfile::tempdir().unwrap();
    let plane = Plane::start(data.path(), &[]);
    plane.made("POST", "/services", &json!({ "serviceName": "s" }));
    let hoard = "#!/usr/bin/env python3\n\
        import os, http.server, subprocess, sys\n\
        hoard = 'import time; hoard = b\"x\" * (400 << 20); time.sleep(600)'\n\
        class F(http.server.BaseHTTPRequestHandler):\n\
        \x20   def do_POST(self):\n\
        \x20       subprocess.run([sys.executable, '-c', hoard], start_new_session=True)\n\
        http.server.HTTPServer(('0.0.0.0', int(os.environ['FC_SERVER_PORT'])), F).serve_forever()\n";
    let slow = "#!/usr/bin/env python3\n\
        import os, http.server, time\n\
        class F(http.server.BaseHTTPRequestHandler):\n\
        \x20   def do_POST(self):\n\
        \x20       time.sleep(600)\n\
        http.server.HTTPServer(('0.0.0.0', int(os.environ['FC_SERVER_PORT'])), F).serve_forever()\n";
    for (name, text, status, code, part) in [
        (
            "ends",
            "#!/bin/sh\necho no list here\nexit 3\n",
            412,
            "CAExited",
            "code 3",
        ),
        ("hoard", hoard, 200, "", "Process exited unexpectedly"),
        ("slow", slow, 200, "", "Function timed out after 2 seconds"),
    ] {
        plane.made("POST", "/services/s/functions", &json!({
            "functionName": name, "runtime": "custom", "handler": "x", "timeout": if name == "slow" { 2 } else { 60 },
            "code": encoded(&zip(Some(text))) }));
        let path = format!("/2016-08-15/services/s/functions/{name}/invocations");
        let reply = plane.ask("POST", &path, &[], b"");
        assert_eq!(reply.status, status, "{}", reply.text());
        let document = reply.json();
        let message = match code {
            "" => &document["errorMessage"],
            code => {
                assert_eq!(document["ErrorCode"], code);
                &document["ErrorMessage"]
            }
        };
        assert!(message.as_str().unwrap().contains(part), "{document}");
    }
}

#[test]
fn the_documents_script_deploys() {
    let data = tempfile::tempdir().unwrap();
    let plane = Plane::start(data.path(), &[]);
    let archive = data.path().join("myfunction.zip");
    std::fs::write(&archive, zip(None)).unwrap();
    let output = std::process::Command::new("python3")
        .arg(fixtures().join("aliyun_api/deploy.py"))
        .arg(format!("http://{}", plane.address))
        .arg(&archive)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let url = made["triggers"][0]["url"].as_str().unwrap();
    let path = url
        .strip_prefix(&format!("http://{}", plane.address))
        .unwrap();
    assert_eq!(path, "/2016-08-15/proxy/myfunction/myfunction/myfunction");
    assert_eq!(plane.ask("GET", path, &[], b"").status, 302);
}
