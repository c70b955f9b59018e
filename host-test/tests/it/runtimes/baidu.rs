//! Baidu's web functions.

use host_test::gateways::{Failure, Outcome};
use host_test::runtimes::{Program, Settings, has_namespaces};

use super::packed::LIST;
use super::{SOON, Seen, behind, call, deploy, json, logged, python, settings, try_deploy};
use crate::client::{ask, get};
use crate::stands::input;
use crate::zips::{deployed, site};

fn typed(command: &str, settings: Settings) -> Settings {
    Settings {
        command: Some(command.to_owned()),
        port: Some(8080),
        ..settings
    }
}

fn web(command: &str, settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/web.py"))?;
    let files = [("web.py", 0o755, script.as_str())];
    Some(deploy("baidu", &files, typed(command, settings)))
}

const COMMAND: &str = "/var/task/web.py 0.0.0.0:8080";

#[test]
fn requests_get_through_unchanged() {
    let Some(program) = web(COMMAND, settings()) else {
        return;
    };
    let listener = behind(&*program, "http-trigger");
    let target = "/invoke/a%2Fb?id=1&id=2&q=x%20y";
    let fields = [("X-Tag", "one"), ("X-Forwarded-For", "192.0.2.1")];
    let seen = Seen::of(&ask(listener.address(), "PATCH", target, &fields, b"\xff"));
    assert_eq!(seen.0["method"], "PATCH");
    assert_eq!(seen.0["target"], target);
    assert_eq!(seen.0["body"], "\u{ff}");
    assert_eq!(seen.field("Host"), "pictures.test");
    assert_eq!(seen.field("X-Tag"), "one");
    assert_eq!(seen.field("X-Forwarded-For"), "192.0.2.1");
    assert_eq!(seen.variable("PORT"), None);
    if has_namespaces() {
        assert_eq!(seen.0["folder"], "/var/task");
    }
    assert_eq!(get(listener.address(), "/redirect").status, 302);
    let reply = ask(listener.address(), "TRACE", "/", &[], b"");
    assert_eq!(reply.status, 404);
    assert_eq!(reply.json()["Message"], "Router Not Found");
    let large = vec![b'x'; 6 * 1024 * 1024 + 1];
    let reply = ask(listener.address(), "POST", "/", &[], &large);
    assert_eq!(reply.status, 413);
}

#[test]
fn nobody_is_believed_by_the_runner() {
    const FIELDS: [(&str, &str); 4] = [
        ("X-Bce-Request-Id", "forged-id"),
        ("X-Cfc-RequestId", "forged-id"),
        ("X-Cfc-ClientIP", "forged-client"),
        ("X-Forwarded-For", "forged-client"),
    ];
    let row = host_test::runtimes::find("baidu").unwrap();
    let program = deployed(row, &site(input(LIST), None));
    let listener = behind(&*program, "http-trigger");
    let reply = ask(listener.address(), "GET", "/", &FIELDS, b"");
    assert_eq!(reply.status, 302, "{}", reply.text());
    assert_eq!(reply.header("x-request-id"), None);
    logged(&*program, "\"status\":302", 1);
    assert!(!program.log().contains("forged"), "{}", program.log());
}

#[test]
fn ten_requests_are_under_way_at_once_and_no_more() {
    let Some(program) = web(COMMAND, settings()) else {
        return;
    };
    let listener = behind(&*program, "http-trigger");
    let address = listener.address();
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..30)
            .map(|_| scope.spawn(move || get(address, "/ten").status))
            .collect();
        for status in asked {
            assert_eq!(status.join().unwrap(), 200);
        }
    });
}

#[test]
fn other_triggers_post_to_invoke() {
    let Some(program) = web(COMMAND, settings()) else {
        return;
    };
    let event = r#"{"source":"cfc:crontab"}"#;
    let seen = Seen(json(&call(&*program, event)));
    assert_eq!(seen.0["method"], "POST");
    assert_eq!(seen.0["target"], "/invoke");
    assert_eq!(seen.0["body"], event);
}

#[test]
fn calls_that_fail_are_told_apart() {
    let soon = || Settings {
        timeout: Some(SOON),
        ..settings()
    };
    let slow = || Settings {
        start: Some(SOON),
        ..settings()
    };
    for (command, settings, path, status, text) in [
        (COMMAND, settings(), "/exit", 502, "Process exited before"),
        (COMMAND, settings(), "/hang-up", 502, "connection closed"),
        ("false", settings(), "/", 200, "wait runtime error"),
        (
            COMMAND,
            soon(),
            "/sleep",
            500,
            "timed out after 0.30 seconds",
        ),
        (
            "/var/task/web.py 127.0.0.1:8080",
            slow(),
            "/",
            200,
            "wait runtime error",
        ),
        (
            "/var/task/web.py 0.0.0.0:9000",
            slow(),
            "/",
            200,
            "wait runtime error",
        ),
        ("/var/task/none", settings(), "/", 200, "wait runtime error"),
    ] {
        let Some(program) = web(command, settings) else {
            return;
        };
        let listener = behind(&*program, "http-trigger");
        let reply = get(listener.address(), path);
        assert_eq!(reply.status, status, "{command}: {}", program.log());
        let message = reply.json()["errorMessage"].as_str().unwrap().to_owned();
        assert!(message.contains(text), "{command}: {message}");
        assert!(program.log().contains(text), "{}", program.log());
    }
    let Some(program) = web("false", settings()) else {
        return;
    };
    assert_eq!(call(&*program, "{}"), Outcome::Failed(Failure::Exited));
}

#[test]
fn the_console_asks_for_command_and_port() {
    let files = [("web.py", 0o755, "")];
    for (settings, missing) in [
        (settings(), "no start command"),
        (
            Settings {
                command: Some(COMMAND.to_owned()),
                ..settings()
            },
            "no port",
        ),
    ] {
        let error = try_deploy("baidu", &files, settings).err().unwrap();
        assert!(error.to_string().contains(missing), "{error}");
    }
}
