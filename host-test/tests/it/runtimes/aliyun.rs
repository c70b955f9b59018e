//! Alibaba's web functions.

use host_test::gateways::{Failure, Outcome};
use host_test::listener::Listener;
use host_test::runtimes::{Program, Settings, has_namespaces};

use super::{LATER, SOON, at_last, behind, call, deploy, json, logged, python, settings};
use crate::client::{ask, get};

const WEB: &str = "#!/bin/sh\nexec ./web.py 0.0.0.0:$FC_CUSTOM_LISTEN_PORT\n";

fn with_start(start: &str, mode: u32, settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/web.py"))?;
    let files = [("bootstrap", mode, start), ("web.py", 0o755, &script)];
    Some(deploy("aliyun", &files, settings))
}

fn web(settings: Settings) -> Option<Box<dyn Program>> {
    with_start(WEB, 0o755, settings)
}

fn custom(program: &dyn Program) -> Listener {
    behind(program, "custom-domain")
}

#[test]
fn a_request_gets_through_as_it_is() {
    let Some(program) = web(settings()) else {
        return;
    };
    let listener = custom(&*program);
    let target = "/get/a%2Fb?q=x%20y&id=1&id=2&bare";
    let fields = [
        ("X-Tag", "one"),
        ("X-Fc-Control-Path", "/invoke"),
        ("X-Forwarded-For", "198.51.100.7"),
    ];
    let reply = ask(listener.address(), "POST", target, &fields, b"\xff");
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("x-fc-request-id").is_some());
    let seen = reply.json();
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["target"], target);
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
        ("X-Forwarded-For", "198.51.100.7, 127.0.0.1"),
        ("X-Fc-Control-Path", "/http-invoke"),
        ("X-Fc-Base-Path", "/get/a%2Fb"),
        ("X-Fc-Qualifier", "LATEST"),
    ] {
        assert_eq!(field(name), value, "{name}");
    }
    assert_eq!(
        Some(field("X-Fc-Request-Id")),
        reply.header("x-fc-request-id")
    );
    if has_namespaces() {
        assert_eq!(seen["folder"], "/code");
        assert_eq!(seen["environment"]["FC_FUNC_CODE_PATH"], "/code/");
    }
}

#[test]
fn the_default_domain_passes_no_redirect_and_forces_downloads() {
    let Some(program) = web(settings()) else {
        return;
    };
    let listener = custom(&*program);
    let reply = get(listener.address(), "/redirect");
    assert_eq!(reply.status, 302);
    assert_eq!(
        reply.header("location"),
        Some("https://pictures.test/1.webp")
    );
    assert_eq!(reply.header("server"), None);
    let listener = behind(&*program, "default-domain");
    let reply = get(listener.address(), "/redirect");
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["Code"], "ExternalRedirectForbidden");
    let reply = get(listener.address(), "/");
    assert_eq!(reply.header("content-disposition"), Some("attachment"));
}

#[test]
fn calls_that_fail_are_told_apart() {
    let late = Settings {
        timeout: Some(LATER),
        ..settings()
    };
    for (path, settings, status, code) in [
        ("exit", settings(), 502, "FunctionExited"),
        ("hang-up", settings(), 502, "BadResponse"),
        ("fields", settings(), 502, "BadResponse"),
        ("sleep", late, 502, "FunctionTimeout"),
    ] {
        let Some(program) = web(settings) else { return };
        let listener = custom(&*program);
        let reply = get(listener.address(), &format!("/{path}"));
        assert_eq!(reply.status, status, "{path}: {}", program.log());
        assert_eq!(reply.json()["Code"], code, "{path}: {}", reply.text());
        at_last(path, || get(listener.address(), "/").status == 200);
    }
    let Some(program) = web(settings()) else {
        return;
    };
    let listener = custom(&*program);
    let long = format!("/?{}", "x".repeat(5000));
    assert_eq!(
        get(listener.address(), &long).json()["Code"],
        "InvalidArgument"
    );
    let reply = ask(listener.address(), "TRACE", "/", &[], b"");
    assert_eq!(
        (reply.status, &reply.json()["Code"]),
        (403, &"FCCommonError".into())
    );
    // A request that is safe to send again is.
    get(listener.address(), "/exit");
    logged(&*program, "going\n", 2);
}

