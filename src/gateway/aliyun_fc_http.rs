//! Alibaba Cloud Function Compute: the event of an HTTP trigger or a custom
//! domain, version v1 (FC 3.0, "HTTP trigger invoking function"; also
//! `events/http.go` of aliyun/fc-runtime-go-sdk).
//!
//! ```text
//! {"version":"v1","rawPath":"/a%20b","headers":{"Accept":"*/*"},"queryParameters":{"id":"1,2"},
//!  "body":"","isBase64Encoded":true,
//!  "requestContext":{"domainName":"x.cn-hongkong.fcapp.run","requestId":"1-...",
//!    "http":{"method":"GET","path":"/a b","sourceIp":"203.0.113.9"}}}
//! ```
//!
//! Names are in canonical case. Repeated fields and parameters come joined by
//! commas, parameters decoded: `a=1&a=2` cannot be told from `a=1%2C2`. A
//! request without a body says that its empty body is base64. The answer is
//! the document of four members with one text a name.
//!
//! The default domain, `*.fcapp.run`, turns every 3xx into 400
//! `ExternalRedirectForbidden`, so there the settings' substitute goes out.

use super::document::{Document, refusal};
use super::request::{self, Fields, Place};
use super::{Decoded, Delivery, EventError, Reply as _, WireFormat};

/// The format.
pub(super) struct HttpTrigger;

const FIELDS: Fields = Fields {
    format: "aliyun_fc_http",
    method: "requestContext.http.method",
    path: "rawPath",
    query: &["queryParameters"],
    // The peer is the last proxy; without one it is the client.
    client: &[
        Place::Forwarded,
        Place::Member("requestContext.http.sourceIp"),
    ],
    request_id: &[Place::Member("requestContext.requestId")],
};

const REPLY: Document = Document {
    redirects: true,
    lists: false,
};

const WITHOUT_REDIRECTS: Document = Document {
    redirects: false,
    lists: false,
};

/// Hosts below this one cannot answer with a redirect.
const DEFAULT_DOMAIN: &str = ".fcapp.run";

impl WireFormat for HttpTrigger {
    fn platform(&self) -> &'static str {
        "aliyun"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        let event = &delivery.json;
        request::is_http(event) && !is_without_context(event)
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        let mut exchange = FIELDS.exchange(event, Box::new(REPLY))?;
        if on_default_domain(event, exchange.request.headers()) {
            exchange.reply = Box::new(WITHOUT_REDIRECTS);
        }
        let beside = || request::field(&delivery.headers, "x-fc-request-id").map(str::to_owned);
        exchange.request_id = exchange.request_id.or_else(beside);
        Ok(Decoded::Exchange(exchange))
    }

    fn error_document(&self, error: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        Some(REPLY.encode(refusal(error)))
    }
}

/// Whether it is not of version v1: that of the API Gateway says neither a
/// context nor a raw path.
fn is_without_context(event: &serde_json::Value) -> bool {
    let marks = ["requestContext", "rawPath"];
    !marks.iter().any(|name| request::has(event, name))
        && request::text(event, "version") != Some("v1")
}

fn on_default_domain(event: &serde_json::Value, headers: &http::HeaderMap) -> bool {
    let host = request::text(event, "requestContext.domainName")
        .or_else(|| request::field(headers, "host"))
        .unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    name.to_ascii_lowercase().ends_with(DEFAULT_DOMAIN)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exchange, field_of, two_cookies};
    use super::*;
    use serde_json::{Value, json};

    fn event() -> Value {
        json!({
            "version": "v1", "rawPath": "/img/a%20b",
            "headers": {"Cookie": "a=1; b=2", "If-None-Match": "*", "X-Tag": "one,two", "Host": "pics.example.net"},
            "queryParameters": {"id": "1,2", "q": "x y+z"}, "body": "", "isBase64Encoded": true,
            "requestContext": {
                "accountId": "1042000000000042", "domainName": "pics.example.net",
                "requestId": "1-6a5b0c02-15aa00bb-0123456789ac",
                "http": {"method": "GET", "path": "/img/a b", "sourceIp": "203.0.113.9"},
            },
        })
    }

    #[test]
    fn requests() {
        let exchange = exchange(&HttpTrigger, &event());
        assert_eq!(exchange.request.method(), "GET");
        assert_eq!(exchange.request.uri(), "/img/a%20b?id=1%2C2&q=x%20y%2Bz");
        assert_eq!(exchange.request.headers()["cookie"], "a=1; b=2");
        assert!(exchange.request.headers().contains_key("if-none-match"));
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert_eq!(
            exchange.request_id.as_deref(),
            Some("1-6a5b0c02-15aa00bb-0123456789ac")
        );
        assert!(exchange.reply.redirects());
    }

    #[test]
    fn the_client_of_a_proxy_comes_first() {
        let mut event = event();
        event["headers"]["X-Forwarded-For"] = json!("198.51.100.7, 203.0.113.9");
        let client = exchange(&HttpTrigger, &event).client;
        assert_eq!(client.as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn an_empty_request_id_is_none() {
        let mut event = event();
        event["requestContext"]["requestId"] = json!("");
        let bytes = event.to_string();
        let mut delivery = Delivery::new(bytes.as_bytes());
        delivery
            .headers
            .insert("x-fc-request-id", "1-2-3".parse().unwrap());
        match HttpTrigger.decode(&delivery).unwrap() {
            Decoded::Exchange(exchange) => {
                assert_eq!(exchange.request_id.as_deref(), Some("1-2-3"))
            }
            Decoded::Received(_) => panic!("somebody waits"),
        }
    }

    #[test]
    fn default_domains_carry_no_redirect() {
        for (domain, host, redirects) in [
            (json!("ep-abc.cn-hongkong.fcapp.run"), json!("x"), false),
            (json!("ep-abc.cn-hongkong-vpc.FCAPP.run"), json!("x"), false),
            (
                Value::Null,
                json!("ep-abc.cn-hongkong.fcapp.run:443"),
                false,
            ),
            (json!("fcapp.run.example.net"), json!("x"), true),
            (Value::Null, Value::Null, true),
        ] {
            let mut event = event();
            event["requestContext"]["domainName"] = domain;
            event["headers"]["Host"] = host;
            let exchange = exchange(&HttpTrigger, &event);
            assert_eq!(exchange.reply.redirects(), redirects, "{event}");
        }
    }

    #[test]
    fn answers() {
        let reply = exchange(&HttpTrigger, &event()).reply;
        assert_eq!(two_cookies(&*reply), json!("b=2"));
    }

    #[test]
    fn bad_fields_are_named() {
        for (pointer, field) in [
            ("/rawPath", "rawPath"),
            ("/requestContext/http/method", "requestContext.http.method"),
        ] {
            let mut event = event();
            *event.pointer_mut(pointer).unwrap() = json!(7);
            assert_eq!(field_of(&HttpTrigger, &event), field);
        }
    }
}
