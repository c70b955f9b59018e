//! The emulator alone, with functions written by hand.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Request, Response};
use serde_json::{Value, json};

use super::{EMULATOR, FRONT_PATIENCE};
use crate::gateways::testing;
use crate::gateways::{Failure, Invocation, Outcome};

/// With the length of a body, as callers say it.
fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<Bytes> {
    let mut request = testing::request(method, target, headers, body);
    if !body.is_empty() {
        let length = HeaderValue::from(body.len());
        request.headers_mut().insert(CONTENT_LENGTH, length);
    }
    request
}

fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    serde_json::from_slice(&EMULATOR.invoke(arguments, request).unwrap().event).unwrap()
}

fn answer(arguments: &[&str], outcome: Outcome) -> Response<Bytes> {
    let request = request("GET", "/api/", &[], b"");
    let gateway = EMULATOR.with(arguments).unwrap();
    gateway.response(&request, &Invocation::default(), outcome)
}

fn returned(document: &Value) -> Outcome {
    Outcome::Returned(document.to_string().into_bytes())
}

fn shown(response: &Response<Bytes>) -> (u16, &str) {
    let body = std::str::from_utf8(response.body()).unwrap();
    (response.status().as_u16(), body)
}

const VALUE: &[&str] = &["--output", "$return"];

