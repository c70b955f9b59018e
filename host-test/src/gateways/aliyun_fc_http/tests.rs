//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Failure, Outcome};

fn event(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(&EMULATOR.invoke(&[], request).unwrap().event).unwrap()
}

/// What the caller sees when the function does this.
fn answer(arguments: &[&str], request: &Request<Bytes>, outcome: Outcome) -> Response<Bytes> {
    let gateway = EMULATOR.with(arguments).unwrap();
    let invocation = gateway.invocation(request, CALLER).unwrap();
    gateway.response(request, &invocation, outcome)
}

fn returned(arguments: &[&str], document: &str) -> Response<Bytes> {
    let outcome = Outcome::Returned(document.as_bytes().to_vec());
    answer(arguments, &request("GET", "/", &[], b""), outcome)
}

#[test]
fn a_get_has_an_empty_body_in_base64() {
    let mut event = event(&request("GET", "/", &[("host", "127.0.0.1:1")], b""));
    let context = event["requestContext"].as_object_mut().unwrap();
    let id = context.remove("requestId").unwrap();
    assert!(id.as_str().unwrap().starts_with("1-"));
    let time = context.remove("time").unwrap();
    assert_eq!(time.as_str().unwrap().len(), "2026-07-11T08:00:01Z".len());
    let epoch = context.remove("timeEpoch").unwrap();
    assert_eq!(epoch.as_str().unwrap().len(), 13);
    assert_eq!(
        event,
        json!({
            "version": "v1", "rawPath": "/", "headers": {"Host": "pictures.example.net"},
            "queryParameters": {}, "body": "", "isBase64Encoded": true,
            "requestContext": {
                "accountId": "1042000000000042", "domainName": "pictures.example.net",
                "domainPrefix": "pictures",
                "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1",
                         "sourceIp": "203.0.113.9", "userAgent": ""}
            }
        })
    );
}

#[test]
fn paths_are_there_twice_and_what_repeats_is_joined() {
    let event = event(&request(
        "POST",
        "/img/a%20b%2Fc%2541?id=1&q=x+y%2Bz&id=2&json",
        &[
            ("content-type", "application/json; charset=utf-8"),
            ("x-tag", "one"),
            ("x-tag", "two"),
            ("user-agent", "probe/1"),
            ("x-fc-account-id", "7"),
            ("connection", "close"),
            ("host", "api.example.org"),
        ],
        b"{\"kind\":\"cats\"}",
    ));
    assert_eq!(event["rawPath"], "/img/a%20b%2Fc%2541");
    assert_eq!(event["requestContext"]["http"]["path"], "/img/a b/c%41");
    assert_eq!(event["requestContext"]["http"]["userAgent"], "probe/1");
    assert_eq!(
        event["queryParameters"],
        json!({"id": "1,2", "q": "x y+z", "json": ""})
    );
    assert_eq!(
        event["headers"],
        json!({"Content-Type": "application/json; charset=utf-8", "Host": "api.example.org",
               "User-Agent": "probe/1", "X-Tag": "one,two"})
    );
    assert_eq!(event["body"], "{\"kind\":\"cats\"}");
    assert_eq!(event["isBase64Encoded"], false);
}

#[test]
fn the_type_says_whether_a_body_is_text() {
    for (kind, text) in [
        ("text/plain", true),
        ("TEXT/CSV;a=b", true),
        ("application/json", true),
        ("application/ld+json", true),
        ("application/atom+xml", true),
        ("application/problem+json", false),
        ("application/x-www-form-urlencoded", false),
        ("image/png", false),
        ("image/json", false),
        ("nonsense", false),
    ] {
        let event = event(&request("POST", "/", &[("content-type", kind)], b"a=1"));
        let expected = if text { "a=1" } else { "YT0x" };
        assert_eq!(event["body"], expected, "{kind}");
        assert_eq!(event["isBase64Encoded"], !text, "{kind}");
    }
    assert_eq!(event(&request("POST", "/", &[], b"a=1"))["body"], "YT0x");
}

