//! The emulator alone, with functions written by hand.

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

fn shown(response: &Response<Bytes>) -> (u16, &str, &str) {
    let content_type = response.headers().get("content-type");
    (
        response.status().as_u16(),
        content_type.map_or("", |value| value.to_str().unwrap()),
        std::str::from_utf8(response.body()).unwrap(),
    )
}

fn remark(response: &Response<Bytes>) -> Option<&str> {
    let remark = response.extensions().get::<Remark>();
    remark.map(|remark| remark.0.as_str())
}

#[test]
fn an_event_has_every_field() {
    let request = request(
        "POST",
        "/img/a%20b/c?id=1&id=2&q=x+y%2Bz&raw",
        &[
            ("Accept", "*/*"),
            ("X-Tag", "one"),
            ("X-Tag", "two"),
            ("Cookie", "a=1; b=2"),
            ("Connection", "keep-alive"),
        ],
        b"n=1",
    );
    let arguments = ["--resource", "/img/{proxy+}", "--binary", "--source-ip"];
    let (found, id) = event(&arguments, &request);
    assert_eq!(
        found,
        json!({
            "resource": "/img/{proxy+}", "path": "/img/a b/c", "httpMethod": "POST",
            "headers": {"Accept": "*/*", "X-Tag": "two", "Cookie": "a=1; b=2", "Connection": "close",
                "App": "HTTP-Trigger", "Content-Length": "3", "X-Bce-Request-Id": id,
                "Host": "7abc1def2gh3j.cfc-execute.bj.baidubce.com"},
            "queryStringParameters": {"id": "2", "q": "x y+z", "raw": ""},
            "pathParameters": {"proxy": "a b/c"},
            "requestContext": {"stage": "cfc", "requestId": id, "resourcePath": "/img/{proxy+}",
                "httpMethod": "POST", "apiId": "7abc1def2gh3j", "sourceIp": "203.0.113.9"},
            "body": "bj0x", "isBase64Encoded": true,
        })
    );
    let (raw, _) = event(&["--path", "raw"], &request);
    assert_eq!(raw["path"], "/img/a%20b/c");
    assert_eq!(raw["pathParameters"]["proxy"], "img/a%20b/c");
    assert_eq!(
        (&raw["body"], &raw["isBase64Encoded"]),
        (&"n=1".into(), &false.into())
    );
    assert!(raw["requestContext"].get("sourceIp").is_none());
}

#[test]
fn nothing_has_three_forms() {
    for (form, expected) in [
        ("empty", Some(json!({}))),
        ("null", Some(Value::Null)),
        ("absent", None),
    ] {
        let (event, _) = event(&["--empty-query", form], &request("GET", "/", &[], b""));
        for member in ["queryStringParameters", "pathParameters"] {
            assert_eq!(event.get(member), expected.as_ref(), "{member}");
        }
    }
}

#[test]
fn without_a_router_the_function_is_not_called() {
    let refusal = r#"{"Cause":"no router","Code":"NotFountException","Message":"Router Not Found","Status":404,"Type":"User"}"#;
    for (arguments, request) in [
        (&["--resource", "/img"][..], request("GET", "/", &[], b"")),
        (&["--resource", "/img"], request("GET", "/img/a", &[], b"")),
        (&[], request("BREW", "/", &[], b"")),
    ] {
        let refused = EMULATOR.invoke(arguments, &request).unwrap_err();
        let (status, _, body) = shown(&refused);
        let same = serde_json::from_str::<Value>(body).unwrap()
            == serde_json::from_str::<Value>(refusal).unwrap();
        assert!(status == 404 && same, "{body}");
    }
    let large = EMULATOR
        .invoke(&[], &request("POST", "/", &[], vec![b'x'; 6 << 20]))
        .unwrap_err();
    assert_eq!(large.status(), 413);
}

