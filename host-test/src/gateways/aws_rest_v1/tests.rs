//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::request;
use crate::gateways::{Failure, Invocation, Outcome};

fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    serde_json::from_slice(&EMULATOR.invoke(arguments, request).unwrap().event).unwrap()
}

fn answer(arguments: &[&str], accept: &str, outcome: Outcome) -> Response<Bytes> {
    let request = request("GET", "/prod/", &[("accept", accept)], b"");
    let gateway = EMULATOR.with(arguments).unwrap();
    gateway.response(&request, &Invocation::default(), outcome)
}

fn returned(text: &str) -> Outcome {
    Outcome::Returned(text.into())
}

fn shown(response: &Response<Bytes>) -> (u16, &str) {
    let body = std::str::from_utf8(response.body()).unwrap();
    (response.status().as_u16(), body)
}

const API: &[&str] = &["--http-api"];

#[test]
fn every_field_of_a_request_is_there() {
    let request = request(
        "POST",
        "/prod/img/a%20b/?id=1&id=2&q=x%20y%2Bz+w",
        &[
            ("host", "pics.example.net"),
            ("cookie", "a=1; b=2"),
            ("x-tag", "one"),
            ("x-tag", "two"),
            ("user-agent", "probe/1"),
            ("content-type", "text/plain"),
            ("content-length", "5"),
        ],
        b"hello",
    );
    let event = event(&[], &request);
    for (pointer, expected) in [
        ("/resource", json!("/{proxy+}")),
        ("/path", json!("/img/a%20b/")),
        ("/httpMethod", json!("POST")),
        ("/headers/Host", json!("pics.example.net")),
        ("/headers/X-Tag", json!("two")),
        ("/multiValueHeaders/X-Tag", json!(["one", "two"])),
        ("/headers/Cookie", json!("a=1; b=2")),
        ("/headers/X-Forwarded-For", json!("203.0.113.9")),
        ("/queryStringParameters", json!({"id": "2", "q": "x y+z w"})),
        (
            "/multiValueQueryStringParameters",
            json!({"id": ["1", "2"], "q": ["x y+z w"]}),
        ),
        ("/pathParameters", json!({"proxy": "img/a%20b"})),
        ("/stageVariables", json!(null)),
        ("/requestContext/path", json!("/prod/img/a%20b/")),
        ("/requestContext/stage", json!("prod")),
        ("/requestContext/resourcePath", json!("/{proxy+}")),
        ("/requestContext/domainPrefix", json!("pics")),
        ("/requestContext/identity/sourceIp", json!("203.0.113.9")),
        ("/requestContext/identity/userAgent", json!("probe/1")),
        ("/requestContext/identity/user", json!(null)),
        ("/body", json!("hello")),
        ("/isBase64Encoded", json!(false)),
    ] {
        assert_eq!(event.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert!(event["headers"].get("Content-Length").is_none());
    assert!(event.get("version").is_none());
    assert!(event["requestContext"]["requestTimeEpoch"].is_i64());
}

#[test]
fn what_is_not_there_is_null() {
    let event = event(&[], &request("GET", "/prod", &[], b""));
    for name in [
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    ] {
        assert_eq!(event.get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(event["path"], "/");
    assert_eq!(event["resource"], "/");
    assert_eq!(event["requestContext"]["path"], "/prod");
}

#[test]
fn set_ups_differ_in_a_few_fields() {
    let get = |target| request("GET", target, &[("x-tag", "1"), ("user-agent", "a")], b"");
    let test = event(&["--console-test"], &get("/a"));
    assert_eq!(test["headers"], Value::Null);
    assert_eq!(test["multiValueHeaders"], Value::Null);
    let context = &test["requestContext"];
    assert_eq!(context["identity"]["sourceIp"], "test-invoke-source-ip");
    assert_eq!(context["stage"], "test-invoke-stage");
    let lower = event(&["--lower-case"], &get("/prod//a//b//"));
    assert_eq!(lower["headers"]["x-tag"], "1");
    assert_eq!(lower["headers"]["User-Agent"], "a");
    assert_eq!(lower["path"], "/a//b//");
    assert_eq!(lower["pathParameters"]["proxy"], "a//b");
    assert_eq!(lower["requestContext"]["path"], "/prod//a//b//");
    let domain = event(&["--base-path", "pics"], &get("/pics/a"));
    assert_eq!(domain["path"], "/pics/a");
    assert_eq!(domain["requestContext"]["path"], "/pics/a");
    assert_eq!(domain["pathParameters"]["proxy"], "a");
    let api = event(API, &get("/a"));
    assert_eq!(api["version"], "1.0");
    assert_eq!(api["path"], "/a");
    assert_eq!(api["requestContext"]["stage"], "$default");
}

#[test]
fn bodies_of_binary_types_are_base64() {
    let png = request("POST", "/prod/", &[("content-type", "image/png")], b"\x89P");
    for (types, body, encoded) in [
        (&[][..], "\u{fffd}P", false),
        (&["--binary-media-type", "image/*"], "\u{fffd}P", false),
        (&["--binary-media-type", "image/png"], "iVA=", true),
        (&["--binary-media-type", "*/*"], "iVA=", true),
    ] {
        let event = event(types, &png);
        assert_eq!(event["body"], body, "{types:?}");
        assert_eq!(event["isBase64Encoded"], encoded, "{types:?}");
    }
}

#[test]
fn answers_are_decoded_for_who_accepts_binary_types_first() {
    let document = json!({"body": "aGk=", "isBase64Encoded": true}).to_string();
    for (types, accept, expected) in [
        (&[][..], "image/png", "aGk="),
        (&["--binary-media-type", "image/*"], "image/png", "aGk="),
        (&["--binary-media-type", "image/png"], "image/png", "hi"),
        (&["--binary-media-type", "image/png"], "image/png,*/*", "hi"),
        (
            &["--binary-media-type", "image/png"],
            "image/avif,image/png",
            "aGk=",
        ),
        (&["--binary-media-type", "*/*"], "text/html", "hi"),
        (API, "text/html", "hi"),
    ] {
        let response = answer(types, accept, returned(&document));
        assert_eq!(shown(&response), (200, expected), "{types:?} {accept}");
    }
}

#[test]
fn both_maps_of_fields_count() {
    let document = json!({
        "statusCode": "302",
        "headers": {"location": "/a", "x-both": "1", "X-Both": "3", "x-flag": true, "content-type": "text/html"},
        "multiValueHeaders": {"set-cookie": ["a=1", "b=2"], "x-both": ["1", "2"]},
    });
    let response = answer(&[], "*/*", returned(&document.to_string()));
    assert_eq!(response.status(), 302);
    let values = |name: &str| -> Vec<_> {
        let values = response.headers().get_all(name).iter();
        values.map(|value| value.to_str().unwrap()).collect()
    };
    assert_eq!(values("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(values("x-both"), ["1", "2", "3"]);
    assert_eq!(values("x-flag"), ["true"]);
    assert_eq!(values("location"), ["/a"]);
    assert_eq!(values("content-type"), ["text/html"]);
}

#[test]
fn an_empty_document_is_an_empty_answer() {
    for text in ["{}", r#"{"headers":null}"#, r#"{"headers":{"a":"1"}}"#] {
        let response = answer(&[], "*/*", returned(text));
        assert_eq!(shown(&response), (200, ""), "{text}");
        assert_eq!(response.headers()["content-type"], "application/json");
    }
}

#[test]
fn malformed_documents_are_502() {
    for text in [
        "no json",
        "",
        r#""text""#,
        "3",
        "[]",
        r#"{"statusCode":200,"extra":1}"#,
        r#"{"statusCode":"test"}"#,
        r#"{"multiValueHeaders":{"a":"1"}}"#,
        r#"{"headers":{"a":["1"]}}"#,
        r#"{"headers":"a"}"#,
        r#"{"headers":{"a b":"1"}}"#,
        r#"{"body":{}}"#,
        r#"{"body":"","isBase64Encoded":"true"}"#,
    ] {
        let response = answer(&[], "*/*", returned(text));
        let expected = (502, r#"{"message":"Internal server error"}"#);
        assert_eq!(shown(&response), expected, "{text}");
        assert_eq!(response.headers()["content-type"], "application/json");
    }
    // An HTTP API does not mind what it does not know.
    let response = answer(API, "*/*", returned(r#"{"statusCode":200,"extra":1}"#));
    assert_eq!(response.status(), 200);
    let response = answer(API, "*/*", returned("3"));
    assert_eq!(
        shown(&response),
        (500, r#"{"message":"Internal Server Error"}"#)
    );
}

#[test]
fn failures_have_the_platforms_answers() {
    let failed = Outcome::Failed;
    let binary = &["--binary-media-type", "*/*"][..];
    let slow = &["--function-timeout", "60"][..];
    for (arguments, outcome, status) in [
        (&[][..], failed(Failure::Threw("x".to_owned())), 502),
        (&[], failed(Failure::Exited), 502),
        (&[], failed(Failure::TimedOut), 502),
        (slow, failed(Failure::TimedOut), 504),
        (&[], failed(Failure::Busy), 500),
        (
            binary,
            returned(r#"{"body":"*","isBase64Encoded":true}"#),
            500,
        ),
        (API, failed(Failure::Exited), 500),
        (
            &["--http-api", "--function-timeout", "60"],
            failed(Failure::TimedOut),
            503,
        ),
    ] {
        let said = format!("{arguments:?} {outcome:?}");
        assert_eq!(answer(arguments, "*/*", outcome).status(), status, "{said}");
    }
}

#[test]
fn the_api_refuses_before_it_calls() {
    let long = format!("/prod/?{}", "x".repeat(10_241));
    let large = vec![b'x'; 10 * 1024 * 1024 + 1];
    let over_the_event = vec![b'x'; 6 * 1024 * 1024];
    for (request, status) in [
        (request("GET", "/test/", &[], b""), 403),
        (request("GET", "/product", &[], b""), 403),
        (request("BREW", "/prod/", &[], b""), 403),
        (request("GET", &long, &[], b""), 431),
        (request("POST", "/prod/", &[], &large), 413),
        (request("POST", "/prod/", &[], &over_the_event), 500),
    ] {
        assert_eq!(EMULATOR.invoke(&[], &request).unwrap_err().status(), status);
    }
    let refused = EMULATOR
        .invoke(&[], &request("GET", "/x", &[], b""))
        .unwrap_err();
    let expected = (403, r#"{"message":"Missing Authentication Token"}"#);
    assert_eq!(shown(&refused), expected);
}
