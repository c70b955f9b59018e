use super::super::invoke::Json;
use super::*;
use serde_json::json;

const FIELDS: Fields = Fields {
    format: "aliyun_test",
    method: "requestContext.http.method",
    path: "rawPath",
    query: &["all", "declared"],
    client: &[
        Place::Member("requestContext.sourceIp"),
        Place::Field("x-real-ip"),
        Place::LastForwarded,
        Place::Forwarded,
    ],
    request_id: &[Place::Field("x-id"), Place::Member("requestContext.id")],
};

fn exchange(event: &Value) -> Result<Exchange, EventError> {
    FIELDS.exchange(event, Box::new(Json))
}

#[test]
fn requests_out_of_their_parts() {
    let event = json!({
        "rawPath": "/a%20b", "declared": {"q": "x y"}, "all": null,
        "headers": {"X-A": ["1", "2"]}, "body": "aGk=", "isBase64Encoded": true,
        "requestContext": {"http": {"method": "POST"}},
    });
    let request = exchange(&event).unwrap().request;
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "/a%20b?q=x%20y");
    assert_eq!(request.headers().get_all("x-a").iter().count(), 2);
    assert_eq!(request.body(), b"hi");
    for (pointer, value, field) in [
        ("/requestContext/http/method", json!(7), FIELDS.method),
        ("/requestContext/http/method", json!("G T"), FIELDS.method),
        ("/requestContext", Value::Null, FIELDS.method),
        ("/rawPath", json!(["/"]), "rawPath"),
        ("/rawPath", json!("x".repeat(70_000)), "rawPath"),
        ("/body", json!({}), "body"),
        ("/body", json!("?"), "body"),
    ] {
        let mut event = event.clone();
        *event.pointer_mut(pointer).unwrap() = value;
        let error = exchange(&event).unwrap_err();
        assert!(
            matches!(error, EventError::BadField { field: f, .. } if f == field),
            "{error}"
        );
    }
}

#[test]
fn callers_are_where_the_first_place_says_it() {
    for (context, headers, client, id) in [
        (
            json!({"sourceIp": "192.0.2.1", "id": "7"}),
            json!({"x-real-ip": "192.0.2.2", "x-id": "8"}),
            Some("192.0.2.1"),
            Some("8"),
        ),
        (
            json!({"sourceIp": "unknown", "id": "7"}),
            json!({"x-real-ip": "", "X-Forwarded-For": "192.0.2.3, 192.0.2.4:80"}),
            Some("192.0.2.4"),
            Some("7"),
        ),
        (
            Value::Null,
            json!({"x-forwarded-for": "192.0.2.3, unknown"}),
            Some("192.0.2.3"),
            None,
        ),
        (json!({"sourceIp": 7, "id": null}), Value::Null, None, None),
    ] {
        let mut event = json!({"rawPath": "/", "requestContext": context, "headers": headers});
        let places = Fields {
            method: "method",
            ..FIELDS
        };
        event["method"] = "GET".into();
        let exchange = places.exchange(&event, Box::new(Json)).unwrap();
        assert_eq!(exchange.client.as_deref(), client, "{event}");
        assert_eq!(exchange.request_id.as_deref(), id, "{event}");
    }
}

#[test]
fn percent_signs_are_encoding_where_they_can_be() {
    for (path, expected) in [
        ("/a%20b", "/a%20b"),
        ("/%E7%8C%AB", "/%E7%8C%AB"),
        ("/a b%20", "/a b%2520"),
        ("/100%", "/100%25"),
        ("/%4", "/%254"),
        ("/%4z", "/%254z"),
        ("/100%/%41", "/100%25/%2541"),
        ("/\u{732b}%41", "/\u{732b}%2541"),
    ] {
        assert_eq!(as_sent(path), expected);
    }
}

#[test]
fn addresses_lose_their_ports() {
    for (text, expected) in [
        ("203.0.113.9", Some("203.0.113.9")),
        (" 203.0.113.9:4711", Some("203.0.113.9")),
        ("2001:db8::9", Some("2001:db8::9")),
        ("[2001:db8::9]:4711", Some("2001:db8::9")),
        ("unknown", None),
        ("", None),
        ("[", None),
    ] {
        assert_eq!(address(text).as_deref(), expected, "{text}");
    }
    let mut headers = HeaderMap::new();
    headers.append(
        "x-forwarded-for",
        "203.0.113.9, 198.51.100.1".parse().unwrap(),
    );
    headers.append("x-forwarded-for", "192.0.2.1".parse().unwrap());
    assert_eq!(forwarded(&headers).next(), Some("203.0.113.9"));
    assert_eq!(forwarded(&headers).next_back(), Some("192.0.2.1"));
}

#[test]
fn mounts_stand_above_templates() {
    for (template, expected) in [
        ("/pics", Some("/pics")),
        ("/pics/{kind}/{n}", Some("/pics")),
        ("/pics/{proxy+}", Some("/pics")),
        ("/{proxy+}", None),
        ("/", None),
        ("", None),
        ("pics", None),
    ] {
        assert_eq!(above_template(template).as_deref(), expected, "{template}");
    }
}

#[test]
fn mounts_stand_above_path_parameters() {
    for (path, parameters, expected) in [
        ("/pics/cats", json!({"kind": "cats"}), Some("/pics")),
        (
            "/pics/cats/7",
            json!({"kind": "cats", "n": "7"}),
            Some("/pics"),
        ),
        ("/pics/a%20b/c/", json!({"": "a b/c"}), Some("/pics")),
        ("/pics/a%2Fb", json!({"x": "a%2Fb"}), Some("/pics")),
        (
            "/pics/%E7%8C%AB%2Fb",
            json!({"x": "\u{732b}%2Fb"}),
            Some("/pics"),
        ),
        (
            "/pics/cats/animals/cats",
            json!({"a": "cats", "b": "animals/cats"}),
            Some("/pics"),
        ),
        ("/pics/cats/", json!({"": "cats/"}), Some("/pics")),
        ("/cats", json!({"kind": "cats"}), None),
        ("/pics", json!({"": ""}), Some("/pics")),
        ("/pics", json!({}), Some("/pics")),
        ("/pics", Value::Null, Some("/pics")),
        ("/pics/cats/all", json!({"kind": "cats"}), None),
        ("/pics", json!({"kind": "a/b/c"}), None),
    ] {
        assert_eq!(
            above_parameters(path, Some(&parameters)).as_deref(),
            expected,
            "{path} {parameters}"
        );
    }
}
