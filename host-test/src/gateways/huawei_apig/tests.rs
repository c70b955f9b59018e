//! The emulator alone, with functions written by hand.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Failure, Invocation, Outcome, Remark};

fn event(arguments: &[&str], request: &Request<Bytes>) -> (Value, String) {
    let invocation = EMULATOR.invoke(arguments, request).unwrap();
    let event = serde_json::from_slice(&invocation.event).unwrap();
    (event, invocation.request_id)
}

fn answer(arguments: &[&str], method: &str, outcome: Outcome) -> Response<Bytes> {
    let invocation = Invocation {
        request_id: "5c0e".to_owned(),
        ..Invocation::default()
    };
    let gateway = EMULATOR.with(arguments).unwrap();
    gateway.response(&request(method, "/", &[], b""), &invocation, outcome)
}

fn returned(document: &str) -> Response<Bytes> {
    answer(&[], "GET", Outcome::Returned(document.into()))
}

fn json(response: &Response<Bytes>) -> (u16, Value) {
    let document = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), document)
}

#[test]
fn an_event_has_every_field() {
    let request = request(
        "POST",
        "/pics/img/a%20b?id=1&id=2&q=x+y%2Bz&raw",
        &[
            ("Content-Type", "application/json"),
            ("Cookie", "a=1"),
            ("Cookie", "b=2"),
            ("Connection", "close"),
            ("X-Real-Ip", "198.51.100.7"),
        ],
        br#"{"kind":"cats"}"#,
    );
    let host = "0f1e2d3c4b5a69788796a5b4c3d2e1f0.apic.cn-north-4.huaweicloudapis.com";
    let (found, id) = event(&["--path", "/pics"], &request);
    assert_eq!(id.len(), 32);
    assert_eq!(
        found,
        json!({
            "body": "eyJraW5kIjoiY2F0cyJ9", "isBase64Encoded": true, "httpMethod": "POST",
            "requestContext": {"requestId": id, "apiId": "9d8c7b6a5f4e3d2c1b0a99887766554f",
                "stage": "RELEASE", "sourceIp": "203.0.113.9"},
            "queryStringParameters": {"id": ["1", "2"], "q": "x y+z", "raw": ""},
            "pathParameters": {"": "img/a%20b"},
            "headers": {"content-type": "application/json", "cookie": "a=1; b=2", "host": host,
                "x-forwarded-for": "203.0.113.9", "x-forwarded-host": host,
                "x-forwarded-port": "443", "x-forwarded-proto": "https",
                "x-real-ip": "203.0.113.9", "x-request-id": id},
            "path": "/pics/img/a%20b",
        })
    );
    let (text, _) = event(
        &["--path", "/pics", "--text-body", "--no-source-ip"],
        &request,
    );
    assert_eq!(text["body"], r#"{"kind":"cats"}"#);
    assert_eq!(text["isBase64Encoded"], false);
    assert!(text["requestContext"].get("sourceIp").is_none());
}

#[test]
fn no_body_is_base64_too() {
    let (event, _) = event(&["--text-body"], &request("GET", "/", &[], b""));
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&"".into(), &true.into())
    );
    assert_eq!(event["pathParameters"], json!({}));
}

