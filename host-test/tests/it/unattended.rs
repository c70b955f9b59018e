//! Events of AWS, Azure and Google that nobody waits for, and doors that only
//! some callers come through.

use host_test::function::Deployed;
use host_test::gateways::find;
use host_test::listener::Listener;
use serde_json::{Value, json};

use crate::client::{Reply, ask};
use crate::stands::{ANY_PORT, stand};

/// What the platform says after this request made an event.
fn fire(row: &str, arguments: &[&str], method: &str, target: &str, body: &[u8]) -> Reply {
    let row = find(row).unwrap();
    let gateway = row.with(arguments).unwrap();
    let target = format!("{}{target}", gateway.base());
    let function = Box::new(Deployed::new(&stand("sample").site, row.platform));
    let listener = Listener::start(ANY_PORT, gateway, function, None).unwrap();
    ask(listener.address(), method, &target, &[], body)
}

#[test]
fn lambda_takes_what_other_services_send() {
    for (source, method, target) in [
        ("schedule", "POST", "/"),
        ("scheduler", "POST", "/"),
        ("s3", "PUT", "/new/red%20cat%2B1.png"),
        ("s3", "DELETE", "/new/red%20cat%2B1.png"),
        ("s3-test", "POST", "/"),
        ("event-bridge", "PUT", "/%E7%8C%AB.png"),
        ("sns", "POST", "/"),
    ] {
        let reply = fire("aws_events", &["--source", source], method, target, b"hi");
        let record = reply.json();
        let condition = &record["requestContext"]["condition"];
        assert_eq!(condition, "Success", "{source}: {record}");
        assert!(record["responsePayload"].is_object(), "{source}: {record}");
    }
}

#[test]
fn no_record_comes_again() {
    for source in ["sqs", "kinesis", "dynamodb"] {
        for arguments in [
            &["--source", source][..],
            &["--source", source, "--report-batch-item-failures"],
        ] {
            let reply = fire("aws_events", arguments, "POST", "/", b"a\n{\"count\":3}\nc");
            let report = reply.json();
            assert_eq!(report["again"], json!([]), "{arguments:?}: {report}");
            let done = report["done"].as_array().map(Vec::len);
            assert_eq!(done, Some(3), "{arguments:?}: {report}");
        }
    }
}

#[test]
fn what_a_person_sends_to_lambda_is_an_invoke() {
    let stand = stand("sample");
    let invoke = &["--source", "invoke"];
    for (body, pictures) in [("", 1), ("{}", 1), (r#"{"count":2}"#, 2)] {
        let reply = fire("aws_events", invoke, "POST", "", body.as_bytes());
        assert_eq!(reply.header("x-amz-function-error"), None, "{reply:?}");
        let document = reply.json();
        let found = document["images"].as_array().map_or(1, Vec::len);
        assert_eq!(found, pictures, "{document}");
        let first = document.pointer("/images/0").unwrap_or(&document);
        assert!(stand.pictures.has(first["url"].as_str().unwrap()));
    }
    let wrong = fire("aws_events", invoke, "POST", "", br#"{"count":0}"#);
    assert_eq!(wrong.json()["code"], "bad_value");
    for source in ["schedule", "scheduler"] {
        let arguments = ["--source", source, "--input", r#"{"count":2}"#];
        let record = fire("aws_events", &arguments, "POST", "/", b"").json();
        assert_eq!(record["responsePayload"]["count"], 2, "{record}");
    }
}

#[test]
fn azure_s_triggers_succeed() {
    for (arguments, body) in [
        (&["--trigger", "timer"][..], ""),
        (&["--trigger", "timer", "--past-due"], ""),
        (&["--trigger", "queue"], "refresh"),
        (&["--trigger", "queue"], r#"{"count":3}"#),
    ] {
        let reply = fire("azure_functions", arguments, "POST", "/", body.as_bytes());
        assert_eq!(reply.status, 200, "{arguments:?} {reply:?}");
        assert!(reply.text().contains("(Succeeded, "), "{}", reply.text());
    }
}

#[test]
fn google_s_events_are_acknowledged() {
    for shape in [
        "binary",
        "structured",
        "batch",
        "push",
        "pubsub",
        "scheduler",
        "background",
        "background-flat",
        "background-fields",
    ] {
        for (target, body) in [("/new/red%20cat.png", "refresh"), ("/%E7%8C%AB%25", "")] {
            let arguments = ["--shape", shape];
            let reply = fire(
                "google_cloudevents",
                &arguments,
                "PUT",
                target,
                body.as_bytes(),
            );
            let report = reply.json();
            assert_eq!(report["acknowledged"], true, "{shape} {body:?}: {report}");
        }
    }
}

#[test]
fn targets_are_healthy_and_console_tests_pass() {
    let health = &["--health-check", "/healthz"];
    let reply = fire("aws_alb", health, "GET", "/", b"");
    let state = &reply.json()["TargetHealth"]["State"];
    assert_eq!(state, "healthy");
    let reply = fire("aws_rest_v1", &["--console-test"], "GET", "/", b"");
    assert_eq!(reply.status, 302, "{reply:?}");
    let reply = fire("azure_functions", &["--no-route"], "GET", "?type=json", b"");
    let record: Value = reply.json();
    let url = record["url"].as_str().unwrap_or_default();
    assert!(stand("sample").pictures.has(url), "{record}");
}
