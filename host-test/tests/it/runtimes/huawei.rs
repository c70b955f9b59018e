//! Huawei's HTTP functions and its custom runtime.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;

use host_test::gateways::{Failure, Outcome, find};
use host_test::listener::Listener;
use host_test::runtimes::{Program, Proxy, Settings, has_namespaces};

use super::{
    Files, LATER, SOON, at_last, call, deploy, json, logged, python, settings, try_deploy,
};
use crate::client::{Reply, ask, get};
use crate::skipped::{skipped, with_namespaces};
use crate::stands::ANY_PORT;

/// The sample of "Creating an HTTP function": its script and its start file.
const SAMPLE: Files<'_> = &[
    (
        "index.js",
        0o644,
        "const http = require('http'); // Import Node.js core module
var server = http.createServer(function (req, res) { //create web server
res.writeHead(200, { 'Content-Type': 'text/html' });
res.write('<html><body><h2>This is http function.</h2></body></html>');
res.end(); });
server.listen(8000, '127.0.0.1'); //6 - listen for any incoming requests
console.log('Node.js web server at port 8000 is running..')
",
    ),
    (
        "bootstrap",
        0o644,
        "/opt/function/runtime/nodejs12.13/rtsp/nodejs/bin/node $RUNTIME_CODE_ROOT/index.js\n",
    ),
];

/// Behind API Gateway, at the path of the document.
fn published(program: &dyn Program) -> Listener {
    let arguments = [
        "--path",
        "/user/get",
        "--api-timeout",
        "60",
        "--function-timeout",
        "60",
    ];
    let gateway = find("huawei_apig").unwrap().with(arguments).unwrap();
    Listener::start(ANY_PORT, gateway, program.function().unwrap(), None).unwrap()
}

fn web(address: &str, settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/web.py"))?;
    let bootstrap = format!("exec $RUNTIME_CODE_ROOT/web.py {address}\n");
    let files = [
        ("bootstrap", 0o644, bootstrap.as_str()),
        ("web.py", 0o755, script.as_str()),
    ];
    Some(deploy("huawei", &files, settings))
}

#[test]
fn the_documents_own_sample_runs() {
    if Command::new("node").arg("--version").output().is_err() {
        return skipped("no node on this machine");
    }
    if !with_namespaces("all of it") {
        return;
    }
    let program = deploy("huawei", SAMPLE, settings());
    let listener = published(&*program);
    let reply = get(listener.address(), "/user/get");
    assert_eq!(reply.status, 200, "{}", program.log());
    assert_eq!(
        reply.text(),
        "<html><body><h2>This is http function.</h2></body></html>"
    );
    assert_eq!(reply.header("content-type"), Some("text/html"));
    logged(
        &*program,
        "Node.js web server at port 8000 is running..\n",
        1,
    );
}

fn seen(reply: &Reply) -> serde_json::Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[test]
fn an_event_becomes_a_request() {
    let Some(program) = web("127.0.0.1:8000", settings()) else {
        return;
    };
    let listener = published(&*program);
    let target = "/user/get/a%20b?q=x%20y%2Bz&id=1&id=2&a=";
    let fields = [
        ("X-Tag", "one"),
        ("Cookie", "a=1; b=2"),
        ("X-CFF-Memory", "7"),
    ];
    let reply = ask(listener.address(), "POST", target, &fields, b"\xff");
    let seen = seen(&reply);
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["target"], "/user/get/a%20b?a=&q=x+y%2Bz");
    assert_eq!(seen["body"], "\u{ff}");
    let fields = seen["headers"].as_array().unwrap();
    let field = |name: &str| {
        let mut values = fields.iter().filter(|field| field[0] == name);
        let value = values.next().map(|field| field[1].as_str().unwrap());
        assert!(values.next().is_none(), "{name} stands twice");
        value.unwrap_or_else(|| panic!("no {name}: {fields:?}"))
    };
    for (name, value) in [
        ("Host", "pictures.test"),
        ("X-Tag", "one"),
        ("Cookie", "a=1; b=2"),
        ("Connection", "close"),
        ("X-Apig-Source-Ip", "127.0.0.1"),
        ("X-Apig-Source-Stage", "RELEASE"),
        ("X-Cff-Memory", "128"),
        ("X-Cff-Timeout", "60"),
        ("X-Cff-Func-Version", "latest"),
        ("X-Cff-Func-Name", "0@default@edgepick"),
        ("X-Cff-Package", "default"),
        ("X-Cff-Region", "cn-north-4"),
    ] {
        assert_eq!(field(name), value, "{name}");
    }
    assert_eq!(field("X-Cff-Request-Id").len(), 36);
    assert_eq!(field("X-Cff-Project-Id").len(), 32);
    if has_namespaces() {
        assert_eq!(seen["folder"], "/opt/function/code");
        assert_eq!(
            seen["environment"]["RUNTIME_CODE_ROOT"],
            "/opt/function/code"
        );
    }
    assert_eq!(seen["environment"].get("RUNTIME_API_ADDR"), None);
}

