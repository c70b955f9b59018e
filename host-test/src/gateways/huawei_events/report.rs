//! What the Invoke call gives: the result as it is, or in an envelope.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use crate::gateways::functiongraph::MOST_RESULT;
use crate::gateways::sending::{answer, append};
use crate::gateways::{Failure, Outcome, Remark};

const JSON: &str = "application/json";

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `v0`
    Raw,
    /// `v1`
    Envelope,
}

pub(super) fn report(
    version: Version,
    timeout: Duration,
    method: &Method,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    let (code, result) = match outcome {
        Outcome::Returned(bytes) => match String::from_utf8(bytes) {
            Ok(text) if text.len() > MOST_RESULT => {
                let length = text.len();
                let message = format!("response body size {length} exceeds the limit of 6291456");
                ("4004", Err(error("FunctionResponseTooLarge", &message)))
            }
            Ok(text) => ("0", Ok(text)),
            Err(_) => ("4007", Err(error("ResultInvalid", "the result is no text"))),
        },
        Outcome::Failed(failure) => {
            let (code, error) = failed(failure, timeout);
            (code, Err(error))
        }
    };
    let is_error = result.is_err();
    let (status, text) = match result {
        Ok(text) => (200, text),
        Err(error) => (500, error.to_string()),
    };
    let mut response = match version {
        Version::Raw => answer(status, JSON, text.clone(), method),
        Version::Envelope => {
            let envelope = json!({
                "request_id": request_id,
                "result": text,
                "log": "",
                "status": status,
            });
            answer(200, JSON, envelope.to_string(), method)
        }
    };
    let summary = r#"{"duration":1.9,"billingDuration":100,"memorySize":128,"memoryUsed":41.5}"#;
    for (name, value) in [
        ("x-cff-request-id", request_id),
        ("x-cff-invoke-summary", summary),
        ("x-func-err-code", code),
        ("x-is-func-err", if is_error { "true" } else { "false" }),
    ] {
        let _ = append(response.headers_mut(), name, value);
    }
    if is_error {
        let said = format!("the call failed with {code}: {text}");
        response.extensions_mut().insert(Remark(said));
    }
    response
}

fn error(kind: &str, text: &str) -> Value {
    json!({ "errorMessage": text, "errorType": kind })
}

fn failed(failure: Failure, timeout: Duration) -> (&'static str, Value) {
    let exception = |text: &str| format!("function invocation exception, error: {text}");
    let seconds = timeout.as_secs_f64();
    match failure {
        Failure::Threw(text) => ("4002", error("FunctionError", &exception(&text))),
        Failure::TimedOut => {
            let text = format!("call request timed out after {seconds}s");
            ("4010", error("FunctionTimeout", &text))
        }
        Failure::Memory => (
            "4205",
            error("FunctionOutOfMemory", &exception("out of memory")),
        ),
        Failure::Exited => (
            "4002",
            error("FunctionExited", &exception("process exited")),
        ),
        Failure::Busy => ("429", error("TooManyRequests", "too many requests")),
    }
}

/// An error of the platform's interface: the function is not called.
pub(super) fn refused(
    request_id: &str,
    status: u16,
    code: &str,
    message: &str,
    method: &Method,
) -> Response<Bytes> {
    let document = json!({ "error_code": code, "error_msg": message });
    let mut response = answer(status, JSON, document.to_string(), method);
    let _ = append(response.headers_mut(), "x-cff-request-id", request_id);
    response
}
