//! Tencent Cloud SCF behind a function URL (document 583/96099): the event of
//! an event function. API Gateway's outline without its context.
//!
//! ```text
//! {"httpMethod":"GET","path":"/img/a%20b","headers":{"host":"...","x-scf-remote-addr":"203.0.113.9"},
//!  "queryString":{"id":["1","2"],"q":"x y+z"},"body":"..."?,"isBase64Encoded":true?,
//!  "requestContext":{"sourceIp":"203.0.113.9"}?}
//! ```
//!
//! The document says that there is no `requestContext` and no base64 flag;
//! both were seen, so both are read. Lists and `true` in `queryString` are
//! API Gateway's, with which the event is said to be compatible. The answer is
//! API Gateway's integrated one; there is no pass-through here.

use super::document::{Document, refusal};
use super::request::{self, Fields, Place};
use super::{Decoded, Delivery, EventError, Reply as _, WireFormat};

/// The format.
pub(super) struct FunctionUrl;

const FIELDS: Fields = Fields {
    format: "tencent_scf_url",
    method: "httpMethod",
    path: "path",
    query: &["queryString", "queryStringParameters"],
    // Callers can write what stands on the left of the forwarded list.
    client: &[
        Place::Member("requestContext.sourceIp"),
        Place::Field("x-scf-remote-addr"),
        Place::LastForwarded,
    ],
    // The platform says it beside the event; a field of that name here is the
    // caller's.
    request_id: &[],
};

const REPLY: Document = Document {
    redirects: true,
    lists: true,
};

impl WireFormat for FunctionUrl {
    fn platform(&self) -> &'static str {
        "tencent"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        let event = &delivery.json;
        let others = ["requestContext.serviceId", "requestContext.envId"];
        request::is_http(event) && !others.iter().any(|names| request::has(event, names))
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
            "httpMethod": "POST", "path": "/img/a%20b", "body": "{\"kind\":\"cats\"}",
            "headers": {"cookie": "a=1; b=2", "x-forwarded-for": "198.51.100.7, 203.0.113.9", "x-scf-remote-addr": "203.0.113.9:4711"},
            "queryString": {"id": ["1", "2"], "q": "x y+z", "raw": true, "e": ""},
        })
    }

    #[test]
    fn requests() {
        let exchange = exchange(&FunctionUrl, &event());
        assert_eq!(exchange.request.method(), "POST");
        assert_eq!(
            exchange.request.uri(),
            "/img/a%20b?e=&id=1&id=2&q=x%20y%2Bz&raw"
        );
        assert_eq!(exchange.request.body(), br#"{"kind":"cats"}"#);
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert!(exchange.reply.redirects());
    }

    #[test]
    fn the_client_stands_in_one_of_three_places() {
        let mut event = event();
        event["requestContext"] = json!({"sourceIp": "192.0.2.1"});
        let client = |event: &Value| exchange(&FunctionUrl, event).client;
        assert_eq!(client(&event).as_deref(), Some("192.0.2.1"));
        event["requestContext"] = Value::Null;
        event["headers"]["x-scf-remote-addr"] = json!("[2001:db8::9]:4711");
        assert_eq!(client(&event).as_deref(), Some("2001:db8::9"));
        event["headers"]["x-scf-remote-addr"] = Value::Null;
        assert_eq!(client(&event).as_deref(), Some("203.0.113.9"));
        event["headers"] = Value::Null;
        assert_eq!(client(&event), None);
    }

    #[test]
    fn no_id_is_taken_from_a_caller() {
        let mut event = event();
        for name in ["x-scf-request-id", "x-api-requestid", "x-request-id"] {
            event["headers"][name] = json!("forged");
        }
        assert_eq!(exchange(&FunctionUrl, &event).request_id, None);
    }

    #[test]
    fn undocumented_members_are_read_where_they_stand() {
        let mut event = event();
        event["body"] = json!("aGk=");
        event["isBase64Encoded"] = json!(true);
        event["queryString"] = Value::Null;
        event["queryStringParameters"] = json!({"q": "1"});
        let exchange = exchange(&FunctionUrl, &event);
        assert_eq!(exchange.request.body(), b"hi");
        assert_eq!(exchange.request.uri().query(), Some("q=1"));
    }

    #[test]
    fn other_shapes_of_the_platform_are_not_claimed() {
        for context in [json!({"serviceId": "service-x"}), json!({"envId": "env-x"})] {
            let mut event = event();
            event["requestContext"] = context;
            assert!(!claims(&FunctionUrl, &event), "{event}");
        }
        assert!(!claims(&FunctionUrl, &json!({"Type": "Timer"})));
    }

    #[test]
    fn answers() {
        let reply = exchange(&FunctionUrl, &event()).reply;
        assert_eq!(two_cookies(&*reply), json!(["a=1", "b=2"]));
    }

    #[test]
    fn bad_fields_are_named() {
        let mut event = event();
        event["httpMethod"] = json!("G T");
        assert_eq!(field_of(&FunctionUrl, &event), "httpMethod");
    }
}
