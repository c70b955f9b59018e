//! What the action gets.

use super::*;

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
