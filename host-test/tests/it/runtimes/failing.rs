//! A component that panics, loops and wants too much memory inside of the
//! runner: each platform gets its own form of error, the process lives, and the
//! next call is answered.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgepick_host::pack::Site;
use edgepick_host::runner_engine::{Architecture, precompile};
use host_test::gateways::{Failure, Invocation, Outcome};
use host_test::runtimes::{IMAGES, Program, Runtime, all, has_namespaces};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::images::{NO_LOGS, image};
use super::packed::LIST;
use super::{at_last, behind, edited, logged};
use crate::client::get;
use crate::stands::input;
use crate::zips::{self, deployed_with, site};

/// See `guests/unruly`.
const UNRULY: &[u8] = include_bytes!(env!("EDGEPICK_UNRULY"));

/// What the program says at each of its starts.
const STARTED: &str = "warning: list.txt:2:";

/// A zip's content with that component, and with a list that is complained of.
pub(super) fn unruly() -> Site {
    let mut site = site(input(LIST), None);
    for file in &mut site.files {
        match &*file.name {
            "component.cwasm" => {
                file.bytes = precompile(UNRULY, Architecture::X86_64).unwrap().into();
            }
            "list.txt" => file.bytes = (&b"https://i.example/1.webp\nno address\n"[..]).into(),
            _ => {}
        }
    }
    site
}

/// An event that does as the word says.
type Event = fn(&str) -> Value;

fn plain(word: &str) -> Value {
    json!({ "do": word })
}

/// What only some platforms need beside the event.
struct Row {
    kind: &'static str,
    event: Event,
    target: &'static str,
    /// What stands in the answer after a failure, and after a time-out.
    failed: &'static str,
    late: &'static str,
}

const ROWS: [Row; 12] = [
    Row {
        kind: "aws",
        event: plain,
        target: "",
        failed: "Runtime.internal: the component failed: ",
        late: "Runtime.timeout: the component took longer than 2 s",
    },
    Row {
        kind: "azure",
        event: |word| json!({ "Data": { "req": { "do": word } }, "Metadata": {} }),
        target: "/edgepick",
        failed: "500 Internal Server Error",
        late: "500 Internal Server Error",
    },
    Row {
        kind: "google",
        event: |word| json!({ "specversion": "1.0", "id": "1", "source": "//a", "type": "b", "data": word }),
        target: "/",
        failed: "500 Internal Server Error: the component failed: ",
        late: "500 Internal Server Error: the component took longer than 2 s",
    },
    Row {
        kind: "openwhisk",
        event: plain,
        target: "",
        failed: r#""statusCode":500"#,
        late: r#""statusCode":504"#,
    },
    Row {
        kind: "openwhisk-proxy",
        event: plain,
        target: "",
        failed: r#""statusCode":500"#,
        late: r#""statusCode":504"#,
    },
    Row {
        kind: "aliyun",
        event: plain,
        target: "",
        failed: "the component failed: ",
        late: "the component took longer than 2 s",
    },
    Row {
        kind: "tencent-event",
        event: plain,
        target: "",
        failed: "the component failed: ",
        late: "the component took longer than 2 s",
    },
    Row {
        kind: "tencent-image",
        event: plain,
        target: "",
        failed: "500 Internal Server Error: the component failed: ",
        late: "500 Internal Server Error: the component took longer than 2 s",
    },
    Row {
        kind: "baidu",
        event: plain,
        target: "",
        failed: r#""errorType":"internal""#,
        late: r#""errorType":"timeout""#,
    },
    Row {
        kind: "huawei",
        event: |word| {
            json!({
                "httpMethod": "GET", "path": word, "isBase64Encoded": false,
                "requestContext": {},
            })
        },
        target: "",
        failed: r#""code":"internal""#,
        late: r#""code":"timeout""#,
    },
    Row {
        kind: "huawei-event",
        event: plain,
        target: "",
        failed: r#""errorType":"internal""#,
        late: r#""errorType":"timeout""#,
    },
    Row {
        kind: "leancloud",
        event: plain,
        target: "/1.1/functions/random",
        failed: r#"{"code":1,"error":"the component failed: "#,
        late: r#"{"code":124,"error":"The request timed out on the server."}"#,
    },
];