#[test]
fn a_document_is_the_answer() {
    let response = returned(
        r#"{"isBase64Encoded":true,"statusCode":302,"body":"aGk=","headers":{
            "Location":"https://cdn.example.net/7.webp","Content-Type":"text/html","Set-Cookie":"a=1"}}"#,
    );
    assert_eq!(shown(&response), (302, "text/html", "hi"));
    assert_eq!(
        response.headers()["location"],
        "https://cdn.example.net/7.webp"
    );
    assert_eq!(remark(&response), None);
    let response = returned(r#"{"StatusCode":404} and more"#);
    assert_eq!(shown(&response), (404, "text/plain; charset=utf-8", ""));
    assert_eq!(
        shown(&returned(r#"{"statusCode":304,"headers":null}"#)),
        (304, "", "")
    );
    let head = answer(
        "HEAD",
        Outcome::Returned(br#"{"statusCode":200,"body":"four"}"#.to_vec()),
    );
    assert_eq!(head.headers()["content-length"], "4");
    assert!(head.body().is_empty());
}

#[test]
fn documents_of_no_form_leak() {
    const JSON: &str = "application/json";
    const TEXT: &str = "text/plain";
    for (document, content_type, why) in [
        (
            r#"{"url":"x"}"#,
            JSON,
            "statusCode: is none from 100 to 599",
        ),
        ("{}", JSON, "statusCode: is none from 100 to 599"),
        ("null", JSON, "the answer is null"),
        (
            r#"{"statusCode":600}"#,
            JSON,
            "statusCode: is none from 100 to 599",
        ),
        (
            r#"{"statusCode":-1}"#,
            JSON,
            "statusCode: is none from 100 to 599",
        ),
        (
            r#"{"statusCode":99}"#,
            JSON,
            "statusCode: is none from 100 to 599",
        ),
        (
            r#"{"statusCode":200,"body":"*","isBase64Encoded":true}"#,
            JSON,
            "body: is no base64",
        ),
        ("<p>", TEXT, "the answer is no JSON"),
        ("", TEXT, "the answer is no JSON"),
        (r#""hi""#, TEXT, "the answer is no object"),
        ("[1]", TEXT, "the answer is no object"),
        (
            r#"{"statusCode":"200"}"#,
            TEXT,
            "statusCode: is no whole number",
        ),
        (
            r#"{"statusCode":200.5}"#,
            TEXT,
            "statusCode: is no whole number",
        ),
        (
            r#"{"statusCode":200,"headers":{"a":1}}"#,
            TEXT,
            "headers: has a value that is no text",
        ),
        (
            r#"{"statusCode":200,"headers":[]}"#,
            TEXT,
            "headers: is no object",
        ),
        (r#"{"statusCode":200,"body":{}}"#, TEXT, "body: is no text"),
        (
            r#"{"statusCode":200,"isBase64Encoded":"true"}"#,
            TEXT,
            "isBase64Encoded: is no boolean",
        ),
    ] {
        let response = returned(document);
        assert_eq!(shown(&response), (200, content_type, document));
        assert_eq!(remark(&response), Some(why), "{document}");
    }
}

#[test]
fn what_gets_through_and_ought_not_is_remarked() {
    for (document, why) in [
        (
            r#"{"statusCode":200,"multiValueHeaders":{}}"#,
            "multiValueHeaders: the platform does not know it",
        ),
        (
            r#"{"statusCode":200,"cookies":[]}"#,
            "cookies: the platform does not know it",
        ),
        (
            r#"{"statusCode":200,"headers":{"A":"1","a":"2"}}"#,
            "headers: a stands there twice",
        ),
        (
            r#"{"statusCode":200,"headers":{"a b":"1"}}"#,
            r#"headers: "a b" is no field of HTTP"#,
        ),
        (
            r#"{"statusCode":200,"body":"x"}"#,
            "headers: a body without a Content-Type",
        ),
    ] {
        let response = returned(document);
        assert_eq!(response.status(), 200);
        assert_eq!(remark(&response), Some(why));
    }
    assert_eq!(returned(r#"{"statusCode":101}"#).status(), 502);
    let gateway = EMULATOR.with([""; 0]).unwrap();
    let picture = request("POST", "/", &[], b"\x89PNG");
    let invocation = gateway.invocation(&picture, CALLER).unwrap();
    let document = Outcome::Returned(br#"{"statusCode":204}"#.to_vec());
    let response = gateway.response(&picture, &invocation, document.clone());
    assert!(remark(&response).unwrap().contains("arrived damaged"));
    let gateway = EMULATOR.with(["--binary"]).unwrap();
    let response = gateway.response(&picture, &invocation, document);
    assert_eq!(remark(&response), None);
}

#[test]
fn failures_are_the_engines() {
    const JSON: &str = "application/json; charset=utf-8";
    for (failure, expected) in [
        (
            Failure::Threw("boom".to_owned()),
            (500, JSON, r#"{"errorMessage":"boom"}"#),
        ),
        (
            Failure::TimedOut,
            (
                500,
                JSON,
                r#"{"errorMessage":"id Task timed out after 3 seconds"}"#,
            ),
        ),
        (
            Failure::Exited,
            (
                502,
                "text/plain",
                "invalid character 'R' looking for beginning of value",
            ),
        ),
    ] {
        assert_eq!(shown(&answer("GET", Outcome::Failed(failure))), expected);
    }
    let busy = answer("GET", Outcome::Failed(Failure::Busy));
    assert_eq!(busy.status(), 429);
}
