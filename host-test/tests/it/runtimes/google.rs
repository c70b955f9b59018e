//! Google Cloud Run.

use std::time::Duration;

use host_test::gateways::{Failure, Outcome, find};
use host_test::listener::Listener;
use host_test::runtimes::{Program, Settings, has_namespaces};

use super::{
    LATER, SOON, Seen, at_last, behind, call, deploy, logged, python, settings, try_deploy,
};
use crate::client::{ask, get};
use crate::stands::ANY_PORT;

const DOCKERFILE: &str = "FROM scratch
COPY . /srv/pics/
WORKDIR /srv/pics
ENTRYPOINT [\"/srv/pics/web.py\", \"0.0.0.0:8080\"]
";

fn service(settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/web.py"))?;
    let files = [
        ("web.py", 0o755, script.as_str()),
        ("Dockerfile", 0o644, DOCKERFILE),
    ];
    Some(deploy("google", &files, settings))
}

/// A service deployed without a build, with a command of its owner's.
fn commanded(command: &str, start: Option<Duration>) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/web.py"))?;
    let settings = Settings {
        command: Some(command.to_owned()),
        start: start.or(settings().start),
        ..settings()
    };
    Some(deploy("google", &[("web.py", 0o755, &script)], settings))
}

#[test]
fn requests_come_with_the_front_s_fields() {
    let own = Settings {
        environment: vec![("OWN".to_owned(), "x".to_owned())],
        ..settings()
    };
    let Some(program) = service(own) else { return };
    let listener = behind(&*program, "run-app");
    let fields = [("X-Tag", "one"), ("X-Forwarded-For", "192.0.2.1")];
    let target = "/%61/b%20c?id=1&id=2&q=%41";
    let reply = ask(listener.address(), "PUT", target, &fields, b"\xff");
    let seen = Seen::of(&reply);
    assert_eq!(seen.0["method"], "PUT");
    assert_eq!(seen.0["target"], "/a/b%20c?id=1&id=2&q=%41");
    assert_eq!(seen.0["body"], "\u{ff}");
    for (name, value) in [
        ("Host", "pictures.test"),
        ("X-Tag", "one"),
        ("X-Forwarded-For", "192.0.2.1, 127.0.0.1"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "for=127.0.0.1;proto=https"),
    ] {
        assert_eq!(seen.field(name), value, "{name}");
    }
    let (trace, rest) = seen.field("X-Cloud-Trace-Context").split_once('/').unwrap();
    let (span, options) = rest.split_once(';').unwrap();
    assert_eq!((trace.len(), options), (32, "o=1"));
    let span: u64 = span.parse().unwrap();
    let same = format!("00-{trace}-{span:016x}-01");
    assert_eq!(seen.field("Traceparent"), same);
    for (name, value) in [
        ("PORT", Some("8080")),
        ("K_SERVICE", Some("edgepick")),
        ("CLOUD_RUN_TIMEOUT_SECONDS", Some("60")),
        ("OWN", Some("x")),
        ("FUNCTION_TARGET", None),
    ] {
        assert_eq!(seen.variable(name), value, "{name}");
    }
    if has_namespaces() {
        assert_eq!(seen.0["folder"], "/srv/pics");
    }
    let reply = get(listener.address(), "/redirect");
    assert_eq!(reply.status, 302);
    let cookies = reply.headers.iter().filter(|field| field.0 == "set-cookie");
    assert_eq!(cookies.count(), 2);
    let head = ask(listener.address(), "HEAD", "/", &[], b"");
    let length = head.header("content-length").unwrap();
    assert!(length.parse::<usize>().unwrap() > 0);
    for (method, path, status) in [("GET", "/healthz", 404), ("TRACE", "/", 405)] {
        let reply = ask(listener.address(), method, path, &[], b"");
        assert_eq!(reply.status, status, "{method} {path}");
    }
    let large = vec![b'x'; (32 << 20) + 1];
    assert_eq!(
        ask(listener.address(), "POST", "/", &[], &large).status,
        413
    );
}