#[test]
fn the_gateway_refuses_before_it_calls() {
    let long = format!("/?{}", "x".repeat(32 * 1024));
    let field = "x".repeat(32 * 1024);
    let part = "x".repeat(31 * 1024);
    let many: Vec<(&str, &str)> = vec![("x-a", part.as_str()); 5];
    let get = |target: &str| request("GET", target, &[], b"");
    for (arguments, request, status, code) in [
        (&["--path", "/user/get"][..], get("/user"), 404, "APIG.0101"),
        (
            &["--path", "/user/get"],
            get("/user/getter"),
            404,
            "APIG.0101",
        ),
        (
            &["--path", "/user/get", "--exact"],
            get("/user/get/a"),
            404,
            "APIG.0101",
        ),
        (&["--method", "POST"], get("/"), 404, "APIG.0101"),
        (
            &[],
            request("GET", "/", &[("x-stage", "TEST")], b""),
            404,
            "APIG.0101",
        ),
        (&[], get(&long), 414, "APIG.0201"),
        (
            &[],
            request("GET", "/", &[("x-a", &field)], b""),
            494,
            "APIG.0201",
        ),
        (&[], request("GET", "/", &many, b""), 494, "APIG.0201"),
        (
            &[],
            request("POST", "/", &[], vec![0; (12 << 20) + 1]),
            413,
            "APIG.0201",
        ),
        (
            &[],
            request("POST", "/", &[], vec![0; (4 << 20) + 1]),
            413,
            "FSS.1201",
        ),
    ] {
        let refused = EMULATOR.invoke(arguments, &request).unwrap_err();
        let (found, document) = json(&refused);
        assert_eq!((found, &document["error_code"]), (status, &code.into()));
        assert_eq!(
            refused.headers()["x-request-id"],
            document["request_id"].as_str().unwrap()
        );
    }
    assert!(
        EMULATOR
            .invoke(&["--path", "/user/get", "--exact"], &get("/user/get"))
            .is_ok()
    );
    assert!(EMULATOR.invoke(&["--exact"], &get("/")).is_ok());
    assert!(
        EMULATOR
            .invoke(&[], &request("POST", "/", &[], vec![0; 4 << 20]))
            .is_ok()
    );
}

#[test]
fn only_who_shows_a_credential_gets_in() {
    const APP: &[&str] = &["--security", "app", "--credential", "s3cret"];
    const IAM: &[&str] = &["--security", "IAM", "--credential", "s3cret"];
    for (arguments, field, code) in [
        (APP, None, Some("APIG.0303")),
        (APP, Some(("x-apig-appcode", "x")), Some("APIG.0303")),
        (APP, Some(("x-auth-token", "s3cret")), Some("APIG.0303")),
        (
            APP,
            Some(("authorization", "SDK-HMAC-SHA256 Access=x")),
            Some("APIG.0303"),
        ),
        (APP, Some(("x-apig-appcode", "s3cret")), None),
        (IAM, None, Some("APIG.0301")),
        (IAM, Some(("x-auth-token", "x")), Some("APIG.0301")),
        (IAM, Some(("x-auth-token", "s3cret")), None),
        (&["--security", "none"], None, None),
    ] {
        let headers: Vec<_> = field.into_iter().collect();
        let result = EMULATOR.invoke(arguments, &request("GET", "/", &headers, b""));
        let found = result.err().map(|refused| json(&refused));
        let found = found.map(|(status, document)| (status, document["error_code"].clone()));
        assert_eq!(
            found,
            code.map(|code| (401, code.into())),
            "{arguments:?} {field:?}"
        );
    }
}

#[test]
fn a_credential_may_be_good_for_nothing() {
    for (security, field, code) in [
        ("app", "x-apig-appcode", "APIG.0304"),
        ("iam", "x-auth-token", "APIG.0302"),
    ] {
        let arguments = ["--security", security, "--unauthorized"];
        let shown = request("GET", "/", &[(field, "example")], b"");
        let refused = EMULATOR.invoke(&arguments, &shown).unwrap_err();
        let (status, document) = json(&refused);
        assert_eq!((status, &document["error_code"]), (403, &code.into()));
    }
}

#[test]
fn an_api_takes_so_many_calls() {
    let gateway = EMULATOR.with(["--calls", "2"]).unwrap();
    let call = || gateway.invocation(&request("GET", "/", &[], b""), CALLER);
    assert!(call().is_ok() && call().is_ok());
    let (status, document) = json(&call().unwrap_err());
    assert_eq!(
        (status, &document["error_code"]),
        (429, &"APIG.0308".into())
    );
}

