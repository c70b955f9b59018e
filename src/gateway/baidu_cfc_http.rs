//! Baidu Cloud CFC: the event of an HTTP trigger (document kjzmgugty), whose
//! engine is published as baidu/EasyFaaS, `pkg/httptrigger/proxy.go`.
//!
//! ```text
//! {"resource":"/img/{proxy+}","path":"/img/a b","httpMethod":"GET",
//!  "headers":{"X-Bce-Request-Id":"...","Content-Type":"..."},
//!  "queryStringParameters":{"q":"x y+z"}|null?,"pathParameters":{"proxy":"a b"}|null?,
//!  "requestContext":{"stage":"cfc","requestId":"...","apiId":"7abc1def2gh3j","sourceIp":"..."?},
//!  "body":"","isBase64Encoded":false}
//! ```
//!
//! Names are in canonical case; of a repeated field or parameter the last
//! value is left, decoded. Whether `path` is decoded is not documented. The
//! answer is the document of four members with one text a name, thus one
//! cookie; a malformed one reaches the caller as the text of a 200.

use super::document::{Document, refusal};
use super::request::{Fields, Place, above_template, is_http, text};
use super::{Decoded, Delivery, EventError, Reply, WireFormat};
use http::{HeaderValue, Response, StatusCode, header};

/// The format.
pub(super) struct HttpTrigger;

const FIELDS: Fields = Fields {
    format: "baidu_cfc_http",
    method: "httpMethod",
    path: "path",
    query: &["queryStringParameters"],
    client: &[
        Place::Member("requestContext.sourceIp"),
        Place::Field("x-real-ip"),
        Place::Forwarded,
    ],
    request_id: &[
        Place::Member("requestContext.requestId"),
        Place::Field("x-bce-request-id"),
    ],
};

impl WireFormat for HttpTrigger {
    fn platform(&self) -> &'static str {
        "baidu"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        is_http(&delivery.json)
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        let mut exchange = FIELDS.exchange(event, Box::new(Typed))?;
        // `/img/{proxy+}` publishes the site under `/img`.
        exchange.likely_mount = text(event, "resource")
            .or_else(|| text(event, "requestContext.resourcePath"))
            .and_then(above_template);
        Ok(Decoded::Exchange(exchange))
    }

    fn error_document(&self, error: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        Some(Typed.encode(refusal(error)))
    }
}

/// The document, always with a media type where there can be a body: without
/// one the engine says `text/plain`, and only its open form shows that. On a 304
/// a type would replace the one that a cache has kept (RFC 9111 section 3.2).
struct Typed;

impl Reply for Typed {
    fn redirects(&self) -> bool {
        true
    }

    fn encode(&self, mut response: Response<Vec<u8>>) -> Vec<u8> {
        let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
        if !bodiless.contains(&response.status()) {
            response
                .headers_mut()
                .entry(header::CONTENT_TYPE)
                .or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
        }
        let document = Document {
            redirects: true,
            lists: false,
        };
        document.encode(response)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claims, exchange, field_of, two_cookies};
    use super::*;
    use serde_json::{Value, json};

    fn event() -> Value {
        json!({
            "resource": "/img/{proxy+}", "path": "/img/a b/c", "httpMethod": "GET",
            "headers": {"Accept": "*/*", "X-Bce-Request-Id": "5b0b9f3e-0000-4000-8000-000000000002", "X-Forwarded-For": "203.0.113.9"},
            "queryStringParameters": {"id": "2", "q": "x y+z"}, "pathParameters": {"proxy": "a b/c"},
            "requestContext": {"stage": "cfc", "resourcePath": "/img/{proxy+}", "httpMethod": "ANY", "apiId": "7abc1def2gh3j"},
            "body": "bj0x", "isBase64Encoded": true,
        })
    }

    #[test]
    fn requests() {
        let exchange = exchange(&HttpTrigger, &event());
        assert_eq!(exchange.request.method(), "GET");
        assert_eq!(exchange.request.uri(), "/img/a%20b/c?id=2&q=x%20y%2Bz");
        assert_eq!(exchange.request.headers()["accept"], "*/*");
        assert_eq!(exchange.request.body(), b"n=1");
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert_eq!(
            exchange.request_id.as_deref(),
            Some("5b0b9f3e-0000-4000-8000-000000000002")
        );
        assert_eq!(exchange.likely_mount.as_deref(), Some("/img"));
    }

    #[test]
    fn maps_may_be_absent_or_null() {
        let mut event = event();
        event["queryStringParameters"] = Value::Null;
        event["headers"] = Value::Null;
        event["body"] = Value::Null;
        event["resource"] = json!("/");
        let request = exchange(&HttpTrigger, &event).request;
        assert_eq!(request.uri(), "/img/a%20b/c");
        assert!(request.headers().is_empty() && request.body().is_empty());
        event
            .as_object_mut()
            .unwrap()
            .retain(|name, _| ["path", "httpMethod", "requestContext"].contains(&name.as_str()));
        event["requestContext"]["sourceIp"] = json!("203.0.113.9");
        event["requestContext"]["requestId"] = json!("1");
        let exchange = exchange(&HttpTrigger, &event);
        assert_eq!(exchange.request.uri(), "/img/a%20b/c");
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert_eq!(exchange.request_id.as_deref(), Some("1"));
        assert_eq!(exchange.likely_mount.as_deref(), Some("/img"));
    }

    #[test]
    fn answers_have_a_media_type() {
        let reply = exchange(&HttpTrigger, &event()).reply;
        assert!(reply.redirects());
        for (status, headers) in [
            (
                StatusCode::OK,
                json!({"Content-Type": "text/plain; charset=utf-8"}),
            ),
            (StatusCode::NO_CONTENT, json!({})),
            (StatusCode::NOT_MODIFIED, json!({})),
        ] {
            let mut response = Response::new(Vec::new());
            *response.status_mut() = status;
            let document: Value = serde_json::from_slice(&reply.encode(response)).unwrap();
            assert_eq!(
                document,
                json!({"isBase64Encoded": false, "statusCode": status.as_u16(), "body": "",
                    "headers": headers})
            );
        }
    }

    #[test]
    fn answers() {
        let reply = exchange(&HttpTrigger, &event()).reply;
        assert_eq!(two_cookies(&*reply), json!("b=2"));
    }

    #[test]
    fn bad_fields_are_named() {
        for (name, value) in [
            ("path", Value::Null),
            ("body", json!("?")),
            ("httpMethod", json!("")),
        ] {
            let mut event = event();
            event[name] = value;
            assert_eq!(field_of(&HttpTrigger, &event), name);
        }
    }

    #[test]
    fn other_shapes_of_the_platform_are_not_claimed() {
        assert!(!claims(&HttpTrigger, &json!({"source": "cfc:crontab"})));
        assert!(!claims(
            &HttpTrigger,
            &json!({"path": "/daily", "count": 3})
        ));
    }
}
