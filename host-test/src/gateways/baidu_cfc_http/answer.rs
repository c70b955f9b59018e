//! What the caller sees of what the function gives, as EasyFaaS makes it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use crate::gateways::sending::{answer, default_type, send};
use crate::gateways::{Failure, Outcome, Remark};

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

/// What HTTP has, and the platform's document has not.
const UNKNOWN_MEMBERS: [&str; 2] = ["multiValueHeaders", "cookies"];

pub(super) fn response(
    timeout: Duration,
    method: &Method,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    match outcome {
        Outcome::Returned(bytes) => returned(&bytes, method),
        Outcome::Failed(Failure::Threw(text)) => failed(&text, method),
        Outcome::Failed(Failure::TimedOut) => failed(
            &format!(
                "{request_id} Task timed out after {} seconds",
                timeout.as_secs_f64()
            ),
            method,
        ),
        // The engine reads "RequestID: ... Process exited before completing
        // request" as the JSON of an error, which it is not.
        Outcome::Failed(Failure::Exited | Failure::Memory) => answer(
            502,
            TEXT,
            "invalid character 'R' looking for beginning of value",
            method,
        ),
        Outcome::Failed(Failure::Busy) => Refusal::TooMany.response(method),
    }
}

/// Type and stack of an error do not get through.
fn failed(text: &str, method: &Method) -> Response<Bytes> {
    let document = json!({ "errorMessage": text });
    let content_type = "application/json; charset=utf-8";
    answer(500, content_type, document.to_string(), method)
}

fn returned(bytes: &[u8], method: &Method) -> Response<Bytes> {
    match read(bytes) {
        Ok(response) if response.status().is_informational() => {
            Refusal::BadGateway.response(method)
        }
        Ok(mut response) => {
            default_type(&mut response, "text/plain; charset=utf-8");
            send(response, method)
        }
        Err(Leak { content_type, why }) => {
            let mut response = answer(200, content_type, Bytes::copy_from_slice(bytes), method);
            response.extensions_mut().insert(Remark(why));
            response
        }
    }
}

/// The document itself is what the caller gets.
struct Leak {
    content_type: &'static str,
    why: String,
}

fn leak(content_type: &'static str, why: &str) -> Leak {
    Leak {
        content_type,
        why: why.to_owned(),
    }
}

fn read(bytes: &[u8]) -> Result<Response<Bytes>, Leak> {
    // What follows the first value is ignored.
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let value = match values.next() {
        Some(Ok(value)) => value,
        _ => return Err(leak(TEXT, "the answer is no JSON")),
    };
    let document = match value {
        Value::Object(document) => document,
        Value::Null => return Err(leak(JSON, "the answer is null")),
        _ => return Err(leak(TEXT, "the answer is no object")),
    };
    // Types are looked at before anything else: a document that has a wrong one
    // goes out as text.
    let (body, encoded) = text(&document)?;
    let fields = fields(&document)?;
    let status = status(&document)?;
    let body = if encoded {
        let decoded = STANDARD.decode(body);
        Bytes::from(decoded.map_err(|_| leak(JSON, "body: is no base64"))?)
    } else {
        Bytes::copy_from_slice(body.as_bytes())
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let unknown = UNKNOWN_MEMBERS
        .iter()
        .rfind(|name| document.contains_key(**name));
    let mut remark = unknown.map(|name| format!("{name}: the platform does not know it"));
    for (name, value) in fields.into_iter().flatten() {
        // A name is set, not added: of two that differ in case one is lost.
        let field = HeaderName::try_from(name).ok();
        let value = HeaderValue::try_from(value.as_str().unwrap_or_default()).ok();
        if let (Some(field), Some(value)) = (field, value) {
            if response.headers_mut().insert(field, value).is_some() {
                remark = Some(format!("headers: {name} stands there twice"));
            }
        } else {
            remark = Some(format!("headers: {name:?} is no field of HTTP"));
        }
    }
    if !response.headers().contains_key(CONTENT_TYPE) && !response.body().is_empty() {
        remark = Some("headers: a body without a Content-Type".to_owned());
    }
    if let Some(remark) = remark {
        response.extensions_mut().insert(Remark(remark));
    }
    Ok(response)
}

/// The body as it stands there, and whether it is base64.
fn text(document: &Map<String, Value>) -> Result<(&str, bool), Leak> {
    let body = match member(document, "body") {
        Value::Null => "",
        Value::String(text) => text,
        _ => return Err(leak(TEXT, "body: is no text")),
    };
    match member(document, "isBase64Encoded") {
        Value::Null => Ok((body, false)),
        Value::Bool(flag) => Ok((body, *flag)),
        _ => Err(leak(TEXT, "isBase64Encoded: is no boolean")),
    }
}

fn fields(document: &Map<String, Value>) -> Result<Option<&Map<String, Value>>, Leak> {
    let fields = match member(document, "headers") {
        Value::Null => return Ok(None),
        Value::Object(fields) => fields,
        _ => return Err(leak(TEXT, "headers: is no object")),
    };
    let mut values = fields.values();
    if values.any(|value| !value.is_string() && !value.is_null()) {
        return Err(leak(TEXT, "headers: has a value that is no text"));
    }
    Ok(Some(fields))
}

fn status(document: &Map<String, Value>) -> Result<StatusCode, Leak> {
    let number = match member(document, "statusCode") {
        Value::Null => Some(0),
        number => number.as_i64(),
    };
    let number = number.ok_or_else(|| leak(TEXT, "statusCode: is no whole number"))?;
    let status = u16::try_from(number).ok().filter(|status| *status < 600);
    status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| leak(JSON, "statusCode: is none from 100 to 599"))
}

/// A member, whatever the case of its name; the last of several.
fn member<'d>(document: &'d Map<String, Value>, name: &str) -> &'d Value {
    let mut found = &Value::Null;
    for (key, value) in document {
        if key.eq_ignore_ascii_case(name) && !value.is_null() {
            found = value;
        }
    }
    found
}
