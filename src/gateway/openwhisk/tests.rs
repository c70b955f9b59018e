use super::super::testing::{claims, exchange};
use super::*;
use http::{HeaderValue, StatusCode};
use serde_json::json;

fn normal() -> Value {
    json!({"__ow_method": "post", "__ow_path": "/img/a%20b", "__ow_user": "guest",
        "__ow_headers": {"content-type": "application/json", "cookie": "a=1; b=2", "x-forwarded-for": "203.0.113.9", "x-request-id": "0f0e0d0c"},
        "id": "2", "q": "x y+z", "kind": {"only": ["cats"]}, "tag": ["a", "b"]})
}

fn raw(media: &str, body: &str) -> Value {
    json!({"__ow_method": "put", "__ow_path": "", "__ow_query": "id=1&id=2&q=x%20y%2Bz+w",
        "__ow_headers": {"content-type": media}, "__ow_body": body, "id": "default"})
}

fn pass_through(event: &Value) -> Exchange {
    let event = event.to_string();
    let delivery = Delivery {
        pass_through: true,
        ..Delivery::new(event.as_bytes())
    };
    match OpenWhisk.decode(&delivery).unwrap() {
        Decoded::Exchange(exchange) => exchange,
        Decoded::Received(_) => panic!("somebody waits"),
    }
}

#[test]
fn parameters_are_merged_or_raw() {
    let merged = exchange(&OpenWhisk, &normal());
    assert_eq!(
        merged.request.uri(),
        "/img/a%20b?id=2&q=x%20y%2Bz&tag=a&tag=b"
    );
    assert_eq!(merged.request.method(), "POST");
    assert_eq!(merged.request.headers()["cookie"], "a=1; b=2");
    assert_eq!(merged.client.as_deref(), Some("203.0.113.9"));
    assert_eq!(merged.request_id.as_deref(), Some("0f0e0d0c"));
    let raw = exchange(&OpenWhisk, &raw("", ""));
    assert_eq!(raw.request.uri(), "/?id=1&id=2&q=x%20y%2Bz+w");
    assert_eq!(raw.request.method(), "PUT");
}

#[test]
fn the_type_says_what_a_body_is() {
    for (media, sent, body) in [
        ("application/json", "e30=", "{}"),
        ("application/json", "no base64", "no base64"),
        ("application/ld+json", "e30=", "e30="),
        ("text/plain; charset=utf-8", "e30=", "e30="),
        ("application/x-www-form-urlencoded", "a=1", "a=1"),
        ("image/png", "iVA=", "\u{fffd}P"),
        ("", "e30=", "e30="),
    ] {
        let exchange = exchange(&OpenWhisk, &raw(media, sent));
        let got = String::from_utf8_lossy(exchange.request.body());
        assert_eq!(got, body, "{media}");
    }
    for (sent, body) in [
        (json!([1]), "[1]"),
        (json!("e30="), "\"e30=\""),
        (Value::Null, ""),
    ] {
        let mut event = normal();
        event["__ow_body"] = sent;
        let exchange = exchange(&OpenWhisk, &event);
        assert_eq!(exchange.request.body(), body.as_bytes());
    }
}

#[test]
fn activations_wrap_web_actions_and_plain_invokes() {
    let around = |value: &Value| json!({"value": value, "activation_id": "44794bd6", "api_key": "u:k", "deadline": "1783711204000"});
    let web = exchange(&OpenWhisk, &around(&normal()));
    assert_eq!(web.request_id.as_deref(), Some("44794bd6"));
    assert!(web.reply.redirects());
    let plain = exchange(
        &OpenWhisk,
        &around(&json!({"count": 3, "category": "cats"})),
    );
    assert_eq!(plain.request.uri(), "/?category=cats&count=3");
    assert_eq!(plain.request_id.as_deref(), Some("44794bd6"));
    assert!(!plain.reply.redirects());
    let mut forged = normal();
    forged["value"] =
        json!({"__ow_method": "get", "__ow_headers": {"x-forwarded-for": "198.51.100.1"}});
    forged["namespace"] = "guest".into();
    assert_eq!(exchange(&OpenWhisk, &forged).client, web.client);
    for event in [
        json!({}),
        json!({"value": {}}),
        json!({"value": 7}),
        json!({"namespace": "guest"}),
        json!([]),
    ] {
        assert!(!claims(&OpenWhisk, &event), "{event}");
    }
}

#[test]
fn bad_fields_are_named_in_the_form_of_the_door() {
    for (name, value) in [
        ("__ow_method", json!("g t")),
        ("__ow_method", json!(7)),
        ("__ow_path", json!(7)),
    ] {
        let mut event = normal();
        event[name] = value;
        let event = event.to_string();
        for (pass_through, status, code) in [
            (false, json!(400), Value::Null),
            (true, Value::Null, json!("bad_event")),
        ] {
            let delivery = Delivery {
                pass_through,
                ..Delivery::new(event.as_bytes())
            };
            let error = OpenWhisk.decode(&delivery).unwrap_err();
            assert!(matches!(error, EventError::BadField { field, .. } if field == name));
            let document = OpenWhisk.error_document(&error, &delivery).unwrap();
            let document: Value = serde_json::from_slice(&document).unwrap();
            assert_eq!(document["statusCode"], status);
            assert_eq!(document["error"]["code"], code);
        }
    }
}

fn response(status: StatusCode, media: &'static str, body: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = status;
    for (name, value) in [
        ("content-type", media),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().append(name, value);
    }
    response
}

#[test]
fn answers_for_http() {
    let reply = exchange(&OpenWhisk, &normal()).reply;
    for (media, body, sent) in [
        ("text/html; charset=utf-8", "<a>", "<a>"),
        ("application/json", "{}", "{}"),
        ("image/svg+xml", "<svg/>", "PHN2Zy8+"),
        ("image/png", "", ""),
    ] {
        let document = reply.encode(response(StatusCode::FOUND, media, body));
        let document: Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(
            document,
            json!({"statusCode": 302, "body": sent,
                   "headers": {"Content-Type": media, "Set-Cookie": ["a=1", "b=2"]}})
        );
    }
}

#[test]
fn passed_through_answers_are_objects() {
    let exchange = pass_through(&normal());
    assert!(!exchange.reply.redirects());
    for (status, media, body, expected) in [
        (
            StatusCode::OK,
            "application/json",
            r#"{"id":"x"}"#,
            json!({"id": "x"}),
        ),
        (
            StatusCode::OK,
            "application/json",
            "[1]",
            json!({"body": "[1]"}),
        ),
        (
            StatusCode::OK,
            "text/plain",
            "https://x/\n",
            json!({"body": "https://x/\n"}),
        ),
        (
            StatusCode::NOT_FOUND,
            "application/json",
            r#"{"error":"e"}"#,
            json!({"error": {"error": "e"}}),
        ),
        (
            StatusCode::NO_CONTENT,
            "text/plain",
            "",
            json!({"body": ""}),
        ),
    ] {
        let document = exchange.reply.encode(response(status, media, body));
        let mut document: Value = serde_json::from_slice(&document).unwrap();
        // What other extensions than `.json` take of it.
        let shown = match document.get_mut("error") {
            Some(error) => error,
            None => &mut document,
        };
        for name in ["text", "html", "svg"] {
            let member = shown.as_object_mut().unwrap().remove(name);
            assert_eq!(
                member.is_some(),
                media == "application/json" && body != "[1]"
            );
        }
        assert_eq!(document, expected);
    }
}
