//! An Application Load Balancer whose target is a Lambda function (Elastic
//! Load Balancing user guide, "Lambda functions as targets").
//!
//! ```text
//! {"requestContext":{"elb":{"targetGroupArn":"arn:…"}},"httpMethod":"GET","path":"/a%20b",
//!  "queryStringParameters":{"q":"x%20y"},"headers":{"host":"…"},
//!  "body":"","isBase64Encoded":false}
//! ```
//!
//! With the target group's multi-value headers on, `multiValueHeaders` and
//! `multiValueQueryStringParameters` stand there instead, and the answer has
//! to say its fields that way too. Queries are as they were sent. A health
//! check is a GET without a `host`.

use http::{HeaderMap, Response};
use serde_json::{Map, Value};

use super::request::{Fields, Place, has};
use super::{Decoded, Delivery, EventError, Reply, WireFormat, document, event};

/// The format.
pub(super) struct Alb;

const FIELDS: Fields = Fields {
    format: "aws_alb",
    method: "httpMethod",
    path: "path",
    query: &[],
    client: &[Place::Forwarded],
    request_id: &[Place::Field("x-amzn-trace-id")],
};

impl WireFormat for Alb {
    fn platform(&self) -> &'static str {
        "aws"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        has(&delivery.json, "requestContext.elb")
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        let query = event::query_of_encoded(event::first_map(
            event,
            ["multiValueQueryStringParameters", "queryStringParameters"],
        ));
        let path = event.get("path").and_then(Value::as_str);
        let target = path.map(|path| event::target(path, &query));
        let exchange = FIELDS.exchange_of(event, target, Box::new(mode(event)))?;
        Ok(Decoded::Exchange(exchange))
    }

    fn error_document(&self, error: &EventError, delivery: &Delivery<'_>) -> Option<Vec<u8>> {
        Some(mode(&delivery.json).encode(document::refusal(error)))
    }
}

fn mode(event: &Value) -> Target {
    Target {
        multi: event.get("multiValueHeaders").is_some_and(Value::is_object),
    }
}

/// The balancer reads one of two maps: the one of its mode.
struct Target {
    multi: bool,
}

impl Reply for Target {
    fn redirects(&self) -> bool {
        true
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        let (body, base64) = event::body_text(&parts.headers, body);
        let (name, fields) = if self.multi {
            ("multiValueHeaders", lists(&parts.headers))
        } else {
            ("headers", texts(&parts.headers))
        };
        let reason = parts.status.canonical_reason().unwrap_or("Unknown");
        event::document([
            ("statusCode", parts.status.as_u16().into()),
            (
                "statusDescription",
                format!("{} {reason}", parts.status.as_u16()).into(),
            ),
            (name, fields.into()),
            ("body", body.into()),
            ("isBase64Encoded", base64.into()),
        ])
    }
}

fn lists(headers: &HeaderMap) -> Map<String, Value> {
    let mut fields = event::header_map(headers);
    for value in fields.values_mut().filter(|value| !value.is_array()) {
        *value = Value::Array(vec![value.take()]);
    }
    fields
}

