//! What the caller sees of what the function gives, and what the platform
//! answers itself.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value};

use super::Options;
use crate::gateways::Outcome;
use crate::gateways::lambda::{self, Fault};
use crate::gateways::sending::{answer, append, send};

const JSON: &str = "application/json";

/// What a document may have; a REST API takes no other member.
const MEMBERS: [&str; 5] = [
    "statusCode",
    "headers",
    "multiValueHeaders",
    "body",
    "isBase64Encoded",
];

/// An answer that is not the function's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No stage, resource or method has the request.
    NoRoute,
    /// The request's line and fields are over 10,240 bytes. Which status that
    /// is the documents do not say.
    HeadTooLarge,
    /// The body is over 10 MB.
    BodyTooLarge,
    /// The event is over 6 MB.
    EventTooLarge,
    /// The function failed.
    Function,
    /// What it gave is of no form.
    Malformed,
    /// What it called base64 is none.
    NotBase64,
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
    fn status_and_message(self, options: &Options) -> (u16, &'static str) {
        let own_timeout = options.function_timeout < options.own_patience();
        match self {
            Self::HeadTooLarge => (431, "Request Header Fields Too Large"),
            Self::NoRoute if options.http_api => (404, "Not Found"),
            Self::BodyTooLarge if options.http_api => (413, "Request Entity Too Large"),
            Self::Timeout if options.http_api && !own_timeout => (503, "Service Unavailable"),
            _ if options.http_api => (500, "Internal Server Error"),
            Self::NoRoute => (403, "Missing Authentication Token"),
            Self::BodyTooLarge => (413, "Request Too Long"),
            Self::Timeout if !own_timeout => (504, "Endpoint request timed out"),
            Self::Function | Self::Malformed | Self::Timeout => (502, "Internal server error"),
            Self::NotBase64 | Self::EventTooLarge | Self::Throttled => {
                (500, "Internal server error")
            }
        }
    }

    /// The answer to a request with this method.
    pub(super) fn response(self, options: &Options, method: &Method) -> Response<Bytes> {
        let (status, message) = self.status_and_message(options);
        let text = format!(r#"{{"message":"{message}"}}"#);
        let mut response = answer(status, JSON, text, method);
        if self == Self::NoRoute && !options.http_api {
            let kind = "MissingAuthenticationTokenException";
            let _ = append(response.headers_mut(), "x-amzn-errortype", kind);
        }
        response
    }
}

pub(super) fn response(
    options: &Options,
    request: &Request<Bytes>,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    let method = request.method();
    let decode = options.decodes(request.headers());
    let result = lambda::result(outcome)
        .map_err(Refusal::from)
        .and_then(|bytes| parse(options, &bytes, decode));
    let mut response = match result {
        Ok(response) => send(response, method),
        Err(refusal) => refusal.response(options, method),
    };
    let name = if options.http_api {
        "apigw-requestid"
    } else {
        "x-amzn-requestid"
    };
    let _ = append(response.headers_mut(), name, request_id);
    response
}

fn parse(options: &Options, bytes: &[u8], decode: bool) -> Result<Response<Bytes>, Refusal> {
    let document: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|_| Refusal::Malformed)?;
    if !options.http_api && document.keys().any(|key| !MEMBERS.contains(&key.as_str())) {
        return Err(Refusal::Malformed);
    }
    let body = lambda::body(document.get("body"), document.get("isBase64Encoded"))
        .ok_or(Refusal::Malformed)?
        .decoded_if(decode)
        .ok_or(Refusal::NotBase64)?;
    let mut response = Response::new(body);
    head(&document, &mut response).ok_or(Refusal::Malformed)?;
    response
        .headers_mut()
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static(JSON));
    Ok(response)
}

/// Status and fields. What stands in both maps goes out once, in the order of
/// the map of lists.
fn head(document: &Map<String, Value>, response: &mut Response<Bytes>) -> Option<()> {
    let status = match document.get("statusCode") {
        None => 200,
        Some(status) => lambda::status(status)?,
    };
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    let headers = response.headers_mut();
    let map = |name| match document.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(map) => Some(Some(map.as_object()?)),
    };
    for (name, values) in map("multiValueHeaders")?.into_iter().flatten() {
        for value in values.as_array()? {
            append(headers, name, &lambda::scalar(value)?)?;
        }
    }
    for (name, value) in map("headers")?.into_iter().flatten() {
        let value = lambda::scalar(value)?;
        let known = headers.get_all(name.as_str());
        if !known
            .iter()
            .any(|known| known.as_bytes() == value.as_bytes())
        {
            append(headers, name, &value)?;
        }
    }
    Some(())
}
