//! Tencent's Web functions and its custom runtime.

use host_test::gateways::{Failure, Outcome};
use host_test::runtimes::{Program, Settings, has_namespaces};

use super::{LATER, SOON, at_last, behind, call, deploy, json, python, settings};
use crate::client::{ask, get};

const START: &str = "#!/bin/bash\nexec ./web.py 0.0.0.0:9000\n";

fn with_start(name: &str, start: &str, mode: u32, settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/web.py"))?;
    let files = [(name, mode, start), ("web.py", 0o755, &script)];
    Some(deploy("tencent", &files, settings))
}

fn web(settings: Settings) -> Option<Box<dyn Program>> {
    with_start("scf_bootstrap", START, 0o755, settings)
}

#[test]
fn a_request_gets_through_with_the_platforms_fields() {
    let Some(program) = web(settings()) else {
        return;
    };
    for (door, base) in [("function-url", ""), ("api-gateway", "/release")] {
        let listener = behind(&*program, door);
        let target = format!("{base}/a%2Fb?id=1&id=2&bare");
        let fields = [("X-Tag", "one"), ("X-Scf-Memory", "7")];
        let reply = ask(listener.address(), "POST", &target, &fields, b"\xff");
        assert_eq!(reply.status, 200, "{}", reply.text());
        let seen = reply.json();
        assert_eq!(seen["target"], "/a%2Fb?id=1&id=2&bare");
        assert_eq!(seen["body"], "\u{ff}");
        let fields = seen["headers"].to_string();
        for field in [
            r#"["X-Tag","one"]"#,
            r#"["X-Scf-Memory","128"]"#,
            r#"["X-Scf-Name","edgepick"]"#,
            r#"["X-Scf-Remote-Addr","127.0.0.1"]"#,
            r#"["Host","pictures.test"]"#,
        ] {
            assert_eq!(fields.matches(field).count(), 1, "{field}: {fields}");
        }
        if has_namespaces() {
            assert_eq!(seen["folder"], "/var/user");
        }
        let reply = get(listener.address(), &format!("{base}/redirect"));
        assert_eq!(reply.status, 302);
        let cookies = reply.headers.iter().filter(|field| field.0 == "set-cookie");
        assert_eq!(cookies.count(), 2);
    }
    let listener = behind(&*program, "api-gateway");
    assert_eq!(get(listener.address(), "/releases").status, 404);
}

#[test]
fn calls_that_fail_have_their_status_codes() {
    let late = Settings {
        timeout: Some(LATER),
        ..settings()
    };
    for (path, settings, status) in [
        ("exit", settings(), 439),
        ("hang-up", settings(), 430),
        ("fields", settings(), 410),
        ("large", settings(), 407),
        ("sleep", late, 433),
    ] {
        let Some(program) = web(settings) else { return };
        let listener = behind(&*program, "function-url");
        let reply = get(listener.address(), &format!("/{path}"));
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        assert_eq!(reply.json()["statusCode"], status, "{path}");
        at_last(path, || get(listener.address(), "/").status == 200);
    }
    let Some(program) = web(settings()) else {
        return;
    };
    let listener = behind(&*program, "function-url");
    let large = vec![b'x'; 6 * 1024 * 1024 + 1];
    let reply = ask(listener.address(), "POST", "/", &[], &large);
    assert_eq!(reply.status, 406, "{}", reply.text());
}

#[test]
fn start_files_have_to_be_as_documented() {
    let slow = Settings {
        start: Some(SOON),
        ..settings()
    };
    for (name, start, mode, settings, status) in [
        ("bootstrap", START, 0o755, settings(), 405),
        ("scf_bootstrap", START, 0o644, settings(), 405),
        (
            "scf_bootstrap",
            "#!/bin/sh\nexit 0\n",
            0o755,
            settings(),
            405,
        ),
        (
            "scf_bootstrap",
            "#!/bin/bash\r\nexit 0\r\n",
            0o755,
            settings(),
            405,
        ),
        (
            "scf_bootstrap",
            "#!/bin/bash\nexit 0",
            0o755,
            settings(),
            405,
        ),
        (
            "scf_bootstrap",
            "#!/bin/bash\nexit 3\n",
            0o755,
            settings(),
            445,
        ),
        (
            "scf_bootstrap",
            "#!/bin/bash\nexec ./web.py 127.0.0.1:9000\n",
            0o755,
            slow,
            446,
        ),
    ] {
        let Some(program) = with_start(name, start, mode, settings) else {
            return;
        };
        let listener = behind(&*program, "function-url");
        let reply = get(listener.address(), "/");
        assert_eq!(reply.status, status, "{start:?}: {}", reply.text());
        assert_eq!(reply.json()["statusCode"], status, "{start:?}");
    }
}

fn custom(script: &str, mode: u32, settings: Settings) -> Box<dyn Program> {
    deploy("tencent-event", &[("bootstrap", mode, script)], settings)
}

#[test]
fn a_custom_runtime_asks_for_its_events() {
    let Some(script) = python(include_str!("programs/scf.py")) else {
        return;
    };
    let program = custom(&script, 0o755, settings());
    let seen = json(&call(&*program, r#"{"do":"look"}"#));
    assert_eq!(seen["early"], 400);
    assert_eq!(seen["empty"], 400);
    assert_eq!(seen["id"], "5b0b9f3e-0000-4000-8000-000000000001");
    assert_eq!(seen["again"], seen["id"]);
    assert_eq!(seen["memory"], "128");
    assert_eq!(seen["time"], "60000");
    if has_namespaces() {
        assert_eq!(seen["folder"], "/var/user");
    }
    // The first result counts.
    assert_eq!(json(&call(&*program, r#"{"do":"twice"}"#))["n"], 1);
    for (what, expected) in [
        ("raise", Failure::Threw("no".to_owned())),
        ("exit", Failure::Exited),
    ] {
        let outcome = call(&*program, &format!(r#"{{"do":"{what}"}}"#));
        assert_eq!(outcome, Outcome::Failed(expected), "{}", program.log());
    }
    assert_eq!(json(&call(&*program, r#"{"do":"twice"}"#))["n"], 1);
}

#[test]
fn custom_runtimes_that_do_not_start_fail_every_call() {
    let slow = Settings {
        start: Some(SOON),
        ..settings()
    };
    for (script, mode, settings, failure, line) in [
        (
            "#!/bin/sh\nexit 3\n",
            0o755,
            settings(),
            Failure::Exited,
            "439 ",
        ),
        (
            "#!/bin/sh\nexit 0\n",
            0o644,
            settings(),
            Failure::Exited,
            "405 ",
        ),
        (
            "#!/bin/sh\nsleep 1000\n",
            0o755,
            slow,
            Failure::TimedOut,
            "445 ",
        ),
    ] {
        let program = custom(script, mode, settings);
        assert_eq!(call(&*program, "{}"), Outcome::Failed(failure));
        assert!(program.log().contains(line), "{script}: {}", program.log());
    }
}
