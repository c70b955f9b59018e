use serde_json::{Value, json};

use super::*;

/// The event, with the request's id, which is drawn, as `ID`.
fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    let invocation = gateway(arguments).invocation(request, CALLER).unwrap();
    let text = String::from_utf8(invocation.event).unwrap();
    assert!(
        invocation.request_id.len() == 32
            && invocation.request_id.bytes().all(|b| b.is_ascii_hexdigit()),
        "{}",
        invocation.request_id
    );
    serde_json::from_str(&text.replace(&invocation.request_id, "ID")).unwrap()
}

fn refused(arguments: &[&str], request: &Request<Bytes>) -> (u16, String) {
    shown(&gateway(arguments).invocation(request, CALLER).unwrap_err())
}

#[test]
fn the_documented_profile_has_every_field() {
    let request = request(
        "POST",
        "/release/pics/cats?id=1&id=2&q=x+y%2Bz&raw&e=",
        &[
            ("Host", "127.0.0.1:8090"),
            ("Accept", "image/webp"),
            ("Accept", "*/*"),
            ("Cookie", "a=1"),
            ("Cookie", "b=2"),
            ("Content-Type", "application/json"),
            ("Connection", "keep-alive"),
        ],
        br#"{"kind":"cats"}"#,
    );
    let arguments = [
        "--rule",
        "/pics/{kind}",
        "--base64",
        "content-type=application/",
        "--query-parameter",
        "q",
        "--query-parameter",
        "id",
        "--query-parameter",
        "size=big",
        "--header-parameter",
        "X-Token",
        "--header-parameter",
        "Accept",
    ];
    assert_eq!(
        event(&arguments, &request),
        json!({
            "requestContext": {
                "serviceId": "service-k3m9x0ab", "path": "/pics/{kind}", "httpMethod": "ANY",
                "requestId": "ID", "identity": {}, "sourceIp": "203.0.113.9", "stage": "release",
            },
            "headers": {
                "accept": "image/webp, */*", "cookie": "a=1; b=2", "content-type": "application/json",
                "host": "service-k3m9x0ab-1300000001.gz.apigw.tencentcs.com",
                "requestsource": "APIGW", "x-anonymous-consumer": "true", "x-api-requestid": "ID",
                "x-api-scheme": "http", "x-b3-traceid": "ID", "x-qualifier": "$DEFAULT",
            },
            "body": "eyJraW5kIjoiY2F0cyJ9",
            "isBase64Encoded": "true",
            "pathParameters": { "kind": "cats" },
            "queryStringParameters": { "q": "x y+z", "id": "1", "size": "big" },
            "headerParameters": { "x-token": "", "accept": "image/webp, */*" },
            "stageVariables": { "stage": "release" },
            "path": "/pics/cats",
            "queryString": { "id": ["1", "2"], "q": "x y+z", "raw": true, "e": "" },
            "httpMethod": "POST",
        })
    );
}

#[test]
fn the_recorded_profile_leaves_out_what_recordings_lack() {
    let request = request(
        "GET",
        "/test?a",
        &[
            ("Host", "img.example.com"),
            ("Accept", "image/webp"),
            ("Accept", "*/*"),
        ],
        b"",
    );
    assert_eq!(
        event(
            &[
                "--profile",
                "recorded",
                "--stage",
                "test",
                "--method",
                "get"
            ],
            &request
        ),
        json!({
            "requestContext": {
                "serviceId": "service-k3m9x0ab", "path": "/", "httpMethod": "GET", "identity": {},
                "sourceIp": "203.0.113.9", "stage": "test",
            },
            "headers": {
                "accept": "image/webp", "host": "img.example.com", "endpoint-timeout": "15",
                "requestsource": "APIGW", "x-anonymous-consumer": "true", "x-api-requestid": "ID",
                "x-api-scheme": "http", "x-b3-traceid": "ID", "x-qualifier": "$DEFAULT",
            },
            "pathParameters": {}, "queryStringParameters": {}, "headerParameters": {},
            "path": "/", "queryString": { "a": true }, "httpMethod": "GET",
        })
    );
}