/// Callers of LeanCloud's functions show its app's keys; Azure's host names
/// each call.
const SHOWN: [(&str, &str); 3] = [
    ("x-lc-id", "hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz"),
    ("x-lc-key", "kQ7vXy2LmN4pRs6TuWz8aBcD"),
    ("x-azure-functions-invocationid", ID),
];

const ID: &str = "5b0b9f3e-0000-4000-8000-000000000001";

/// What the platform makes of one event, as a text.
fn called(program: &dyn Program, row: &Row, word: &str) -> String {
    let fields = SHOWN.map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    });
    let invocation = Invocation {
        event: (row.event)(word).to_string().into_bytes(),
        request_id: ID.to_owned(),
        target: (!row.target.is_empty()).then(|| row.target.to_owned()),
        headers: HeaderMap::from_iter(fields),
        ..Invocation::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outcome = runtime.block_on(program.function().unwrap().invoke(&invocation));
    let text = match outcome {
        Outcome::Returned(bytes) => String::from_utf8(bytes).unwrap(),
        Outcome::Failed(Failure::Threw(text)) => text,
        Outcome::Failed(other) => panic!("{}: {other:?}: {}", row.kind, program.log()),
    };
    if row.kind != "huawei" {
        return text;
    }
    // Its proxy makes a document of any answer.
    let document: Value = serde_json::from_str(&text).unwrap();
    let body = STANDARD.decode(document["body"].as_str().unwrap()).unwrap();
    String::from_utf8(body).unwrap()
}

/// The same by plain HTTP, in the form of the public interface.
#[track_caller]
fn asked(address: SocketAddr, base: &str, word: &str, at: &str) {
    let (status, code) = match word {
        LOOP => (504, "timeout"),
        _ => (500, "internal"),
    };
    let reply = get(address, &format!("{base}{word}"));
    assert_eq!(reply.status, status, "{at} {word}: {}", reply.text());
    assert_eq!(reply.json()["code"], code, "{at} {word}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{at}");
    // By an instance that has never failed.
    let reply = get(address, &format!("{base}/good"));
    assert_eq!(
        (reply.status, reply.text()),
        (200, "1"),
        "{at} after {word}"
    );
}

const LOOP: &str = "/loop";

/// Everything that a program is asked for, in both ways.
fn check(row: &Runtime, program: &dyn Program, word: &str) {
    for door in row.doors.iter().take(1) {
        let listener = behind(program, door.name);
        asked(listener.address(), door.base, word, row.kind);
    }
    for events in ROWS.iter().filter(|events| events.kind == row.kind) {
        let text = called(program, events, word);
        let expected = if word == LOOP {
            events.late
        } else {
            events.failed
        };
        assert!(text.contains(expected), "{} {word}: {text}", row.kind);
        let text = called(program, events, "/good");
        let good = row.kind == "huawei" && text == "1" || text.contains("good");
        assert!(good, "{} after {word}: {text}", row.kind);
    }
}

/// The kind's program with that component, and with events taken.
fn started(row: &Runtime, site: &Site) -> Box<dyn Program> {
    if IMAGES.iter().any(|image| image.kind == row.kind) {
        return image(row.kind, site);
    }
    deployed_with(row, site, |settings| {
        settings.environment.push(match row.kind {
            "google" => (
                "FUNCTION_SIGNATURE_TYPE".to_owned(),
                "cloudevent".to_owned(),
            ),
            _ => zips::events(),
        });
    })
}

