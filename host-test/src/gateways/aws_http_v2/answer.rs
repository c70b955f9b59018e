//! What the caller sees of what the function gives, and what the platform
//! answers itself.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, SET_COOKIE};
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::Options;
use crate::gateways::Outcome;
use crate::gateways::lambda::{self, Fault};
use crate::gateways::sending::{answer, append, send};

const JSON: &str = "application/json";

/// An answer that is not the function's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No stage or route has the path.
    NoRoute,
    /// No function has the URL.
    NoUrl,
    /// Whoever calls the URL may not.
    Forbidden,
    /// The request's line and fields are over 10,240 bytes. Which status that
    /// is the documents do not say.
    HeadTooLarge,
    /// The body is over 10 MB.
    BodyTooLarge,
    /// The event is over 6 MB.
    EventTooLarge,
    /// The function failed, or what it gave is of no form.
    Function,
    /// It did not answer in time.
    Timeout,
    /// As many run as may.
    Throttled,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Function => Self::Function,
            Fault::Timeout => Self::Timeout,
            Fault::Throttled => Self::Throttled,
        }
    }
}

impl Refusal {
    /// The answer to a request with this method.
    pub(super) fn response(self, options: &Options, method: &Method) -> Response<Bytes> {
        if options.function_url {
            return match self {
                Self::EventTooLarge => {
                    let text = format!(
                        r#"{{"Message":"Request must be smaller than {} bytes for the InvokeFunction operation"}}"#,
                        lambda::MOST_EVENT
                    );
                    answer(413, JSON, text, method)
                }
                Self::NoUrl | Self::Forbidden => {
                    let text = match self {
                        Self::NoUrl => r#"{"Message":null}"#,
                        _ => r#"{"Message":"Forbidden"}"#,
                    };
                    let mut response = answer(403, JSON, text, method);
                    let kind = HeaderValue::from_static("AccessDeniedException");
                    response.headers_mut().insert("x-amzn-errortype", kind);
                    response
                }
                Self::Throttled => answer(
                    429,
                    JSON,
                    r#"{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#,
                    method,
                ),
                _ => answer(502, JSON, "Internal Server Error", method),
            };
        }
        let own_timeout = options.function_timeout < super::PATIENCE;
        let (status, message) = match self {
            Self::NoRoute | Self::NoUrl | Self::Forbidden => (404, "Not Found"),
            Self::HeadTooLarge => (431, "Request Header Fields Too Large"),
            Self::BodyTooLarge => (413, "Request Entity Too Large"),
            Self::Timeout if !own_timeout => (503, "Service Unavailable"),
            Self::EventTooLarge | Self::Function | Self::Timeout | Self::Throttled => {
                (500, "Internal Server Error")
            }
        };
        answer(
            status,
            JSON,
            format!(r#"{{"message":"{message}"}}"#),
            method,
        )
    }
}

pub(super) fn response(
    options: &Options,
    method: &Method,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    let result = lambda::result(outcome)
        .map_err(Refusal::from)
        .and_then(|bytes| read(options, &bytes));
    let mut response = match result {
        Ok(response) => send(response, method),
        Err(refusal) => refusal.response(options, method),
    };
    let name = if options.function_url {
        "x-amzn-requestid"
    } else {
        "apigw-requestid"
    };
    let _ = append(response.headers_mut(), name, request_id);
    response
}

/// A document with a status is an answer; any other JSON is the body of one.
fn read(options: &Options, bytes: &[u8]) -> Result<Response<Bytes>, Refusal> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Refusal::Function)?;
    match value.as_object() {
        Some(document) if document.contains_key("statusCode") => {
            parse(document).ok_or(Refusal::Function)
        }
        _ => {
            let body = match &value {
                // Recorded at function URLs: the text itself.
                Value::String(text) if options.function_url => text.clone().into(),
                _ => Bytes::copy_from_slice(bytes),
            };
            let mut response = Response::new(body);
            let content_type = HeaderValue::from_static(JSON);
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            Ok(response)
        }
    }
}

fn parse(document: &Map<String, Value>) -> Option<Response<Bytes>> {
    let status = lambda::status(document.get("statusCode")?)?;
    let body = lambda::body(document.get("body"), document.get("isBase64Encoded"))?.decoded()?;
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    let headers = response.headers_mut();
    match document.get("headers") {
        None | Some(Value::Null) => {}
        Some(fields) => {
            for (name, value) in fields.as_object()? {
                append(headers, name, &lambda::scalar(value)?)?;
            }
        }
    }
    match document.get("cookies") {
        None | Some(Value::Null) => {}
        Some(cookies) => {
            for cookie in cookies.as_array()? {
                append(headers, SET_COOKIE.as_str(), cookie.as_str()?)?;
            }
        }
    }
    Some(response)
}
