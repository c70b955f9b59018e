//! What the Invoke call gives: the result's text as it is; a failure is a 200
//! too, with a field that says so.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use super::{Options, Source};
use crate::gateways::sending::{answer, append};
use crate::gateways::{Failure, Outcome, Remark};

const JSON: &str = "application/json";

pub(super) fn report(
    options: &Options,
    method: &Method,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    let seconds = options.function_timeout.as_secs_f64();
    let error = match outcome {
        Outcome::Returned(bytes) => return result(options, bytes, request_id, method),
        Outcome::Failed(Failure::Busy) => {
            let code = "TooManyRequestsException";
            return refused(request_id, 429, code, "Too Many Requests", method);
        }
        Outcome::Failed(Failure::Threw(text)) => json!({
            "errorMessage": text,
            "errorType": "Error",
            "stackTrace": "",
        })
        .to_string(),
        Outcome::Failed(Failure::TimedOut) => {
            let message = format!("{request_id} Task timed out after {seconds} seconds");
            json!({ "errorMessage": message }).to_string()
        }
        Outcome::Failed(Failure::Memory | Failure::Exited) => {
            format!("RequestID: {request_id} Process exited before completing request")
        }
    };
    let said = format!("the call failed: {error}");
    let mut response = invoked(error.into(), request_id, method);
    let _ = append(response.headers_mut(), "x-bce-function-error", "Unhandled");
    response.extensions_mut().insert(Remark(said));
    response
}

/// A result is text; a skill's is a document.
fn result(options: &Options, bytes: Vec<u8>, request_id: &str, method: &Method) -> Response<Bytes> {
    let remark = match std::str::from_utf8(&bytes) {
        Err(_) => Some("the result is no text, and arrived damaged"),
        Ok(text) => match serde_json::from_str(text) {
            Ok(Value::Object(_)) => None,
            _ if options.source == Source::Dueros => Some("a skill's answer is an object"),
            Ok(_) => None,
            Err(_) => Some("the result is no JSON"),
        },
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut response = invoked(text.into(), request_id, method);
    if let Some(remark) = remark {
        response.extensions_mut().insert(Remark(remark.to_owned()));
    }
    response
}

fn invoked(body: Bytes, request_id: &str, method: &Method) -> Response<Bytes> {
    let mut response = answer(200, JSON, body, method);
    let _ = append(response.headers_mut(), "x-bce-request-id", request_id);
    response
}

/// An error of the service: the function is not called.
pub(super) fn refused(
    request_id: &str,
    status: u16,
    code: &'static str,
    message: &str,
    method: &Method,
) -> Response<Bytes> {
    let document = json!({ "Code": code, "Message": message, "Status": status, "Type": "User" });
    let mut response = answer(status, JSON, document.to_string(), method);
    for (name, value) in [("x-bce-request-id", request_id), ("x-bce-errortype", code)] {
        let _ = append(response.headers_mut(), name, value);
    }
    response
}