/// As many kinds as can run at once.
fn groups() -> Vec<Vec<&'static Runtime>> {
    let rows: Vec<_> = all().collect();
    // Without namespaces one runs at a time.
    let at_once = if has_namespaces() { rows.len() } else { 1 };
    rows.chunks(at_once).map(<[_]>::to_vec).collect()
}

#[test]
fn failures_inside_of_the_runner_are_reported_and_it_lives_on() {
    let site = unruly();
    for rows in groups() {
        let programs = rows.into_iter().map(|row| (row, started(row, &site)));
        let programs: Vec<_> = programs.collect();
        for (row, program) in &programs {
            check(row, &**program, "/panic");
            // To fill all memory there is takes some of the time that an answer has.
            check(row, &**program, "/vast");
        }
        // These wait for a time-out, and need not wait for each other.
        std::thread::scope(|scope| {
            for (row, program) in &programs {
                scope.spawn(|| check(row, &**program, LOOP));
            }
        });
        for (row, program) in &programs {
            logged(&**program, STARTED, 1);
            let log = program.log();
            let starts = log.matches(STARTED).count();
            assert_eq!(starts, 1, "{} started again: {log}", row.kind);
            assert!(!log.contains(NO_LOGS), "{}: {log}", row.kind);
        }
    }
}

#[test]
fn every_kind_can_fail() {
    for row in all() {
        let events = ROWS.iter().any(|events| events.kind == row.kind);
        assert_eq!(events, !row.gateways.is_empty(), "{}", row.kind);
    }
}

#[test]
fn a_hoard_leaves_room_in_128_mib_of_addresses() {
    let pictures = site(input(LIST), None);
    for (site, path, status) in [(&pictures, "/", 302), (&unruly(), "/oom", 500)] {
        let program = edited::deployed("tencent", site, &[edited::FEW_ADDRESSES]);
        let listener = behind(&*program, "function-url");
        for _ in 0..3 {
            // It may take longer than an answer may.
            at_last(path, || {
                let reply = get(listener.address(), path);
                let late = path == "/oom" && reply.status == 504;
                assert!(
                    late || reply.status == status,
                    "{reply:?}: {}",
                    program.log()
                );
                !late
            });
        }
        assert_eq!(
            program.log().matches("listening").count(),
            1,
            "{}",
            program.log()
        );
    }
}

#[test]
fn what_is_under_way_is_answered_before_the_end() {
    let site = unruly();
    for mut rows in groups() {
        // The proxy of an action loop sends its program no signal.
        rows.retain(|row| row.kind != "openwhisk");
        let programs = rows.into_iter().map(|row| (row, started(row, &site)));
        let programs: Vec<_> = programs.collect();
        std::thread::scope(|scope| {
            for (row, program) in &programs {
                let answer = scope.spawn(|| late(row, &**program));
                scope.spawn(|| {
                    logged(&**program, "looping\n", 1);
                    let ended = program.stop();
                    assert_eq!(ended, Some(0), "{}: {}", row.kind, program.log());
                    answer.join().unwrap();
                    let log = program.log();
                    assert_eq!(log.matches(LATE).count(), 1, "{}: {log}", row.kind);
                });
            }
        });
    }
}

/// What the runner's own log says of a time-out.
const LATE: &str = r#""failure":"the component took longer than 2 s"#;

/// Asks for what takes too long, by the kind's first way.
fn late(row: &Runtime, program: &dyn Program) {
    if let Some(door) = row.doors.first() {
        let listener = behind(program, door.name);
        let reply = get(listener.address(), &format!("{}{LOOP}", door.base));
        let code = &reply.json()["code"];
        assert_eq!(
            (reply.status, code),
            (504, &json!("timeout")),
            "{}",
            row.kind
        );
        return;
    }
    let events = ROWS.iter().find(|events| events.kind == row.kind).unwrap();
    let text = called(program, events, LOOP);
    assert!(text.contains(events.late), "{}: {text}", row.kind);
}
