//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Failure, Invocation, Outcome};

fn fired(source: &str, request: &Request<Bytes>) -> (Invocation, Value) {
    let gateway = EMULATOR.with(["--source", source]).unwrap();
    let invocation = gateway.invocation(request, CALLER).unwrap();
    let event = serde_json::from_slice(&invocation.event).unwrap();
    (invocation, event)
}

fn report(arguments: &[&str], invocation: &Invocation, outcome: Outcome) -> Value {
    let gateway = EMULATOR.with(arguments).unwrap();
    let response = gateway.response(&request("POST", "/", &[], b""), invocation, outcome);
    assert_eq!(response.status(), 200);
    serde_json::from_slice(response.body()).unwrap()
}

#[test]
fn every_service_has_its_event() {
    let put = request("PUT", "/new/red%20cat%2B1.png", &[], b"12345");
    for (source, pointer, expected) in [
        ("schedule", "/detail-type", json!("Scheduled Event")),
        ("schedule", "/source", json!("aws.events")),
        ("schedule", "/detail", json!({})),
        ("s3", "/Records/0/eventName", json!("ObjectCreated:Put")),
        (
            "s3",
            "/Records/0/s3/object/key",
            json!("new/red+cat%2B1.png"),
        ),
        ("s3", "/Records/0/s3/object/size", json!(5)),
        (
            "s3",
            "/Records/0/requestParameters/sourceIPAddress",
            json!("203.0.113.9"),
        ),
        ("s3-test", "/Event", json!("s3:TestEvent")),
        ("event-bridge", "/detail-type", json!("Object Created")),
        (
            "event-bridge",
            "/detail/object/key",
            json!("new/red cat+1.png"),
        ),
        ("sns", "/Records/0/EventSource", json!("aws:sns")),
        ("sns", "/Records/0/Sns/Message", json!("12345")),
        ("sqs", "/Records/0/eventSource", json!("aws:sqs")),
        ("sqs", "/Records/0/body", json!("12345")),
    ] {
        let (_, event) = fired(source, &put);
        assert_eq!(
            event.pointer(pointer),
            Some(&expected),
            "{source} {pointer}"
        );
    }
    let (_, removed) = fired("s3", &request("DELETE", "/a.png", &[], b""));
    let record = &removed["Records"][0];
    assert_eq!(record["eventName"], "ObjectRemoved:Delete");
    let object = record["s3"]["object"].as_object().unwrap();
    assert!(!object.contains_key("size") && !object.contains_key("eTag"));
}

#[test]
fn asynchronous_calls_succeed_or_are_given_up() {
    let (invocation, event) = fired("schedule", &request("POST", "/", &[], b""));
    for (outcome, condition, calls) in [
        (Outcome::Returned(b"{\"a\":1}".to_vec()), "Success", 1),
        (Outcome::Returned(b"no json".to_vec()), "Success", 1),
        (
            Outcome::Failed(Failure::Threw("x".to_owned())),
            "RetriesExhausted",
            3,
        ),
        (Outcome::Failed(Failure::TimedOut), "RetriesExhausted", 3),
    ] {
        let report = report(&[], &invocation, outcome);
        let context = &report["requestContext"];
        assert_eq!(context["condition"], condition);
        assert_eq!(context["approximateInvokeCount"], calls);
        let failed = report["responseContext"].get("functionError").is_some();
        assert_eq!(failed, calls == 3);
        assert_eq!(report["requestPayload"], event);
    }
}

#[test]
fn messages_leave_the_queue_or_come_again() {
    let (invocation, event) = fired("sqs", &request("POST", "/", &[], b"a\n\nb\nc\n"));
    let ids: Vec<_> = (0..3)
        .map(|i| event["Records"][i]["messageId"].as_str().unwrap())
        .collect();
    let partial = &["--source", "sqs", "--report-batch-item-failures"][..];
    let failing = |ids: &[&str]| {
        let items: Vec<_> = ids.iter().map(|id| json!({"itemIdentifier": id})).collect();
        json!({"batchItemFailures": items}).to_string()
    };
    for (arguments, value, returned) in [
        (partial, failing(&[]), &[][..]),
        (partial, String::new(), &[]),
        (partial, "null".to_owned(), &[]),
        (partial, "{}".to_owned(), &[]),
        (partial, failing(&ids[1..2]), &ids[1..2]),
        (partial, failing(&["unknown"]), &ids),
        (partial, failing(&[""]), &ids),
        (partial, r#"{"batchItemFailures":[{}]}"#.to_owned(), &ids),
        (partial, r#"{"batchItemFailures":"x"}"#.to_owned(), &ids),
        (partial, "no json".to_owned(), &ids),
        (partial, "[]".to_owned(), &ids),
        (&["--source", "sqs"], failing(&ids), &[]),
    ] {
        let report = report(
            arguments,
            &invocation,
            Outcome::Returned(value.clone().into_bytes()),
        );
        assert_eq!(report["returned"], json!(returned), "{value}");
        let deleted = report["deleted"].as_array().unwrap().len();
        assert_eq!(deleted + returned.len(), 3, "{value}");
    }
    let report = report(partial, &invocation, Outcome::Failed(Failure::Exited));
    assert_eq!(report["returned"], json!(ids));
}

#[test]
fn events_have_a_size() {
    let large = request("POST", "/", &[], vec![b'x'; 1024 * 1024]);
    for (source, fits) in [("sns", false), ("sqs", true)] {
        let gateway = EMULATOR.with(["--source", source]).unwrap();
        let fired = gateway.invocation(&large, CALLER);
        assert_eq!(fired.is_ok(), fits, "{source}");
    }
}
