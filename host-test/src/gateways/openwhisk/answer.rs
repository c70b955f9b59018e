//! What the caller sees of a web action's result.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Map, Value};

use super::media::Media;
use super::refusal::Refusal;
use super::{Extension, MOST};
use crate::gateways::sending::{answer, append, send};
use crate::gateways::{Failure, Outcome, ids};

/// What an activation came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Activation {
    /// A dictionary or an array.
    Success(Value),
    /// A dictionary with `error`.
    ApplicationError(Value),
    /// The action's fault, with what is said of it.
    DeveloperError(Value),
    /// There was none: as many run as may.
    Throttled,
}

impl Activation {
    /// The last line that the action wrote is its result.
    pub(super) fn of(outcome: Outcome) -> Self {
        let fault = |text: &str| Self::DeveloperError(serde_json::json!({ "error": text }));
        let bytes = match outcome {
            Outcome::Returned(bytes) => bytes,
            Outcome::Failed(Failure::Busy) => return Self::Throttled,
            Outcome::Failed(Failure::Threw(text)) => return fault(&text),
            Outcome::Failed(Failure::TimedOut) => {
                return fault("The action exceeded its time limits.");
            }
            Outcome::Failed(Failure::Memory) => {
                return fault("The action exceeded its memory limits.");
            }
            Outcome::Failed(Failure::Exited) => {
                return fault(
                    "The action did not produce a valid response and exited unexpectedly.",
                );
            }
        };
        if bytes.len() > MOST {
            return fault(&format!(
                "The action produced a response that exceeded the allowed length: {} > {MOST} bytes.",
                bytes.len()
            ));
        }
        let text = String::from_utf8_lossy(&bytes);
        let last = text.trim_end().lines().next_back().unwrap_or_default();
        match serde_json::from_str(last) {
            Ok(Value::Object(result)) if result.contains_key("error") => {
                Self::ApplicationError(result.into())
            }
            Ok(result @ (Value::Object(_) | Value::Array(_))) => Self::Success(result),
            _ => fault("The action did not return a dictionary or array."),
        }
    }
}

pub(super) fn response(
    extension: Extension,
    request: &Request<Bytes>,
    activation: Activation,
    unfinished: bool,
) -> Response<Bytes> {
    let made = match activation {
        _ if unfinished => Err(Refusal::NotReady),
        Activation::Success(result) => transcode(extension, &result),
        Activation::ApplicationError(result) => {
            transcode(extension, result.get("error").unwrap_or(&Value::Null))
        }
        Activation::DeveloperError(_) => Err(Refusal::Processing),
        Activation::Throttled => Err(Refusal::Throttled),
    };
    let method = request.method();
    match made {
        Err(refusal) => refusal.response(&ids::hex(32), method),
        Ok(Made { response, media }) => match media {
            Some(media) if !media.is_accepted(request.headers()) => {
                let text = format!(
                    "Resource representation is only available with these types:\n{}",
                    media.essence()
                );
                answer(406, "text/plain; charset=UTF-8", text, method)
            }
            _ => send(response, method),
        },
    }
}

/// An answer, and what callers have to accept for it.
#[derive(Debug)]
struct Made {
    response: Response<Bytes>,
    media: Option<Media>,
}

impl Made {
    fn new(media: Media, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(body.into());
        if let Ok(field) = HeaderValue::try_from(media.to_field()) {
            response.headers_mut().insert(CONTENT_TYPE, field);
        }
        Self {
            response,
            media: Some(media),
        }
    }
}