#[test]
fn programs_that_do_not_start_are_told_apart() {
    let slow = || Settings {
        start: Some(SOON),
        ..settings()
    };
    for (start, mode, settings, code, text) in [
        (
            WEB,
            0o644,
            settings(),
            "CAFilePermission",
            "execute permissions",
        ),
        ("no program\n", 0o755, settings(), "CAExited", "(code 8, "),
        (
            "#!/bin/sh\necho no list; exit 3\n",
            0o755,
            settings(),
            "CAExited",
            "no list",
        ),
        (
            "#!/bin/sh\nsleep 1000\n",
            0o755,
            slow(),
            "FunctionNotStarted",
            "on port 9000",
        ),
        // Callers do not come from the loopback device.
        (
            "#!/bin/sh\nexec ./web.py 127.0.0.1:$FC_SERVER_PORT\n",
            0o755,
            slow(),
            "FunctionNotStarted",
            "on port 9000",
        ),
    ] {
        let Some(program) = with_start(start, mode, settings) else {
            return;
        };
        let reply = get(custom(&*program).address(), "/");
        assert_eq!(reply.status, 412, "{start}: {}", reply.text());
        let said = reply.json();
        assert_eq!(said["Code"], code, "{start}");
        assert!(said["Message"].as_str().unwrap().contains(text), "{said}");
    }
    let empty = deploy("aliyun", &[("other", 0o755, WEB)], settings());
    let said = get(custom(&*empty).address(), "/").json();
    assert_eq!(said["Code"], "CAFileNotFound");
}

#[test]
fn a_connection_that_is_idle_is_used_again() {
    let Some(program) = web(settings()) else {
        return;
    };
    let listener = custom(&*program);
    let ask = |method, path| ask(listener.address(), method, path, &[], b"");
    let peer = |method| ask(method, "/").json()["peer"].clone();
    let first = peer("POST");
    assert_eq!(first, peer("GET"));
    assert_eq!(first, json(&call(&*program, "{}"))["peer"]);
    // Closed by the program meanwhile: what may be sent again is, over another.
    assert_eq!(ask("GET", "/last").json()["peer"], first);
    let second = peer("GET");
    assert_ne!(second, first);
    assert_eq!(ask("GET", "/last").json()["peer"], second);
    let reply = ask("POST", "/");
    assert_eq!(reply.status, 502, "{}", reply.text());
    assert_eq!(reply.json()["Code"], "BadResponse");
    assert_eq!(ask("POST", "/").status, 200);
}

#[test]
fn an_owner_may_have_the_program_told_of_its_instance() {
    let hooks = || Settings {
        hooks: true,
        ..settings()
    };
    let Some(program) = web(hooks()) else { return };
    let listener = custom(&*program);
    for _ in 0..2 {
        assert_eq!(get(listener.address(), "/").status, 200);
    }
    assert_eq!(json(&call(&*program, "{}"))["target"], "/invoke");
    assert_eq!(program.stop(), Some(0), "{}", program.log());
    let log = program.log();
    let called: Vec<_> = log
        .lines()
        .filter_map(|line| line.strip_prefix("called "))
        .collect();
    assert_eq!(
        called,
        [
            "POST /initialize 0",
            "GET /pre-freeze 0",
            "GET /pre-freeze 0",
            "GET /pre-freeze 0",
            "GET /pre-stop 0",
        ]
    );
    drop((listener, program));
    let start = WEB.replace("LISTEN_PORT", "LISTEN_PORT no-start");
    let program = with_start(&start, 0o755, hooks()).unwrap();
    let listener = custom(&*program);
    let reply = get(listener.address(), "/");
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("x-fc-error-type"), Some("InitializationError"));
    assert!(
        matches!(call(&*program, "{}"), Outcome::Failed(Failure::Threw(_))),
        "{}",
        program.log()
    );
}

#[test]
fn other_triggers_call_invoke() {
    let Some(program) = web(settings()) else {
        return;
    };
    let seen = json(&call(&*program, r#"{"triggerName":"x"}"#));
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["target"], "/invoke");
    assert_eq!(seen["body"], r#"{"triggerName":"x"}"#);
    let fields = seen["headers"].to_string();
    assert!(
        fields.contains(r#"["X-Fc-Control-Path","/invoke"]"#),
        "{fields}"
    );
    // Without namespaces one runs at a time.
    drop(program);
    // A status says nothing, the platform's own field does.
    let script = python(include_str!("programs/invoke.py")).unwrap();
    let program = deploy("aliyun", &[("bootstrap", 0o755, &script)], settings());
    assert_eq!(
        call(&*program, "bad status"),
        Outcome::Returned(b"bad status".to_vec())
    );
    assert_eq!(
        call(&*program, "bad field"),
        Outcome::Failed(Failure::Threw("bad field".to_owned()))
    );
}
