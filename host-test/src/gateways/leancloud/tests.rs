//! The emulator alone, with functions written by hand.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::{EMULATOR, MOST_PASSED};
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Failure, Outcome, Remark};

/// Right credentials.
const OWN: [(&str, &str); 2] = [
    ("x-lc-id", "hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz"),
    ("x-lc-key", "kQ7vXy2LmN4pRs6TuWz8aBcD"),
];

fn own(method: &str, target: &str, more: &[(&str, &str)], body: &[u8]) -> Request<Bytes> {
    request(method, target, &[&OWN[..], more].concat(), body)
}

/// What the caller of a path sees when the function does this.
fn answer(arguments: &[&str], target: &str, outcome: Outcome) -> Response<Bytes> {
    let gateway = EMULATOR.with(arguments).unwrap();
    let request = own("POST", target, &[], b"{}");
    let invocation = gateway.invocation(&request, CALLER).unwrap();
    gateway.response(&request, &invocation, outcome)
}

fn returned(target: &str, document: &str) -> Response<Bytes> {
    answer(&[], target, Outcome::Returned(document.as_bytes().to_vec()))
}

fn document(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[test]
fn a_call_arrives_as_it_was_sent() {
    let asked = own(
        "POST",
        "/1.1/call/pic",
        &[
            ("content-type", "application/json"),
            ("x-lc-session", "p0o9"),
            ("x-lc-prod", "0"),
            ("connection", "close"),
            ("x-real-ip", "1.1.1.1"),
        ],
        br#"{"n":1}"#,
    );
    let invocation = EMULATOR.invoke(&[], &asked).unwrap();
    assert_eq!(invocation.event, br#"{"n":1}"#);
    assert_eq!(invocation.target.as_deref(), Some("/1.1/call/pic"));
    let headers = &invocation.headers;
    for (name, value) in [
        ("x-lc-session", "p0o9"),
        ("x-lc-prod", "0"),
        ("x-real-ip", "203.0.113.9"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=203.0.113.9;proto=https"),
        ("host", "api.pics.example.net"),
    ] {
        assert_eq!(headers[name], value);
    }
    assert!(!headers.contains_key("connection"));
}

#[test]
fn versions_methods_and_names() {
    for target in ["/1/functions/pic", "/1.1/functions/pic/", "/1.1/call/pic"] {
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD"] {
            let asked = own(method, target, &[], b"");
            assert!(
                EMULATOR.invoke(&["--function", "pic"], &asked).is_ok(),
                "{method} {target}"
            );
        }
    }
    for (target, error) in [
        ("/1.1/functions/none", "No such cloud function 'none'"),
        // Names are neither decoded nor cut.
        ("/1.1/functions/%70ic", "No such cloud function '%70ic'"),
        ("/1.1/functions/pic?x=1", "No such cloud function 'pic?x=1'"),
        ("/1.1/call/Pic", "No such cloud function 'Pic'"),
        (
            "/1.1/functions/",
            "No function name or class name: /1.1/functions/",
        ),
    ] {
        let refused = EMULATOR.invoke(&["--function", "pic"], &own("POST", target, &[], b"{}"));
        let refused = refused.unwrap_err();
        assert_eq!(refused.status(), 404, "{target}");
        assert_eq!(document(&refused), json!({"code": 1, "error": error}));
    }
    for target in ["/", "/1.1/classes/Pic", "/2/functions/pic"] {
        let refused = EMULATOR
            .invoke(&[], &own("GET", target, &[], b""))
            .unwrap_err();
        assert_eq!(refused.status(), 404, "{target}");
    }
    // Nobody asked the app for its names.
    assert!(
        EMULATOR
            .invoke(&[], &own("POST", "/1.1/functions/none", &[], b"{}"))
            .is_ok()
    );
}

#[test]
fn strangers_are_refused() {
    let refused = EMULATOR.invoke(&[], &request("POST", "/1.1/functions/pic", &[], b"{}"));
    let refused = refused.unwrap_err();
    assert_eq!(refused.status(), 401);
    assert_eq!(
        document(&refused),
        json!({"code": 401, "error": "Unauthorized."})
    );
    assert_eq!(refused.headers()["access-control-allow-origin"], "*");
}

#[test]
fn the_list_of_names_needs_the_master_key() {
    let target = "/1.1/functions/_ops/metadatas";
    let refused = EMULATOR
        .invoke(&[], &own("GET", target, &[], b""))
        .unwrap_err();
    assert_eq!(refused.status(), 401);
    let master = [
        ("x-avoscloud-application-id", OWN[0].1),
        ("x-avoscloud-master-key", "Mz9yXw8vUt7sRq6pOn5mLk4J"),
    ];
    let asked = request("GET", target, &master, b"");
    assert!(EMULATOR.invoke(&["--function", "pic"], &asked).is_ok());
}

#[test]
fn staging_is_not_there_for_free() {
    let asked = own("POST", "/1.1/functions/pic", &[("x-lc-prod", "0")], b"{}");
    assert!(EMULATOR.invoke(&[], &asked).unwrap().staging);
    let asked_nothing = own("POST", "/1.1/functions/pic", &[], b"{}");
    assert!(!EMULATOR.invoke(&[], &asked_nothing).unwrap().staging);
    let refused = EMULATOR.invoke(&["--free"], &asked).unwrap_err();
    assert_eq!(document(&refused)["error"], "Application not found");
}

#[test]
fn sessions_are_somebody_s() {
    let asked = |token| own("POST", "/1.1/call/pic", &[("x-lc-session", token)], b"{}");
    let known = ["--session", "p0o9", "--session", "q1w2"];
    for (arguments, token, passed) in [
        (&[][..], "x", true),
        (&known, "p0o9", true),
        (&known, "q1w2", true),
        (&known, "", true),
        (&known, "x", false),
    ] {
        let invocation = EMULATOR.invoke(arguments, &asked(token));
        assert_eq!(invocation.is_ok(), passed, "{token}");
        if let Err(refused) = invocation {
            assert_eq!(refused.status(), 401);
            assert_eq!(document(&refused)["code"], 211);
        }
    }
    let without = own("POST", "/1.1/call/pic", &[], b"{}");
    assert!(EMULATOR.invoke(&known, &without).is_ok());
}

#[test]
fn limits() {
    let long = "x".repeat(8200);
    let many: Vec<_> = (0..70)
        .map(|i| (format!("x-{i}"), "x".repeat(1000)))
        .collect();
    let many: Vec<_> = many.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let large = vec![b' '; 20 * 1024 * 1024 + 1];
    let latin = [("content-type", "application/json; charset=latin1")];
    let target = "/1.1/functions/pic";
    let mut not_passed = own("POST", target, &[], b"");
    *not_passed.body_mut() = vec![0; MOST_PASSED + 1].into();
    for (asked, status, body) in [
        (own("GET", &format!("{target}?{long}"), &[], b""), 414, ""),
        (own("GET", target, &[("x", &long)], b""), 400, ""),
        (own("GET", target, &many, b""), 400, ""),
        (not_passed, 413, ""),
        (own("POST", target, &[], &large), 413, "too large"),
        (own("POST", target, &latin, b"{}"), 415, "LATIN1"),
    ] {
        let refused = EMULATOR.invoke(&[], &asked).unwrap_err();
        assert_eq!(refused.status(), status);
        let text = String::from_utf8_lossy(refused.body());
        assert!(
            text.contains(body) && text.is_empty() == body.is_empty(),
            "{text}"
        );
        // None of these thinks of origins.
        assert!(
            !refused
                .headers()
                .contains_key("access-control-allow-origin")
        );
    }
}

#[test]
fn scripts_may_ask_whether_they_may_call() {
    let asked = request(
        "OPTIONS",
        "/1.1/functions/pic",
        &[("origin", "https://a.example")],
        b"",
    );
    let response = EMULATOR.invoke(&[], &asked).unwrap_err();
    assert_eq!(
        (response.status().as_u16(), response.body().len()),
        (200, 0)
    );
    let headers = response.headers();
    assert_eq!(headers["access-control-allow-origin"], "https://a.example");
    assert_eq!(headers["access-control-max-age"], "86400");
    let allowed = headers["access-control-allow-headers"].to_str().unwrap();
    assert!(allowed.contains("X-LC-Session") && allowed.contains("X-Uluru-Session-Token"));
}

#[test]
fn documents_go_out_with_the_status_they_mean() {
    let target = "/1.1/functions/pic";
    for (given, status) in [
        (r#"{"result":{"url":"x"}}"#, 200),
        (r#"{"result":null}"#, 200),
        (r#"{"code":142,"error":"No image"}"#, 400),
        (r#"{"code":1,"error":"x"}"#, 400),
        (r#"{"code":404,"error":"x"}"#, 404),
        (r#"{"code":"400","error":"x"}"#, 400),
        (r#"{"code":"ECONNREFUSED","error":"x"}"#, 400),
        (r#"{"code":200,"error":"x"}"#, 400),
    ] {
        let response = returned(target, given);
        assert_eq!(response.status(), status, "{given}");
        assert_eq!(response.body(), given);
        assert!(response.extensions().get::<Remark>().is_none(), "{given}");
        let headers = response.headers();
        assert_eq!(headers["content-type"], "application/json; charset=UTF-8");
        assert_eq!(headers["access-control-allow-origin"], "*");
    }
    for given in [
        "",
        "<html>",
        "[1]",
        "{}",
        r#"{"statusCode":302}"#,
        r#"{"code":1}"#,
        r#"{"code":1,"error":{}}"#,
        r#"{"code":1,"error":"x","result":1}"#,
        r#"{"result":{"__type":"Object","className":"A"}}"#,
    ] {
        let response = returned(target, given);
        assert!(response.extensions().get::<Remark>().is_some(), "{given}");
    }
}

#[test]
fn only_calls_have_types() {
    for (given, right) in [
        (r#"{"result":{"__type":"Object","className":"A"}}"#, true),
        (r#"{"result":[{"__type":"Object","className":"A"}]}"#, true),
        (r#"{"result":{"url":"x"}}"#, true),
        (r#"{"result":{"__type":"Object"}}"#, false),
        (r#"{"result":{"a":{"__type":"Nothing"}}}"#, false),
    ] {
        let response = returned("/1.1/call/pic", given);
        let remark = response.extensions().get::<Remark>();
        assert_eq!(remark.is_none(), right, "{given}");
    }
}

#[test]
fn failures_have_codes() {
    let target = "/1.1/functions/pic";
    let late = || Outcome::Failed(Failure::TimedOut);
    for (arguments, outcome, status, code) in [
        (&[][..], late(), 503, Some(124)),
        (&["--late", "141"], late(), 503, Some(141)),
        (&["--late", "524"], late(), 524, None),
        (&[], Outcome::Failed(Failure::Exited), 524, None),
        (&[], Outcome::Failed(Failure::Memory), 524, None),
        (&[], Outcome::Failed(Failure::Busy), 503, Some(503)),
        (
            &[],
            Outcome::Failed(Failure::Threw("why".to_owned())),
            400,
            Some(1),
        ),
    ] {
        let response = answer(arguments, target, outcome);
        assert_eq!(response.status(), status);
        match code {
            Some(code) => assert_eq!(document(&response)["code"], code),
            None => assert!(response.body().is_empty()),
        }
    }
    for (late, seconds) in [("503", 15), ("141", 15), ("524", 60)] {
        let gateway = EMULATOR.with(["--late", late]).unwrap();
        assert_eq!(gateway.patience(), Duration::from_secs(seconds));
    }
    let gateway = EMULATOR.with(["--timeout", "0.5"]).unwrap();
    assert_eq!(gateway.patience(), Duration::from_millis(500));
    for wrong in ["", "x", "-1", "nan", "inf"] {
        let argument = format!("--timeout={wrong}");
        assert!(EMULATOR.with([argument]).is_err(), "{wrong}");
    }
}
