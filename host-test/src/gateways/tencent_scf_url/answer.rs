//! What the caller sees of what the function gives.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::Value;

use super::Options;
use crate::gateways::document::{self, Wrong};
use crate::gateways::scf::{self, ANSWER_TOO_LARGE, MOST, error_document};
use crate::gateways::sending::{answer, default_type, send};
use crate::gateways::{Outcome, Remark};

const JSON: &str = "application/json";

pub(super) fn response(
    options: &Options,
    method: &Method,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    let bytes = match outcome {
        Outcome::Returned(bytes) if bytes.len() > MOST => {
            let (status, message) = ANSWER_TOO_LARGE;
            return error(request_id, status, message, method);
        }
        Outcome::Returned(bytes) => bytes,
        Outcome::Failed(failure) => {
            let (status, message) = scf::failure(&failure, options.function_timeout);
            return error(request_id, status, &message, method);
        }
    };
    let wrong = match read(&bytes) {
        Ok(Ok(response)) => return send(response, method),
        Ok(Err(wrong)) => wrong.to_string(),
        Err(e) => format!("the answer is no JSON: {e}"),
    };
    let mut response = error(request_id, 430, "Invalid scf response format", method);
    response.extensions_mut().insert(Remark(wrong));
    response
}

/// A document with a status is an answer; any other JSON is the body of one.
fn read(bytes: &[u8]) -> serde_json::Result<Result<Response<Bytes>, Wrong>> {
    let value: Value = serde_json::from_slice(bytes)?;
    let read = match value.as_object() {
        Some(document) if document.contains_key("statusCode") => document::read(document, &[]),
        _ => Ok(Response::new(Bytes::copy_from_slice(bytes))),
    };
    Ok(read.map(|mut response| {
        default_type(&mut response, JSON);
        response
    }))
}

/// The platform's error document, with its status.
pub(super) fn error(
    request_id: &str,
    status: u16,
    message: &str,
    method: &Method,
) -> Response<Bytes> {
    let document = error_document(request_id, status, message);
    answer(status, JSON, document.to_string(), method)
}
