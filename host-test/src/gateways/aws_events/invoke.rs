//! The Invoke call, as its API reference and the service's own answers have it:
//! `POST /2015-03-31/functions/pics/invocations`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response};
use serde::de::IgnoredAny;
use serde_json::json;

use super::Options;
use crate::gateways::headers::text;
use crate::gateways::lambda::{ACCOUNT, MOST_EVENT, MOST_RESULT, REGION};
use crate::gateways::sending::{answer, append};
use crate::gateways::{Failure, Invocation, Outcome, ids};

/// Where the function is.
pub(super) const PATH: &str = "/2015-03-31/functions/pics/invocations";

const JSON: &str = "application/json";

/// Field of the request that says whether the caller waits.
const KIND: &str = "x-amz-invocation-type";

/// What the service refuses by itself, or answers without the function.
pub(super) fn check(request: &Request<Bytes>) -> Result<(), Response<Bytes>> {
    let method = request.method();
    let refused = |status, kind, message: &str| Err(refused(status, kind, message, method));
    if *method != Method::POST || request.uri().path().trim_end_matches('/') != PATH {
        let name = request.uri().path().split('/').nth(3).unwrap_or_default();
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}");
        let message = format!("Function not found: {arn}");
        return refused(404, "ResourceNotFoundException", &message);
    }
    let body = request.body();
    if body.len() > MOST_EVENT {
        let message = format!(
            "Request must be smaller than {MOST_EVENT} bytes for the InvokeFunction operation"
        );
        return refused(413, "RequestTooLargeException", &message);
    }
    if !body.is_empty()
        && let Err(error) = serde_json::from_slice::<IgnoredAny>(body)
    {
        let message = format!("Could not parse request body into json: {error}");
        return refused(400, "InvalidRequestContentException", &message);
    }
    match kind(request).as_str() {
        "RequestResponse" | "Event" => Ok(()),
        "DryRun" => Err(answer(204, JSON, "", method)),
        other => {
            let message = format!("Unknown invocation type: {other}");
            refused(400, "InvalidParameterValueException", &message)
        }
    }
}

fn kind(request: &Request<Bytes>) -> String {
    let kind = request.headers().get(KIND);
    kind.map_or_else(|| "RequestResponse".to_owned(), text)
}

/// An error of the service.
fn refused(status: u16, kind: &str, message: &str, method: &Method) -> Response<Bytes> {
    let document = json!({ "Type": "User", "Message": message }).to_string();
    let mut response = answer(status, JSON, document, method);
    for (name, value) in [
        ("x-amzn-errortype", kind),
        ("x-amzn-requestid", &ids::uuid()),
    ] {
        let _ = append(response.headers_mut(), name, value);
    }
    response
}

/// What the caller gets: the result as it is. That the function failed stands
/// in a field.
pub(super) fn response(
    options: &Options,
    request: &Request<Bytes>,
    invocation: &Invocation,
    outcome: Outcome,
) -> Response<Bytes> {
    let (method, id) = (request.method(), invocation.request_id.as_str());
    let (body, failed) = match outcome {
        Outcome::Failed(Failure::Busy) => {
            return refused(429, "TooManyRequestsException", "Rate Exceeded.", method);
        }
        _ if kind(request) == "Event" => {
            let mut response = answer(202, JSON, "", method);
            let _ = append(response.headers_mut(), "x-amzn-requestid", id);
            return response;
        }
        Outcome::Returned(bytes) if bytes.len() <= MOST_RESULT => (bytes, false),
        Outcome::Returned(_) => {
            let message = format!(
                "Response payload size exceeded maximum allowed payload size ({MOST_RESULT} bytes)."
            );
            (error("Function.ResponseSizeTooLarge", &message), true)
        }
        Outcome::Failed(failure) => (failed(options, id, failure), true),
    };
    let mut response = answer(200, JSON, body, method);
    let mut add = |name, value: &str| append(response.headers_mut(), name, value);
    let _ = add("x-amzn-requestid", id);
    let _ = add("x-amz-executed-version", "$LATEST");
    if failed {
        let _ = add("x-amz-function-error", "Unhandled");
    }
    if request
        .headers()
        .get("x-amz-log-type")
        .is_some_and(|kind| kind == "Tail")
    {
        let log = format!(
            "START RequestId: {id} Version: $LATEST\nEND RequestId: {id}\nREPORT RequestId: {id}\tDuration: 1.00 ms\n"
        );
        let _ = add("x-amz-log-result", &STANDARD.encode(log));
    }
    response
}

fn failed(options: &Options, id: &str, failure: Failure) -> Vec<u8> {
    let exited = |how: &str| {
        error(
            "Runtime.ExitError",
            &format!("RequestId: {id} Error: {how}"),
        )
    };
    match failure {
        Failure::Threw(text) => error("Error", &text),
        Failure::TimedOut => {
            let seconds = options.function_timeout.as_secs_f64();
            let message =
                format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds");
            error("Sandbox.Timedout", &message)
        }
        Failure::Memory => exited("Runtime exited with error: signal: killed"),
        Failure::Exited | Failure::Busy => exited("Runtime exited with error: exit status 1"),
    }
}

fn error(kind: &str, message: &str) -> Vec<u8> {
    let document = json!({ "errorType": kind, "errorMessage": message });
    document.to_string().into_bytes()
}