/// A map has a name once, but its case is free: each cookie gets a spelling of
/// its own. The guide promises nothing about that, yet it is how frameworks
/// send several.
fn texts(headers: &HeaderMap) -> Map<String, Value> {
    let (mut fields, cookies) = event::single_fields(headers);
    for (i, cookie) in cookies.into_iter().enumerate() {
        let mut bits = i;
        let mut spell = |c: char| {
            if c.is_ascii_lowercase() {
                let capital = bits & 1 == 1;
                bits >>= 1;
                return if capital { c.to_ascii_uppercase() } else { c };
            }
            c
        };
        fields.insert("set-cookie".chars().map(&mut spell).collect(), cookie);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claims, exchange, field_of};
    use super::*;
    use http::{HeaderValue, StatusCode};
    use serde_json::json;

    fn multi() -> Value {
        json!({"requestContext": {"elb": {"targetGroupArn": "arn:x"}}, "httpMethod": "POST", "path": "/img/a%20b",
            "multiValueQueryStringParameters": {"id": ["1", "2"], "q": ["x%20y%2Bz+w"]},
            "multiValueHeaders": {"cookie": ["a=1; b=2"], "x-forwarded-for": ["203.0.113.9, 198.51.100.7"], "x-amzn-trace-id": ["Root=1-6a514a28-0"]},
            "body": "bj0x", "isBase64Encoded": true})
    }

    fn health_check() -> Value {
        json!({"requestContext": {"elb": {"targetGroupArn": "arn:x"}}, "httpMethod": "GET", "path": "/",
            "queryStringParameters": {}, "headers": {"user-agent": "ELB-HealthChecker/2.0"}, "body": "", "isBase64Encoded": false})
    }

    #[test]
    fn queries_are_not_decoded() {
        let exchange = exchange(&Alb, &multi());
        let request = &exchange.request;
        assert_eq!(request.uri(), "/img/a%20b?id=1&id=2&q=x%20y%2Bz+w");
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
        assert_eq!(request.body(), b"n=1");
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert_eq!(exchange.request_id.as_deref(), Some("Root=1-6a514a28-0"));
    }

    #[test]
    fn a_health_check_is_a_request() {
        let exchange = exchange(&Alb, &health_check());
        assert_eq!(exchange.request.uri(), "/");
        assert_eq!(exchange.client, None);
        assert_eq!(exchange.request_id, None);
    }

    #[test]
    fn bad_fields_are_named() {
        for (pointer, field) in [
            ("/httpMethod", "httpMethod"),
            ("/path", "path"),
            ("/body", "body"),
        ] {
            let mut event = health_check();
            *event.pointer_mut(pointer).unwrap() = json!([]);
            assert_eq!(field_of(&Alb, &event), field);
        }
        let damaged = json!({"requestContext": {"elb": true}, "httpMethod": "GET"});
        assert_eq!(field_of(&Alb, &damaged), "path");
        assert!(!claims(&Alb, &json!({"requestContext": {"elb": null}})));
    }

    #[test]
    fn answers_are_of_the_event_s_mode() {
        let response = || {
            let mut response = Response::new(Vec::new());
            *response.status_mut() = StatusCode::FOUND;
            for (name, value) in [
                ("location", "https://cdn.example.net/7.webp"),
                ("set-cookie", "a=1; Path=/"),
                ("set-cookie", "b=2; Path=/"),
                ("set-cookie", "c=3; Path=/"),
            ] {
                let value = HeaderValue::from_static(value);
                response.headers_mut().append(name, value);
            }
            response
        };
        let answer = |event: &Value| -> Value {
            let exchange = exchange(&Alb, event);
            assert!(exchange.reply.redirects());
            serde_json::from_slice(&exchange.reply.encode(response())).unwrap()
        };
        assert_eq!(
            answer(&multi()),
            json!({"statusCode": 302, "statusDescription": "302 Found", "isBase64Encoded": false, "body": "",
                   "multiValueHeaders": {"Location": ["https://cdn.example.net/7.webp"],
                                         "Set-Cookie": ["a=1; Path=/", "b=2; Path=/", "c=3; Path=/"]}})
        );
        assert_eq!(
            answer(&health_check()),
            json!({"statusCode": 302, "statusDescription": "302 Found", "isBase64Encoded": false, "body": "",
                   "headers": {"Location": "https://cdn.example.net/7.webp",
                               "set-cookie": "a=1; Path=/", "Set-cookie": "b=2; Path=/", "sEt-cookie": "c=3; Path=/"}})
        );
    }

    #[test]
    fn every_cookie_has_a_spelling_of_its_own() {
        let mut headers = HeaderMap::new();
        for i in 0..100 {
            headers.append("set-cookie", HeaderValue::from(i));
        }
        let fields = texts(&headers);
        assert_eq!(fields.len(), 100);
        assert!(
            fields
                .keys()
                .all(|name| name.eq_ignore_ascii_case("set-cookie"))
        );
    }
}