#[test]
fn bodies_are_text_unless_the_api_sends_base64() {
    let picture = request(
        "POST",
        "/release/",
        &[("Content-Type", "image/png")],
        b"\x89PNG",
    );
    let cases: [(&[&str], Value, Value); 5] = [
        (&[], "\u{fffd}PNG".into(), "false".into()),
        (
            &["--base64", "content-type=text/"],
            "\u{fffd}PNG".into(),
            "false".into(),
        ),
        (
            &["--base64", "accept=x", "--base64", "content-type=image/"],
            "iVBORw==".into(),
            "true".into(),
        ),
        (
            &["--base64", "all", "--profile", "recorded"],
            "iVBORw==".into(),
            true.into(),
        ),
        (
            &["--profile", "recorded"],
            "\u{fffd}PNG".into(),
            Value::Null,
        ),
    ];
    for (arguments, body, flag) in cases {
        let event = event(arguments, &picture);
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&body, &flag),
            "{arguments:?}"
        );
    }
    let empty = event(&["--base64", "all"], &request("GET", "/release/", &[], b""));
    assert_eq!(
        (&empty["body"], &empty["isBase64Encoded"]),
        (&"".into(), &"false".into())
    );
}

#[test]
fn paths_lose_the_stage_and_nothing_else() {
    for (rule, target, path) in [
        ("/", "/release", "/"),
        ("/", "/release/", "/"),
        ("/", "/release/release/a%20b", "/release/a%20b"),
        ("/pics", "/release/pics/a", "/pics/a"),
    ] {
        assert_eq!(
            event(&["--rule", rule], &request("GET", target, &[], b""))["path"],
            path,
            "{target}"
        );
    }
    assert_eq!(
        gateway(&["--rule", "/pics/{kind}", "--stage", "test"]).base(),
        "/test/pics"
    );
}

#[test]
fn what_no_rule_takes_never_reaches_the_function() {
    let plain = |target: &str| request("GET", target, &[], b"");
    for (arguments, request, status, message) in [
        (
            &[][..],
            plain("/"),
            404,
            "There is no api match default env_mapping '/'",
        ),
        (
            &[],
            plain("/released/a"),
            404,
            "There is no api match default env_mapping '/released'",
        ),
        (
            &["--rule", "/pics"],
            plain("/release/a"),
            404,
            "There is no api match uri '/a'",
        ),
        (
            &["--method", "POST"],
            plain("/release/"),
            404,
            "Could not support method.",
        ),
        (
            &[],
            request(
                "OPTIONS",
                "/release/a",
                &[
                    ("Origin", "https://example.org"),
                    ("Access-Control-Request-Method", "GET"),
                ],
                b"",
            ),
            429,
            "req is cross origin, api /a need open cors flag on qcloud apigateway.",
        ),
    ] {
        let expected = (status, json!({ "message": message }).to_string());
        assert_eq!(refused(arguments, &request), expected);
    }
}

#[test]
fn events_over_six_megabytes_are_refused() {
    let big = request("POST", "/release/", &[], vec![b'x'; 6 << 20]);
    let (status, document) = refused(&[], &big);
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(
        (status, &document["statusCode"], &document["errorMessage"]),
        (406, &406.into(), &"RequestTooLarge".into())
    );
    let fits = request("POST", "/release/", &[], vec![b'x'; (6 << 20) - 2048]);
    assert!(gateway(&[]).invocation(&fits, CALLER).is_ok());
    // As base64 it does not.
    assert_eq!(refused(&["--base64", "all"], &fits).0, 406);
}

#[test]
fn at_most_ten_base64_rules() {
    let rules = |count| std::iter::repeat_n(["--base64", "all"], count).flatten();
    assert!(EMULATOR.with(rules(10)).is_ok());
    let error = EMULATOR.with(rules(11)).err().unwrap();
    assert!(error.to_string().contains("at most 10"), "{error}");
}
