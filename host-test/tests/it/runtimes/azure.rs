//! Azure Functions' custom handlers.

use host_test::gateways::{Failure, Outcome, find};
use host_test::listener::Listener;
use host_test::runtimes::{Program, Settings, has_namespaces};
use serde_json::json;

use super::{LATER, SOON, Seen, behind, call, deploy, logged, python, settings, try_deploy};
use crate::client::{ask, get};
use crate::stands::ANY_PORT;

fn host(forwarding: bool, prefix: &str) -> String {
    json!({
        "version": "2.0",
        "customHandler": {
            "description": { "defaultExecutablePath": "handler", "arguments": ["a b"] },
            "enableForwardingHttpRequest": forwarding,
        },
        "extensions": { "http": { "routePrefix": prefix } },
    })
    .to_string()
}

const PIC: &str = r#"{"bindings":[
    {"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous",
     "methods":["get","post"],"route":"{*path}"},
    {"type":"http","direction":"out","name":"res"}]}"#;
const TICK: &str = r#"{"bindings":[
    {"type":"timerTrigger","direction":"in","name":"tick","schedule":"0 */5 * * * *"}]}"#;

fn app(host: &str, settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/handler.py"))?;
    let files = [
        ("host.json", 0o644, host),
        ("handler", 0o755, script.as_str()),
        ("pic/function.json", 0o644, PIC),
        ("tick/function.json", 0o644, TICK),
    ];
    Some(deploy("azure", &files, settings))
}

#[test]
fn requests_are_forwarded_where_the_zip_says_so() {
    let Some(program) = app(&host(true, ""), settings()) else {
        return;
    };
    let listener = behind(&*program, "azurewebsites");
    let target = "/a%20b/c?id=1&id=2&q=x%20y";
    let reply = ask(
        listener.address(),
        "POST",
        target,
        &[("X-Tag", "one"), ("User-Agent", "probe/1")],
        b"\xff",
    );
    let seen = Seen::of(&reply);
    assert_eq!(seen.0["target"], "/a%20b/c?id=1%2C2&q=x+y");
    assert_eq!(seen.0["body"], "\u{ff}");
    assert_eq!(seen.0["arguments"], json!(["a b"]));
    for (name, value) in [
        ("Host", "pictures.test"),
        ("X-Tag", "one"),
        ("User-Agent", "probe/1 Azure-Functions-Host/4.1036.1.0"),
        ("X-Forwarded-For", "127.0.0.1:53124"),
        ("X-Azure-Functions-Hostversion", "4.1036.1.0"),
    ] {
        assert_eq!(seen.field(name), value, "{name}");
    }
    assert_eq!(seen.field("X-Azure-Functions-Invocationid").len(), 36);
    assert_eq!(
        seen.variable("FUNCTIONS_CUSTOMHANDLER_PORT"),
        seen.variable("FUNCTIONS_HTTPWORKER_PORT")
    );
    if has_namespaces() {
        assert_eq!(seen.0["folder"], "/home/site/wwwroot");
    }
    assert_eq!(get(listener.address(), "/redirect").status, 302);
    // Once, before the first call.
    let ping = "pinged GET / [('Host', '127.0.0.1:38215')]\n";
    logged(&*program, ping, 1);
    assert_eq!(program.log().matches("pinged").count(), 1);
    let long = format!("/?{}", "x".repeat(4096));
    assert_eq!(get(listener.address(), &long).status, 414);
    let reply = ask(listener.address(), "PUT", "/", &[], b"");
    assert_eq!(reply.status, 404);
}

