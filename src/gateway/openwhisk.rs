//! Apache OpenWhisk's web actions, normal and raw (openwhisk docs,
//! `webactions.md`), and activations as an action proxy receives them
//! (`actions-new.md`).
//!
//! ```text
//! {"__ow_method":"get","__ow_headers":{"host":"…"},"__ow_path":"/a%20b",
//!  "q":"x y", …}                                          normal: queries and body merged
//! {"__ow_method":"post","__ow_headers":{},"__ow_path":"","__ow_query":"q=x%20y","__ow_body":"…"}   raw
//! {"value":{…},"activation_id":"…","action_name":"…", …}  the activation around either
//! ```
//!
//! The path is what follows the action's name. Parameters are decoded, the last
//! of repeats only. Nothing says whether a body is base64 but its type. Which
//! extension the caller used is not in the event: `.http`, the default, makes
//! an HTTP response of the result; `.json` passes the result through, `.text`,
//! `.html` and `.svg` a member of it, so the host or the settings say when one
//! of those is used. An activation without `__ow_method` is a plain
//! invoke, whose result must be an object too.

mod extensions;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Response, header};
use serde_json::Value;

use super::invoke::PlainInvoke;
use super::request::{address, field, text};
use super::{Decoded, Delivery, EventError, Exchange, Reply, WireFormat, document, event};

/// The format.
pub(super) struct OpenWhisk;

const NAME: &str = "openwhisk";

impl WireFormat for OpenWhisk {
    fn platform(&self) -> &'static str {
        "openwhisk"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        let event = &delivery.json;
        is_web(event) || is_code_engine(event) || is_activation(event)
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        if is_code_engine(&delivery.json) {
            return Err(EventError::NotAnswered {
                platform: NAME,
                shape: "the event of an IBM Code Engine function, where no program of this kind \
                        runs but as an application,",
            });
        }
        let activation = activation(&delivery.json);
        if activation.is_none() && is_activation(&delivery.json) {
            return Err(EventError::BadField {
                format: NAME,
                field: "value",
                accepted: "an object, the action's parameters",
            });
        }
        let id = activation.and_then(|_| text(&delivery.json, "activation_id"));
        let parameters = parameters(delivery);
        if !is_web(parameters) {
            let mut exchange = PlainInvoke::exchange(parameters)?;
            exchange.request_id = id.map(str::to_owned);
            exchange.reply = Box::new(Whole { shown: false });
            return Ok(Decoded::Exchange(exchange));
        }
        let method = text(parameters, "__ow_method").map(str::to_ascii_uppercase);
        let query = match parameters.get("__ow_query").and_then(Value::as_str) {
            Some(query) => event::query_as_sent(query),
            None => event::query_of_some(Some(parameters), |name| !name.starts_with("__ow_")),
        };
        let path = parameters.get("__ow_path").map_or(Some(""), Value::as_str);
        let headers = event::headers(parameters.get("__ow_headers"));
        let request = event::Parts {
            format: NAME,
            method: ("__ow_method", method.as_deref()),
            target: ("__ow_path", path.map(|path| event::target(path, &query))),
            body: ("__ow_body", Some(body(parameters, &headers))),
            headers,
        }
        .request()?;
        let headers = request.headers();
        let client =
            event::client(headers).or_else(|| field(headers, "x-real-ip").and_then(address));
        let id = id.or_else(|| field(headers, "x-request-id"));
        let request_id = id.map(str::to_owned);
        Ok(Decoded::Exchange(Exchange {
            request,
            client,
            request_id,
            likely_mount: None,
            invoked: false,
            reply: reply(delivery),
        }))
    }

    fn error_document(&self, error: &EventError, delivery: &Delivery<'_>) -> Option<Vec<u8>> {
        let is_ours = !matches!(error, EventError::NotAnswered { .. });
        is_ours.then(|| reply(delivery).encode(document::refusal(error)))
    }
}

/// Whether parameters are a web action's, be they whole or damaged.
fn is_web(parameters: &Value) -> bool {
    ["__ow_method", "__ow_headers", "__ow_path"]
        .iter()
        .any(|name| parameters.get(name).is_some())
}

fn is_code_engine(event: &Value) -> bool {
    event.get("__ce_method").is_some() && !is_web(event)
}

/// The parameters in an activation as an action proxy receives it. A web
/// action's are none, whatever its caller's body merged into them.
fn activation(event: &Value) -> Option<&Value> {
    event
        .get("value")
        .filter(|value| value.is_object() && is_activation(event))
}

/// Whether it is an activation, be it whole or damaged.
fn is_activation(event: &Value) -> bool {
    let around = ["activation_id", "action_name", "namespace", "deadline"];
    let around = around.iter().filter(|name| event.get(name).is_some());
    let least = if event.get("value").is_some() { 1 } else { 2 };
    around.count() >= least && !is_web(event) && !is_code_engine(event)
}

fn parameters<'d>(delivery: &'d Delivery<'_>) -> &'d Value {
    activation(&delivery.json).unwrap_or(&delivery.json)
}

/// The body: JSON as such, text, or base64 for every type that is no text;
/// what is no base64 stands for itself.
fn body(parameters: &Value, headers: &HeaderMap) -> Vec<u8> {
    let media = field(headers, "content-type").unwrap_or_default();
    let is_value = media.starts_with("application/json") && parameters.get("__ow_query").is_none();
    let text = match parameters.get("__ow_body") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::String(text)) if !is_value => text,
        Some(json) => return json.to_string().into_bytes(),
    };
    let is_text = media.is_empty()
        || media.starts_with("text/")
        || media.starts_with("application/x-www-form-urlencoded")
        || ["+json", "+xml", "/xml", "/javascript"]
            .iter()
            .any(|part| media.contains(part));
    let bytes = (!is_text).then(|| STANDARD.decode(text).ok()).flatten();
    bytes.unwrap_or_else(|| text.clone().into_bytes())
}

fn reply(delivery: &Delivery<'_>) -> Box<dyn Reply> {
    let web = is_web(parameters(delivery));
    if delivery.pass_through || !web {
        Box::new(Whole { shown: web })
    } else {
        Box::new(Http)
    }
}

/// The platform makes an HTTP response of the result.
struct Http;

impl Reply for Http {
    fn redirects(&self) -> bool {
        true
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        let media = parts.headers.get(header::CONTENT_TYPE);
        // To the platform's HTTP library every image is binary, this one too.
        let body = if media.is_some_and(|media| media.as_bytes().starts_with(b"image/svg")) {
            STANDARD.encode(body)
        } else {
            event::body_text(&parts.headers, body).0
        };
        event::document([
            ("statusCode", parts.status.as_u16().into()),
            ("headers", event::header_map(&parts.headers).into()),
            ("body", body.into()),
        ])
    }
}

/// The result is the answer: an object, whose `error` means a failure.
struct Whole {
    /// Whether people see it, or a program does.
    shown: bool,
}

impl Reply for Whole {
    fn redirects(&self) -> bool {
        false
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        let media = parts.headers.get(header::CONTENT_TYPE);
        let whole = media
            .filter(|media| media.as_bytes().starts_with(b"application/json"))
            .and_then(|_| serde_json::from_slice(&body).ok())
            .filter(Value::is_object);
        let mut result = whole.unwrap_or_else(|| {
            let text = event::body_text(&parts.headers, body).0;
            event::object([("body", text.into())]).into()
        });
        if self.shown && result.get("body").is_none() {
            extensions::add(&mut result);
        }
        if parts.status.is_client_error() || parts.status.is_server_error() {
            return event::document([("error", result)]);
        }
        result.to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests;
