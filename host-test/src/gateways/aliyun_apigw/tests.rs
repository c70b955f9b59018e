//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Failure, Outcome};

fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    let invocation = EMULATOR.invoke(arguments, request).unwrap();
    let mut event: Value = serde_json::from_slice(&invocation.event).unwrap();
    let headers = event["headers"].as_object_mut().unwrap();
    let id = headers.remove("X-Ca-Api-Gateway").unwrap();
    assert_eq!(id, invocation.request_id.as_str());
    event
}

fn answer(arguments: &[&str], outcome: Outcome) -> Response<Bytes> {
    let gateway = EMULATOR.with(arguments).unwrap();
    let request = request("GET", "/", &[], b"");
    let invocation = gateway.invocation(&request, CALLER).unwrap();
    let response = gateway.response(&request, &invocation, outcome);
    let id = &response.headers()["x-ca-request-id"];
    assert_eq!(id, invocation.request_id.as_str());
    response
}

fn returned(document: &str) -> Response<Bytes> {
    answer(&[], Outcome::Returned(document.as_bytes().to_vec()))
}

#[test]
fn a_get_has_seven_members() {
    assert_eq!(
        event(&[], &request("GET", "/", &[], b"")),
        json!({
            "path": "/", "httpMethod": "GET", "queryParameters": {}, "pathParameters": {},
            "headers": {
                "X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9",
                "X-Forwarded-Proto": "http",
                "CA-Host": "0a1b2c3d4e5f60718293a4b5c6d7e8f9-cn-hongkong.alicloudapi.com"
            },
            "body": "", "isBase64Encoded": true
        })
    );
}

#[test]
fn all_parts_of_a_request() {
    let asked = request(
        "POST",
        "/img/a%20b?id=1&q=x+y%2Bz&id=2&json",
        &[
            ("content-type", "application/json"),
            ("host", "api.example.net"),
            ("x-forwarded-for", "198.51.100.1"),
            ("x-tag", "one"),
            ("x-tag", "two"),
            ("connection", "close"),
        ],
        b"{\"n\":1}",
    );
    let event = event(&["--api", "/img/[kind]", "--system-parameters"], &asked);
    assert_eq!(event["path"], "/img/a%20b");
    assert_eq!(event["pathParameters"], json!({"kind": "a b"}));
    assert_eq!(
        event["queryParameters"],
        json!({"id": "2", "q": "x y+z", "json": ""})
    );
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("eyJuIjoxfQ=="), &json!(true))
    );
    let headers = &event["headers"];
    assert_eq!(headers["X-Forwarded-For"], "198.51.100.1, 203.0.113.9");
    assert_eq!(headers["x-tag"], "one, two");
    assert_eq!(headers["CA-Host"], "api.example.net");
    assert_eq!(headers["CaDomain"], "api.example.net");
    assert_eq!(headers["CaClientIp"], "203.0.113.9");
    assert_eq!(headers.get("connection"), None);
    assert_eq!(headers.get("host"), None);
}

#[test]
fn mapped_parameters_are_the_declared_ones() {
    let asked = request(
        "POST",
        "/?a=1",
        &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "*/*"),
            ("x-tag", "one"),
        ],
        b"b=2",
    );
    let mapped = event(&["--parameters", "mapped", "--header", "Accept"], &asked);
    assert_eq!(
        mapped["headers"],
        json!({"Accept": "*/*", "X-Forwarded-For": "203.0.113.9"})
    );
    assert_eq!(
        (&mapped["body"], &mapped["isBase64Encoded"]),
        (&json!("b=2"), &json!(false))
    );
    assert_eq!(mapped["queryParameters"], json!({"a": "1"}));
    assert_eq!(event(&[], &asked)["body"], "Yj0y");
    let decoded = event(&["--path", "decoded"], &request("GET", "/a%20b", &[], b""));
    assert_eq!(decoded["path"], "/a b");
}