#[test]
fn what_the_platform_refuses_reaches_no_function() {
    let long = "x".repeat(8200);
    let large = vec![0; 32 * 1024 * 1024 + 1];
    let asynchronous = [("x-fc-invocation-type", "Async")];
    for (request, arguments, status, code) in [
        (
            request("BREW", "/", &[], b""),
            &[][..],
            403,
            "FCCommonError",
        ),
        (
            request("HEAD", "/", &[], b""),
            &["--methods", "get,POST"],
            403,
            "FCCommonError",
        ),
        (
            request("GET", "/", &[("x", &long)], b""),
            &[],
            400,
            "InvalidArgument",
        ),
        (
            request("GET", &format!("/?{}", &long[..4095]), &[], b""),
            &[],
            400,
            "InvalidArgument",
        ),
        (
            request("POST", "/", &[], &large),
            &[],
            400,
            "EntityTooLarge",
        ),
        (
            request("POST", "/", &asynchronous, &large[..131_073]),
            &[],
            400,
            "EntityTooLarge",
        ),
    ] {
        let response = EMULATOR.invoke(arguments, &request).unwrap_err();
        assert_eq!(response.status(), status, "{code}");
        if request.method() != "HEAD" {
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(body["Code"], code);
        }
        assert!(response.headers().contains_key("x-fc-request-id"));
    }
}

#[test]
fn a_good_document_is_the_answer() {
    let response = returned(
        &[],
        r#"{"statusCode":302,"headers":{"Location":"https://cdn.example.net/7.webp","Cache-Control":"no-store",
            "X-Fc-Mine":"1","Date":"now","Server":"me","Content-Length":"99","Content-Disposition":"inline"},"body":"go"}"#,
    );
    assert_eq!(response.status(), 302);
    let headers = response.headers();
    assert_eq!(headers["location"], "https://cdn.example.net/7.webp");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["content-length"], "2");
    for dropped in ["x-fc-mine", "date", "server", "content-disposition"] {
        assert!(!headers.contains_key(dropped), "{dropped}");
    }
    let response = returned(
        &[],
        r#"{"statusCode":200,"headers":{"Content-Type":"image/png"},"isBase64Encoded":true,"body":"iVBORw0KGgo="}"#,
    );
    assert_eq!(&**response.body(), b"\x89PNG\r\n\x1a\n");
    assert_eq!(response.headers()["content-type"], "image/png");
}

