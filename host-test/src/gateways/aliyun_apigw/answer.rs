//! What the caller sees of what the function gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use crate::gateways::sending::{append, send};
use crate::gateways::{Failure, Outcome};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-ca-request-id");

/// An answer that is not the function's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No API has the path and the method.
    NoApi,
    /// The body is over the limit.
    BodyTooLarge,
    /// The function failed or its answer has not the form: which code the
    /// gateway says then is not documented, so it says none here.
    BadAnswer(u16),
    /// The gateway waited long enough.
    Late,
}

impl Refusal {
    /// Status, and where there is one the code with its text.
    fn facts(self) -> (u16, Option<(&'static str, &'static str)>) {
        match self {
            Self::NoApi => (404, Some(("I404NF", "API not found"))),
            Self::BodyTooLarge => (413, Some(("I413RL", "Request body too large"))),
            Self::BadAnswer(status) => (status, None),
            Self::Late => (503, None),
        }
    }

    pub(super) fn response(self, request_id: &str, method: &Method) -> Response<Bytes> {
        let (status, code) = self.facts();
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        let headers = response.headers_mut();
        if let Some((code, message)) = code {
            headers.insert("x-ca-error-code", HeaderValue::from_static(code));
            headers.insert("x-ca-error-message", HeaderValue::from_static(message));
        }
        numbered(send(response, method), request_id)
    }
}

pub(super) fn response(
    bad_answer: u16,
    request_id: &str,
    outcome: Outcome,
    method: &Method,
) -> Response<Bytes> {
    let read = match outcome {
        Outcome::Returned(bytes) => read(&bytes).ok_or(Refusal::BadAnswer(bad_answer)),
        Outcome::Failed(Failure::TimedOut) => Err(Refusal::Late),
        Outcome::Failed(_) => Err(Refusal::BadAnswer(bad_answer)),
    };
    match read {
        Ok(response) => numbered(send(response, method), request_id),
        Err(refusal) => refusal.response(request_id, method),
    }
}

/// The answer of a document with all four members; `None` for any other.
fn read(bytes: &[u8]) -> Option<Response<Bytes>> {
    let document: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
    let body = document.get("body")?.as_str()?;
    let body = if document.get("isBase64Encoded")?.as_bool()? {
        Bytes::from(STANDARD.decode(body).ok()?)
    } else {
        Bytes::copy_from_slice(body.as_bytes())
    };
    let mut response = Response::new(body);
    // The vendor's samples write it both ways.
    let status = match document.get("statusCode")? {
        Value::String(text) => text.parse().ok()?,
        number => u16::try_from(number.as_u64()?).ok()?,
    };
    *response.status_mut() = StatusCode::from_u16(status)
        .ok()
        .filter(|_| (200..600).contains(&status))?;
    for (name, value) in document.get("headers")?.as_object()? {
        append(response.headers_mut(), name, value.as_str()?)?;
    }
    Some(response)
}

fn numbered(mut response: Response<Bytes>, request_id: &str) -> Response<Bytes> {
    if let Ok(id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
