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

fn answer(arguments: &[&str], method: &str, outcome: Outcome) -> Response<Bytes> {
    let request = request(method, "/", &[], "");
    EMULATOR.with(arguments).unwrap().response(
        &request,
        &Invocation {
            request_id: "id".to_owned(),
            ..Invocation::default()
        },
        outcome,
    )
}

fn shown(response: &Response<Bytes>) -> (u16, &str) {
    let body = std::str::from_utf8(response.body()).unwrap();
    (response.status().as_u16(), body)
}

const URL: &[&str] = &["--function-url"];
const STAGE: &[&str] = &["--stage", "prod"];

#[test]
fn an_api_decodes_paths_and_takes_cookies_out() {
    let request = request(
        "POST",
        "/prod/img/a%20b%2Fc?id=1&id=2&q=x%20y%2Bz+w",
        &[
            ("host", "pics.example.net"),
            ("cookie", "a=1; b=2"),
            ("cookie", "c=3"),
            ("x-tag", "one"),
            ("x-tag", "two"),
            ("x-forwarded-for", "198.51.100.7"),
            ("user-agent", "probe/1"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("connection", "close"),
        ],
        "n=1",
    );
    let event = event(STAGE, &request);
    for (pointer, expected) in [
        ("/version", json!("2.0")),
        ("/routeKey", json!("$default")),
        ("/rawPath", json!("/prod/img/a b/c")),
        ("/rawQueryString", json!("id=1&id=2&q=x%20y%2Bz+w")),
        ("/cookies", json!(["a=1", "b=2", "c=3"])),
        (
            "/queryStringParameters",
            json!({"id": "1,2", "q": "x y+z w"}),
        ),
        ("/headers/x-tag", json!("one,two")),
        (
            "/headers/x-forwarded-for",
            json!("198.51.100.7, 203.0.113.9"),
        ),
        ("/headers/host", json!("pics.example.net")),
        ("/body", json!("bj0x")),
        ("/isBase64Encoded", json!(true)),
        ("/requestContext/stage", json!("prod")),
        ("/requestContext/accountId", json!("111122223333")),
        ("/requestContext/domainName", json!("pics.example.net")),
        ("/requestContext/domainPrefix", json!("pics")),
        ("/requestContext/http/method", json!("POST")),
        ("/requestContext/http/path", json!("/prod/img/a b/c")),
        ("/requestContext/http/sourceIp", json!("203.0.113.9")),
        ("/requestContext/http/userAgent", json!("probe/1")),
    ] {
        assert_eq!(event.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert!(event["headers"].get("cookie").is_none());
    assert!(event["headers"].get("connection").is_none());
    assert!(event["requestContext"]["timeEpoch"].is_i64());
}

#[test]
fn a_decoded_question_mark_cuts_the_path_of_an_api() {
    let request = request("GET", "/a%3Fb/c?q", &[], "");
    assert_eq!(event(&[], &request)["rawPath"], "/a");
    assert_eq!(event(URL, &request)["rawPath"], "/a%3Fb/c");
}

#[test]
fn a_url_keeps_the_path_and_the_cookies() {
    let request = request(
        "PUT",
        "/img/a%20b?id=1&id=2",
        &[
            ("cookie", "a=1; b=2"),
            ("content-type", "text/plain"),
            ("host", "x.test"),
        ],
        "plain",
    );
    let event = event(URL, &request);
    for (pointer, expected) in [
        ("/rawPath", json!("/img/a%20b")),
        ("/cookies", json!(["a=1", "b=2"])),
        ("/headers/cookie", json!("a=1; b=2")),
        ("/body", json!("plain")),
        ("/isBase64Encoded", json!(false)),
        ("/requestContext/http/path", json!("/img/a b")),
        ("/requestContext/stage", json!("$default")),
        ("/requestContext/accountId", json!("anonymous")),
    ] {
        assert_eq!(event.pointer(pointer), Some(&expected), "{pointer}");
    }
    let domain = event["requestContext"]["domainName"].as_str().unwrap();
    assert!(domain.contains(".lambda-url."), "{domain}");
    assert_eq!(event["headers"]["host"], domain);
    assert_eq!(
        event["requestContext"]["requestId"].as_str().unwrap().len(),
        36
    );
}

#[test]
fn what_is_not_there_is_absent() {
    let event = event(&[], &request("GET", "/", &[], ""));
    for absent in ["cookies", "queryStringParameters", "pathParameters", "body"] {
        assert!(event.get(absent).is_none(), "{absent}");
    }
    assert_eq!(event["rawQueryString"], "");
    assert_eq!(event["isBase64Encoded"], false);
}

#[test]
fn an_api_refuses_before_it_calls() {
    let long = format!("/?{}", "x".repeat(10_241));
    let large = "x".repeat(10 * 1024 * 1024 + 1);
    let encoded = "x".repeat(5 * 1024 * 1024);
    for (arguments, request, status) in [
        (STAGE, request("GET", "/test/", &[], ""), 404),
        (STAGE, request("GET", "/production/", &[], ""), 404),
        (&[], request("GET", &long, &[], ""), 431),
        (&[], request("POST", "/", &[], &large), 413),
        (&[], request("POST", "/", &[], &encoded), 500),
        (URL, request("POST", "/", &[], &encoded), 413),
    ] {
        let refused = EMULATOR.invoke(arguments, &request).unwrap_err();
        assert_eq!(refused.status(), status);
    }
    assert!(
        EMULATOR
            .invoke(STAGE, &request("GET", "/prod", &[], ""))
            .is_ok()
    );
    assert!(
        EMULATOR
            .invoke(URL, &request("GET", &long, &[], ""))
            .is_ok()
    );
    let refused = EMULATOR
        .invoke(STAGE, &request("GET", "/x", &[], ""))
        .unwrap_err();
    assert_eq!(shown(&refused), (404, r#"{"message":"Not Found"}"#));
}

#[test]
fn a_url_refuses_with_403() {
    let signed =
        "AWS4-HMAC-SHA256 Credential=K/20260710/eu-west-1/lambda/aws4_request, Signature=0";
    let iam = &["--function-url", "--access-key", "K"][..];
    let own = "x1y2z3k3m9x0ab1cx1y2z3k3m9x0ab1c.lambda-url.eu-west-1.on.aws";
    let other = "abc.lambda-url.eu-west-1.on.aws";
    for (arguments, field, expected) in [
        (URL, ("host", own), None),
        (URL, ("host", other), Some(r#"{"Message":null}"#)),
        (iam, ("x-none", ""), Some(r#"{"Message":"Forbidden"}"#)),
        (
            iam,
            ("authorization", "AWS4-HMAC-SHA256 Credential=L/"),
            Some(r#"{"Message":"Forbidden"}"#),
        ),
        (iam, ("authorization", signed), None),
    ] {
        let invoked = EMULATOR.invoke(arguments, &request("GET", "/", &[field], ""));
        let refused = invoked.err();
        if let Some(refused) = &refused {
            assert_eq!(
                refused.headers()["x-amzn-errortype"],
                "AccessDeniedException"
            );
        }
        let said = refused.as_ref().map(shown);
        assert_eq!(said, expected.map(|text| (403, text)), "{field:?}");
    }
    let event = event(iam, &request("GET", "/", &[("authorization", signed)], ""));
    assert_eq!(event["requestContext"]["accountId"], "111122223333");
    assert_eq!(
        event["requestContext"]["authorizer"]["iam"]["accessKey"],
        "K"
    );
}

#[test]
fn routes_have_a_key_and_parameters() {
    for (path, key, proxy) in [
        ("/prod", "ANY /", None),
        ("/prod/", "ANY /", None),
        ("/prod/a%20b/c", "ANY /{proxy+}", Some("a b/c")),
    ] {
        let event = event(
            &["--stage", "prod", "--proxy"],
            &request("GET", path, &[], ""),
        );
        assert_eq!(event["routeKey"], key);
        assert_eq!(event["requestContext"]["routeKey"], key);
        assert_eq!(event["pathParameters"]["proxy"].as_str(), proxy, "{path}");
    }
}

#[test]
fn documents_become_answers() {
    let document = json!({
        "statusCode": 302,
        "headers": {"location": "https://cdn.example.net/7.webp", "x-number": 7, "connection": "close"},
        "cookies": ["a=1; Path=/", "b=2; Path=/"],
        "body": "aGk=",
        "isBase64Encoded": true,
        "extra": 1,
        "multiValueHeaders": {"x-lost": ["1"]},
    });
    for arguments in [&[][..], URL] {
        let outcome = Outcome::Returned(document.to_string().into_bytes());
        let response = answer(arguments, "GET", outcome);
        assert_eq!(shown(&response), (302, "hi"));
        let headers = response.headers();
        assert_eq!(headers["location"], "https://cdn.example.net/7.webp");
        assert_eq!(headers["x-number"], "7");
        assert_eq!(headers["content-length"], "2");
        let cookies: Vec<_> = headers.get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1; Path=/", "b=2; Path=/"]);
        assert!(!headers.contains_key("x-lost"));
        assert!(!headers.contains_key("connection"));
    }
}

#[test]
fn results_without_a_status_are_bodies() {
    for (result, api, url) in [
        (r#"{"a": 1}"#, r#"{"a": 1}"#, r#"{"a": 1}"#),
        ("3", "3", "3"),
        ("[1]", "[1]", "[1]"),
        ("true", "true", "true"),
        (r#""hello""#, r#""hello""#, "hello"),
        (
            r#"{"headers":{"x":"1"}}"#,
            r#"{"headers":{"x":"1"}}"#,
            r#"{"headers":{"x":"1"}}"#,
        ),
    ] {
        for (arguments, expected) in [(&[][..], api), (URL, url)] {
            let response = answer(arguments, "GET", Outcome::Returned(result.into()));
            assert_eq!(shown(&response), (200, expected));
            assert_eq!(response.headers()["content-type"], "application/json");
        }
    }
}

#[test]
fn malformed_results_and_failures_have_the_platforms_answers() {
    let returned = |text: &str| Outcome::Returned(text.into());
    for outcome in [
        returned("no json"),
        returned(""),
        returned(r#"{"statusCode":"test"}"#),
        returned(r#"{"statusCode":0}"#),
        returned(r#"{"statusCode":200,"headers":{"a":["1"]}}"#),
        returned(r#"{"statusCode":200,"headers":{"a b":"1"}}"#),
        returned(r#"{"statusCode":200,"headers":[]}"#),
        returned(r#"{"statusCode":200,"cookies":"a=1"}"#),
        returned(r#"{"statusCode":200,"body":{}}"#),
        returned(r#"{"statusCode":200,"body":"*","isBase64Encoded":true}"#),
        Outcome::Failed(Failure::Threw("x".to_owned())),
        Outcome::Failed(Failure::TimedOut),
        Outcome::Failed(Failure::Exited),
    ] {
        let said = format!("{outcome:?}");
        let response = answer(&[], "GET", outcome.clone());
        let expected = (500, r#"{"message":"Internal Server Error"}"#);
        assert_eq!(shown(&response), expected, "{said}");
        let response = answer(URL, "GET", outcome);
        assert_eq!(shown(&response), (502, "Internal Server Error"), "{said}");
    }
    assert_eq!(
        answer(&[], "GET", returned(r#"{"statusCode":"418"}"#)).status(),
        418
    );
    let slow = &["--function-timeout", "60"];
    let response = answer(slow, "GET", Outcome::Failed(Failure::TimedOut));
    assert_eq!(
        shown(&response),
        (503, r#"{"message":"Service Unavailable"}"#)
    );
    assert_eq!(
        answer(URL, "GET", Outcome::Failed(Failure::Busy)).status(),
        429
    );
}

#[test]
fn heads_and_empty_answers_have_no_body() {
    let document = br#"{"statusCode":200,"body":"hello"}"#;
    let response = answer(&[], "HEAD", Outcome::Returned(document.to_vec()));
    assert_eq!(shown(&response), (200, ""));
    assert_eq!(response.headers()["content-length"], "5");
    assert_eq!(response.headers()["apigw-requestid"], "id");
    let document = br#"{"statusCode":304,"body":"x"}"#;
    let response = answer(&[], "GET", Outcome::Returned(document.to_vec()));
    assert_eq!(shown(&response), (304, ""));
    assert!(!response.headers().contains_key("content-length"));
}
