use http::header::{CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE};
use serde_json::json;

use super::*;
use crate::gateways::{Failure, Remark};

const WRONG_FORM: &str = r#"{"errno":403,"error":"Invalid scf response format. please check your scf response format."}"#;

fn returned(arguments: &[&str], document: &str) -> Response<Bytes> {
    answer(arguments, Outcome::Returned(document.as_bytes().to_vec())).0
}

/// Compared as JSON: the order of members is nobody's promise.
fn same_json(shown: &str, expected: &str) -> bool {
    json(shown.as_bytes()) == json(expected.as_bytes())
}

#[test]
fn documents_of_the_wrong_form_are_403() {
    for document in [
        "1",
        "null",
        "\"hi\"",
        "[]",
        "{}",
        r#"{"url":"https://a.example/1.jpg"}"#,
        r#"{"statusCode":"200","headers":{"a":"b"}}"#,
        r#"{"statusCode":200.5,"headers":{"a":"b"}}"#,
        r#"{"statusCode":0,"headers":{"a":"b"}}"#,
        r#"{"statusCode":-302,"headers":{"a":"b"}}"#,
        r#"{"statusCode":99,"headers":{"a":"b"}}"#,
        r#"{"statusCode":600,"headers":{"a":"b"}}"#,
        r#"{"statusCode":70000,"headers":{"a":"b"}}"#,
        r#"{"statusCode":true,"headers":{"a":"b"}}"#,
        r#"{"statusCode":200}"#,
        r#"{"statusCode":200,"headers":{}}"#,
        r#"{"statusCode":200,"headers":null}"#,
        r#"{"statusCode":200,"headers":[]}"#,
        r#"{"statusCode":200,"headers":"a: b"}"#,
        r#"{"statusCode":200,"headers":{"a":1}}"#,
        r#"{"statusCode":200,"headers":{"a":null}}"#,
        r#"{"statusCode":200,"headers":{"a":["b",1]}}"#,
        r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
        r#"{"statusCode":200,"headers":{"a":"b\r\nc: d"}}"#,
        r#"{"statusCode":200,"headers":{"a":"b"},"body":null}"#,
        r#"{"statusCode":200,"headers":{"a":"b"},"body":{"c":1}}"#,
        r#"{"statusCode":200,"headers":{"a":"b"},"body":"!","isBase64Encoded":true}"#,
        r#"{"statusCode":200,"headers":{"a":"b"},"body":"","isBase64Encoded":"true"}"#,
    ] {
        let (status, text) = shown(&returned(&[], document));
        assert_eq!(status, 403, "{document}");
        assert!(same_json(&text, WRONG_FORM), "{document}: {text}");
    }
}

#[test]
fn what_is_no_json_is_another_403() {
    for document in ["", "hi", "<html>", "{\"statusCode\":200", "{} x"] {
        let (response, invocation) = answer(&[], Outcome::Returned(document.as_bytes().to_vec()));
        let (status, text) = shown(&response);
        let expected = format!(
            "requestId {} , Invalid scf response. expected scf response valid JSON.",
            invocation.request_id
        );
        assert_eq!(status, 403, "{document}");
        assert_eq!(
            json(text.as_bytes()),
            json!({ "errno": 403, "error": expected })
        );
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
}

#[test]
fn a_good_document_is_the_answer() {
    let response = returned(
        &[],
        r#"{"isBase64Encoded":false,"statusCode":302,"headers":{"Location":"https://cdn.example.net/7.webp",
            "Cache-Control":"no-store","Set-Cookie":["a=1; Path=/","b=2; Path=/"],"Connection":"close","Content-Length":"99"},
            "body":"猫"}"#,
    );
    assert_eq!(shown(&response), (302, "猫".to_owned()));
    let headers = response.headers();
    assert_eq!(headers["location"], "https://cdn.example.net/7.webp");
    assert_eq!(
        headers.get_all(SET_COOKIE).iter().collect::<Vec<_>>(),
        ["a=1; Path=/", "b=2; Path=/"]
    );
    assert_eq!(headers[CONTENT_LENGTH], "3");
    assert_eq!(headers[CONTENT_TYPE], "application/json");
    assert!(!headers.contains_key("connection"));
    assert!(
        response
            .extensions()
            .get::<Remark>()
            .is_some_and(|remark| remark.0.contains("Location"))
    );
}

#[test]
fn base64_becomes_bytes_and_a_body_may_be_missing() {
    let response = returned(
        &[],
        r#"{"isBase64Encoded":true,"statusCode":200,"headers":{"Content-Type":"image/png"},"body":"iVBORw0KGgo="}"#,
    );
    assert_eq!(&**response.body(), b"\x89PNG\r\n\x1a\n");
    assert_eq!(response.headers()[CONTENT_TYPE], "image/png");
    assert!(response.extensions().get::<Remark>().is_none());
    let response = returned(
        &[],
        r#"{"statusCode":302,"headers":{"Location":"https://a.example/"}}"#,
    );
    assert_eq!(shown(&response), (302, String::new()));
}

