//! What is made of the action's result.

use super::super::media::Media;
use super::*;

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
    assert_eq!(busy.status(), 429);
    let invoke = request("POST", INVOKE, &[("authorization", BASIC)], b"");
    let busy = answer(&[], &invoke, Outcome::Failed(Failure::Busy));
    assert_eq!(busy.status(), 429);
    let refused = try_event(&["--unhealthy"], &asked).unwrap_err();
    assert_eq!(refused.status(), 503);
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
