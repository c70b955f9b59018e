//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::request;
use crate::gateways::{Failure, Invocation, Outcome, Remark};

const SINGLE: &[&str] = &[];
const MULTI: &[&str] = &["--multi-value"];
const HEALTH: &[&str] = &["--health-check", "/healthz?a=1"];

fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    serde_json::from_slice(&EMULATOR.invoke(arguments, request).unwrap().event).unwrap()
}

fn answer(arguments: &[&str], method: &str, outcome: Outcome) -> Response<Bytes> {
    let request = request(method, "/", &[], b"");
    let gateway = EMULATOR.with(arguments).unwrap();
    gateway.response(&request, &Invocation::default(), outcome)
}

fn returned(document: &Value) -> Outcome {
    Outcome::Returned(document.to_string().into_bytes())
}

#[test]
fn each_mode_has_maps_of_its_own() {
    let request = request(
        "POST",
        "/img/a%20b?id=1&id=2&q=x%20y%2Bz+w&flag",
        &[
            ("host", "pics.example.net"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
            ("x-forwarded-for", "198.51.100.7"),
        ],
        b"n=1",
    );
    let multi = event(MULTI, &request);
    for (pointer, expected) in [
        ("/path", json!("/img/a%20b")),
        ("/httpMethod", json!("POST")),
        (
            "/multiValueQueryStringParameters",
            json!({"id": ["1", "2"], "q": ["x%20y%2Bz+w"], "flag": [""]}),
        ),
        ("/multiValueHeaders/cookie", json!(["a=1", "b=2"])),
        ("/multiValueHeaders/host", json!(["pics.example.net"])),
        (
            "/multiValueHeaders/x-forwarded-for",
            json!(["198.51.100.7, 203.0.113.9"]),
        ),
        ("/body", json!("bj0x")),
        ("/isBase64Encoded", json!(true)),
    ] {
        assert_eq!(multi.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert!(multi.get("headers").is_none());
    assert!(multi.get("queryStringParameters").is_none());
    let single = event(SINGLE, &request);
    let query = json!({"id": "2", "q": "x%20y%2Bz+w", "flag": ""});
    assert_eq!(single["queryStringParameters"], query);
    assert_eq!(single["headers"]["cookie"], "b=2");
    assert!(single.get("multiValueHeaders").is_none());
    let arn = single["requestContext"]["elb"]["targetGroupArn"].as_str();
    assert!(arn.unwrap().starts_with("arn:aws:elasticloadbalancing:"));
}

#[test]
fn bodies_of_known_types_are_text_unless_compressed() {
    for (headers, encoded) in [
        (&[("content-type", "application/json")][..], false),
        (&[("content-type", "image/png")], true),
        (
            &[("content-type", "text/plain"), ("content-encoding", "gzip")],
            true,
        ),
    ] {
        let event = event(SINGLE, &request("POST", "/", headers, b"{}"));
        assert_eq!(event["isBase64Encoded"], encoded, "{headers:?}");
    }
    let empty = event(SINGLE, &request("GET", "/", &[], b""));
    assert_eq!(
        (&empty["body"], &empty["isBase64Encoded"]),
        (&json!(""), &json!(false))
    );
    assert_eq!(empty["queryStringParameters"], json!({}));
}

#[test]
fn health_checks_name_no_host() {
    let event = event(HEALTH, &request("POST", "/x", &[("host", "h.test")], b"x"));
    assert_eq!(
        event["headers"],
        json!({"user-agent": "ELB-HealthChecker/2.0"})
    );
    assert_eq!(
        (&event["httpMethod"], &event["path"]),
        (&json!("GET"), &json!("/healthz"))
    );
    assert_eq!(event["queryStringParameters"], json!({"a": "1"}));
    for (document, state) in [
        (json!({"statusCode": 200}), "healthy"),
        (json!({"statusCode": 302}), "unhealthy"),
        (json!({"status": 200}), "unhealthy"),
    ] {
        let response = answer(HEALTH, "GET", returned(&document));
        let said: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(said["TargetHealth"]["State"], state, "{document}");
    }
}

#[test]
fn the_map_has_to_be_that_of_the_mode() {
    let single = json!({
        "statusCode": 302,
        "statusDescription": "302 Found",
        "headers": {"location": "/a", "set-cookie": "a=1", "Set-cookie": "b=2", "connection": "close"},
        "body": "aGk=",
        "isBase64Encoded": true,
    });
    let multi = json!({
        "statusCode": 302,
        "multiValueHeaders": {"location": ["/a"], "set-cookie": ["a=1", "b=2"]},
        "body": "hi",
    });
    for (arguments, document, lost) in [
        (SINGLE, &single, false),
        (MULTI, &multi, false),
        (SINGLE, &multi, true),
        (MULTI, &single, true),
    ] {
        let response = answer(arguments, "GET", returned(document));
        assert_eq!(response.status(), 302);
        assert_eq!(response.body(), "hi");
        let headers = response.headers();
        assert_eq!(headers.contains_key("location"), !lost);
        let cookies: Vec<_> = headers.get_all("set-cookie").iter().collect();
        assert_eq!(cookies.len(), if lost { 0 } else { 2 });
        assert!(!headers.contains_key("connection"));
        assert_eq!(response.extensions().get::<Remark>().is_some(), lost);
    }
}

#[test]
fn malformed_documents_and_failures_are_502() {
    let large = json!({"statusCode": 200, "body": "x".repeat(1024 * 1024)});
    let fields = json!({"statusCode": 200, "headers": {"a": "x".repeat(33 * 1024)}});
    for outcome in [
        Outcome::Returned(b"no json".to_vec()),
        returned(&json!([])),
        returned(&json!("text")),
        returned(&json!({})),
        returned(&json!({"statusCode": "200"})),
        returned(&json!({"statusCode": 99})),
        returned(&json!({"statusCode": 200, "statusDescription": 200})),
        returned(&json!({"statusCode": 200, "headers": {"a": 1}})),
        returned(&json!({"statusCode": 200, "headers": {"a": ["1"]}})),
        returned(&json!({"statusCode": 200, "headers": {"a b": "1"}})),
        returned(&json!({"statusCode": 200, "body": {}})),
        returned(&json!({"statusCode": 200, "body": "*", "isBase64Encoded": true})),
        returned(&large),
        returned(&fields),
        Outcome::Failed(Failure::TimedOut),
        Outcome::Failed(Failure::Busy),
        Outcome::Failed(Failure::Threw(String::new())),
    ] {
        let said: String = format!("{outcome:?}").chars().take(200).collect();
        let response = answer(SINGLE, "GET", outcome);
        assert_eq!(response.status(), 502, "{said}");
        assert_eq!(response.headers()["content-type"], "text/html");
        let page = std::str::from_utf8(response.body()).unwrap();
        assert!(page.contains("<h1>502 Bad Gateway</h1>"), "{page}");
    }
    let document = json!({"statusCode": 200, "multiValueHeaders": {"a": "1"}});
    assert_eq!(answer(MULTI, "GET", returned(&document)).status(), 502);
}

#[test]
fn the_balancer_refuses_before_it_calls() {
    let long = format!("/?{}", "x".repeat(16 * 1024));
    let field = "x".repeat(16 * 1024);
    let five = "x".repeat(15 * 1024);
    let many: Vec<_> = ["a", "b", "c", "d", "e"]
        .map(|name| (name, five.as_str()))
        .into();
    let body = vec![b'x'; 1024 * 1024 + 1];
    for (request, status) in [
        (request("GET", &long, &[], b""), 414),
        (request("GET", "/", &[("a", &field)], b""), 400),
        (request("GET", "/", &many, b""), 400),
        (request("GET", "/", &[("upgrade", "websocket")], b""), 400),
        (request("TRACE", "/", &[], b""), 405),
        (request("POST", "/", &[], &body), 413),
    ] {
        let refused = EMULATOR.invoke(SINGLE, &request).unwrap_err();
        assert_eq!(refused.status(), status);
    }
    assert!(
        EMULATOR
            .invoke(SINGLE, &request("POST", "/", &[], &body[1..]))
            .is_ok()
    );
}
