//! What the platform keeps of a call: the member `Result` of Invoke's answer.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use serde_json::json;

use crate::gateways::scf::{self, ANSWER_TOO_LARGE, MOST};
use crate::gateways::sending::answer;
use crate::gateways::{Outcome, Remark};

pub(super) fn report(
    timeout: Duration,
    method: &Method,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    match outcome {
        Outcome::Returned(bytes) if bytes.len() > MOST => {
            let (status, message) = ANSWER_TOO_LARGE;
            failed(request_id, status, message, method)
        }
        Outcome::Returned(bytes) => {
            let Ok(text) = String::from_utf8(bytes) else {
                return failed(request_id, 430, "the result is no text", method);
            };
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            let mut response = result(request_id, 0, &text, "", method);
            if !is_json {
                let said = "the result is no JSON: whoever calls Invoke cannot read it";
                response.extensions_mut().insert(Remark(said.to_owned()));
            }
            response
        }
        Outcome::Failed(failure) => {
            let (status, message) = scf::failure(&failure, timeout);
            failed(request_id, status, &message, method)
        }
    }
}

/// The report of a call that failed.
pub(super) fn failed(
    request_id: &str,
    status: u16,
    message: &str,
    method: &Method,
) -> Response<Bytes> {
    let error = scf::error_document(request_id, status, message).to_string();
    let mut response = result(request_id, -1, &error, message, method);
    response
        .extensions_mut()
        .insert(Remark(format!("the call failed: {message}")));
    response
}

fn result(
    request_id: &str,
    code: i8,
    returned: &str,
    error: &str,
    method: &Method,
) -> Response<Bytes> {
    let document = json!({ "Response": {
        "RequestId": request_id,
        "Result": {
            "FunctionRequestId": request_id,
            "InvokeResult": code,
            "RetMsg": returned,
            "ErrMsg": error,
            "Log": "",
            "Duration": 1,
            "BillDuration": 1,
            "MemUsage": 9_437_184,
        },
    }});
    answer(200, "application/json", document.to_string(), method)
}
