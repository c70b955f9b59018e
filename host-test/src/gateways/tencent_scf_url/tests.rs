//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::request;
use crate::gateways::{Failure, Invocation, Outcome, Remark};

const RECORDED: &[&str] = &["--profile", "2026"];

fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    serde_json::from_slice(&EMULATOR.invoke(arguments, request).unwrap().event).unwrap()
}

fn answer(method: &str, outcome: Outcome) -> Response<Bytes> {
    let invocation = Invocation {
        request_id: "id".to_owned(),
        ..Invocation::default()
    };
    let gateway = EMULATOR.with([""; 0]).unwrap();
    gateway.response(&request(method, "/", &[], b""), &invocation, outcome)
}

fn returned(document: &str) -> Response<Bytes> {
    answer("GET", Outcome::Returned(document.into()))
}

fn shown(response: &Response<Bytes>) -> (u16, &str) {
    let body = std::str::from_utf8(response.body()).unwrap();
    (response.status().as_u16(), body)
}

#[test]
fn an_event_has_the_fields_of_the_documents_and_no_others() {
    let request = request(
        "POST",
        "/img/a%20b?id=1&id=2&q=x+y%2Bz&raw&e=",
        &[
            ("Host", "127.0.0.1:8090"),
            ("Accept", "image/webp"),
            ("Accept", "*/*"),
            ("Cookie", "a=1"),
            ("Cookie", "b=2"),
            ("Connection", "keep-alive"),
            ("X-Forwarded-For", "198.51.100.7"),
            ("X-Scf-Remote-Addr", "198.51.100.7"),
        ],
        br#"{"kind":"cats"}"#,
    );
    let mut expected = json!({
        "body": "{\"kind\":\"cats\"}",
        "headers": {
            "accept": "image/webp, */*", "connection": "keep-alive", "content-length": "15",
            "cookie": "a=1; b=2", "host": "1300000001-ab12cd34ef.ap-guangzhou.tencentscf.com",
            "x-forwarded-for": "198.51.100.7, 203.0.113.9", "x-scf-remote-addr": "203.0.113.9",
        },
        "httpMethod": "POST",
        "path": "/img/a%20b",
        "queryString": {"id": ["1", "2"], "q": "x y+z", "raw": true, "e": ""},
    });
    assert_eq!(event(&[], &request), expected);
    expected["requestContext"] = json!({"sourceIp": "203.0.113.9"});
    assert_eq!(event(RECORDED, &request), expected);
}

#[test]
fn an_event_without_a_body_has_none_and_bytes_are_damaged() {
    let least = event(&[], &request("GET", "/", &[("Host", "pics.test")], b""));
    assert_eq!(
        least,
        json!({
            "headers": {"host": "pics.test", "x-forwarded-for": "203.0.113.9",
                "x-scf-remote-addr": "203.0.113.9"},
            "httpMethod": "GET", "path": "/", "queryString": {},
        })
    );
    let picture = event(&[], &request("POST", "/", &[], b"\x89PNG"));
    assert_eq!(picture["body"], "\u{fffd}PNG");
}

#[test]
fn events_over_six_megabytes_are_refused() {
    let refused = EMULATOR
        .invoke(&[], &request("POST", "/", &[], vec![b'x'; 6 << 20]))
        .unwrap_err();
    let document: Value = serde_json::from_slice(refused.body()).unwrap();
    assert_eq!(
        (refused.status().as_u16(), &document["errorMessage"]),
        (406, &"RequestTooLarge".into())
    );
    assert!(
        EMULATOR
            .invoke(&[], &request("POST", "/", &[], vec![b'x'; 6_000_000]))
            .is_ok()
    );
}

#[test]
fn a_document_is_the_answer() {
    let response = returned(
        r#"{"isBase64Encoded":true,"statusCode":302,"body":"aGk=","headers":{
            "Location":"https://cdn.example.net/7.webp","Set-Cookie":["a=1","b=2"],"Connection":"close"}}"#,
    );
    assert_eq!(shown(&response), (302, "hi"));
    let headers = response.headers();
    assert_eq!(headers["location"], "https://cdn.example.net/7.webp");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    assert!(!headers.contains_key("connection"));
    assert_eq!(shown(&returned(r#"{"statusCode":204}"#)), (204, ""));
    let head = answer(
        "HEAD",
        Outcome::Returned(br#"{"statusCode":200,"body":"four"}"#.to_vec()),
    );
    assert_eq!(shown(&head), (200, ""));
    assert_eq!(head.headers()["content-length"], "4");
}

#[test]
fn json_without_a_status_is_the_body() {
    for value in [
        r#"{"url": 1}"#,
        r#""Hello, world!""#,
        "[1]",
        "7",
        "null",
        "{}",
    ] {
        let response = returned(value);
        assert_eq!(shown(&response), (200, value));
        assert_eq!(response.headers()["content-type"], "application/json");
    }
}

#[test]
fn anything_else_is_the_platforms_error_document() {
    for (given, why) in [
        (
            "hi",
            "the answer is no JSON: expected value at line 1 column 1",
        ),
        (
            "",
            "the answer is no JSON: EOF while parsing a value at line 1 column 0",
        ),
        (
            r#"{"statusCode":"302"}"#,
            "statusCode: is no whole number from 200 to 599",
        ),
        (
            r#"{"statusCode":200,"headers":[]}"#,
            "headers: is no object",
        ),
        (r#"{"statusCode":200,"body":{}}"#, "body: is no text"),
    ] {
        let response = returned(given);
        let document: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(
            document,
            json!({"errorCode": -1, "errorMessage": "Invalid scf response format",
                "requestId": "id", "stackTrace": "", "statusCode": 430})
        );
        assert_eq!(response.status(), 430, "{given}");
        assert_eq!(
            response.extensions().get::<Remark>(),
            Some(&Remark(why.to_owned()))
        );
    }
}

#[test]
fn failures_have_their_status() {
    for (failure, status) in [
        (Failure::Threw("x".to_owned()), 430),
        (Failure::TimedOut, 433),
        (Failure::Memory, 434),
        (Failure::Exited, 439),
        (Failure::Busy, 432),
    ] {
        let response = answer("GET", Outcome::Failed(failure));
        let document: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(document["statusCode"], status);
    }
    let large = answer("GET", Outcome::Returned(vec![b' '; (6 << 20) + 1]));
    assert_eq!(large.status(), 407);
}
