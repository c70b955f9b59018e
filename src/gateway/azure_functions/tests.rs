use super::super::testing::{claims, exchange, received};
use super::*;
use http::{HeaderValue, StatusCode};
use serde_json::json;

fn invocation() -> Value {
    json!({"Data": {"pic": {"Url": "https://pics.azurewebsites.net/api/pic/a%20b?id=1&id=2&q=x%20y%2Bz", "Method": "POST",
            "Query": {"id": "1,2", "q": "x y+z"}, "Params": {"name": "a b"}, "Identities": [],
            "Headers": {"Host": ["pics.azurewebsites.net"], "Content-Type": ["application/octet-stream"],
                        "Cookie": ["a=1; b=2"], "X-Forwarded-For": ["198.51.100.7, 203.0.113.9:53124"]},
            "Body": "aGVsbG8="}},
        "Metadata": {"name": "\"a b\"", "sys": {"MethodName": "pic", "RandGuid": "0f0e0d0c"}}})
}

#[test]
fn the_url_has_path_and_query_as_they_were_sent() {
    let exchange = exchange(&Invocation, &invocation());
    let request = &exchange.request;
    assert_eq!(request.uri(), "/api/pic/a%20b?id=1&id=2&q=x%20y%2Bz");
    assert_eq!(request.method(), "POST");
    assert_eq!(request.headers()["cookie"], "a=1; b=2");
    assert_eq!(request.body(), b"hello");
    assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
    assert_eq!(exchange.request_id.as_deref(), Some("0f0e0d0c"));
    assert_eq!(exchange.likely_mount.as_deref(), Some("/api/pic"));
}

#[test]
fn the_host_s_field_is_the_better_id() {
    let event = invocation().to_string();
    let mut delivery = Delivery::new(event.as_bytes());
    let id = HeaderValue::from_static("1b4e28ba");
    delivery
        .headers
        .insert("x-azure-functions-invocationid", id);
    let Ok(Decoded::Exchange(exchange)) = Invocation.decode(&delivery) else {
        panic!("somebody waits");
    };
    assert_eq!(exchange.request_id.as_deref(), Some("1b4e28ba"));
}

#[test]
fn older_hosts_and_several_bindings() {
    let event = json!({"Metadata": {}, "Data": {
        "a": {"Url": "http://localhost:7071/a", "Method": "GET", "Headers": {}},
        "req": {"Url": "http://localhost:7071?seed=1", "Method": "GET", "Query": "{}", "Headers": {"Host": "localhost:7071"}, "Body": "hi"},
        "blob": "\"text\""}});
    let exchange = exchange(&Invocation, &event);
    assert_eq!(exchange.request.uri(), "/?seed=1");
    assert_eq!(exchange.request.headers()["host"], "localhost:7071");
    assert_eq!(exchange.request.body(), b"hi");
    assert_eq!(
        (exchange.client, exchange.request_id, exchange.likely_mount),
        (None, None, None)
    );
}

#[test]
fn urls_are_absolute_or_not() {
    for (url, path, query) in [
        ("http://h:7071/a%20b?c=d?e", "/a%20b", "c=d?e"),
        ("https://h", "", ""),
        ("https://h?a", "", "a"),
        ("/a?u=https://x/y", "/a", "u=https://x/y"),
        ("", "", ""),
    ] {
        assert_eq!(path_and_query(url), (path, query), "{url}");
    }
}

#[test]
fn bad_fields_are_named_in_the_outputs() {
    for (name, value, field) in [
        ("Method", json!("G T"), "Data.req.Method"),
        ("Url", json!({}), "Data.req.Url"),
        ("Body", json!("*"), "Data.req.Body"),
    ] {
        let mut event = invocation();
        event["Data"]["pic"][name] = value;
        let event = event.to_string();
        let delivery = Delivery::new(event.as_bytes());
        let error = Invocation.decode(&delivery).unwrap_err();
        assert!(matches!(error, EventError::BadField { field: f, .. } if f == field));
        let document = Invocation.error_document(&error, &delivery).unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(document["Outputs"]["res"]["statusCode"], 400);
    }
    assert!(!claims(&Invocation, &json!({"data": {}, "count": 3})));
}

#[test]
fn other_triggers_are_acknowledged() {
    let sys = json!({"sys": {"MethodName": "refresh"}});
    let timer = json!({"Data": {"tick": {"Schedule": {"AdjustForDST": true}, "ScheduleStatus": null, "IsPastDue": false}}, "Metadata": sys});
    let queue = json!({"Data": {"item": "\"secret\""}, "Metadata": sys});
    let hub = json!({"Data": {"events": [1, 2, 3]}, "Metadata": {}});
    for (event, log) in [
        (
            timer,
            r#"{"received":"timer","records":1,"source":"refresh"}"#,
        ),
        (
            queue,
            r#"{"received":"trigger","records":1,"source":"refresh"}"#,
        ),
        (hub, r#"{"received":"trigger","records":3}"#),
    ] {
        assert_eq!(
            received(&Invocation, &event),
            json!({"Outputs": {}, "Logs": [log], "ReturnValue": null})
        );
    }
}

#[test]
fn answers_stand_under_both_names() {
    let answer = |media, body: &[u8]| -> Value {
        let mut response = Response::new(body.to_vec());
        *response.status_mut() = StatusCode::FOUND;
        for (name, value) in [
            ("content-type", media),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("vary", "a"),
            ("vary", "b"),
        ] {
            let value = HeaderValue::from_static(value);
            response.headers_mut().append(name, value);
        }
        serde_json::from_slice(&Outputs.encode(response)).unwrap()
    };
    let response = json!({"statusCode": 302, "body": "<a>",
        "headers": {"Content-Type": "text/html", "Set-Cookie": "b=2", "Vary": "a, b"}});
    assert_eq!(
        answer("text/html", b"<a>"),
        json!({"Outputs": {"res": response}, "Logs": null, "ReturnValue": response})
    );
    assert_eq!(
        answer("image/png", &[0x89])["Outputs"]["res"]["statusCode"],
        500
    );
}