#[test]
fn bodies_of_other_types() {
    for (document, body) in [
        (r#"{"statusCode":200}"#, ""),
        (r#"{"statusCode":200,"body":null}"#, ""),
        (r#"{"statusCode":200,"body":{"a":[1]}}"#, r#"{"a":[1]}"#),
        (r#"{"statusCode":200,"body":[1]}"#, "[1]"),
        (
            r#"{"statusCode":200,"body":"!","isBase64Encoded":true}"#,
            "!",
        ),
    ] {
        let response = returned(&[], document);
        assert_eq!(response.status(), 200, "{document}");
        assert_eq!(response.body(), body, "{document}");
    }
}

#[test]
fn what_is_no_document_is_the_body_of_a_200() {
    for bytes in ["hello", "", "[1]", "{}", "null", r#"{"headers":{"x":"1"}}"#] {
        let response = returned(&[], bytes);
        assert_eq!(response.status(), 200, "{bytes}");
        assert_eq!(response.body(), bytes);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert!(!response.headers().contains_key("x"));
    }
}

#[test]
fn bad_documents_are_502() {
    let long = format!(
        r#"{{"statusCode":200,"headers":{{"a":"{}"}}}}"#,
        "x".repeat(8192)
    );
    for document in [
        r#"{"statusCode":"200"}"#,
        r#"{"statusCode":99}"#,
        r#"{"statusCode":100}"#,
        r#"{"statusCode":600}"#,
        r#"{"statusCode":200.5}"#,
        r#"{"statusCode":200,"headers":[]}"#,
        r#"{"statusCode":200,"headers":{"a":1}}"#,
        r#"{"statusCode":200,"headers":{"set-cookie":["a=1","b=2"]}}"#,
        r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
        r#"{"statusCode":200,"isBase64Encoded":"true"}"#,
        &long,
    ] {
        let response = returned(&[], document);
        assert_eq!(response.status(), 502, "{document}");
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["Code"], "BadResponse", "{document}");
    }
}

#[test]
fn failures_say_nothing_of_themselves() {
    let get = request("GET", "/", &[], b"");
    for failure in [
        Failure::Threw("secret".to_owned()),
        Failure::TimedOut,
        Failure::Memory,
        Failure::Exited,
    ] {
        let response = answer(&[], &get, Outcome::Failed(failure));
        assert_eq!(response.status(), 502);
        assert_eq!(response.body(), "Internal Server Error");
        assert_eq!(response.headers()["content-length"], "21");
        assert_eq!(response.headers()["content-type"], "application/json");
    }
    let busy = answer(&[], &get, Outcome::Failed(Failure::Busy));
    assert_eq!(busy.status(), 429);
}

#[test]
fn the_default_domain_passes_no_redirect_and_forces_downloads() {
    for status in [301, 302, 304, 307] {
        let document = format!(r#"{{"statusCode":{status},"headers":{{"Location":"/a/"}}}}"#);
        let response = returned(&["--default-domain"], &document);
        assert_eq!(response.status(), 400);
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["Code"], "ExternalRedirectForbidden");
        assert!(!response.headers().contains_key("location"));
        assert_eq!(returned(&[], &document).status(), status);
    }
    for (kind, forced) in [
        ("image/webp", true),
        ("application/json", true),
        ("text/html; charset=utf-8", false),
    ] {
        let document = format!(r#"{{"statusCode":200,"headers":{{"Content-Type":"{kind}"}}}}"#);
        let response = returned(&["--default-domain"], &document);
        let said = response.headers().get("content-disposition");
        assert_eq!(
            said.map(|v| v.to_str().unwrap()),
            forced.then_some("attachment")
        );
        let response = returned(&[], &document);
        assert!(!response.headers().contains_key("content-disposition"));
    }
    let asked = request("GET", "/", &[("host", "api.example.org")], b"");
    let event = EMULATOR
        .invoke(&["--default-domain"], &asked)
        .unwrap()
        .event;
    let event: Value = serde_json::from_slice(&event).unwrap();
    let name = "ep-abcdefghij.cn-hongkong.fcapp.run";
    assert_eq!(event["requestContext"]["domainName"], name);
    assert_eq!(event["headers"]["Host"], name);
}

#[test]
fn origins_are_allowed_where_the_function_says_nothing() {
    let asked = request("GET", "/", &[("origin", "https://a.example")], b"");
    let said = |document: &str| {
        let outcome = Outcome::Returned(document.as_bytes().to_vec());
        let response = answer(&[], &asked, outcome);
        let origin = &response.headers()["access-control-allow-origin"];
        origin.to_str().unwrap().to_owned()
    };
    assert_eq!(said(r#"{"statusCode":200}"#), "https://a.example");
    assert_eq!(
        said(r#"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}"#),
        "*"
    );
    let response = returned(&[], r#"{"statusCode":200}"#);
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[test]
fn who_does_not_wait_gets_202() {
    let asked = request("POST", "/", &[("x-fc-invocation-type", "Async")], b"");
    for outcome in [
        Outcome::Returned(br#"{"statusCode":404}"#.to_vec()),
        Outcome::Failed(Failure::Exited),
    ] {
        let response = answer(&[], &asked, outcome);
        assert_eq!(response.status(), 202);
        assert!(response.body().is_empty());
        assert!(response.headers().contains_key("x-fc-request-id"));
    }
}
