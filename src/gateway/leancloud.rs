//! LeanCloud engine: a call of a cloud function, which is told by its target
//! ("Cloud function REST API"; answers as the leanengine package for Node.js
//! and the leancloud package for Python give them).
//!
//! ```text
//! POST /1.1/functions/pictures {"count":2,"category":"cats"} -> {"result":{"count":2,"images":[{"id":"..."}]}}
//! POST /1.1/call/random        {}  -> {"result":{"__type":"Object","className":"Picture","id":"..."}}
//! POST /1.1/functions/info     {}  -> {"result":{"environment":"production","pictures":48}}
//! GET  /1.1/functions/_ops/metadatas -> {"result":["random","pictures","info"]}
//! any failure                      -> {"code":404,"error":"unknown category"}
//! ```
//!
//! `/1/` is `/1.1/`. The arguments are the public interface's parameters; any
//! other is ignored, those of the platform (`_ApplicationId`) too. A document
//! with `result` goes out with status 200; otherwise its `code` is the status,
//! but 400 for the platform's own code 1.
//!
//! `X-LC-Prod` chooses between two deployments before the call gets here; what
//! it chose stands in `info`. A program that its deployment's own environment
//! tells more (`LEANCLOUD_APP_ENV`) sets the field so. `X-LC-Session` is accepted and not used: nothing
//! here belongs to a user. Keys are for the program that holds them.

use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::request::{address, field, forwarded};
use super::{Decoded, Delivery, EventError, Exchange, Reply, WireFormat, event};

/// The format.
pub(super) struct LeanCloud;

const NAME: &str = "leancloud";

/// The class that RPC clients take a picture for.
const CLASS: &str = "Picture";

/// A cloud function and the path that answers it.
struct Function {
    name: &'static str,
    path: &'static str,
    gives: Gives,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    Picture,
    /// A list, even of one.
    Pictures,
    Info,
}

static FUNCTIONS: [Function; 3] = [
    Function {
        name: "random",
        path: "/random",
        gives: Gives::Picture,
    },
    Function {
        name: "pictures",
        path: "/random",
        gives: Gives::Pictures,
    },
    Function {
        name: "info",
        path: "/info",
        gives: Gives::Info,
    },
];

const TARGET: &str = "target";
const ACCEPTED: &str = "random, pictures, info";

/// Asks for the names of the functions.
const METADATAS: &str = "_ops/metadatas";

/// A target's function, and whether it is called with typed values.
struct Call<'t> {
    name: &'t str,
    rpc: bool,
}

fn call<'t>(target: Option<&'t str>) -> Option<Call<'t>> {
    let path = target?.split('?').next()?;
    let path = path.strip_prefix("/__engine").unwrap_or(path);
    let rest = path
        .strip_prefix("/1.1/")
        .or_else(|| path.strip_prefix("/1/"))?;
    let (door, name) = rest.split_once('/')?;
    let name = name.strip_suffix('/').unwrap_or(name);
    match door {
        "functions" => Some(Call { name, rpc: false }),
        "call" => Some(Call { name, rpc: true }),
        _ => None,
    }
}

impl WireFormat for LeanCloud {
    fn platform(&self) -> &'static str {
        NAME
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        call(delivery.target).is_some()
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let bad = |field, accepted| EventError::BadField {
            format: NAME,
            field,
            accepted,
        };
        let call = call(delivery.target);
        if let Some(call) = &call
            && !call.rpc
            && call.name == METADATAS
        {
            let names = FUNCTIONS.each_ref().map(|function| function.name);
            let document = json!({"result": names}).to_string();
            return Ok(Decoded::Received(document.into_bytes()));
        }
        let (function, rpc) = call
            .and_then(|call| {
                let function = FUNCTIONS.iter().find(|known| known.name == call.name)?;
                Some((function, call.rpc))
            })
            .ok_or_else(|| bad(TARGET, ACCEPTED))?;
        let query = arguments(delivery)?
            .ok_or_else(|| bad("body", "an object of the public interface's parameters"))?;
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = event::target(function.path, &query)
            .parse()
            .map_err(|_| bad("body", "arguments of at most 65,000 bytes"))?;
        let headers = &delivery.headers;
        *request.headers_mut() = headers.clone();
        request
            .headers_mut()
            .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let client = forwarded(headers)
            .next()
            .or_else(|| field(headers, "x-real-ip"))
            .and_then(address);
        Ok(Decoded::Exchange(Exchange {
            request,
            client,
            request_id: None,
            likely_mount: None,
            invoked: true,
            reply: Box::new(Envelope {
                gives: function.gives,
                rpc,
                staging: is_staging(headers, &delivery.json),
            }),
        }))
    }

    fn error_document(&self, error: &EventError, delivery: &Delivery<'_>) -> Option<Vec<u8>> {
        let (code, text) = match (error, call(delivery.target)) {
            (EventError::BadField { field: TARGET, .. }, Some(call)) => {
                let name: String = call.name.chars().take(60).collect();
                (
                    404,
                    format!("no such cloud function: {name:?}; accepted: {ACCEPTED}"),
                )
            }
            (error, _) => (1, error.to_string()),
        };
        Some(
            json!({"code": code, "error": text})
                .to_string()
                .into_bytes(),
        )
    }

    fn status(&self, document: &[u8]) -> StatusCode {
        let document: Value = serde_json::from_slice(document).unwrap_or_default();
        let Some(code) = document.get("code") else {
            return StatusCode::OK;
        };
        let code = code.as_u64().and_then(|code| u16::try_from(code).ok());
        code.filter(|code| (400..600).contains(code))
            .and_then(|code| StatusCode::from_u16(code).ok())
            .unwrap_or(StatusCode::BAD_REQUEST)
    }
}