#[test]
fn answers_without_a_body_have_none() {
    let gateway = gateway(&[]);
    let head = request("HEAD", "/release/", &[], b"");
    let invocation = gateway.invocation(&head, CALLER).unwrap();
    for (document, length) in [
        (
            r#"{"statusCode":200,"headers":{"content-length":"7"},"body":""}"#,
            "7",
        ),
        (
            r#"{"statusCode":200,"headers":{"a":"b"},"body":"four"}"#,
            "4",
        ),
    ] {
        let outcome = Outcome::Returned(document.as_bytes().to_vec());
        let response = gateway.response(&head, &invocation, outcome);
        assert!(response.body().is_empty());
        assert_eq!(response.headers()[CONTENT_LENGTH], length);
    }
    for status in [204, 304] {
        let response = returned(
            &[],
            &format!(r#"{{"statusCode":{status},"headers":{{"a":"b"}},"body":"x"}}"#),
        );
        assert!(
            response.body().is_empty() && !response.headers().contains_key(CONTENT_LENGTH),
            "{status}"
        );
    }
    assert_eq!(
        returned(&[], r#"{"statusCode":101,"headers":{"a":"b"}}"#).status(),
        502
    );
}

#[test]
fn passed_through_everything_is_the_body_of_a_200() {
    for (given, body) in [
        (
            r#"{"isBase64Encoded":false,"statusCode":302,"headers":{"Location":"u"}}"#,
            None,
        ),
        ("{\"statusCode\": \"x\"}", None),
        ("[1]", None),
        ("\"hi\"", None),
        ("hi", Some("\"hi\"")),
        ("", Some("\"\"")),
        ("\"a\" b", Some(r#""\"a\" b""#)),
    ] {
        let response = returned(&["--pass-through"], given);
        assert_eq!(
            shown(&response),
            (200, body.unwrap_or(given).to_owned()),
            "{given}"
        );
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
}

#[test]
fn failures_are_documents_too() {
    for (failure, status, message) in [
        (
            Failure::Threw("no such event".to_owned()),
            430,
            "no such event",
        ),
        (
            Failure::TimedOut,
            433,
            "Invoking task timed out after 3 seconds",
        ),
        (Failure::Memory, 434, "MemoryLimitReached"),
        (Failure::Exited, 439, "User process exit when running"),
        (Failure::Busy, 432, "ResourceLimitReached"),
    ] {
        let outcome = Outcome::Failed(failure);
        for (arguments, expected) in [
            (&["--pass-through"][..], 200),
            (&["--failure-status"], status),
        ] {
            let (response, invocation) = answer(arguments, outcome.clone());
            let (code, text) = shown(&response);
            assert_eq!(code, expected);
            assert_eq!(
                json(text.as_bytes()),
                json!({
                    "errorCode": -1, "errorMessage": message, "requestId": invocation.request_id,
                    "stackTrace": "", "statusCode": status,
                })
            );
        }
        // Such a document has no headers.
        let (code, text) = shown(&answer(&[], outcome).0);
        assert!(code == 403 && same_json(&text, WRONG_FORM), "{text}");
    }
}

#[test]
fn the_shorter_time_out_comes_first() {
    use std::time::Duration;
    let outcome = || Outcome::Failed(Failure::TimedOut);
    let gateway_first = [
        "--pass-through",
        "--gateway-timeout",
        "0.5",
        "--function-timeout",
        "2",
    ];
    assert_eq!(
        gateway(&gateway_first).patience(),
        Duration::from_millis(500)
    );
    assert_eq!(
        shown(&answer(&gateway_first, outcome()).0),
        (504, r#"{"message":"Gateway Time-out."}"#.to_owned())
    );
    let function_first = ["--pass-through", "--function-timeout", "0.5"];
    assert_eq!(
        gateway(&function_first).patience(),
        Duration::from_millis(500)
    );
    let (status, text) = shown(&answer(&function_first, outcome()).0);
    assert!(
        status == 200 && text.contains("timed out after 0.5 seconds"),
        "{text}"
    );
}

#[test]
fn answers_over_six_megabytes_are_407() {
    for arguments in [&[][..], &["--pass-through"]] {
        let (response, _) = answer(arguments, Outcome::Returned(vec![b' '; (6 << 20) + 1]));
        let (status, text) = shown(&response);
        let document = json(text.as_bytes());
        assert_eq!((status, &document["statusCode"]), (407, &407.into()));
        assert_eq!(
            document["errorMessage"],
            "The size of response exceeds the upper limit (6MB)"
        );
    }
}
