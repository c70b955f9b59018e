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
        ("scheduler", "/source", json!("aws.scheduler")),
        ("scheduler", "/detail", json!("{}")),
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
        ("kinesis", "/Records/0/eventSource", json!("aws:kinesis")),
        ("kinesis", "/Records/0/kinesis/data", json!("MTIzNDU=")),
        ("dynamodb", "/Records/0/eventSource", json!("aws:dynamodb")),
        (
            "dynamodb",
            "/Records/0/dynamodb/NewImage/Message/S",
            json!("12345"),
        ),
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

/// The ids of three records, and the reports of what a function gave for them.
fn batch(source: &str, id: &str) -> (Vec<String>, impl Fn(&[&str], Outcome) -> Value) {
    let (invocation, event) = fired(source, &request("POST", "/", &[], b"a\n\nb\nc\n"));
    let records = event["Records"].as_array().unwrap();
    let id = |record: &Value| record.pointer(id).unwrap().as_str().unwrap().to_owned();
    let ids: Vec<_> = records.iter().map(id).collect();
    assert_eq!(ids.len(), 3);
    let source = source.to_owned();
    let made = move |more: &[&str], outcome| {
        let arguments = [&["--source", source.as_str()], more].concat();
        report(&arguments, &invocation, outcome)
    };
    (ids, made)
}

const PARTIAL: &[&str] = &["--report-batch-item-failures"];

fn failing(ids: &[String]) -> String {
    let items: Vec<_> = ids.iter().map(|id| json!({"itemIdentifier": id})).collect();
    json!({"batchItemFailures": items}).to_string()
}

#[test]
fn messages_leave_the_queue_or_come_again() {
    let (ids, report) = batch("sqs", "/messageId");
    for (more, value, again) in [
        (PARTIAL, failing(&[]), &[][..]),
        (PARTIAL, String::new(), &[]),
        (PARTIAL, "null".to_owned(), &[]),
        (PARTIAL, "{}".to_owned(), &[]),
        (PARTIAL, failing(&ids[1..2]), &ids[1..2]),
        (PARTIAL, failing(&["unknown".to_owned()]), &ids),
        (PARTIAL, failing(&[String::new()]), &ids),
        (PARTIAL, r#"{"batchItemFailures":[{}]}"#.to_owned(), &ids),
        (PARTIAL, r#"{"batchItemFailures":"x"}"#.to_owned(), &ids),
        (PARTIAL, "no json".to_owned(), &ids),
        (PARTIAL, "[]".to_owned(), &ids),
        (&[], failing(&ids), &[]),
    ] {
        let report = report(more, Outcome::Returned(value.clone().into_bytes()));
        assert_eq!(report["again"], json!(again), "{value}");
        let done = report["done"].as_array().unwrap().len();
        assert_eq!(done + again.len(), 3, "{value}");
    }
    let report = report(PARTIAL, Outcome::Failed(Failure::Exited));
    assert_eq!(report["again"], json!(ids));
}

#[test]
fn a_stream_goes_on_from_the_first_that_failed() {
    for (source, id) in [
        ("kinesis", "/kinesis/sequenceNumber"),
        ("dynamodb", "/dynamodb/SequenceNumber"),
    ] {
        let (ids, report) = batch(source, id);
        for (value, done) in [
            (failing(&[]), 3),
            (failing(&ids[1..2]), 1),
            (failing(&[ids[2].clone(), ids[0].clone()]), 0),
            ("[]".to_owned(), 0),
        ] {
            let report = report(PARTIAL, Outcome::Returned(value.clone().into_bytes()));
            assert_eq!(report["done"], json!(ids[..done]), "{source} {value}");
            assert_eq!(report["again"], json!(ids[done..]), "{source} {value}");
        }
    }
}

#[test]
fn a_schedule_may_send_what_its_owner_wrote() {
    let ask = request("POST", "/", &[], b"");
    for source in ["schedule", "scheduler"] {
        let arguments = ["--source", source, "--input", "[1]"];
        assert_eq!(EMULATOR.invoke(&arguments, &ask).unwrap().event, b"[1]");
    }
    assert!(EMULATOR.with(["--input", "{"]).is_err());
}

#[test]
fn an_invoke_is_refused_or_answered() {
    let invoke = &["--source", "invoke"];
    let path = "/2015-03-31/functions/pics/invocations";
    for (method, target, kind, body, status) in [
        ("POST", path, "DryRun", "{}", 204),
        ("POST", path, "Other", "{}", 400),
        ("POST", path, "Event", "{", 400),
        ("GET", path, "Event", "", 404),
        (
            "POST",
            "/2015-03-31/functions/other/invocations",
            "Event",
            "",
            404,
        ),
    ] {
        let ask = request(method, target, &[("x-amz-invocation-type", kind)], body);
        let refused = EMULATOR.invoke(invoke, &ask).unwrap_err();
        assert_eq!(refused.status(), status, "{target} {kind}");
    }
    let large = request("POST", path, &[], vec![b' '; (6 << 20) + 1]);
    assert_eq!(EMULATOR.invoke(invoke, &large).unwrap_err().status(), 413);

    let tail = request("POST", path, &[("x-amz-log-type", "Tail")], "");
    let invocation = EMULATOR.invoke(invoke, &tail).unwrap();
    assert_eq!(invocation.event, b"{}");
    let gateway = EMULATOR.with(invoke).unwrap();
    for (outcome, status, failed, text) in [
        (Outcome::Returned(b"7".to_vec()), 200, false, "7"),
        (
            Outcome::Returned(vec![b'x'; 6_291_557]),
            200,
            true,
            "ResponseSizeTooLarge",
        ),
        (
            Outcome::Failed(Failure::Threw("boom".to_owned())),
            200,
            true,
            "boom",
        ),
        (
            Outcome::Failed(Failure::TimedOut),
            200,
            true,
            "timed out after 3.00 seconds",
        ),
        (Outcome::Failed(Failure::Busy), 429, false, "Rate Exceeded."),
    ] {
        let response = gateway.response(&tail, &invocation, outcome);
        assert_eq!(response.status(), status, "{text}");
        let headers = response.headers();
        assert_eq!(
            headers.contains_key("x-amz-function-error"),
            failed,
            "{text}"
        );
        assert_eq!(headers.contains_key("x-amz-log-result"), status == 200);
        assert!(std::str::from_utf8(response.body()).unwrap().contains(text));
    }
    let event = request("POST", path, &[("x-amz-invocation-type", "Event")], "");
    let response = gateway.response(&event, &invocation, Outcome::Returned(b"7".to_vec()));
    assert_eq!(
        (response.status().as_u16(), response.body().len()),
        (202, 0)
    );
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
