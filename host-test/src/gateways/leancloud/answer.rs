//! What callers of functions see.

use bytes::Bytes;
use http::header::{HeaderValue, ORIGIN};
use http::{Method, Request, Response};
use serde_json::{Map, Value, json};

use super::app::Late;
use super::coding::mistake;
use crate::gateways::sending::{answer, send};
use crate::gateways::{Failure, Outcome, Remark};

const JSON: &str = "application/json; charset=UTF-8";

/// Fields that scripts of other origins may send.
const ALLOWED: &str = "Content-Type, X-LC-Hook-Key, X-LC-Id, X-LC-Key, X-LC-Prod, X-LC-Session, X-LC-Sign, X-LC-UA, X-Requested-With, X-AVOSCloud-Application-Id, X-AVOSCloud-Application-Key, X-AVOSCloud-Application-Production, X-AVOSCloud-Client-Version, X-AVOSCloud-Session-Token, X-Uluru-Application-Id, X-Uluru-Application-Key, X-Uluru-Application-Production, X-Uluru-Client-Version, X-Uluru-Session-Token, X-AVOSCloud-Request-Sign, X-AVOSCloud-Super-Key";

/// An answer that is not the function's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The credentials are missing or wrong.
    Unauthorized,
    /// The session is nobody's.
    NoSession,
    /// There is only production.
    NoStaging,
    /// The path, which names no function.
    NoName(String),
    /// Nobody registered the function.
    NoFunction(String),
    /// The path is none of functions.
    NotFound,
    /// The request line is over the load balancer's limit.
    LineTooLong,
    /// The fields are.
    HeadersTooLarge,
    /// The body is.
    NotPassed,
    /// The body is over the package's limit.
    BodyTooLarge,
    /// The charset is not read.
    Charset(String),
}

impl Refusal {
    pub(super) fn response(&self, method: &Method) -> Response<Bytes> {
        let failure = |status, code, text: &str| error(status, code, text, method);
        match self {
            Self::Unauthorized => failure(401, 401, "Unauthorized."),
            Self::NoSession => failure(
                401,
                211,
                "Verify sessionToken failed, maybe login expired: Could not find user.",
            ),
            Self::NoStaging => failure(404, 404, "Application not found"),
            Self::NoName(path) => {
                failure(404, 1, &format!("No function name or class name: {path}"))
            }
            Self::NoFunction(name) => failure(404, 1, &format!("No such cloud function '{name}'")),
            Self::BodyTooLarge => failure(413, 1, "request entity too large"),
            Self::Charset(charset) => {
                failure(415, 1, &format!("unsupported charset \"{charset}\""))
            }
            Self::NotFound => answer(404, "text/html", "", method),
            Self::LineTooLong => answer(414, "text/html", "", method),
            Self::HeadersTooLarge => answer(400, "text/html", "", method),
            Self::NotPassed => answer(413, "text/html", "", method),
        }
    }
}

/// An error document.
fn error(status: u16, code: u16, text: &str, method: &Method) -> Response<Bytes> {
    let document = json!({ "code": code, "error": text });
    answer(status, JSON, document.to_string(), method)
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As plain JSON.
    Plain,
    /// Objects with their type.
    Typed,
}

pub(super) fn response(
    style: Style,
    late: Late,
    outcome: Outcome,
    method: &Method,
) -> Response<Bytes> {
    match outcome {
        Outcome::Returned(bytes) => read(style, &bytes, method),
        // An error with a text and nothing else.
        Outcome::Failed(Failure::Threw(text)) => error(400, 1, &text, method),
        Outcome::Failed(Failure::TimedOut) => match late {
            Late::Package => error(503, 124, "The request timed out on the server.", method),
            Late::Code => error(503, 141, "LeanEngine request timeout.", method),
            Late::Balancer => answer(524, "text/html", "", method),
        },
        // Nobody is there to answer.
        Outcome::Failed(Failure::Exited | Failure::Memory) => answer(524, "text/html", "", method),
        Outcome::Failed(Failure::Busy) => error(
            503,
            503,
            "The application is temporarily unavailable.",
            method,
        ),
    }
}

/// The document goes out as it is; its `code` says the status.
fn read(style: Style, bytes: &[u8], method: &Method) -> Response<Bytes> {
    let document: Option<Map<String, Value>> = serde_json::from_slice(bytes).ok();
    let (status, remark) = match &document {
        None => (
            200,
            Some("no JSON object: packages cannot read this".to_owned()),
        ),
        Some(document) => match (document.get("code"), document.get("result")) {
            (None, None) => (200, Some("the document has no result".to_owned())),
            (None, Some(result)) => (200, mistake_of(style, result)),
            (Some(code), result) => {
                let text = document.get("error").is_some_and(Value::is_string);
                let wrong = !text || result.is_some();
                let remark = wrong.then(|| "an error is a code with the text error".to_owned());
                (status(code), remark)
            }
        },
    };
    let mut response = answer(status, JSON, Bytes::copy_from_slice(bytes), method);
    if let Some(remark) = remark {
        response.extensions_mut().insert(Remark(remark));
    }
    response
}

/// What is wrong with a result.
fn mistake_of(style: Style, result: &Value) -> Option<String> {
    let typed = |value: &Value| value.get("__type").is_some_and(|kind| kind == "Object");
    let first = match result {
        Value::Array(values) => values.first().unwrap_or(result),
        _ => result,
    };
    match style {
        Style::Plain if typed(first) => Some("only RPC calls give typed objects".to_owned()),
        Style::Plain => None,
        Style::Typed => mistake(result),
    }
}

/// Codes that are statuses of HTTP go out as that, all others as 400.
fn status(code: &Value) -> u16 {
    let number = match code {
        Value::String(text) => text.parse().ok(),
        code => code.as_u64(),
    };
    let status = number.and_then(|number| u16::try_from(number).ok());
    status
        .filter(|status| (400..500).contains(status) || [500, 502, 503, 504].contains(status))
        .unwrap_or(400)
}

/// The answer to a script's question whether it may call.
pub(super) fn preflight(request: &Request<Bytes>) -> Response<Bytes> {
    let mut response = send(Response::default(), request.method());
    for (name, value) in [
        ("access-control-max-age", "86400"),
        (
            "access-control-allow-methods",
            "HEAD, GET, POST, PUT, DELETE, OPTIONS",
        ),
        ("access-control-allow-headers", ALLOWED),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    with_cors(response, request)
}

/// The answer, for scripts of the caller's origin.
pub(super) fn with_cors(
    mut response: Response<Bytes>,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let origin = request.headers().get(ORIGIN).cloned();
    let origin = origin.unwrap_or(HeaderValue::from_static("*"));
    let headers = response.headers_mut();
    headers.insert("access-control-allow-origin", origin);
    response
}