#[test]
fn calls_are_documents_otherwise() {
    let Some(program) = app(&host(false, "api"), settings()) else {
        return;
    };
    let listener = behind(&*program, "azurewebsites");
    let seen = Seen::of(&get(listener.address(), "/api/a%20b?id=1&id=2"));
    assert_eq!(
        (&seen.0["method"], &seen.0["target"]),
        (&json!("POST"), &json!("/pic"))
    );
    let document: serde_json::Value =
        serde_json::from_str(seen.0["body"].as_str().unwrap()).unwrap();
    let asked = &document["Data"]["req"];
    assert_eq!(asked["Url"], "https://pictures.test/api/a%20b?id=1&id=2");
    assert_eq!(asked["Params"]["path"], "a b");
    for (path, status, line) in [
        ("/api/moved", 302, ""),
        ("/api/redirect", 500, "stands in Outputs"),
        ("/api/text", 500, "Invalid HttpResponseMessage"),
        ("/api/exit", 500, "Ended"),
        ("/api/moved", 302, ""),
        ("/other", 404, ""),
    ] {
        let reply = get(listener.address(), path);
        assert_eq!(reply.status, status, "{path}: {}", program.log());
        assert!(program.log().contains(line), "{path}: {}", program.log());
    }
}

#[test]
fn other_triggers_are_documents_in_either_mode() {
    for forwarding in [true, false] {
        let Some(program) = app(&host(forwarding, ""), settings()) else {
            return;
        };
        for (function, status) in [("tick", 200), ("none", 500)] {
            let arguments = ["--trigger", "timer", "--function", function];
            let gateway = find("azure_functions").unwrap().with(arguments).unwrap();
            let function = program.function().unwrap();
            let listener = Listener::start(ANY_PORT, gateway, function, None).unwrap();
            let reply = get(listener.address(), "/");
            assert_eq!(reply.status, status, "{}", program.log());
        }
    }
}

#[test]
fn handlers_that_fail() {
    let late = Settings {
        timeout: Some(LATER),
        ..settings()
    };
    let Some(program) = app(&host(true, ""), late) else {
        return;
    };
    let listener = behind(&*program, "azurewebsites");
    assert_eq!(get(listener.address(), "/sleep").status, 500);
    assert!(program.log().contains("TimedOut"), "{}", program.log());
    let outcome = call(&*program, "{}");
    assert!(
        matches!(outcome, Outcome::Failed(Failure::Threw(_))),
        "{outcome:?}"
    );
    // Without namespaces one runs at a time.
    drop((listener, program));
    let files = |handler, mode| {
        [
            ("host.json", 0o644, host(true, "")),
            ("handler", mode, handler),
            ("pic/function.json", 0o644, PIC.to_owned()),
        ]
    };
    let slow = Settings {
        start: Some(SOON),
        ..settings()
    };
    for (handler, mode, settings, line) in [
        ("#!/bin/sh\nexit 3\n", 0o755, settings(), "EndedAtStart"),
        ("#!/bin/sh\n", 0o644, settings(), "NotExecutable"),
        ("#!/bin/sh\nsleep 1000\n", 0o755, slow, "NotListening"),
    ] {
        let files = files(handler.to_owned(), mode);
        let files: Vec<_> = files.iter().map(|(n, m, t)| (*n, *m, t.as_str())).collect();
        let program = deploy("azure", &files, settings);
        let listener = behind(&*program, "azurewebsites");
        assert_eq!(get(listener.address(), "/").status, 500);
        assert!(program.log().contains(line), "{}", program.log());
    }
}

#[test]
fn functions_may_ask_for_a_key() {
    let Some(script) = python(include_str!("programs/handler.py")) else {
        return;
    };
    let (host, pic) = (host(true, ""), PIC.replace("anonymous", "function"));
    let files = [
        ("host.json", 0o644, host.as_str()),
        ("handler", 0o755, script.as_str()),
        ("pic/function.json", 0o644, pic.as_str()),
    ];
    let program = deploy("azure", &files, settings());
    let log = program.log();
    let key = log.trim().rsplit(' ').next().unwrap();
    let address = behind(&*program, "azurewebsites");
    let address = address.address();
    let coded: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
    for (query, field, status) in [
        ("", None, 401),
        ("?code=other", None, 401),
        ("", Some("other"), 401),
        (&*format!("?code={coded}"), None, 200),
        ("", Some(key), 200),
    ] {
        let fields: Vec<_> = field
            .map(|key| ("X-Functions-Key", key))
            .into_iter()
            .collect();
        let reply = ask(address, "GET", &format!("/a{query}"), &fields, b"");
        assert_eq!(reply.status, status, "{query} {field:?}");
        if status == 401 {
            assert_eq!(reply.text(), "");
        }
    }
}

