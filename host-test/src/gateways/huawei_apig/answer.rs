//! What the caller sees of what the function gives.

use bytes::Bytes;
use http::{HeaderValue, Method, Response};
use serde_json::Value;

use super::Options;
use super::refusal::Refusal;
use crate::gateways::functiongraph::MOST_RESULT;
use crate::gateways::sending::send;
use crate::gateways::{Failure, Outcome, document};

/// The members that a document has to have.
const REQUIRED: [&str; 4] = ["statusCode", "headers", "isBase64Encoded", "body"];

pub(super) fn response(
    options: &Options,
    method: &Method,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    let result = match outcome {
        Outcome::Returned(bytes) if bytes.len() > MOST_RESULT => Err(Refusal::Failed(
            "FunctionResponseTooLarge",
            format!(
                "response body size {} exceeds the limit of 6291456",
                bytes.len()
            ),
        )),
        Outcome::Returned(bytes) => read(&bytes),
        Outcome::Failed(failure) => Err(failed(options, failure)),
    };
    match result {
        Ok(response) => {
            let mut response = send(response, method);
            if let Ok(id) = HeaderValue::try_from(request_id) {
                response.headers_mut().insert("x-request-id", id);
            }
            response
        }
        Err(refusal) => refusal.response(request_id, method),
    }
}

fn failed(options: &Options, failure: Failure) -> Refusal {
    let seconds = options.function_timeout.as_secs_f64();
    match failure {
        Failure::TimedOut if options.api_timeout < options.function_timeout => Refusal::Timeout,
        Failure::TimedOut => Refusal::Failed(
            "FunctionTimeout",
            format!("call request timed out after {seconds}s"),
        ),
        Failure::Threw(text) => Refusal::Failed(
            "FunctionError",
            format!("function invocation exception, error: {text}"),
        ),
        Failure::Memory => Refusal::Failed(
            "FunctionOutOfMemory",
            "function invocation exception, error: out of memory".to_owned(),
        ),
        Failure::Exited => Refusal::Failed(
            "FunctionExited",
            "function invocation exception, error: process exited".to_owned(),
        ),
        Failure::Busy => Refusal::Busy,
    }
}

fn read(bytes: &[u8]) -> Result<Response<Bytes>, Refusal> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|e| Refusal::Form(format!("the answer is no JSON: {e}")))?;
    let document = value
        .as_object()
        .ok_or_else(|| Refusal::Form("the answer is no object".to_owned()))?;
    document::read(document, &REQUIRED).map_err(|e| Refusal::Form(e.to_string()))
}
