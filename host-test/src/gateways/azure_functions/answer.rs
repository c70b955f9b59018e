//! What the caller sees of what the handler gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::Options;
use crate::gateways::Outcome;
use crate::gateways::sending::{answer, send};

/// The output binding that is the function's value.
pub(super) const RETURN: &str = "$return";

const TEXT: &str = "text/plain; charset=utf-8";

/// The host's and the front's own answers say nothing but their status.
pub(crate) fn empty(status: u16, method: &Method) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    send(response, method)
}

pub(super) fn response(options: &Options, bytes: &[u8], method: &Method) -> Response<Bytes> {
    match Document::read(bytes).and_then(|document| document.bound(options)) {
        Some(response) => send(response, method),
        None => empty(500, method),
    }
}

/// What the host logs of an invocation that no caller waits for.
pub(super) fn executed(
    options: &Options,
    request_id: &str,
    outcome: &Outcome,
    method: &Method,
) -> Response<Bytes> {
    let good = match outcome {
        Outcome::Returned(bytes) => Document::read(bytes).is_some(),
        Outcome::Failed(_) => false,
    };
    let (status, word) = if good {
        (200, "Succeeded")
    } else {
        (500, "Failed")
    };
    let line = format!(
        "Executed 'Functions.{}' ({word}, Id={request_id})\n",
        options.function
    );
    answer(status, TEXT, line, method)
}

/// What a handler gives, whatever the trigger.
struct Document {
    outputs: Option<Map<String, Value>>,
    value: Value,
}

impl Document {
    fn read(bytes: &[u8]) -> Option<Self> {
        let document: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
        let outputs = match member(&document, "Outputs") {
            None | Some(Value::Null) => None,
            Some(outputs) => Some(outputs.as_object()?.clone()),
        };
        match member(&document, "Logs") {
            None | Some(Value::Null) => {}
            Some(logs) => {
                let mut lines = logs.as_array()?.iter();
                if !lines.all(|line| line.is_string() || line.is_null()) {
                    return None;
                }
            }
        }
        let value = member(&document, "ReturnValue");
        Some(Self {
            outputs,
            value: value.cloned().unwrap_or_default(),
        })
    }

    /// The answer that the output binding makes of it.
    fn bound(self, options: &Options) -> Option<Response<Bytes>> {
        if options.output == RETURN {
            return returned(self.value);
        }
        match self.outputs {
            None => Some(Response::new(Bytes::new())),
            Some(outputs) => match member(&outputs, &options.output) {
                None => Some(with_type(Response::new("{}".into()))),
                Some(output) => parse(output.as_object()?),
            },
        }
    }
}

/// A member, whatever its letters' case.
fn member<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut members = map.iter();
    let found = members.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

fn parse(output: &Map<String, Value>) -> Option<Response<Bytes>> {
    let body = member(output, "body").map(written).unwrap_or_default();
    let mut response = Response::new(body);
    // A member `status` does not count here: the host looks for the other
    // first, and always finds it.
    let status = match member(output, "statusCode") {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let status = u16::try_from(status.unwrap_or(200)).ok()?;
    if !(200..600).contains(&status) {
        return None;
    }
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    match member(output, "headers") {
        None | Some(Value::Null) => {}
        Some(fields) => {
            for (name, value) in fields.as_object()? {
                let name = HeaderName::try_from(name).ok()?;
                let value = HeaderValue::try_from(field(value)?).ok()?;
                // The first of a name counts.
                response.headers_mut().entry(name).or_insert(value);
            }
        }
    }
    Some(with_type(response))
}

/// .NET's text of a value.
fn field(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

fn written(body: &Value) -> Bytes {
    match body {
        Value::Null => Bytes::new(),
        Value::String(text) => text.clone().into(),
        value => serde_json::to_string_pretty(value)
            .unwrap_or_default()
            .into(),
    }
}

/// A body has a type, whoever says it.
fn with_type(mut response: Response<Bytes>) -> Response<Bytes> {
    if !response.body().is_empty() {
        let headers = response.headers_mut();
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(TEXT));
    }
    response
}

/// A text is looked at in three ways: JSON, base64, and a text.
fn returned(value: Value) -> Option<Response<Bytes>> {
    let value = match value {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(object)) => Value::Object(object),
            _ => match STANDARD.decode(&text) {
                Ok(bytes) => return Some(Response::new(bytes.into())),
                Err(_) => Value::String(text),
            },
        },
        value => value,
    };
    match &value {
        Value::Object(object) if member(object, "body").is_some() => parse(object),
        value => Some(with_type(Response::new(written(value)))),
    }
}