#[test]
fn a_handler_that_fails_too_often_is_given_up() {
    let Some(program) = app(&host(true, ""), settings()) else {
        return;
    };
    let listener = behind(&*program, "azurewebsites");
    for _ in 0..4 {
        assert_eq!(get(listener.address(), "/exit").status, 500);
    }
    assert_eq!(get(listener.address(), "/").status, 503);
    assert!(
        program.log().contains("not started again"),
        "{}",
        program.log()
    );
}

#[test]
fn a_handler_that_hangs_up_goes_on() {
    for (forwarding, prefix) in [(true, ""), (false, "api")] {
        let Some(program) = app(&host(forwarding, prefix), settings()) else {
            return;
        };
        let listener = behind(&*program, "azurewebsites");
        let base = if forwarding { "" } else { "/api" };
        let ask = |path: &str| get(listener.address(), &format!("{base}{path}"));
        let worker = |path| {
            let seen = Seen::of(&ask(path));
            let id = seen.variable("FUNCTIONS_CUSTOMHANDLER_WORKER_ID");
            id.unwrap().to_owned()
        };
        let before = worker("/a");
        // Oftener than it may end.
        for path in ["/hang-up", "/half"].repeat(3) {
            let reply = ask(path);
            assert_eq!((reply.status, reply.text()), (500, ""), "{path}");
            logged(&*program, "Broken", 1);
        }
        assert_eq!(worker("/a"), before, "{}", program.log());
    }
}

#[test]
fn the_app_says_how_long_requests_may_be() {
    let limited = |most: &str| Settings {
        environment: vec![(
            "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT".to_owned(),
            most.to_owned(),
        )],
        ..settings()
    };
    for (forwarding, prefix) in [(true, ""), (false, "api")] {
        let Some(program) = app(&host(forwarding, prefix), limited("10")) else {
            return;
        };
        let listener = behind(&*program, "azurewebsites");
        for (length, status) in [(10, 200), (11, 413), (1 << 20, 413)] {
            let target = format!("/{prefix}");
            let reply = ask(
                listener.address(),
                "POST",
                &target,
                &[],
                &vec![b'x'; length],
            );
            assert_eq!(reply.status, status, "{length}: {}", program.log());
        }
    }
    let files = [("host.json", 0o644, &*host(true, ""))];
    let error = try_deploy("azure", &files, limited("10 MB")).err().unwrap();
    assert!(error.to_string().contains("accepted: bytes"), "{error}");
}

#[test]
fn zips_that_the_host_cannot_read() {
    let whole = host(true, "");
    for (files, message) in [
        (&[("a", 0o644, "")][..], "host.json at the zip's root"),
        (&[("host.json", 0o644, "{}")], "accepted: \"2.0\""),
        (
            &[("host.json", 0o644, r#"{"version":"2.0"}"#)],
            "defaultExecutablePath is missing",
        ),
        (
            &[("host.json", 0o644, whole.as_str())],
            "no folder of the zip has a function.json",
        ),
        (
            &[
                ("host.json", 0o644, whole.as_str()),
                ("pic/function.json", 0o644, "{"),
            ],
            "pic/function.json: ",
        ),
    ] {
        let error = try_deploy("azure", files, settings()).err().unwrap();
        assert!(error.to_string().contains(message), "{error}");
    }
}
