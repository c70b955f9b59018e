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

use super::request::{Fields, Place, above_parameters, at, text};
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
        // A WebSocket API has connections, a load balancer and payload format
        // 2.0 have members of their own.
        let others = ["elb", "http", "connectionId"];
        delivery.json.get("httpMethod").is_some()
            && delivery
                .json
                .get("requestContext")
                .and_then(Value::as_object)
                .is_some_and(|context| !others.iter().any(|name| context.contains_key(*name)))
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        let path = event
            .get("path")
            .and_then(Value::as_str)
            .map(|path| without_stage(event, path));
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
        Some(Proxy.encode(document::refusal(error)))
    }
}

/// The path without the named stage that payload format 1.0 puts before it.
fn without_stage<'p>(event: &Value, path: &'p str) -> &'p str {
    let stage = text(event, "requestContext.stage").unwrap_or_default();
    let stripped = path
        .strip_prefix('/')
        .and_then(|path| path.strip_prefix(stage));
    match stripped {
        Some(rest)
            if at(event, "version").is_some() && (rest.is_empty() || rest.starts_with('/')) =>
        {
            rest
        }
        _ => path,
    }
}

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
