use super::*;
use http::{HeaderValue, StatusCode};
use serde_json::json;

const FULL: &str = r#"{"resource":"/{proxy+}","path":"/base/a%20b/","httpMethod":"POST","headers":{"X-Tag":"two"},"multiValueHeaders":{"Cookie":["a=1; b=2"],"X-Tag":["one","two"]},"queryStringParameters":{"id":"2"},"multiValueQueryStringParameters":{"id":["1","2"],"q":["x y+z"],"json":[""]},"pathParameters":{"proxy":"a%20b"},"requestContext":{"stage":"prod","path":"/prod/base/a%20b/","requestId":"5b0b9f3e-0000-4000-8000-000000000002","identity":{"sourceIp":"203.0.113.9"}},"body":"aGVsbG8=","isBase64Encoded":true}"#;
const CONSOLE: &str = r#"{"resource":"/","path":"/","httpMethod":"GET","headers":null,"multiValueHeaders":null,"queryStringParameters":null,"multiValueQueryStringParameters":null,"pathParameters":null,"stageVariables":null,"requestContext":{"stage":"test-invoke-stage","requestId":"5b0b9f3e","identity":{"sourceIp":"test-invoke-source-ip"}},"body":null,"isBase64Encoded":false}"#;

fn decode(event: &str) -> Result<super::super::Exchange, EventError> {
    let delivery = Delivery::new(event.as_bytes());
    assert!(RestV1.recognise(&delivery), "{event}");
    match RestV1.decode(&delivery)? {
        Decoded::Exchange(exchange) => Ok(exchange),
        Decoded::Received(_) => panic!("somebody waits"),
    }
}

#[test]
fn all_values_of_what_is_said_twice() {
    let exchange = decode(FULL).unwrap();
    assert_eq!(
        exchange.request.uri(),
        "/base/a%20b/?id=1&id=2&json=&q=x%20y%2Bz"
    );
    let tags = exchange.request.headers().get_all("x-tag");
    assert_eq!(tags.iter().collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(exchange.request.headers()["cookie"], "a=1; b=2");
    assert_eq!(exchange.request.body(), b"hello");
    assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
    assert_eq!(exchange.likely_mount.as_deref(), Some("/base"));
    let single = FULL
        .replace("multiValueHeaders", "x")
        .replace("multiValueQueryStringParameters", "y");
    let exchange = decode(&single).unwrap();
    assert_eq!(exchange.request.uri(), "/base/a%20b/?id=2");
    assert_eq!(exchange.request.headers()["x-tag"], "two");
}

#[test]
fn the_console_s_test_has_nulls() {
    let exchange = decode(CONSOLE).unwrap();
    assert_eq!(exchange.request.uri(), "/");
    assert!(exchange.request.headers().is_empty() && exchange.request.body().is_empty());
    assert_eq!(exchange.client, None);
    assert_eq!(exchange.request_id.as_deref(), Some("5b0b9f3e"));
    assert_eq!(exchange.likely_mount, None);
}

#[test]
fn stages_and_mounts() {
    let at = |version: &str, resource: &str, path: &str, parameters: &str| {
        let exchange = decode(&format!(
            r#"{{{version}"resource":"{resource}","path":"{path}","httpMethod":"GET","pathParameters":{parameters},"requestContext":{{"stage":"prod"}}}}"#
        ))
        .unwrap();
        let mount = exchange.likely_mount.unwrap_or_default();
        (exchange.request.uri().to_string(), mount)
    };
    for (version, resource, path, parameters, target, mount) in [
        ("", "/pics", "/pics", "null", "/pics", "/pics"),
        (
            "",
            "/pics/{kind}",
            "/pics/x",
            r#"{"kind":"x"}"#,
            "/pics/x",
            "/pics",
        ),
        ("", "/{kind}", "/x", r#"{"kind":"x"}"#, "/x", ""),
        ("", "/{kind}", "/x", "null", "/x", ""),
        (r#""version":"1.0","#, "$default", "/x", "null", "/x", ""),
        ("", "/{p+}", "/prod/x", r#"{"p":"prod/x"}"#, "/prod/x", ""),
        (
            r#""version":"1.0","#,
            "/{p+}",
            "/prod/x",
            r#"{"p":"x"}"#,
            "/x",
            "",
        ),
        (
            r#""version":"1.0","#,
            "/{p+}",
            "/product",
            r#"{"p":"product"}"#,
            "/product",
            "",
        ),
        (r#""version":"1.0","#, "/", "/prod", "null", "/", ""),
    ] {
        assert_eq!(
            at(version, resource, path, parameters),
            (target.to_owned(), mount.to_owned()),
            "{version} {resource} {path}"
        );
    }
}

#[test]
fn bad_fields_are_named_in_a_proxy_answer() {
    for (from, to, field) in [
        ("\"GET\"", "7", "httpMethod"),
        ("\"path\":\"/\"", "\"path\":null", "path"),
        ("\"body\":null", "\"body\":[]", "body"),
    ] {
        let error = decode(&CONSOLE.replacen(from, to, 1)).unwrap_err();
        assert!(
            matches!(error, EventError::BadField { field: f, .. } if f == field),
            "{error}"
        );
        let delivery = Delivery::new(b"");
        let document = RestV1.error_document(&error, &delivery).unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(document["statusCode"], 400);
    }
}

#[test]
fn answers_have_the_five_members_and_no_other() {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::FOUND;
    for (name, value) in [
        ("location", "https://cdn.example.net/7.webp"),
        ("set-cookie", "a=1; Path=/"),
        ("set-cookie", "b=2; Path=/"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().append(name, value);
    }
    let document: Value = serde_json::from_slice(&Proxy.encode(response)).unwrap();
    assert_eq!(
        document,
        json!({"statusCode": 302, "headers": {"Location": "https://cdn.example.net/7.webp"},
               "multiValueHeaders": {"Set-Cookie": ["a=1; Path=/", "b=2; Path=/"]},
               "body": "", "isBase64Encoded": false})
    );
}