#[test]
fn answers_of_the_program_get_through() {
    let Some(program) = web("127.0.0.1:8000", settings()) else {
        return;
    };
    let listener = published(&*program);
    let reply = get(listener.address(), "/user/get/redirect");
    assert_eq!(reply.status, 302);
    assert_eq!(
        reply.header("location"),
        Some("https://pictures.test/1.webp")
    );
    let cookies = reply.headers.iter().filter(|field| field.0 == "set-cookie");
    assert_eq!(cookies.count(), 2);
    assert!(
        program
            .log()
            .contains("whether the platform's proxy follows it")
    );
}

#[test]
fn the_proxy_may_follow_redirects_itself() {
    let follows = Settings {
        proxy: Proxy {
            follows_redirects: true,
            ..Proxy::default()
        },
        ..settings()
    };
    let Some(program) = web("127.0.0.1:8000", follows) else {
        return;
    };
    let listener = published(&*program);
    let reply = ask(listener.address(), "POST", "/user/get/moved", &[], b"b");
    let seen = seen(&reply);
    assert_eq!(
        (&seen["method"], &seen["target"], &seen["body"]),
        (&"GET".into(), &"/user/get/seen?n=1".into(), &"".into())
    );
    // Somewhere else a picture is.
    let other = TcpListener::bind(ANY_PORT).unwrap();
    let address = other.local_addr().unwrap();
    let picture = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        let answer =
            b"HTTP/1.1 200 OK\r\ncontent-type: image/webp\r\ncontent-length: 4\r\n\r\nRIFF";
        stream.write_all(answer).unwrap();
        line
    });
    let away = format!("http://{address}/1.webp");
    let fields = [("X-Away", &*away)];
    let reply = ask(listener.address(), "GET", "/user/get/away", &fields, b"");
    assert_eq!((reply.status, reply.text()), (200, "RIFF"));
    assert_eq!(reply.header("content-type"), Some("image/webp"));
    assert_eq!(picture.join().unwrap(), "GET /1.webp HTTP/1.1\r\n");
    for (path, line) in [
        ("circle", "stopped after 10 redirects"),
        ("redirect", "speaks no TLS"),
    ] {
        let reply = get(listener.address(), &format!("/user/get/{path}"));
        assert_eq!(reply.status, 500, "{path}: {}", reply.text());
        assert!(program.log().contains(line), "{path}: {}", program.log());
    }
}

#[test]
fn an_answer_that_is_no_2xx_may_be_a_failure() {
    let fails = Settings {
        proxy: Proxy {
            fails_non_2xx: true,
            ..Proxy::default()
        },
        ..settings()
    };
    let Some(program) = web("127.0.0.1:8000", fails) else {
        return;
    };
    let listener = published(&*program);
    for (path, status) in [("seen", 200), ("redirect", 500), ("fail", 500)] {
        let reply = get(listener.address(), &format!("/user/get/{path}"));
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
    }
    let line = "function run error (4002): status 302";
    assert!(program.log().contains(line), "{}", program.log());
}

