//! LeanCloud's cloud engine.

use host_test::gateways::find;
use host_test::listener::Listener;
use host_test::runtimes::{Program, Settings, has_namespaces};

use super::{LATER, SOON, behind, deploy, python, settings, try_deploy};
use crate::client::{Reply, ask, get};
use crate::stands::ANY_PORT;

const ID: (&str, &str) = ("X-LC-Id", "hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz");
const KEY: (&str, &str) = ("X-LC-Key", "kQ7vXy2LmN4pRs6TuWz8aBcD");

/// An app that answers so, its YAML with these lines more.
fn app(how: &str, lines: &str, settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/leancloud.py"))?;
    let yaml = format!("runtime: cpp\nbuild: chmod +x ./app\nrun: exec ./app {how}\n{lines}");
    let files = [
        ("leanengine.yaml", 0o644, yaml.as_str()),
        ("app", 0o755, script.as_str()),
    ];
    Some(deploy("leancloud", &files, settings))
}

fn called(program: &dyn Program, path: &str, body: &[u8]) -> Reply {
    let gateway = find("leancloud").unwrap().with([""; 0]).unwrap();
    let function = program.function().unwrap();
    let listener = Listener::start(ANY_PORT, gateway, function, None).unwrap();
    let fields = [ID, KEY, ("Content-Type", "application/json")];
    ask(listener.address(), "POST", path, &fields, body)
}

#[test]
fn an_app_that_answers_its_ping_starts_whatever_its_first_page_is() {
    let Some(program) = app("well", "functionsMode: strict", settings()) else {
        return;
    };
    let listener = behind(&*program, "engine-domain");
    let reply = get(listener.address(), "/");
    assert_eq!(reply.status, 302, "{}", program.log());
    let log = program.log();
    assert!(log.contains(r#""version": "custom""#), "{log}");
    assert!(log.contains("functions: pic\n"), "{log}");
    let reply = called(&*program, "/1.1/functions/pic", br#"{"n":1}"#);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let result = &reply.json()["result"];
    assert_eq!(result["asked"]["n"], 1);
    assert_eq!(result["headers"]["x-real-ip"], "127.0.0.1");
    assert_eq!(result["headers"]["forwarded"], "for=127.0.0.1;proto=https");
    assert_eq!(result["headers"]["x-lc-id"], ID.1);
    let reply = called(&*program, "/1.1/call/pic", b"{}");
    assert_eq!(reply.json()["code"], 142);
    assert!(!program.log().contains("a function answered"));
    called(&*program, "/1.1/functions/odd", b"{}");
    assert!(program.log().contains("a function answered 302"));
}

#[test]
fn what_starts_and_what_does_not() {
    for (how, lines, status, line) in [
        ("page,no-ping,no-functions", "", 200, "no functions"),
        ("page", "functionsMode: disabled", 200, "custom"),
        ("page,mute", "", 200, "functions are dead"),
        ("page,mute", "functionsMode: strict", 503, "实例启动失败"),
        ("page,no-ping", "functionsMode: strict", 503, "实例启动失败"),
        ("no-ping", "", 503, "实例启动失败"),
    ] {
        let settings = Settings {
            start: (status == 503 && !how.contains("mute")).then_some(SOON * 10),
            ..settings()
        };
        let Some(program) = app(how, lines, settings) else {
            return;
        };
        let listener = behind(&*program, "engine-domain");
        let reply = get(listener.address(), "/");
        let log = program.log();
        let failed = reply.status >= 500;
        assert_eq!(failed, status == 503, "{how} {lines}: {log}");
        assert!(log.contains(line), "{how} {lines}: {log}");
    }
    let local = Settings {
        environment: vec![("HOST".to_owned(), "127.0.0.1".to_owned())],
        start: Some(SOON * 10),
        ..settings()
    };
    let Some(program) = app("page", "", local) else {
        return;
    };
    let listener = behind(&*program, "engine-domain");
    assert_eq!(get(listener.address(), "/").status, 503);
}

#[test]
fn the_environment_is_the_platform_s() {
    let own = Settings {
        environment: vec![
            ("OWN".to_owned(), "x".to_owned()),
            ("LEANCLOUD_APP_ID".to_owned(), "mine".to_owned()),
        ],
        ..settings()
    };
    let Some(program) = app("page", "", own) else {
        return;
    };
    let listener = behind(&*program, "engine-domain");
    let seen = get(listener.address(), "/").json();
    let environment = &seen["environment"];
    assert_eq!(environment["OWN"], "x");
    assert_eq!(environment["LEANCLOUD_APP_ID"], ID.1);
    assert_eq!(environment["LEANCLOUD_APP_PORT"], "3000");
    if has_namespaces() {
        assert_eq!(seen["folder"], "/home/leanengine/app");
    }
    let (long, many) = ("x".repeat(8192), "x".repeat(8000));
    let fields: Vec<_> = (0..9).map(|i| (format!("X-{i}"), &*many)).collect();
    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    for (target, fields, status) in [
        (&*format!("/?{long}"), &[][..], 414),
        ("/", &[("X-Long", &*long)], 400),
        ("/", &fields, 400),
    ] {
        let reply = ask(listener.address(), "GET", target, fields, b"");
        assert_eq!(reply.status, status);
    }
    // Sent again, and the second time too nobody answers.
    assert_eq!(get(listener.address(), "/exit").status, 502);
    assert_eq!(get(listener.address(), "/").status, 200);
    assert_eq!(program.stop(), Some(143), "{}", program.log());
}

#[test]
fn uploads_lose_their_mode_bits_and_builds_may_fail() {
    let files = |build: &str| format!("runtime: cpp\n{build}run: exec ./app\n");
    let yaml = files("");
    let script = [
        ("leanengine.yaml", 0o644, yaml.as_str()),
        ("app", 0o755, "#!/bin/sh\nexit 0\n"),
    ];
    let program = deploy("leancloud", &script, settings());
    let listener = behind(&*program, "engine-domain");
    assert_eq!(get(listener.address(), "/").status, 503);
    let log = program.log();
    assert!(log.contains("Permission denied"), "{log}");
    for (yaml, message) in [
        (files("build: exit 3\n"), "ended with 3"),
        ("runtime: rust\nrun: a".to_owned(), "unknown runtime"),
    ] {
        let files = [("leanengine.yaml", 0o644, yaml.as_str())];
        let error = try_deploy("leancloud", &files, settings()).err().unwrap();
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn answers_that_are_missing() {
    let late = Settings {
        timeout: Some(LATER),
        ..settings()
    };
    for (path, settings, status) in [("/exit", settings(), 502), ("/sleep", late, 524)] {
        // Whoever asks nothing at the start is not late with its answer there.
        let Some(program) = app("page", "functionsMode: disabled", settings) else {
            return;
        };
        let listener = behind(&*program, "engine-domain");
        assert_eq!(get(listener.address(), path).status, status, "{path}");
    }
}
