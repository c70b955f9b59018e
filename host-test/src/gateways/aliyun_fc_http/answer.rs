//! What the caller sees of what the function gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Map, Value};

use crate::gateways::alibaba::trigger::{bad_response, deliver};
use crate::gateways::alibaba::{Refusal, accepted, is_async};
use crate::gateways::sending::{answer, append};
use crate::gateways::{Failure, Outcome, Remark};

pub(super) fn response(
    default_domain: bool,
    request: &Request<Bytes>,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    let method = request.method();
    if is_async(request.headers()) {
        return accepted(request_id, method);
    }
    let response = match outcome {
        Outcome::Failed(Failure::Busy) => {
            return Refusal::throttled().response(request_id, method);
        }
        // What it was is in the function's log alone.
        Outcome::Failed(_) => answer(502, "application/json", "Internal Server Error", method),
        Outcome::Returned(bytes) => match read(&bytes) {
            Ok(response) => response,
            Err(refusal) => return refusal.response(request_id, method),
        },
    };
    deliver(default_domain, request, request_id, response)
}

/// A document with a status is an answer; all else goes out as it is.
fn read(bytes: &[u8]) -> Result<Response<Bytes>, Refusal> {
    let document: Option<Map<String, Value>> = serde_json::from_slice(bytes).ok();
    let document = document.filter(|document| document.contains_key("statusCode"));
    let Some(document) = document else {
        let mut response = Response::new(Bytes::copy_from_slice(bytes));
        let kind = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        let text = "no document with statusCode: the bytes are the body of a 200";
        response.extensions_mut().insert(Remark(text.to_owned()));
        return Ok(response);
    };
    let mut response =
        Response::new(body(&document).ok_or_else(|| bad_response("isBase64Encoded"))?);
    // What other types and numbers do is not documented: they are refused here,
    // so that nobody relies on it.
    let status = document.get("statusCode").and_then(Value::as_u64);
    *response.status_mut() = status
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (200..600).contains(status))
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| bad_response("statusCode"))?;
    fields(&document, response.headers_mut()).ok_or_else(|| bad_response("headers"))?;
    response
        .headers_mut()
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The bytes that the document's body stands for. Base64 that is none goes out
/// as it is.
fn body(document: &Map<String, Value>) -> Option<Bytes> {
    let encoded = match document.get("isBase64Encoded") {
        None => false,
        Some(flag) => flag.as_bool()?,
    };
    let body = match document.get("body") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if encoded && let Ok(bytes) = STANDARD.decode(&body) {
        return Some(bytes.into());
    }
    Some(body.into())
}

fn fields(document: &Map<String, Value>, headers: &mut HeaderMap) -> Option<()> {
    let Some(fields) = document.get("headers") else {
        return Some(());
    };
    for (name, value) in fields.as_object()? {
        append(headers, name, value.as_str()?)?;
    }
    Some(())
}