/// The arguments as a query; `None` where they are no object.
///
/// # Errors
/// Bytes that are no JSON.
fn arguments(delivery: &Delivery<'_>) -> Result<Option<String>, EventError> {
    if delivery.event.trim_ascii().is_empty() {
        return Ok(Some(String::new()));
    }
    let media = field(&delivery.headers, "content-type").unwrap_or_default();
    if media.starts_with("application/x-www-form-urlencoded") {
        let form = std::str::from_utf8(delivery.event).ok();
        return Ok(form.map(event::query_as_sent));
    }
    let arguments = delivery.parsed()?;
    Ok(arguments
        .is_object()
        .then(|| event::query_of_parameters(Some(arguments))))
}

/// The names of the field that chooses the environment, the newest first.
const PROD: [&str; 3] = [
    "x-lc-prod",
    "x-avoscloud-application-production",
    "x-uluru-application-production",
];

/// By the field, or by the member that scripts send to spare a preflight.
fn is_staging(headers: &HeaderMap, arguments: &Value) -> bool {
    match PROD.iter().find_map(|name| field(headers, name)) {
        Some(text) => matches!(text, "0" | "false"),
        None => arguments
            .get("_ApplicationProduction")
            .is_some_and(|value| *value == json!(0) || *value == json!(false)),
    }
}

/// `{"result":...}`, or `{"code":...,"error":...}`.
struct Envelope {
    gives: Gives,
    rpc: bool,
    staging: bool,
}

impl Reply for Envelope {
    fn redirects(&self) -> bool {
        false
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        let value = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body).trim_end()));
        let document = if parts.status.is_success() {
            json!({"result": self.result(value)})
        } else {
            failure(parts.status.as_u16(), value)
        };
        document.to_string().into_bytes()
    }
}

impl Envelope {
    fn result(&self, mut value: Value) -> Value {
        if self.gives == Gives::Pictures && value.get("url").is_some() {
            value = json!({"count": 1, "images": [value]});
        }
        let Some(map) = value.as_object_mut() else {
            return value;
        };
        if self.gives == Gives::Info {
            let environment = if self.staging { "stage" } else { "production" };
            map.insert("environment".to_owned(), environment.into());
        } else if self.rpc {
            match map.get_mut("images").and_then(Value::as_array_mut) {
                Some(images) => images
                    .iter_mut()
                    .filter_map(Value::as_object_mut)
                    .for_each(type_picture),
                None => type_picture(map),
            }
        }
        value
    }
}

fn type_picture(picture: &mut Map<String, Value>) {
    picture.insert("__type".to_owned(), "Object".into());
    picture.insert("className".to_owned(), CLASS.into());
}

/// The public interface's error with the platform's kind of code; the stable
/// text is beside it as `reason`.
fn failure(status: u16, value: Value) -> Value {
    match value {
        Value::Object(mut map) => {
            if let Some(code) = map.insert("code".to_owned(), status.into()) {
                map.insert("reason".to_owned(), code);
            }
            Value::Object(map)
        }
        text => json!({"code": status, "error": text}),
    }
}

#[cfg(test)]
mod tests;