#[test]
fn calls_that_fail_are_told_apart() {
    let late = Settings {
        timeout: Some(LATER),
        ..settings()
    };
    for (path, settings, status, text) in [
        ("exit", settings(), 500, "process exited"),
        ("hang-up", settings(), 500, "function invocation exception"),
        ("large", settings(), 500, "too large"),
        ("sleep", late, 500, "FunctionTimeout"),
    ] {
        let Some(program) = web("127.0.0.1:8000", settings) else {
            return;
        };
        let listener = published(&*program);
        let reply = get(listener.address(), &format!("/user/get/{path}"));
        assert_eq!(reply.status, status, "{path}: {}", program.log());
        assert!(reply.text().contains(text), "{path}: {}", reply.text());
        at_last(path, || get(listener.address(), "/user/get").status == 200);
    }
}

#[test]
fn only_shell_text_named_bootstrap_that_listens_in_time_starts() {
    let slow = || Settings {
        start: Some(SOON),
        ..settings()
    };
    let elf = "\u{7f}ELF\u{2}\u{1}\u{1}\0\0\0\0\0\0\0\0\0";
    for (text, settings, line) in [
        (elf, settings(), "status 126 (4201)"),
        ("exit 3\n", settings(), "status 3 (4201)"),
        ("sleep 1000\n", slow(), "timed out after 0.3s (4211)"),
    ] {
        let program = deploy("huawei", &[("bootstrap", 0o755, text)], settings);
        let outcome = call(
            &*program,
            r#"{"httpMethod":"GET","path":"/","isBase64Encoded":true,"requestContext":{}}"#,
        );
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        assert!(program.log().contains(line), "{text:?}: {}", program.log());
    }
    let folder = [("pics/bootstrap", 0o755, "true\n")];
    let error = try_deploy("huawei", &folder, settings()).err().unwrap();
    assert!(
        error.to_string().contains("no file bootstrap at its root"),
        "{error}"
    );
}

#[test]
fn events_of_other_triggers_do_not_reach_an_http_function() {
    let program = deploy("huawei", &[("bootstrap", 0o644, "exit 1\n")], settings());
    let outcome = call(&*program, r#"{"trigger_type":"TIMER"}"#);
    assert!(
        matches!(&outcome, Outcome::Failed(Failure::Threw(text)) if text.contains("failed to parse")),
        "{outcome:?}"
    );
}

#[test]
fn a_custom_runtime_asks_for_its_events() {
    let Some(script) = python(include_str!("programs/functiongraph.py")) else {
        return;
    };
    let program = deploy("huawei-event", &[("bootstrap", 0o755, &script)], settings());
    let seen = json(&call(&*program, r#"{"do":"look"}"#));
    assert_eq!(seen["id"], "5b0b9f3e-0000-4000-8000-000000000001");
    assert_eq!(seen["again"], seen["id"]);
    assert_eq!(seen["type"], "sync");
    assert_eq!(seen["other"], 400);
    if has_namespaces() {
        assert_eq!(seen["folder"], "/opt/function/code");
    }
    for (what, expected) in [
        (
            "raise",
            Failure::Threw(r#"{"errorMessage":"no"}"#.to_owned()),
        ),
        ("exit", Failure::Exited),
        (
            "large",
            Failure::Threw(
                "Response body size '7000000' larger than max value '6291456'.".to_owned(),
            ),
        ),
    ] {
        let outcome = call(&*program, &format!(r#"{{"do":"{what}"}}"#));
        assert_eq!(outcome, Outcome::Failed(expected), "{}", program.log());
    }
    assert_eq!(json(&call(&*program, "{}"))["type"], "sync");
}

#[test]
fn custom_runtimes_that_do_not_start_fail_every_call() {
    let slow = Settings {
        start: Some(SOON),
        ..settings()
    };
    for (text, mode, settings, failure, line) in [
        (
            "#!/bin/sh\nexit 3\n",
            0o755,
            settings(),
            Failure::Exited,
            "exit status 3 (4002)",
        ),
        (
            "#!/bin/sh\nexit 0\n",
            0o644,
            settings(),
            Failure::Exited,
            "Permission denied",
        ),
        (
            "#!/bin/sh\nsleep 1000\n",
            0o755,
            slow,
            Failure::TimedOut,
            "timed out after 300ms (4211)",
        ),
    ] {
        let program = deploy("huawei-event", &[("bootstrap", mode, text)], settings);
        assert_eq!(call(&*program, "{}"), Outcome::Failed(failure));
        assert!(program.log().contains(line), "{text}: {}", program.log());
    }
}