#[test]
fn a_request_is_a_document() {
    let request = request(
        "POST",
        "/api/img/a%20b%2Fc?id=1&id=2&q=x%20y%2Bz+w",
        &[
            ("host", "pics.example.net"),
            ("cookie", "a=1; b=2"),
            ("x-tag", "one"),
            ("x-tag", "two"),
            ("content-type", "application/json"),
        ],
        br#"{"a":"1","n":2}"#,
    );
    let invocation = EMULATOR.invoke(&[], &request).unwrap();
    assert_eq!(invocation.target.as_deref(), Some("/pic"));
    let id = &invocation.headers["x-azure-functions-invocationid"];
    assert_eq!(id, &invocation.request_id);
    let event: Value = serde_json::from_slice(&invocation.event).unwrap();
    let url = "https://pics.example.net/api/img/a%20b%2Fc?id=1&id=2&q=x%20y%2Bz+w";
    let query = json!({"id": "1,2", "q": "x y+z w"});
    for (pointer, expected) in [
        ("/Data/req/Url", json!(url)),
        ("/Data/req/Method", json!("POST")),
        ("/Data/req/Query", query.clone()),
        ("/Data/req/Headers/X-Tag", json!(["one", "two"])),
        ("/Data/req/Headers/Cookie", json!(["a=1; b=2"])),
        ("/Data/req/Headers/Host", json!(["pics.example.net"])),
        (
            "/Data/req/Headers/X-Forwarded-For",
            json!(["203.0.113.9:53124"]),
        ),
        ("/Data/req/Params", json!({"path": "img/a b%2Fc"})),
        ("/Data/req/Identities/0/IsAuthenticated", json!(false)),
        ("/Data/req/Body", json!("{\"a\":\"1\",\"n\":2}")),
        ("/Metadata/Query", query),
        ("/Metadata/Headers/Host", json!("pics.example.net")),
        ("/Metadata/path", json!("\"img/a b%2Fc\"")),
        ("/Metadata/a", json!("\"1\"")),
        ("/Metadata/n", json!(2)),
        ("/Metadata/sys/MethodName", json!("pic")),
    ] {
        assert_eq!(event.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert_eq!(event.as_object().unwrap().len(), 2);
}

#[test]
fn hosts_and_bindings_differ() {
    let get = request("GET", "/api/?a=1", &[], b"");
    let older = event(&["--older-host", "--binding", "request"], &get);
    let data = &older["Data"]["request"];
    assert_eq!(data["Query"], r#"{"a":"1"}"#);
    assert!(data["Identities"].is_string());
    assert!(data.get("Body").is_none());
    assert_eq!(data["Params"], json!({}));
    assert_eq!(data["Url"], "https://pics.azurewebsites.net/api/?a=1");
}

#[test]
fn bodies_need_a_length_and_are_text_but_for_two_types() {
    for (content_type, expected) in [
        ("image/png", "\u{fffd}P"),
        ("application/octet-stream", "iVA="),
        ("multipart/form-data; boundary=x", "iVA="),
    ] {
        let post = request("POST", "/api/", &[("content-type", content_type)], b"\x89P");
        assert_eq!(event(&[], &post)["Data"]["req"]["Body"], expected);
    }
    let mut chunked = request("POST", "/api/", &[("transfer-encoding", "chunked")], b"");
    *chunked.body_mut() = "x".into();
    assert!(event(&[], &chunked)["Data"]["req"].get("Body").is_none());
}

#[test]
fn routes_take_what_is_theirs() {
    let bare = &["--route-prefix", ""][..];
    let named = &["--no-route"][..];
    for (arguments, path, there) in [
        (&[][..], "/api", true),
        (&[], "/API/x/y", true),
        (&[], "/apis", false),
        (&[], "/", false),
        (bare, "/", true),
        (bare, "/x", true),
        (named, "/api/pic", true),
        (named, "/api/Pic/", true),
        (named, "/api/pic/x", false),
        (named, "/api/other", false),
        (&["--no-route", "--route-prefix", ""], "/pic", true),
    ] {
        let invoked = EMULATOR.invoke(arguments, &request("GET", path, &[], b""));
        assert_eq!(invoked.is_ok(), there, "{arguments:?} {path}");
        if let Err(response) = invoked {
            assert_eq!(shown(&response), (404, ""));
        }
    }
    for (arguments, method, field, status) in [
        (
            &["--method", "GET", "--method", "HEAD"][..],
            "HEAD",
            "",
            200,
        ),
        (&["--method", "GET"], "POST", "", 404),
        (&["--key", "k"], "GET", "k", 200),
        (&["--key", "k"], "GET", "other", 401),
    ] {
        let shown = request(method, "/api/", &[("x-functions-key", field)], b"");
        let invoked = EMULATOR.invoke(arguments, &shown);
        let found = invoked.map_or_else(|refused| refused.status().as_u16(), |_| 200);
        assert_eq!(found, status, "{arguments:?} {method}");
    }
    let in_query = request("GET", "/api/?code=k", &[], b"");
    assert!(EMULATOR.invoke(&["--key", "k"], &in_query).is_ok());
    let long = format!("/api/?{}", "x".repeat(4096));
    let refused = EMULATOR
        .invoke(&[], &request("GET", &long, &[], b""))
        .unwrap_err();
    assert_eq!(refused.status(), 414);
    let refused = EMULATOR.invoke(
        &["--body-limit", "1"],
        &request("POST", "/api/", &[], b"xy"),
    );
    assert_eq!(refused.unwrap_err().status(), 413);
}

#[test]
fn outputs_become_answers() {
    let document = json!({
        "outputs": {"RES": {
            "StatusCode": "302",
            "status": 500,
            "headers": {"Location": "/a", "location": "/b", "x-list": ["1", 2], "x-flag": true},
            "body": "hi",
        }},
        "Logs": ["picked 7"],
        "ReturnValue": "lost",
        "more": 1,
    });
    let response = answer(&[], returned(&document));
    assert_eq!(shown(&response), (302, "hi"));
    let headers = response.headers();
    assert_eq!(headers.get_all("location").iter().count(), 1);
    assert_eq!(headers["x-list"], r#"["1",2]"#);
    assert_eq!(headers["x-flag"], "True");
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    for (output, status, body) in [
        (json!({"body": "x"}), 200, "x"),
        (json!({"status": 404, "body": "x"}), 200, "x"),
        (json!({"statusCode": "many", "body": "x"}), 200, "x"),
        (json!({"statusCode": 404.5, "body": "x"}), 200, "x"),
        (
            json!({"statusCode": 404, "body": {"a": [1]}}),
            404,
            "{\n  \"a\": [\n    1\n  ]\n}",
        ),
        (json!({"statusCode": 204, "body": ""}), 204, ""),
    ] {
        let response = answer(&[], returned(&json!({"Outputs": {"res": output}})));
        assert_eq!(shown(&response), (status, body), "{output}");
    }
}

#[test]
fn documents_without_an_output_are_answers_too() {
    for (document, body) in [
        (json!({}), ""),
        (json!({"Outputs": null, "ReturnValue": "lost"}), ""),
        (json!({"Outputs": {}}), "{}"),
        (json!({"Outputs": {"other": {}}}), "{}"),
    ] {
        let response = answer(&[], returned(&document));
        assert_eq!(shown(&response), (200, body), "{document}");
    }
}

#[test]
fn a_value_is_looked_at_in_three_ways() {
    for (value, status, body) in [
        (json!(null), 200, &b""[..]),
        (json!("abcd"), 200, b"\x69\xb7\x1d"),
        (json!("no base64!"), 200, b"no base64!"),
        (json!({"statusCode": 404, "body": "x"}), 404, b"x"),
        (json!("{\"statusCode\":404,\"body\":\"x\"}"), 404, b"x"),
        (json!({"a": 1}), 200, b"{\n  \"a\": 1\n}"),
        (json!(7), 200, b"7"),
    ] {
        let document = json!({"Outputs": {"res": {"body": "lost"}}, "ReturnValue": value});
        let response = answer(VALUE, returned(&document));
        assert_eq!(response.status(), status, "{value}");
        assert_eq!(response.body(), body, "{value}");
    }
}

#[test]
fn what_is_malformed_is_an_empty_500() {
    for outcome in [
        Outcome::Returned(b"no json".to_vec()),
        returned(&json!([])),
        returned(&json!("text")),
        returned(&json!({"Outputs": []})),
        returned(&json!({"Outputs": {"res": "text"}})),
        returned(&json!({"Outputs": {"res": 7}})),
        returned(&json!({"Outputs": {"res": []}})),
        returned(&json!({"Outputs": {"res": {"headers": []}}})),
        returned(&json!({"Outputs": {"res": {"headers": {"content-type": null}}}})),
        returned(&json!({"Outputs": {"res": {"headers": {"a b": "1"}}}})),
        returned(&json!({"Outputs": {"res": {"statusCode": 99}}})),
        returned(&json!({"Logs": "text"})),
        Outcome::Failed(Failure::Threw("x".to_owned())),
        Outcome::Failed(Failure::Exited),
    ] {
        let said = format!("{outcome:?}");
        assert_eq!(shown(&answer(&[], outcome)), (500, ""), "{said}");
    }
}

#[test]
fn the_shorter_time_out_comes_first() {
    let timer = ["--trigger", "timer"];
    let queue = ["--trigger", "queue", "--front-timeout", "0.5"];
    for (arguments, patience, status) in [
        // By default the host waits longer than the front does.
        (&[][..], FRONT_PATIENCE, 502),
        (&["--front-timeout", "0.5"], Duration::from_millis(500), 502),
        (
            &["--function-timeout", "100"],
            Duration::from_secs(100),
            500,
        ),
        (&timer, Duration::from_secs(300), 500),
        (&queue, Duration::from_secs(300), 500),
    ] {
        let gateway = EMULATOR.with(arguments).unwrap();
        assert_eq!(gateway.patience(), patience, "{arguments:?}");
        let late = answer(arguments, Outcome::Failed(Failure::TimedOut));
        assert_eq!(late.status(), status, "{arguments:?}");
        assert!(status != 502 || late.body().is_empty(), "{arguments:?}");
    }
}

#[test]
fn timers_and_queues_only_succeed_or_fail() {
    let post = request("POST", "/x", &[], br#"{"count":3}"#);
    let timer = event(&["--trigger", "timer", "--past-due"], &post);
    assert_eq!(timer["Data"]["tick"]["IsPastDue"], true);
    assert!(timer["Data"]["tick"]["ScheduleStatus"]["Next"].is_string());
    let queue = event(&["--trigger", "queue"], &post);
    assert_eq!(queue["Data"]["item"], json!({"count": 3}));
    let text = request("POST", "/x", &[], b"abc");
    assert_eq!(
        event(&["--trigger", "queue"], &text)["Data"]["item"],
        r#""abc""#
    );
    for (outcome, status, word) in [
        (
            returned(&json!({"Outputs": {}, "Logs": ["ok"]})),
            200,
            "Succeeded",
        ),
        (returned(&json!([])), 500, "Failed"),
        (Outcome::Failed(Failure::Exited), 500, "Failed"),
    ] {
        let response = answer(&["--trigger", "timer"], outcome);
        let (said, line) = shown(&response);
        assert_eq!(said, status);
        assert!(
            line.contains(&format!("Executed 'Functions.pic' ({word}")),
            "{line}"
        );
    }
}
