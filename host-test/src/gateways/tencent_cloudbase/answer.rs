//! What the caller sees of what the function gives, and what the platform
//! answers itself.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use crate::gateways::scf::MOST;
use crate::gateways::sending::{answer, default_type, send};
use crate::gateways::{Failure, Outcome, Remark, document};

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// An answer that is not the function's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No trigger path has the path.
    NoPath,
    /// The body is text of more than 100 KB.
    TextTooLong,
    /// The event is over 6 MB.
    EventTooLarge,
    /// So is the function's answer.
    AnswerTooLarge,
    /// The function failed; what it said.
    Failed(String),
    /// It did not answer in time.
    Timeout,
    /// As many run as may.
    Busy,
    /// Its document is of no form.
    Form(String),
}

impl Refusal {
    /// The answer to a request with this method.
    pub(super) fn response(&self, request_id: &str, method: &Method) -> Response<Bytes> {
        let (status, code, message) = match self {
            Self::NoPath => (404, "INVALID_PATH", "Invalid path."),
            Self::TextTooLong => (
                413,
                "EXCEED_MAX_PAYLOAD_SIZE",
                "Request body size exceeds the limit.",
            ),
            Self::EventTooLarge => (413, "FUNCTIONS_REQUEST_TOO_LARGE", "Request too large."),
            Self::AnswerTooLarge => (500, "FUNCTIONS_RESPONSE_TOO_LARGE", "Response too large."),
            Self::Failed(text) => (500, "FUNCTIONS_EXECUTE_FAIL", text.as_str()),
            Self::Timeout => (
                504,
                "FUNCTIONS_TIME_LIMIT_EXCEEDED",
                "Invoking task timed out.",
            ),
            Self::Busy => (
                429,
                "FUNCTIONS_CONCURRENCY_LIMIT",
                "Too many calls at once.",
            ),
            Self::Form(_) => (
                500,
                "FUNCTIONS_INVALID_RESPONSE",
                "Invalid integration response.",
            ),
        };
        let document = json!({ "code": code, "message": message, "requestId": request_id });
        let mut response = answer(status, JSON, document.to_string(), method);
        if let Self::Form(why) = self {
            response.extensions_mut().insert(Remark(why.clone()));
        }
        response
    }
}

pub(super) fn response(method: &Method, request_id: &str, outcome: Outcome) -> Response<Bytes> {
    let result = match outcome {
        Outcome::Returned(bytes) if bytes.len() > MOST => Err(Refusal::AnswerTooLarge),
        Outcome::Returned(bytes) => read(&bytes),
        Outcome::Failed(Failure::TimedOut) => Err(Refusal::Timeout),
        Outcome::Failed(Failure::Busy) => Err(Refusal::Busy),
        Outcome::Failed(Failure::Threw(text)) => Err(Refusal::Failed(text)),
        Outcome::Failed(Failure::Memory) => Err(Refusal::Failed("MemoryLimitReached".to_owned())),
        Outcome::Failed(Failure::Exited) => Err(Refusal::Failed("ProcessExited".to_owned())),
    };
    match result {
        Ok(response) => send(response, method),
        Err(refusal) => refusal.response(request_id, method),
    }
}

/// A text or a number is a page of text, an object with a status an answer, any
/// other JSON itself.
fn read(bytes: &[u8]) -> Result<Response<Bytes>, Refusal> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|e| Refusal::Form(format!("the answer is no JSON: {e}")))?;
    let (mut response, content_type) = match &value {
        Value::Object(object) if object.contains_key("statusCode") => {
            let response = document::read(object, &[]);
            (response.map_err(|e| Refusal::Form(e.to_string()))?, JSON)
        }
        Value::String(text) => (Response::new(Bytes::copy_from_slice(text.as_bytes())), TEXT),
        Value::Number(_) => (Response::new(Bytes::copy_from_slice(bytes)), TEXT),
        _ => (Response::new(Bytes::copy_from_slice(bytes)), JSON),
    };
    default_type(&mut response, content_type);
    Ok(response)
}