#[test]
fn an_api_has_paths_and_methods() {
    for (api, path, found) in [
        ("/*", "/", true),
        ("/*", "/a/b", true),
        ("/img", "/img", true),
        ("/img", "/img/", true),
        ("/img", "/img/a", false),
        ("/img/*", "/img/a/b", true),
        ("/img/*", "/imga", false),
        ("/img/[kind]", "/img", false),
        ("/img/[kind]", "/img/a", true),
        ("/img/[kind]", "/img/a/b", false),
    ] {
        let result = EMULATOR.invoke(&["--api", api], &request("GET", path, &[], b""));
        assert_eq!(result.is_ok(), found, "{api} {path}");
        if let Err(refused) = result {
            assert_eq!(refused.status(), 404);
            assert_eq!(refused.headers()["x-ca-error-code"], "I404NF");
            assert!(refused.headers().contains_key("x-ca-request-id"));
        }
    }
    assert!(
        EMULATOR
            .invoke(&[], &request("BREW", "/", &[], b""))
            .is_err()
    );
    assert!(EMULATOR.with(["--api", "img"]).is_err());
    let base = |api| EMULATOR.with(["--api", api]).unwrap().base();
    assert_eq!([base("/*"), base("/img/[a]/b")], ["", "/img"]);
    let large = vec![0; 32 * 1024 * 1024 + 1];
    let refused = EMULATOR
        .invoke(&[], &request("POST", "/", &[], &large))
        .unwrap_err();
    assert_eq!(refused.status(), 413);
    assert_eq!(refused.headers()["x-ca-error-code"], "I413RL");
}

#[test]
fn a_good_document_is_the_answer() {
    let response = returned(
        r#"{"isBase64Encoded":false,"statusCode":302,"headers":{"Location":"https://cdn.example.net/7.webp",
            "Cache-Control":"no-store","Connection":"close","Content-Length":"99"},"body":"go"}"#,
    );
    assert_eq!(response.status(), 302);
    let headers = response.headers();
    assert_eq!(headers["location"], "https://cdn.example.net/7.webp");
    assert_eq!(headers["content-length"], "2");
    assert!(!headers.contains_key("connection"));
    let response = returned(
        r#"{"isBase64Encoded":true,"statusCode":"200","headers":{"Content-Type":"image/gif"},"body":"R0lG"}"#,
    );
    assert_eq!(response.status(), 200);
    assert_eq!(response.body(), "GIF");
}

#[test]
fn bad_documents_are_502_or_503() {
    for document in [
        "",
        "hello",
        "[]",
        "{}",
        r#"{"statusCode":200}"#,
        r#"{"isBase64Encoded":false,"statusCode":200,"headers":{}}"#,
        r#"{"isBase64Encoded":false,"statusCode":200,"body":""}"#,
        r#"{"statusCode":200,"headers":{},"body":""}"#,
        r#"{"isBase64Encoded":"false","statusCode":200,"headers":{},"body":""}"#,
        r#"{"isBase64Encoded":false,"statusCode":"ok","headers":{},"body":""}"#,
        r#"{"isBase64Encoded":false,"statusCode":99,"headers":{},"body":""}"#,
        r#"{"isBase64Encoded":false,"statusCode":200,"headers":{"a":1},"body":""}"#,
        r#"{"isBase64Encoded":false,"statusCode":200,"headers":{"a":["1"]},"body":""}"#,
        r#"{"isBase64Encoded":false,"statusCode":200,"headers":{},"body":{}}"#,
        r#"{"isBase64Encoded":true,"statusCode":200,"headers":{},"body":"!"}"#,
    ] {
        let response = returned(document);
        assert_eq!(response.status(), 502, "{document}");
        assert!(!response.headers().contains_key("x-ca-error-code"));
        let outcome = Outcome::Returned(document.as_bytes().to_vec());
        assert_eq!(answer(&["--bad-answer", "503"], outcome).status(), 503);
    }
}

#[test]
fn failures() {
    for (failure, status) in [
        (Failure::TimedOut, 503),
        (Failure::Exited, 502),
        (Failure::Memory, 502),
        (Failure::Busy, 502),
        (Failure::Threw("x".to_owned()), 502),
    ] {
        let response = answer(&[], Outcome::Failed(failure));
        assert_eq!(response.status(), status);
        assert!(response.body().is_empty());
    }
}
