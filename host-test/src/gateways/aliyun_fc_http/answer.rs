//! What the caller sees of what the function gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, ORIGIN,
};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Map, Value};

use super::MOST_HEADERS;
use crate::gateways::alibaba::{Refusal, accepted, is_async, numbered};
use crate::gateways::headers::text;
use crate::gateways::sending::{answer, append, send};
use crate::gateways::{Failure, Outcome, Remark};

/// Fields of a function that the platform drops without a word, beside its own
/// (`x-fc-`).
const DROPPED: [&str; 7] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "server",
    "content-disposition",
    "upgrade",
];

/// Fields that scripts of other origins may read.
const EXPOSED: &str = "Date,x-fc-request-id,x-fc-error-type,x-fc-code-checksum,x-fc-invocation-duration,x-fc-max-memory-usage,x-fc-log-result";

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
    let mut response = match outcome {
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
    if default_domain {
        if response.status().is_redirection() {
            let refusal = Refusal {
                status: 400,
                code: "ExternalRedirectForbidden",
                message: "redirects are forbidden on the default domain, use a custom domain"
                    .to_owned(),
            };
            return refusal.response(request_id, method);
        }
        force_download(response.headers_mut());
    }
    allow_origin(request.headers(), response.headers_mut());
    let mut sent = numbered(send(response, method), request_id);
    if default_domain && sent.headers().contains_key(CONTENT_DISPOSITION) {
        let text = "browsers download this: the default domain says attachment";
        sent.extensions_mut().insert(Remark(text.to_owned()));
    }
    sent
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
    let bad = |what: &str| Refusal {
        status: 502,
        code: "BadResponse",
        message: format!("the function's response is invalid: {what}"),
    };
    let mut response = Response::new(body(&document).ok_or_else(|| bad("isBase64Encoded"))?);
    // What other types and numbers do is not documented: they are refused here,
    // so that nobody relies on it.
    let status = document.get("statusCode").and_then(Value::as_u64);
    *response.status_mut() = status
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (200..600).contains(status))
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| bad("statusCode"))?;
    fields(&document, response.headers_mut()).ok_or_else(|| bad("headers"))?;
    let fields = response.headers().iter();
    let size: usize = fields
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if size > MOST_HEADERS {
        return Err(bad("the header fields are over 8192 bytes"));
    }
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
        let lower = name.to_ascii_lowercase();
        let value = value.as_str()?;
        if !lower.starts_with("x-fc-") && !DROPPED.contains(&lower.as_str()) {
            append(headers, name, value)?;
        }
    }
    Some(())
}

/// Pages are shown, everything else is saved.
fn force_download(headers: &mut HeaderMap) {
    let kind = headers.get(CONTENT_TYPE).map(text).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("text/html") {
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
}

/// Lets scripts of the caller's origin read an answer that says nothing of
/// origins itself.
fn allow_origin(asked: &HeaderMap, headers: &mut HeaderMap) {
    let own = headers
        .keys()
        .any(|name| name.as_str().starts_with("access-control-"));
    if let (Some(origin), false) = (asked.get(ORIGIN), own) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let credentials = HeaderValue::from_static("true");
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED),
        );
    }
}