#[test]
fn who_asks_for_it_is_told_of_the_call() {
    let gateway = EMULATOR.with(["--calls", "10"]).unwrap();
    let says = |mode| {
        let request = request("GET", "/", &[("X-Apig-Mode", mode)], b"");
        let invocation = gateway.invocation(&request, CALLER).unwrap();
        let document =
            br#"{"statusCode":200,"headers":{},"isBase64Encoded":false,"body":""}"#.to_vec();
        let response = gateway.response(&request, &invocation, Outcome::Returned(document));
        let fields = response.headers().iter();
        let fields = fields.filter(|(name, _)| name.as_str().starts_with("x-apig-"));
        fields
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(says("none"), [""; 0]);
    assert_eq!(
        says("debug"),
        [
            "x-apig-latency: 12",
            "x-apig-upstream-latency: 9",
            "x-apig-ratelimit-api-allenv: remain:199,limit:200,time:1 second",
            "x-apig-ratelimit-api: remain:8,limit:10,time:1 day",
        ]
    );
}

#[test]
fn a_document_is_the_answer() {
    let document = r#"{"statusCode":302,"headers":{"Location":"https://cdn.example.net/7.webp",
        "Set-Cookie":["a=1","b=2"],"X-Request-Id":"5c0e"},"isBase64Encoded":true,"body":"aGk="}"#;
    let response = returned(document);
    assert_eq!(
        (response.status().as_u16(), &response.body()[..]),
        (302, &b"hi"[..])
    );
    let headers = response.headers();
    assert_eq!(headers["location"], "https://cdn.example.net/7.webp");
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    let ids: Vec<_> = headers.get_all("x-request-id").iter().collect();
    assert_eq!(ids, ["5c0e"]);
    let head = answer(&[], "HEAD", Outcome::Returned(document.into()));
    assert!(head.body().is_empty());
    assert_eq!(head.headers()["content-length"], "2");
}

#[test]
fn documents_of_no_form_are_500() {
    for (document, why) in [
        ("<p>", "the answer is no JSON: "),
        (r#""hi""#, "the answer is no object"),
        ("7", "the answer is no object"),
        (r#"{"url":"x"}"#, "statusCode: is missing"),
        (
            r#"{"statusCode":200,"isBase64Encoded":false,"body":""}"#,
            "headers: is missing",
        ),
        (
            r#"{"statusCode":200,"headers":{},"body":""}"#,
            "isBase64Encoded: is missing",
        ),
        (
            r#"{"statusCode":200,"headers":{},"isBase64Encoded":false}"#,
            "body: is missing",
        ),
        (
            r#"{"statusCode":"200","headers":{},"isBase64Encoded":false,"body":""}"#,
            "statusCode: is no",
        ),
        (
            r#"{"statusCode":200,"headers":{},"isBase64Encoded":false,"body":{}}"#,
            "body: is no text",
        ),
        (
            r#"{"statusCode":200,"headers":{},"isBase64Encoded":true,"body":"*"}"#,
            "body: is no base64",
        ),
    ] {
        let response = returned(document);
        let expected = json!({
            "error_code": "FSS.1202",
            "error_msg": "The response body or callback body is invalid because they do not contain any status code.",
            "request_id": "5c0e",
        });
        assert_eq!(json(&response), (500, expected), "{document}");
        let remark = response.extensions().get::<Remark>().unwrap();
        assert!(remark.0.starts_with(why), "{document}: {remark:?}");
    }
}

#[test]
fn failures_and_time_outs() {
    let failed = Outcome::Failed;
    for (arguments, outcome, status, member, expected) in [
        (
            &[][..],
            failed(Failure::Threw("boom".to_owned())),
            500,
            "errorMessage",
            "function invocation exception, error: boom",
        ),
        (
            &[],
            failed(Failure::TimedOut),
            500,
            "errorMessage",
            "call request timed out after 3s",
        ),
        (
            &["--function-timeout", "30"],
            failed(Failure::TimedOut),
            504,
            "error_code",
            "APIG.0201",
        ),
        (&[], failed(Failure::Busy), 429, "error_code", "FSS.0429"),
        (
            &[],
            failed(Failure::Exited),
            500,
            "errorType",
            "FunctionExited",
        ),
        (
            &[],
            failed(Failure::Memory),
            500,
            "errorType",
            "FunctionOutOfMemory",
        ),
        (
            &[],
            Outcome::Returned(vec![b' '; 6_291_557]),
            500,
            "errorMessage",
            "response body size 6291557 exceeds the limit of 6291456",
        ),
    ] {
        let (found, document) = json(&answer(arguments, "GET", outcome));
        assert_eq!((found, &document[member]), (status, &expected.into()));
    }
    let slow = EMULATOR.with(["--function-timeout", "30"]).unwrap();
    assert_eq!(slow.patience(), Duration::from_secs(5));
}
