//! The emulator alone, with functions written by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Failure, Invocation, Outcome, Remark};

fn invoke(source: &str, request: &Request<Bytes>) -> Result<Invocation, Response<Bytes>> {
    let gateway = EMULATOR.with(["--source", source]).unwrap();
    gateway.invocation(request, CALLER)
}

fn event(source: &str, request: &Request<Bytes>) -> Value {
    serde_json::from_slice(&invoke(source, request).unwrap().event).unwrap()
}

fn report(version: &str, outcome: Outcome) -> Response<Bytes> {
    let invocation = Invocation {
        request_id: "id".to_owned(),
        ..Invocation::default()
    };
    let mut request = request("GET", "/", &[], b"");
    let version = version.parse().unwrap();
    request
        .headers_mut()
        .insert("X-CFF-Request-Version", version);
    let gateway = EMULATOR.with([""; 0]).unwrap();
    gateway.response(&request, &invocation, outcome)
}

fn decoded(value: &Value) -> String {
    let bytes = STANDARD.decode(value.as_str().unwrap()).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_timer_says_five_texts() {
    let gateway = EMULATOR.with(["--user-event", "{}"]).unwrap();
    let invocation = gateway.invocation(&request("GET", "/", &[], b""), CALLER);
    let event: Value = serde_json::from_slice(&invocation.unwrap().event).unwrap();
    let time = event["time"].as_str().unwrap().to_owned();
    assert!(time.ends_with("+08:00") && time.len() == 25, "{time}");
    assert_eq!(
        event,
        json!({"version": "v1.0", "time": time, "trigger_type": "TIMER",
            "trigger_name": "refresh", "user_event": "{}"})
    );
}

#[test]
fn a_bucket_looks_like_another_clouds() {
    let event = event("obs", &request("PUT", "/cats/a%20b.webp", &[], b"four"));
    let record = &event["Records"][0];
    for (pointer, expected) in [
        ("/eventSource", json!("aws:s3")),
        ("/eventVersion", json!("2.0")),
        ("/eventName", json!("ObjectCreated:Put")),
        ("/requestParameters/sourceIPAddress", json!("203.0.113.9")),
        ("/s3/bucket/name", json!("pics")),
        ("/s3/object/key", json!("cats/a%20b.webp")),
        ("/s3/object/size", json!(4)),
    ] {
        assert_eq!(record.pointer(pointer), Some(&expected), "{pointer}");
    }
    let owner = &record["s3"]["bucket"]["ownerIdentity"];
    assert!(owner.get("PrincipalId").is_some() && owner.get("principalId").is_none());
    let deleted = self::event("obs", &request("DELETE", "/7.webp", &[], b""));
    assert_eq!(deleted["Records"][0]["eventName"], "ObjectRemoved:Delete");
}

#[test]
fn messages_are_lines() {
    let lines = request("POST", "/", &[], "one\n猫".as_bytes());
    let smn = event("smn", &lines);
    assert_eq!(smn["record"][1]["smn"]["message"], "猫");
    assert_eq!(smn["record"][0]["event_source"], "smn");
    assert_eq!(smn["record"][0]["smn"]["message_attributes"], Value::Null);
    let dis = event("dis", &lines);
    assert_eq!(dis["ShardID"], "shardId-0000000000");
    let records = &dis["Message"]["records"];
    assert_eq!(decoded(&records[1]["data"]), "猫");
    assert_eq!(records[1]["sequence_number"], "1");
    let kafka = event("kafka", &lines);
    assert_eq!(kafka["trigger_type"], "KAFKA");
    assert_eq!(kafka["records"][0]["messages"], json!(["one", "猫"]));
    let lts = event("lts", &lines);
    let data: Value = serde_json::from_str(&decoded(&lts["lts"]["data"])).unwrap();
    let logs: Value = serde_json::from_str(data["logs"].as_str().unwrap()).unwrap();
    assert_eq!(logs[1]["message"], "猫");
    for (source, pointer) in [("smn", "/record"), ("dis", "/Message/records")] {
        let event = event(source, &request("POST", "/", &[], b""));
        let records = event.pointer(pointer).unwrap();
        assert_eq!(records.as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_plain_invoke_is_an_object_and_nothing_else() {
    let body = br#"{"count": 3}"#;
    let invocation = invoke("invoke", &request("POST", "/", &[], body)).unwrap();
    assert_eq!(invocation.event, body);
    assert_eq!(event("invoke", &request("POST", "/", &[], b"")), json!({}));
    for bad in ["[1]", "x", "7"] {
        let refused = invoke("invoke", &request("POST", "/", &[], bad.as_bytes())).unwrap_err();
        let document: Value = serde_json::from_slice(refused.body()).unwrap();
        assert_eq!(
            (refused.status().as_u16(), &document["error_code"]),
            (406, &"FSS.0406".into())
        );
    }
    let large = vec![b'x'; 256 * 1024];
    let refused = invoke("smn", &request("POST", "/", &[], &large)).unwrap_err();
    assert_eq!(refused.status(), 413);
}

#[test]
fn results_come_raw_or_in_an_envelope() {
    let good = || Outcome::Returned(br#"{"received":"timer"}"#.to_vec());
    let raw = report("v0", good());
    assert_eq!(&raw.body()[..], br#"{"received":"timer"}"#);
    assert_eq!(raw.headers()["x-func-err-code"], "0");
    assert_eq!(raw.headers()["x-is-func-err"], "false");
    assert_eq!(raw.headers()["x-cff-request-id"], "id");
    let envelope = report("v1", good());
    let document: Value = serde_json::from_slice(envelope.body()).unwrap();
    assert_eq!(
        document,
        json!({"request_id": "id", "result": r#"{"received":"timer"}"#, "log": "", "status": 200})
    );
    assert!(envelope.extensions().get::<Remark>().is_none());
}

#[test]
fn failures_have_a_code_and_an_error() {
    for (outcome, code, text) in [
        (
            Outcome::Failed(Failure::Threw("boom".to_owned())),
            "4002",
            "function invocation exception, error: boom",
        ),
        (
            Outcome::Failed(Failure::TimedOut),
            "4010",
            "call request timed out after 3s",
        ),
        (
            Outcome::Failed(Failure::Memory),
            "4205",
            "function invocation exception, error: out of memory",
        ),
        (
            Outcome::Returned(vec![b'\xff']),
            "4007",
            "the result is no text",
        ),
        (
            Outcome::Returned(vec![b' '; 6_291_557]),
            "4004",
            "response body size 6291557 exceeds the limit of 6291456",
        ),
    ] {
        let raw = report("v0", outcome.clone());
        let error: Value = serde_json::from_slice(raw.body()).unwrap();
        assert_eq!(error["errorMessage"], text);
        assert_eq!(raw.status(), 500);
        assert_eq!(raw.headers()["x-func-err-code"], code);
        assert_eq!(raw.headers()["x-is-func-err"], "true");
        assert!(raw.extensions().get::<Remark>().is_some());
        let envelope = report("v1", outcome);
        let document: Value = serde_json::from_slice(envelope.body()).unwrap();
        assert_eq!(
            (envelope.status().as_u16(), &document["status"]),
            (200, &500.into())
        );
    }
}
