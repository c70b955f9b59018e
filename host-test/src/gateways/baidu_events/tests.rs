//! The emulator alone, with functions written by hand.

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

fn report(source: &str, outcome: Outcome) -> Response<Bytes> {
    let invocation = Invocation {
        request_id: "id".to_owned(),
        ..Invocation::default()
    };
    let gateway = EMULATOR.with(["--source", source]).unwrap();
    gateway.response(&request("GET", "/", &[], b""), &invocation, outcome)
}

fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

#[test]
fn a_timer_says_eight_texts_or_its_input() {
    let event = event("timer", &request("GET", "/", &[], b""));
    let texts = event.as_object().unwrap();
    assert!(texts.values().all(Value::is_string));
    let names: Vec<_> = texts.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "account",
            "detail_type",
            "function_brn",
            "id",
            "source",
            "time",
            "uuid",
            "version"
        ]
    );
    assert_eq!(texts["source"], "cfc:crontab");
    assert_eq!(texts["detail_type"], "Scheduled Event");
    let gateway = EMULATOR.with(["--input", r#"{"count": 2}"#]).unwrap();
    let invocation = gateway.invocation(&request("GET", "/", &[], b""), CALLER);
    assert_eq!(invocation.unwrap().event, br#"{"count": 2}"#);
    assert!(EMULATOR.with(["--input", "count"]).is_err());
}

#[test]
fn storage_and_network_say_what_happened() {
    let mut put = request("PUT", "/new/cat%201.png", &[], b"four");
    put.headers_mut()
        .insert("content-type", "image/png".parse().unwrap());
    let bos = event("bos", &put);
    for (pointer, expected) in [
        ("/eventOrigin", json!("bos:realtime")),
        ("/eventType", json!("PutObject")),
        ("/content/bucket", json!("pics")),
        ("/content/object", json!("new/cat%201.png")),
        ("/content/contentType", json!("image/png")),
        ("/content/filesize", json!(4)),
        ("/content/xVars", json!("")),
    ] {
        assert_eq!(bos["events"][0].pointer(pointer), Some(&expected));
    }
    assert!(bos["events"][0]["content"]["credentials"]["sessionToken"].is_string());
    let posted = event("bos", &request("POST", "/a", &[], b""));
    assert_eq!(posted["events"][0]["eventType"], "PostObject");
    let cdn = event("cdn", &put);
    assert_eq!(cdn["events"][0]["eventSource"], "cdn");
    assert!(cdn["events"][0]["eventTime"].is_i64());
}

#[test]
fn topics_and_skills_say_the_body() {
    let kafka = event("kafka", &request("POST", "/", &[], b"one\ntwo"));
    let second = &kafka["Records"][1];
    assert_eq!(second["EventSource"], "bce:kafka");
    assert_eq!(second["Kafka"]["Value"], "dHdv");
    assert_eq!(second["Kafka"]["Offset"], 1);
    assert!(second["Kafka"]["Timestamp"].is_f64());
    let empty = event("kafka", &request("POST", "/", &[], b""));
    assert_eq!(empty["Records"].as_array().unwrap().len(), 1);
    let opened = event("dueros", &request("POST", "/", &[], b""));
    assert_eq!(opened["request"]["type"], "LaunchRequest");
    assert!(opened["session"].is_object() && opened["context"]["System"].is_object());
    let asked = event("dueros", &request("POST", "/", &[], "猫".as_bytes()));
    assert_eq!(asked["request"]["query"]["original"], "猫");
}

#[test]
fn an_invoke_is_any_json() {
    for body in [r#"{"count": 3}"#, "[1]", "7"] {
        let invocation = invoke("invoke", &request("POST", "/", &[], body.as_bytes())).unwrap();
        assert_eq!(invocation.event, body.as_bytes());
    }
    assert_eq!(event("invoke", &request("POST", "/", &[], b"")), json!({}));
    let refused = invoke("invoke", &request("POST", "/", &[], b"count=3")).unwrap_err();
    let document: Value = serde_json::from_str(text(&refused)).unwrap();
    assert_eq!(
        (refused.status().as_u16(), &document["Code"]),
        (400, &"InvalidRequestContentException".into())
    );
    let large = vec![b'x'; 256 * 1024];
    let refused = invoke("kafka", &request("POST", "/", &[], &large)).unwrap_err();
    assert_eq!(refused.status(), 413);
}

#[test]
fn results_are_given_as_they_are() {
    for (source, given, remark) in [
        ("timer", r#"{"received":"timer"}"#, None),
        ("timer", "[1]", None),
        ("timer", "ok", Some("the result is no JSON")),
        ("dueros", r#"{"version":"2.0"}"#, None),
        ("dueros", "[1]", Some("a skill's answer is an object")),
        ("dueros", "ok", Some("a skill's answer is an object")),
    ] {
        let response = report(source, Outcome::Returned(given.into()));
        assert_eq!((response.status().as_u16(), text(&response)), (200, given));
        assert_eq!(response.headers()["x-bce-request-id"], "id");
        assert!(!response.headers().contains_key("x-bce-function-error"));
        let found = response.extensions().get::<Remark>();
        assert_eq!(found.map(|found| found.0.as_str()), remark, "{given}");
    }
}

#[test]
fn failures_are_200_with_a_field() {
    for (failure, expected) in [
        (
            Failure::Threw("boom".to_owned()),
            r#"{"errorMessage":"boom","errorType":"Error","stackTrace":""}"#,
        ),
        (
            Failure::TimedOut,
            r#"{"errorMessage":"id Task timed out after 3 seconds"}"#,
        ),
        (
            Failure::Exited,
            "RequestID: id Process exited before completing request",
        ),
    ] {
        let response = report("timer", Outcome::Failed(failure));
        assert_eq!(
            (response.status().as_u16(), text(&response)),
            (200, expected)
        );
        assert_eq!(response.headers()["x-bce-function-error"], "Unhandled");
        assert!(response.extensions().get::<Remark>().is_some());
    }
    let busy = report("timer", Outcome::Failed(Failure::Busy));
    assert_eq!(busy.status(), 429);
    assert_eq!(
        busy.headers()["x-bce-errortype"],
        "TooManyRequestsException"
    );
}
