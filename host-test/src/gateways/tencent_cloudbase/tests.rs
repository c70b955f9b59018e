//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::request;
use crate::gateways::{Failure, Invocation, Outcome, Remark};

const BELOW: &[&str] = &["--trigger-path", "/api/pics"];

fn event(arguments: &[&str], request: &Request<Bytes>) -> (Value, String) {
    let invocation = EMULATOR.invoke(arguments, request).unwrap();
    let event = serde_json::from_slice(&invocation.event).unwrap();
    (event, invocation.request_id)
}

fn returned(document: &str) -> Response<Bytes> {
    answer(Outcome::Returned(document.into()))
}

fn answer(outcome: Outcome) -> Response<Bytes> {
    let invocation = Invocation {
        request_id: "id".to_owned(),
        ..Invocation::default()
    };
    let gateway = EMULATOR.with([""; 0]).unwrap();
    gateway.response(&request("GET", "/", &[], b""), &invocation, outcome)
}

fn shown(response: &Response<Bytes>) -> (u16, &str, &str) {
    let content_type = response.headers().get("content-type");
    (
        response.status().as_u16(),
        content_type.map_or("", |value| value.to_str().unwrap()),
        std::str::from_utf8(response.body()).unwrap(),
    )
}

#[test]
fn an_event_has_every_field() {
    let request = request(
        "POST",
        "/api/pics/a%20b?id=1&id=2&q=x+y%2Bz&raw",
        &[("Accept", "*/*"), ("Cookie", "a=1"), ("Cookie", "b=2")],
        b"hi",
    );
    let (event, id) = event(BELOW, &request);
    assert_eq!(id.len(), 36);
    assert_eq!(
        event,
        json!({
            "path": "/a%20b", "httpMethod": "POST",
            "headers": {"accept": "*/*", "cookie": "a=1; b=2", "x-request-id": id,
                "host": "pics-4g7x0ab1c2d3e4f5-1300000001.ap-shanghai.app.tcloudbase.com",
                "x-forwarded-for": "203.0.113.9"},
            "queryStringParameters": {"id": "2", "q": "x y+z", "raw": ""},
            "requestContext": {"requestId": id, "envId": "pics-4g7x0ab1c2d3e4f5",
                "appId": 1_300_000_001, "uin": 100_000_000_001_u64},
            "body": "hi", "isBase64Encoded": false,
        })
    );
}

#[test]
fn bodies_that_are_no_text_come_as_base64() {
    let (picture, _) = event(&[], &request("POST", "/", &[], b"\x89PNG"));
    assert_eq!(
        (&picture["body"], &picture["isBase64Encoded"]),
        (&"iVBORw==".into(), &true.into())
    );
}

#[test]
fn only_what_is_below_the_trigger_path_reaches_the_function() {
    for (target, path) in [
        ("/api/pics", "/"),
        ("/api/pics/", "/"),
        ("/api/pics/a", "/a"),
    ] {
        let (event, _) = event(BELOW, &request("GET", target, &[], b""));
        assert_eq!(event["path"], path);
    }
    let refused = EMULATOR
        .invoke(BELOW, &request("GET", "/api/picsa", &[], b""))
        .unwrap_err();
    let document: Value = serde_json::from_slice(refused.body()).unwrap();
    assert_eq!(
        (refused.status().as_u16(), &document["code"]),
        (404, &"INVALID_PATH".into())
    );
    for (byte, length, code) in [
        (b'x', 100 << 10, None),
        (b'x', (100 << 10) + 1, Some("EXCEED_MAX_PAYLOAD_SIZE")),
        (b'\xff', (100 << 10) + 1, None),
        (b'\xff', 6 << 20, Some("FUNCTIONS_REQUEST_TOO_LARGE")),
    ] {
        let asked = request("POST", "/", &[], vec![byte; length]);
        let refused = EMULATOR.invoke(&[], &asked).err().map(|refused| {
            let document: Value = serde_json::from_slice(refused.body()).unwrap();
            assert_eq!(refused.status(), 413);
            document["code"].as_str().unwrap().to_owned()
        });
        assert_eq!(refused.as_deref(), code, "{byte} {length}");
    }
    for bad in ["api", "/api/", "/a b", ""] {
        assert!(EMULATOR.with(["--trigger-path", bad]).is_err(), "{bad}");
    }
}

#[test]
fn what_a_function_gives_decides_the_form() {
    const TEXT: &str = "text/plain; charset=utf-8";
    const JSON: &str = "application/json";
    for (given, status, content_type, body) in [
        (r#""hello""#, 200, TEXT, "hello"),
        ("7", 200, TEXT, "7"),
        (r#"{"a": 1}"#, 200, JSON, r#"{"a": 1}"#),
        ("[1]", 200, JSON, "[1]"),
        (r#"{"statusCode":404,"body":"x"}"#, 404, JSON, "x"),
        (r#"{"statusCode":204}"#, 204, "", ""),
        (
            r#"{"statusCode":302,"headers":{"content-type":"text/html","Location":"/"},"body":"aGk=","isBase64Encoded":true}"#,
            302,
            "text/html",
            "hi",
        ),
    ] {
        assert_eq!(
            shown(&returned(given)),
            (status, content_type, body),
            "{given}"
        );
    }
}

#[test]
fn failures_have_the_platforms_codes() {
    for (outcome, status, code) in [
        (
            Outcome::Failed(Failure::Threw("x".to_owned())),
            500,
            "FUNCTIONS_EXECUTE_FAIL",
        ),
        (
            Outcome::Failed(Failure::TimedOut),
            504,
            "FUNCTIONS_TIME_LIMIT_EXCEEDED",
        ),
        (
            Outcome::Failed(Failure::Memory),
            500,
            "FUNCTIONS_EXECUTE_FAIL",
        ),
        (
            Outcome::Failed(Failure::Exited),
            500,
            "FUNCTIONS_EXECUTE_FAIL",
        ),
        (
            Outcome::Failed(Failure::Busy),
            429,
            "FUNCTIONS_CONCURRENCY_LIMIT",
        ),
        (
            Outcome::Returned(vec![b' '; (6 << 20) + 1]),
            500,
            "FUNCTIONS_RESPONSE_TOO_LARGE",
        ),
    ] {
        let response = answer(outcome);
        let document: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(
            (response.status().as_u16(), &document["code"]),
            (status, &code.into())
        );
        assert_eq!(document["requestId"], "id");
    }
    for (given, why) in [
        ("<p>", "the answer is no JSON: "),
        (r#"{"statusCode":"200"}"#, "statusCode: "),
        (r#"{"statusCode":200,"headers":{"a":1}}"#, "headers: "),
    ] {
        let response = returned(given);
        let remark = response.extensions().get::<Remark>().unwrap();
        assert!(remark.0.starts_with(why), "{remark:?}");
        assert_eq!(response.status(), 500, "{given}");
    }
}