#[test]
fn calls_that_fail_are_told_apart() {
    let late = Settings {
        timeout: Some(LATER),
        ..settings()
    };
    for (path, settings, status, line) in [
        ("/exit", settings(), 503, "Container called exit(7)."),
        ("/hang-up", settings(), 502, "malformed"),
        ("/sleep", late, 504, "maximum request timeout"),
    ] {
        let Some(program) = service(settings) else {
            return;
        };
        let listener = behind(&*program, "run-app");
        assert_eq!(get(listener.address(), path).status, status, "{path}");
        assert!(program.log().contains(line), "{path}: {}", program.log());
        at_last(path, || {
            let reply = get(listener.address(), "/fail");
            (reply.status, &*reply.body) == (500, b"no")
        });
    }
}

#[test]
fn containers_that_do_not_listen_at_their_port_do_not_start() {
    for (command, start, line) in [
        (
            "./web.py 127.0.0.1:8080",
            Some(SOON),
            "then listen on the port",
        ),
        ("web.py 0.0.0.0:8081", Some(SOON), "then listen on the port"),
        ("./web.py nowhere:8080", None, "Container called exit(1)."),
        ("./none", None, "No such file"),
    ] {
        let Some(program) = commanded(command, start) else {
            return;
        };
        let listener = behind(&*program, "run-app");
        let reply = get(listener.address(), "/");
        assert_eq!(reply.status, 503, "{command}: {}", program.log());
        assert!(program.log().contains(line), "{command}: {}", program.log());
    }
    let error = try_deploy("google", &[("a", 0o755, "")], settings()).err();
    let text = error.unwrap().to_string();
    assert!(text.contains("holds no Dockerfile"), "{text}");
}

#[test]
fn events_are_posted() {
    let function = Settings {
        environment: vec![(
            "FUNCTION_SIGNATURE_TYPE".to_owned(),
            "cloudevent".to_owned(),
        )],
        ..settings()
    };
    let Some(program) = service(function) else {
        return;
    };
    let gateway = find("google_cloudevents").unwrap().with([""; 0]).unwrap();
    let listener = Listener::start(ANY_PORT, gateway, program.function().unwrap(), None).unwrap();
    let reply = ask(listener.address(), "PUT", "/cat.png", &[], b"");
    assert_eq!(reply.json()["acknowledged"], true, "{}", program.log());
    let seen = Seen(super::json(&call(&*program, "{}")));
    assert_eq!(seen.0["method"], "POST");
    assert_eq!(seen.0["target"], "/");
    assert_eq!(seen.0["body"], "{}");
    assert_eq!(seen.field("Function-Execution-Id").len(), 12);
    assert_eq!(seen.variable("FUNCTION_SIGNATURE_TYPE"), Some("cloudevent"));
    assert_eq!(seen.variable("FUNCTION_TARGET"), Some("edgepick"));
    // Without namespaces one runs at a time.
    drop((seen, listener, program));
    let Some(program) = commanded("false", None) else {
        return;
    };
    assert_eq!(call(&*program, "{}"), Outcome::Failed(Failure::Exited));
}

#[test]
fn answers_have_their_longest() {
    const MOST: usize = 32 << 20;
    let Some(program) = service(settings()) else {
        return;
    };
    let listener = behind(&*program, "run-app");
    let reply = get(listener.address(), &format!("/large?{MOST}"));
    assert_eq!((reply.status, reply.body.len()), (200, MOST));
    let reply = get(listener.address(), &format!("/large?{}", MOST + 1));
    assert_eq!(
        (reply.status, reply.text()),
        (500, "Response size was too large")
    );
    logged(&*program, "TooLarge", 1);
}

#[test]
fn a_service_is_asked_to_end() {
    let Some(program) = service(settings()) else {
        return;
    };
    assert_eq!(program.stop(), None);
    let listener = behind(&*program, "run-app");
    assert_eq!(get(listener.address(), "/").status, 200);
    assert_eq!(program.stop(), Some(0), "{}", program.log());
    logged(&*program, "asked to end\n", 1);
    assert_eq!(get(listener.address(), "/").status, 200);
}
