//! The emulator alone, with actions written by hand.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::media::Media;
use super::{EMULATOR, MOST};
use crate::gateways::{Failure, Outcome};

const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

const WEB: &str = "/api/v1/web/guest/default/pics";

const INVOKE: &str = "/api/v1/namespaces/_/actions/pics";

/// The credentials of [`EMULATOR`]'s own.
const BASIC: &str = "Basic MGMwZmZlZTAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxOms=";

fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::copy_from_slice(body)).unwrap()
}

fn try_event(arguments: &[&str], request: &Request<Bytes>) -> Result<Value, Response<Bytes>> {
    let gateway = EMULATOR.with(arguments).unwrap();
    let invocation = gateway.invocation(request, CALLER)?;
    Ok(serde_json::from_slice(&invocation.event).unwrap())
}

/// What the action gets, without the id of the transaction.
fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    let mut event = try_event(arguments, request).unwrap();
    let headers = event["__ow_headers"].as_object_mut().unwrap();
    let id = headers.remove("x-request-id").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 32);
    event
}

fn web(rest: &str) -> String {
    format!("{WEB}{rest}")
}

/// What the caller sees when the action does this.
fn answer(arguments: &[&str], request: &Request<Bytes>, outcome: Outcome) -> Response<Bytes> {
    let gateway = EMULATOR.with(arguments).unwrap();
    let invocation = gateway.invocation(request, CALLER).unwrap();
    gateway.response(request, &invocation, outcome)
}

fn returned(rest: &str, result: &str) -> Response<Bytes> {
    let outcome = Outcome::Returned(result.as_bytes().to_vec());
    answer(
        &["--custom-options"],
        &request("GET", &web(rest), &[], b""),
        outcome,
    )
}

fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[test]
fn a_get_has_three_members() {
    assert_eq!(
        event(&[], &request("GET", WEB, &[("accept", "*/*")], b"")),
        json!({"__ow_method": "get", "__ow_path": "",
               "__ow_headers": {"host": "ow.example.net", "accept": "*/*"}})
    );
    assert_eq!(
        event(&["--raw"], &request("GET", WEB, &[], b"")),
        json!({"__ow_method": "get", "__ow_path": "", "__ow_query": "", "__ow_body": "",
               "__ow_headers": {"host": "ow.example.net"}})
    );
}

#[test]
fn parameters_are_merged_and_the_body_wins() {
    let asked = request(
        "POST",
        &web("/img/a%20b?id=1&id=2&q=x+y%2Bz&kind=dogs&json"),
        &[
            ("content-type", "application/json"),
            ("authorization", BASIC),
            ("x-tag", "one"),
            ("x-tag", "two"),
            ("host", "api.example.org"),
        ],
        br#"{"kind":{"only":["cats"]}}"#,
    );
    assert_eq!(
        event(&["--parameter", "cdn=https://cdn.example.net"], &asked),
        json!({"__ow_method": "post", "__ow_path": "/img/a%20b", "__ow_user": "guest",
               "__ow_headers": {"host": "api.example.org", "content-type": "application/json",
                                "authorization": BASIC, "x-tag": "two"},
               "id": "2", "q": "x y+z", "json": "", "kind": {"only": ["cats"]},
               "cdn": "https://cdn.example.net"})
    );
    let raw = event(&["--raw"], &asked);
    assert_eq!(raw["__ow_query"], "id=1&id=2&q=x+y%2Bz&kind=dogs&json");
    assert_eq!(raw["__ow_body"], "eyJraW5kIjp7Im9ubHkiOlsiY2F0cyJdfX0=");
    assert_eq!(raw["id"], Value::Null);
}