/// A result by the rules of an extension.
fn transcode(extension: Extension, result: &Value) -> Result<Made, Refusal> {
    let member = |name: &str| match result {
        Value::Object(members) => members.get("body").or_else(|| members.get(name)),
        whole => Some(whole),
    };
    let page = |name, kind: &'static str| match member(name) {
        Some(Value::String(text)) => Ok(Made::new(Media::known(kind), text.clone())),
        _ => Err(Refusal::Media(kind)),
    };
    match extension {
        Extension::Http => http(result),
        Extension::Json => match result {
            Value::Object(_) | Value::Array(_) => {
                let media = Media::known("application/json");
                Ok(Made::new(media, result.to_string()))
            }
            _ => Err(Refusal::Media("application/json")),
        },
        Extension::Html => page("html", "text/html"),
        Extension::Svg => page("svg", "image/svg+xml"),
        Extension::Text => {
            let text = match member("text") {
                None => return Err(Refusal::Property),
                Some(Value::String(text)) => text.clone(),
                Some(value) => format!("{value:#}"),
            };
            Ok(Made::new(Media::known("text/plain"), text))
        }
    }
}

/// Status, fields and body.
fn http(result: &Value) -> Result<Made, Refusal> {
    let invalid = || Refusal::Media("message/http");
    let result = result.as_object().ok_or_else(invalid)?;
    let mut headers = fields(result).ok_or_else(invalid)?;
    let status = match result.get("statusCode") {
        None => None,
        Some(status) => Some(code(status).ok_or_else(invalid)?),
    };
    let kind = headers.remove(CONTENT_TYPE);
    let kind = kind.map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
    let media = |default: &str| match &kind {
        None => Ok(Media::known(default)),
        Some(kind) => Media::parse(kind).ok_or(Refusal::UnknownContentType),
    };
    let (mut made, usual) = match result.get("body") {
        None | Some(Value::Null) => (
            Made {
                response: Response::default(),
                media: None,
            },
            StatusCode::NO_CONTENT,
        ),
        Some(Value::String(text)) if text.is_empty() => (
            Made {
                response: Response::default(),
                media: None,
            },
            StatusCode::NO_CONTENT,
        ),
        Some(Value::String(text)) => {
            let media = media("text/html")?;
            let body = body(&media, text).ok_or(Refusal::ContentType)?;
            (Made::new(media, body), StatusCode::OK)
        }
        Some(value) => {
            let media = media("application/json")?;
            if !media.is_json_family() {
                return Err(Refusal::ContentType);
            }
            let body = if media.is("application/json") {
                value.to_string()
            } else {
                format!("{value:#}")
            };
            (Made::new(media, body), StatusCode::OK)
        }
    };
    *made.response.status_mut() = status.unwrap_or(usual);
    made.response.headers_mut().extend(headers);
    Ok(made)
}

/// The bytes of a text of this type. JSON that looks like base64 is taken for
/// it: that is how it once was.
fn body(media: &Media, text: &str) -> Option<Bytes> {
    if media.is_binary() {
        return Some(STANDARD.decode(text).ok()?.into());
    }
    let decoded = STANDARD.decode(text).ok();
    match decoded.filter(|_| media.is_json_family()) {
        Some(bytes) => Some(bytes.into()),
        None => Some(Bytes::copy_from_slice(text.as_bytes())),
    }
}

/// A whole number, or a text of one.
fn code(status: &Value) -> Option<StatusCode> {
    let code = match status {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let code = StatusCode::from_u16(u16::try_from(code).ok()?).ok()?;
    (!code.is_informational()).then_some(code)
}

fn fields(result: &Map<String, Value>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let Some(fields) = result.get("headers") else {
        return Some(headers);
    };
    for (name, value) in fields.as_object()? {
        add(&mut headers, name, value)?;
    }
    Some(headers)
}

fn add(headers: &mut HeaderMap, name: &str, value: &Value) -> Option<()> {
    match value {
        Value::String(text) => append(headers, name, text),
        Value::Bool(_) | Value::Number(_) => append(headers, name, &value.to_string()),
        Value::Array(values) => values
            .iter()
            .try_for_each(|value| add(headers, name, value).ok_or(()))
            .ok(),
        Value::Null | Value::Object(_) => None,
    }
}
