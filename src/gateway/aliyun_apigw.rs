//! Alibaba Cloud Function Compute as the "event function" behind the classic
//! API Gateway (Function Compute, "API Gateway trigger").
//!
//! ```text
//! {"path":"/img/cats","httpMethod":"GET",
//!  "headers":{"X-Ca-Api-Gateway":"0F0E...","X-Forwarded-For":"203.0.113.9",...},
//!  "queryParameters":{"id":"1"},"pathParameters":{"kind":"cats"},
//!  "body":"","isBase64Encoded":true|"true"}
//! ```
//!
//! Whether `path` is encoded is not documented. Of a repeated parameter one
//! value is left. The answer is the document of four members; anything else
//! is 502 or 503 to the caller.

use super::document::{Document, refusal};
use super::request::{Fields, Place, above_parameters, has, is_http, text};
use super::{Decoded, Delivery, EventError, Reply as _, WireFormat};

/// The format.
pub(super) struct ApiGateway;

const FIELDS: Fields = Fields {
    format: "aliyun_apigw",
    method: "httpMethod",
    path: "path",
    query: &["queryParameters"],
    client: &[
        // The gateway's own where it passes a caller's fields on; the next one
        // is believed only where it does not, since callers could write it.
        Place::Field("x-real-ip"),
        Place::Field("caclientip"),
        Place::Forwarded,
    ],
    request_id: &[
        Place::Field("x-ca-api-gateway"),
        Place::Field("carequestid"),
    ],
};

const REPLY: Document = Document {
    redirects: true,
    lists: false,
};

impl WireFormat for ApiGateway {
    fn platform(&self) -> &'static str {
        "aliyun"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        // An HTTP trigger's event says its version and has two members of its own.
        let event = &delivery.json;
        let others = ["requestContext", "rawPath"];
        is_http(event)
            && !others.iter().any(|name| has(event, name))
            && text(event, "version") != Some("v1")
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        let mut exchange = FIELDS.exchange(event, Box::new(REPLY))?;
        // The API's own path stands nowhere else in the event.
        exchange.likely_mount = event
            .get("pathParameters")
            .filter(|parameters| parameters.as_object().is_some_and(|map| !map.is_empty()))
            .and_then(|some| above_parameters(exchange.request.uri().path(), Some(some)));
        Ok(Decoded::Exchange(exchange))
    }

    fn error_document(&self, error: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        Some(REPLY.encode(refusal(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exchange, field_of, two_cookies};
    use super::*;
    use serde_json::{Value, json};

    fn event() -> Value {
        json!({
            "path": "/img/cats", "httpMethod": "POST",
            "headers": {"X-Ca-Api-Gateway": "0F0E0D0C-0B0A-4908-8706-050403020101", "X-Forwarded-For": "203.0.113.9, 10.0.0.1", "Cookie": "a=1"},
            "queryParameters": {"id": "1"}, "pathParameters": {"kind": "cats"},
            "body": "eyJuIjoxfQ==", "isBase64Encoded": "true",
        })
    }

    #[test]
    fn requests() {
        let exchange = exchange(&ApiGateway, &event());
        assert_eq!(exchange.request.method(), "POST");
        assert_eq!(exchange.request.uri(), "/img/cats?id=1");
        assert_eq!(exchange.request.body(), br#"{"n":1}"#);
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert_eq!(
            exchange.request_id.as_deref(),
            Some("0F0E0D0C-0B0A-4908-8706-050403020101")
        );
        assert_eq!(exchange.likely_mount.as_deref(), Some("/img"));
        assert!(exchange.reply.redirects());
    }

    #[test]
    fn what_the_gateway_itself_says_of_the_client_comes_first() {
        let mut event = event();
        let client = |event: &Value| exchange(&ApiGateway, event).client;
        event["headers"]["CaClientIp"] = json!("192.0.2.2");
        assert_eq!(client(&event).as_deref(), Some("192.0.2.2"));
        event["headers"]["X-Real-IP"] = json!("192.0.2.1");
        assert_eq!(client(&event).as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn paths_may_be_encoded_or_not() {
        for (path, expected) in [("/img/a%20b", "/img/a%20b"), ("/img/a b", "/img/a%20b")] {
            let mut event = event();
            event["path"] = json!(path);
            event["pathParameters"] = json!({"kind": "a b"});
            let exchange = exchange(&ApiGateway, &event);
            assert_eq!(exchange.request.uri().path(), expected);
            assert_eq!(exchange.likely_mount.as_deref(), Some("/img"));
        }
    }

    #[test]
    fn without_parameters_nothing_says_where_the_api_lies() {
        for parameters in [json!({}), Value::Null] {
            let mut event = event();
            event["pathParameters"] = parameters;
            event["headers"] = Value::Null;
            let exchange = exchange(&ApiGateway, &event);
            assert_eq!(exchange.likely_mount, None);
            assert_eq!(exchange.client, None);
        }
    }

    #[test]
    fn answers() {
        let reply = exchange(&ApiGateway, &event()).reply;
        assert_eq!(two_cookies(&*reply), json!("b=2"));
    }

    #[test]
    fn bad_fields_are_named() {
        let mut event = event();
        event["body"] = json!("not base64");
        assert_eq!(field_of(&ApiGateway, &event), "body");
    }
}
