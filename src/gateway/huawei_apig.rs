//! Huawei Cloud FunctionGraph behind API Gateway, dedicated, shared or APIC
//! alike (support.huaweicloud.com, functiongraph "APIG trigger"; recorded in
//! opentelekomcloud-community/otc-functiongraph-python).
//!
//! ```text
//! {"httpMethod":"GET","path":"/pics/img/a","headers":{"host":"...","x-real-ip":"203.0.113.9"},
//!  "pathParameters":{"":"img/a"},"queryStringParameters":{"q":"x y+z","id":["1","2"]},
//!  "body":"","isBase64Encoded":true,
//!  "requestContext":{"apiId":"..."?,"requestId":"...","stage":"RELEASE","sourceIp":"..."?}}
//! ```
//!
//! The path has the API's own path before it and no stage. The rest of a
//! prefix match stands under the empty name. Whether the path is encoded is
//! not documented. The answer is the document of four members, all required;
//! without a status the caller gets a 500.

use super::document::{Document, refusal};
use super::request::{Fields, Place, above_parameters, is_http};
use super::{Decoded, Delivery, EventError, Reply as _, WireFormat};

/// The format.
pub(super) struct Apig;

const FIELDS: Fields = Fields {
    format: "huawei_apig",
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
        Place::Field("x-request-id"),
    ],
};

const REPLY: Document = Document {
    redirects: true,
    lists: true,
};

impl WireFormat for Apig {
    fn platform(&self) -> &'static str {
        "huawei"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        is_http(&delivery.json)
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        let mut exchange = FIELDS.exchange(event, Box::new(REPLY))?;
        // Without parameters the path is the API's own.
        let path = exchange.request.uri().path();
        exchange.likely_mount = above_parameters(path, event.get("pathParameters"));
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
            "requestContext": {"requestId": "5c0e2a9f7b1d4e63a8f0c1d2e3f40516", "apiId": "9d8c7b6a5f4e3d2c1b0a99887766554f", "stage": "RELEASE"},
            "headers": {"host": "x.apic.cn-north-4.huaweicloudapis.com", "x-real-ip": "203.0.113.9", "cookie": "a=1; b=2"},
            "httpMethod": "POST", "pathParameters": {"": "img/a"},
            "queryStringParameters": {"q": "x y+z", "id": ["1", "2"]},
            "body": "eyJraW5kIjoiY2F0cyJ9", "isBase64Encoded": true, "path": "/pics/img/a",
        })
    }

    #[test]
    fn requests() {
        let exchange = exchange(&Apig, &event());
        assert_eq!(exchange.request.method(), "POST");
        assert_eq!(exchange.request.uri(), "/pics/img/a?id=1&id=2&q=x%20y%2Bz");
        assert_eq!(exchange.request.headers()["cookie"], "a=1; b=2");
        assert_eq!(exchange.request.body(), br#"{"kind":"cats"}"#);
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert_eq!(
            exchange.request_id.as_deref(),
            Some("5c0e2a9f7b1d4e63a8f0c1d2e3f40516")
        );
        assert_eq!(exchange.likely_mount.as_deref(), Some("/pics"));
        assert!(exchange.reply.redirects());
    }

    #[test]
    fn an_exact_path_is_the_api_s_own() {
        for parameters in [json!({}), Value::Null, json!({"": ""})] {
            let mut event = event();
            event["path"] = json!("/user/get");
            event["pathParameters"] = parameters;
            let mount = exchange(&Apig, &event).likely_mount;
            assert_eq!(mount.as_deref(), Some("/user/get"));
        }
    }

    #[test]
    fn the_gateway_s_address_comes_first() {
        let mut event = event();
        event["requestContext"]["sourceIp"] = json!("192.0.2.1");
        let client = |event: &Value| exchange(&Apig, event).client;
        assert_eq!(client(&event).as_deref(), Some("192.0.2.1"));
        event["requestContext"]["sourceIp"] = Value::Null;
        event["headers"] = json!({"x-forwarded-for": "198.51.100.7, 10.0.0.1"});
        assert_eq!(client(&event).as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn the_request_s_id_stands_in_a_field_too() {
        let mut event = event();
        event["requestContext"] = json!({});
        event["headers"]["x-request-id"] = json!("5c0e");
        let id = exchange(&Apig, &event).request_id;
        assert_eq!(id.as_deref(), Some("5c0e"));
    }

    #[test]
    fn answers() {
        let reply = exchange(&Apig, &event()).reply;
        assert_eq!(two_cookies(&*reply), json!(["a=1", "b=2"]));
    }

    #[test]
    fn bad_fields_are_named() {
        for name in ["httpMethod", "path", "body"] {
            let mut event = event();
            event[name] = json!("");
            if name == "path" {
                event[name] = json!({});
            } else if name == "body" {
                event[name] = json!(["a"]);
            }
            assert_eq!(field_of(&Apig, &event), name);
        }
    }

    #[test]
    fn other_shapes_of_the_platform_are_not_claimed() {
        assert!(!claims(&Apig, &json!({"trigger_type": "TIMER"})));
        assert!(!claims(&Apig, &json!({"Records": [{"s3": {}}]})));
    }
}
