//! Amazon API Gateway's REST API with Lambda proxy integration, and HTTP API
//! with payload format 1.0 (API Gateway developer guide, "Lambda proxy
//! integrations" and "Payload format version").
//!
//! ```text
//! {"version":"1.0"?,"resource":"/pics/{proxy+}","path":"/pics/a%20b","httpMethod":"GET",
//!  "headers":{}|null,"multiValueHeaders":{"X":["1","2"]}|null,
//!  "queryStringParameters":{}|null,"multiValueQueryStringParameters":{"q":["x y"]}|null,
//!  "pathParameters":{"proxy":"a%20b"}|null,"stageVariables":{}|null,
//!  "requestContext":{"requestId":"…","stage":"prod","path":"/prod/pics/a%20b",
//!                    "identity":{"sourceIp":"203.0.113.9"}},
//!  "body":"…"|null,"isBase64Encoded":false}
//! ```
//!
//! The path is as it was sent, without the stage of a REST API and with the
//! base path of a custom domain; with payload format 1.0 a named stage leads
//! it. Queries are decoded. The answer may have no member but the five below:
//! one more is a 502.

use http::Response;
use serde_json::{Map, Value};

use super::request::{Fields, Place, above_parameters, has, is_http, text, without_stage};
use super::{Decoded, Delivery, EventError, Reply, WireFormat, document, event};

/// The format.
pub(super) struct RestV1;

const FIELDS: Fields = Fields {
    format: "aws_rest_v1",
    method: "httpMethod",
    path: "path",
    query: &[],
    client: &[Place::Member("requestContext.identity.sourceIp")],
    request_id: &[Place::Member("requestContext.requestId")],
};

impl WireFormat for RestV1 {
    fn platform(&self) -> &'static str {
        "aws"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        // A load balancer and payload format 2.0 have members of their own.
        let event = &delivery.json;
        let others = ["requestContext.http", "rawPath"];
        is_http(event)
            && !has(event, "requestContext.elb")
            && (has(event, CONNECTION)
                || !(others.iter().any(|names| has(event, names))
                    || text(event, "version") == Some("2.0")))
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        if has(event, CONNECTION) {
            return Err(EventError::NotAnswered {
                platform: "aws",
                shape: "the event of a WebSocket API",
            });
        }
        // Only payload format 1.0 says its version, and puts a named stage there.
        let path = event.get("path").and_then(Value::as_str);
        let path = path.map(|path| match has(event, "version") {
            true => without_stage(event, path),
            false => path,
        });
        let query = event::query_of_decoded(event::first_map(
            event,
            ["multiValueQueryStringParameters", "queryStringParameters"],
        ));
        let target = path.map(|path| event::target(path, &query));
        let mut exchange = FIELDS.exchange_of(event, target, Box::new(Proxy))?;
        // Where the resource has parameters, they are what the site is asked
        // for; what stands above them is where it is published. Every path is
        // the default route's (`$default`) of an HTTP API: none is a mount.
        let parameters = event.get("pathParameters");
        let is_whole = parameters.is_some_and(Value::is_object)
            || !text(event, "resource").is_some_and(|resource| resource.contains(['{', '$']));
        exchange.likely_mount = path
            .filter(|_| is_whole)
            .and_then(|path| above_parameters(path, parameters));
        Ok(Decoded::Exchange(exchange))
    }

    fn error_document(&self, error: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        let is_ours = matches!(error, EventError::BadField { .. });
        is_ours.then(|| Proxy.encode(document::refusal(error)))
    }
}

/// Where the event of a WebSocket API names its connection.
const CONNECTION: &str = "requestContext.connectionId";

/// Fields of one value in one map, of several in the other.
struct Proxy;

impl Reply for Proxy {
    fn redirects(&self) -> bool {
        true
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        let (body, base64) = event::body_text(&parts.headers, body);
        let (lists, texts): (Map<_, _>, Map<_, _>) = event::header_map(&parts.headers)
            .into_iter()
            .partition(|(_, value)| value.is_array());
        event::document([
            ("statusCode", parts.status.as_u16().into()),
            ("headers", texts.into()),
            ("multiValueHeaders", lists.into()),
            ("body", body.into()),
            ("isBase64Encoded", base64.into()),
        ])
    }
}

#[cfg(test)]
mod tests;
