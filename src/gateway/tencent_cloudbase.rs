//! Tencent CloudBase (TCB) HTTP access to a cloud function, which is an SCF
//! function (docs.cloudbase.net, "access cloud function over HTTP").
//!
//! ```text
//! {"path":"/cats","httpMethod":"GET","headers":{"host":"..."},
//!  "queryStringParameters":{"id":"1"},"body":"","isBase64Encoded":false,
//!  "requestContext":{"requestId":"...","envId":"pics-0a1b2c","appId":1300000001,"uin":100000000001}}
//! ```
//!
//! Parameters are decoded. The path is without the route's own prefix as far
//! as is known, so nothing is stripped. The answer is the document of four
//! members.

use super::document::{Document, refusal};
use super::request::{self, Fields, Place};
use super::{Decoded, Delivery, EventError, Reply as _, WireFormat};

/// The format.
pub(super) struct CloudBase;

const FIELDS: Fields = Fields {
    format: "tencent_cloudbase",
    method: "httpMethod",
    path: "path",
    query: &["queryStringParameters", "queryString"],
    client: &[Place::Field("x-real-ip"), Place::Forwarded],
    request_id: &[Place::Member("requestContext.requestId")],
};

const REPLY: Document = Document {
    redirects: true,
    lists: true,
};

impl WireFormat for CloudBase {
    fn platform(&self) -> &'static str {
        "tencent"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        let has = |names| request::has(&delivery.json, names);
        has("requestContext.envId") && !has("requestContext.serviceId")
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let exchange = FIELDS.exchange(&delivery.json, Box::new(REPLY))?;
        Ok(Decoded::Exchange(exchange))
    }

    fn error_document(&self, error: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        Some(REPLY.encode(refusal(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claims, exchange, field_of, two_cookies};
    use super::*;
    use serde_json::{Value, json};

    fn event() -> Value {
        json!({
            "path": "/cats", "httpMethod": "GET", "body": "aGk=", "isBase64Encoded": true,
            "headers": {"x-real-ip": "203.0.113.9", "x-forwarded-for": "198.51.100.7"},
            "queryStringParameters": {"q": "x y+z"},
            "requestContext": {"requestId": "1f0e-2d", "envId": "pics-0a1b2c", "appId": 1_300_000_001, "uin": 100_000_000_001_u64},
        })
    }

    #[test]
    fn requests() {
        let exchange = exchange(&CloudBase, &event());
        assert_eq!(exchange.request.uri(), "/cats?q=x%20y%2Bz");
        assert_eq!(exchange.request.body(), b"hi");
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert_eq!(exchange.request_id.as_deref(), Some("1f0e-2d"));
        assert!(exchange.reply.redirects());
    }

    #[test]
    fn only_environments_are_claimed() {
        for context in [
            json!({}),
            Value::Null,
            json!({"envId": "e", "serviceId": "s"}),
        ] {
            let mut event = event();
            event["requestContext"] = context;
            assert!(!claims(&CloudBase, &event), "{event}");
        }
    }

    #[test]
    fn answers() {
        let reply = exchange(&CloudBase, &event()).reply;
        assert_eq!(two_cookies(&*reply), json!(["a=1", "b=2"]));
    }

    #[test]
    fn bad_fields_are_named() {
        let mut event = event();
        event["path"] = Value::Null;
        assert_eq!(field_of(&CloudBase, &event), "path");
    }
}