#[test]
fn bodies_by_their_type() {
    for (kind, body, plain, raw) in [
        ("application/json", "[1]", json!([1]), "WzFd"),
        ("application/problem+json", "\"x\"", json!("x"), "\"x\""),
        ("text/plain", "a=1", json!("a=1"), "a=1"),
        ("application/xml", "<a/>", json!("<a/>"), "<a/>"),
        ("image/png", "a", json!("YQ=="), "YQ=="),
        (
            "multipart/form-data; boundary=x",
            "a",
            json!("YQ=="),
            "YQ==",
        ),
        ("nonsense", "a", json!("YQ=="), "YQ=="),
    ] {
        let asked = request("POST", WEB, &[("content-type", kind)], body.as_bytes());
        assert_eq!(event(&[], &asked)["__ow_body"], plain, "{kind}");
        assert_eq!(event(&["--raw"], &asked)["__ow_body"], raw, "{kind}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let asked = request("POST", WEB, &form, b"a=1&b=x+y&a=2");
    let merged = event(&[], &asked);
    assert_eq!((&merged["a"], &merged["b"]), (&json!("2"), &json!("x y")));
    assert_eq!(merged.get("__ow_body"), None);
    assert_eq!(event(&["--raw"], &asked)["__ow_body"], "a=1&b=x+y&a=2");
    // Without a body the type is not there either.
    let asked = request("GET", WEB, &[("content-type", "text/plain")], b"");
    assert_eq!(event(&[], &asked)["__ow_headers"].get("content-type"), None);
}

#[test]
fn the_controller_refuses_by_itself() {
    let json_type = [("content-type", "application/json")];
    let large = vec![b'x'; MOST + 1];
    for (asked, arguments, status, message) in [
        (
            request("GET", &web("?__ow_method=x"), &[], b""),
            &[][..],
            400,
            "Request defines parameters that are not allowed (e.g., reserved properties).",
        ),
        (
            request("POST", WEB, &json_type, br#"{"cdn":1}"#),
            &["--parameter", "cdn=x"],
            400,
            "Request defines parameters that are not allowed (e.g., reserved properties).",
        ),
        (
            request("GET", &web(".xml"), &[], b""),
            &[],
            404,
            "The requested resource does not exist.",
        ),
        (
            request("GET", "/api/v1/web/guest/default", &[], b""),
            &[],
            404,
            "The requested resource does not exist.",
        ),
        (
            request("GET", "/", &[], b""),
            &[],
            404,
            "The requested resource does not exist.",
        ),
        (
            request("POST", WEB, &[], &large),
            &[],
            413,
            "Request larger than allowed: 1048577 > 1048576 bytes.",
        ),
        (
            request("GET", WEB, &[("x-require-whisk-auth", "no")], b""),
            &["--require-auth", "yes"],
            401,
            "The resource requires authentication, which was not supplied with the request",
        ),
        (
            request("POST", INVOKE, &[], b"{}"),
            &[],
            401,
            "The resource requires authentication, which was not supplied with the request",
        ),
    ] {
        let response = try_event(arguments, &asked).unwrap_err();
        assert_eq!(response.status(), status, "{asked:?}");
        let document = json_of(&response);
        assert_eq!(document["error"], message);
        assert_eq!(document["code"].as_str().unwrap().len(), 32);
    }
    let malformed = try_event(&[], &request("POST", WEB, &json_type, b"{")).unwrap_err();
    assert_eq!(malformed.status(), 400);
    assert_eq!(
        try_event(&[], &request("BREW", WEB, &[], b""))
            .unwrap_err()
            .status(),
        405
    );
    // Raw actions get whatever was sent.
    assert!(
        try_event(
            &["--raw"],
            &request("GET", &web("?__ow_method=x"), &[], b"")
        )
        .is_ok()
    );
    let secret = [("x-require-whisk-auth", "yes")];
    assert!(
        try_event(
            &["--require-auth", "yes"],
            &request("GET", WEB, &secret, b"")
        )
        .is_ok()
    );
}

#[test]
fn options_are_the_controller_s_unless_the_action_wants_them() {
    let asked = request(
        "OPTIONS",
        WEB,
        &[("access-control-request-headers", "x-a")],
        b"",
    );
    let response = try_event(&[], &asked).unwrap_err();
    assert_eq!(
        (response.status().as_u16(), response.body().len()),
        (200, 0)
    );
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert_eq!(response.headers()["access-control-allow-headers"], "x-a");
    assert_eq!(
        event(&["--custom-options"], &asked)["__ow_method"],
        "options"
    );
    // Whoever is not let in may ask all the same.
    assert!(try_event(&["--custom-options", "--require-auth", "s"], &asked).is_ok());
}

#[test]
fn the_controller_s_cors_fields_stand_beside_the_action_s() {
    let result = r#"{"headers":{"access-control-allow-origin":"https://a.example"}}"#;
    let outcome = || Outcome::Returned(result.as_bytes().to_vec());
    let asked = request("GET", WEB, &[], b"");
    let origins = |response: &Response<Bytes>| {
        let values = response.headers().get_all("access-control-allow-origin");
        values.iter().count()
    };
    assert_eq!(origins(&answer(&[], &asked, outcome())), 2);
    assert_eq!(
        origins(&answer(&["--custom-options"], &asked, outcome())),
        1
    );
}

#[test]
fn http_results_are_answers() {
    let response = returned(
        "",
        r#"{"statusCode":302,"headers":{"location":"https://cdn.example.net/7.webp","content-type":"text/html","set-cookie":["a=1; Path=/","b=2; Path=/"],"x-n":7,"x-flag":true}}"#,
    );
    assert_eq!(response.status(), 302);
    let headers = response.headers();
    assert_eq!(headers["location"], "https://cdn.example.net/7.webp");
    assert_eq!(headers["x-n"], "7");
    assert_eq!(headers["x-flag"], "true");
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    assert!(!headers.contains_key("content-type"));
    assert_eq!(headers["x-openwhisk-activation-id"].len(), 32);
    for (result, status, kind, body) in [
        ("{}", 204, None, ""),
        (r#"{"body":null}"#, 204, None, ""),
        (r#"{"body":""}"#, 204, None, ""),
        (
            r#"{"statusCode":"418","body":"x"}"#,
            418,
            Some("text/html; charset=UTF-8"),
            "x",
        ),
        (
            r#"{"statusCode":444,"body":"x"}"#,
            444,
            Some("text/html; charset=UTF-8"),
            "x",
        ),
        (
            r#"{"body":{"a":1}}"#,
            200,
            Some("application/json"),
            r#"{"a":1}"#,
        ),
        (r#"{"body":true}"#, 200, Some("application/json"), "true"),
        (
            r#"{"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"x"}"#,
            200,
            Some("text/plain; charset=utf-8"),
            "x",
        ),
        (
            r#"{"headers":{"Content-Type":"application/json"},"body":"{\"a\":1}"}"#,
            200,
            Some("application/json"),
            r#"{"a":1}"#,
        ),
        (
            r#"{"headers":{"Content-Type":"application/json"},"body":"eyJhIjoxfQ=="}"#,
            200,
            Some("application/json"),
            r#"{"a":1}"#,
        ),
        (
            r#"{"headers":{"Content-Type":"image/gif"},"body":"R0lG"}"#,
            200,
            Some("image/gif"),
            "GIF",
        ),
        (
            r#"{"headers":{"Content-Type":"application/a+json"},"body":[1]}"#,
            200,
            Some("application/a+json"),
            "[\n  1\n]",
        ),
        (
            "logged\n{\"error\":{\"statusCode\":418,\"body\":\"x\"}}\n",
            418,
            Some("text/html; charset=UTF-8"),
            "x",
        ),
    ] {
        let response = returned("", result);
        assert_eq!(response.status(), status, "{result}");
        assert_eq!(response.body(), body, "{result}");
        let said = response.headers().get("content-type");
        assert_eq!(said.map(|v| v.to_str().unwrap()), kind, "{result}");
    }
}

#[test]
fn bad_results_are_400() {
    let http = "Response is not valid 'message/http'.";
    let kind = "Response type in header did not match generated content type.";
    let processing = "There was an error processing your request.";
    for (result, message) in [
        ("[1]", http),
        (r#"{"error":"text"}"#, http),
        (r#"{"statusCode":200.5}"#, http),
        (r#"{"statusCode":"x"}"#, http),
        (r#"{"statusCode":true}"#, http),
        (r#"{"statusCode":99}"#, http),
        (r#"{"headers":[]}"#, http),
        (r#"{"headers":{"a":null}}"#, http),
        (r#"{"headers":{"a":[{}]}}"#, http),
        (r#"{"headers":{"a b":"c"}}"#, http),
        (
            r#"{"headers":{"content-type":"image/png"},"body":"!"}"#,
            kind,
        ),
        (
            r#"{"headers":{"content-type":"text/plain"},"body":{}}"#,
            kind,
        ),
        (
            r#"{"headers":{"content-type":"x"},"body":"x"}"#,
            "Response did not specify a known content-type.",
        ),
        ("\"hello\"", processing),
        ("", processing),
        ("{}\nbye", processing),
        ("{\n}", processing),
    ] {
        let response = returned("", result);
        assert_eq!(response.status(), 400, "{result}");
        assert_eq!(json_of(&response)["error"], message, "{result}");
    }
    let large = format!("{{\"body\":\"{}\"}}", "x".repeat(MOST));
    assert_eq!(json_of(&returned("", &large))["error"], processing);
}

#[test]
fn extensions_take_one_member() {
    let html = r#"{"statusCode":302,"headers":{"location":"/"},"html":"<p>","svg":"<svg/>","text":{"a":1}}"#;
    for (extension, result, status, kind, body) in [
        (
            ".json",
            r#"{"statusCode":302}"#,
            200,
            "application/json",
            r#"{"statusCode":302}"#,
        ),
        (".json", "[1]", 200, "application/json", "[1]"),
        (".html", html, 200, "text/html; charset=UTF-8", "<p>"),
        (".svg", html, 200, "image/svg+xml", "<svg/>"),
        (
            ".text",
            html,
            200,
            "text/plain; charset=UTF-8",
            "{\n  \"a\": 1\n}",
        ),
        (
            ".text",
            r#"{"body":null}"#,
            200,
            "text/plain; charset=UTF-8",
            "null",
        ),
        (".text", "[]", 200, "text/plain; charset=UTF-8", "[]"),
        (".http", "{}", 204, "", ""),
    ] {
        let response = returned(extension, result);
        assert_eq!(response.status(), status, "{extension} {result}");
        assert_eq!(response.body(), body, "{extension} {result}");
        let said = response.headers().get("content-type");
        assert_eq!(said.map_or("", |v| v.to_str().unwrap()), kind);
        assert!(!response.headers().contains_key("location"));
    }
    for (extension, result, status, message) in [
        (
            ".json",
            r#"{"error":"x"}"#,
            400,
            "Response is not valid 'application/json'.",
        ),
        (".html", "{}", 400, "Response is not valid 'text/html'."),
        (
            ".svg",
            r#"{"body":{}}"#,
            400,
            "Response is not valid 'image/svg+xml'.",
        ),
        (
            ".text",
            "{}",
            404,
            "Response does not include requested property.",
        ),
    ] {
        let response = returned(extension, result);
        assert_eq!(response.status(), status, "{extension} {result}");
        assert_eq!(json_of(&response)["error"], message);
    }
}

#[test]
fn who_accepts_something_else_gets_406() {
    let outcome = || Outcome::Returned(br#"{"body":{"a":1}}"#.to_vec());
    for (accept, status) in [
        ("application/json", 200),
        ("text/html, */*;q=0.1", 200),
        ("application/*", 200),
        ("text/html", 406),
        ("*/*, application/json;q=0", 406),
    ] {
        let asked = request("GET", WEB, &[("accept", accept)], b"");
        assert_eq!(answer(&[], &asked, outcome()).status(), status, "{accept}");
    }
    let asked = request("GET", WEB, &[("accept", "text/html")], b"");
    assert_eq!(
        answer(&[], &asked, outcome()).body(),
        "Resource representation is only available with these types:\napplication/json"
    );
    let empty = Outcome::Returned(b"{}".to_vec());
    assert_eq!(answer(&[], &asked, empty).status(), 204);
}

#[test]
fn failures_are_400_and_what_lasts_too_long_202() {
    let asked = request("GET", WEB, &[], b"");
    for failure in [
        Failure::Threw("secret".to_owned()),
        Failure::TimedOut,
        Failure::Memory,
        Failure::Exited,
    ] {
        let response = answer(&[], &asked, Outcome::Failed(failure));
        assert_eq!(response.status(), 400);
        assert_eq!(
            json_of(&response)["error"],
            "There was an error processing your request."
        );
    }
    let late = answer(
        &["--timeout", "300"],
        &asked,
        Outcome::Failed(Failure::TimedOut),
    );
    assert_eq!(late.status(), 202);
    assert_eq!(json_of(&late)["error"], "Response not yet ready.");
    let busy = answer(&[], &asked, Outcome::Failed(Failure::Busy));
    assert_eq!(busy.status(), 503);
}

#[test]
fn an_invoke_gets_the_callers_own_keys() {
    let own = [("authorization", BASIC)];
    let asked = request("POST", INVOKE, &own, br#"{"kind":"cats","n":3}"#);
    let arguments = ["--parameter", "n=1", "--parameter", "m=2"];
    assert_eq!(
        try_event(&arguments, &asked).unwrap(),
        json!({"kind": "cats", "n": 3, "m": "2"})
    );
    assert_eq!(
        try_event(&[], &request("POST", INVOKE, &own, b"")).unwrap(),
        json!({})
    );
    for body in ["[1]", "x", "null"] {
        let bad = try_event(&[], &request("POST", INVOKE, &own, body.as_bytes()));
        assert_eq!(bad.unwrap_err().status(), 400, "{body}");
    }
    let see = |query: &str, result: &str| {
        let asked = request("POST", &format!("{INVOKE}{query}"), &own, b"{}");
        answer(&[], &asked, Outcome::Returned(result.as_bytes().to_vec()))
    };
    let id = see("", "{}");
    assert_eq!(id.status(), 202);
    let activation = id.headers()["x-openwhisk-activation-id"].to_str().unwrap();
    assert_eq!(json_of(&id), json!({ "activationId": activation }));
    let result = see("?blocking=true&result=true", r#"{"url":"x"}"#);
    assert_eq!(
        (result.status().as_u16(), json_of(&result)),
        (200, json!({"url": "x"}))
    );
    let record = see("?blocking=true", r#"{"url":"x"}"#);
    let document = json_of(&record);
    assert_eq!(document["response"]["status"], "success");
    assert_eq!(document["response"]["result"], json!({"url": "x"}));
    for (result, status) in [
        (r#"{"error":"x"}"#, "application error"),
        ("1", "action developer error"),
    ] {
        let record = see("?blocking=true", result);
        assert_eq!(record.status(), 502);
        assert_eq!(json_of(&record)["response"]["status"], status);
        assert_eq!(json_of(&record)["response"]["success"], false);
    }
}

#[test]
fn a_proxy_gets_the_arguments_as_a_value() {
    let asked = request("GET", WEB, &[], b"");
    let event = try_event(&["--proxy"], &asked).unwrap();
    assert_eq!(event["value"]["__ow_method"], "get");
    assert_eq!(event["action_name"], "/guest/pics");
    assert!(event["deadline"].as_str().unwrap().parse::<u64>().is_ok());
    assert_eq!(
        event["transaction_id"],
        event["value"]["__ow_headers"]["x-request-id"]
    );
}

#[test]
fn media_types_have_a_form() {
    for bad in ["", "x", "/", "a/", "/b", "a b/c", "a/b c"] {
        assert_eq!(Media::parse(bad), None, "{bad}");
    }
    assert!(
        Media::parse("Text/HTML ; charset=x")
            .unwrap()
            .is("text/html")
    );
}

#[test]
fn only_http_makes_an_answer_of_a_result() {
    for (rest, whole) in [
        ("", false),
        (".http", false),
        (".json", true),
        (".text/a", true),
    ] {
        let gateway = EMULATOR.with([""; 0]).unwrap();
        let asked = request("GET", &web(rest), &[], b"");
        let invocation = gateway.invocation(&asked, CALLER).unwrap();
        assert_eq!(invocation.pass_through, whole, "{rest}");
    }
}
