//! AWS Lambda behind its gateways: what they have in common. From "Lambda
//! quotas" and "Using the Lambda runtime API for custom runtimes" of the AWS
//! Lambda Developer Guide, and what the gateways' guides say of bodies.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request};
use serde_json::{Map, Value};

use super::headers::text;
use super::ids;
use super::times::Moment;
use super::{Failure, Outcome};

/// The owner of everything, and where it stands.
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";

/// Most bytes of an event.
pub(crate) const MOST_EVENT: usize = 6 * 1024 * 1024;

/// Most bytes of a result, as the runtime API counts.
pub(crate) const MOST_RESULT: usize = 6_291_556;

/// Most bytes of the line and the fields of a request to API Gateway.
pub(super) const MOST_HEAD: usize = 10_240;

/// How many a request has.
pub(super) fn head_size(request: &Request<Bytes>) -> usize {
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len());
    let target = request.uri().path_and_query();
    target.map_or(0, |target| target.as_str().len()) + fields.sum::<usize>()
}

/// The name of a stage or a base path: letters, digits, `-` and `_`.
pub(super) fn stage(text: &str) -> Result<String, String> {
    let named = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !text.is_empty() && text.len() <= 128 && text.bytes().all(named) {
        Ok(text.to_owned())
    } else {
        Err("accepted: letters, digits, - and _".to_owned())
    }
}

/// Names and all their values.
pub(super) type Multi = BTreeMap<String, Vec<String>>;

/// Each name with its last value.
pub(super) fn last(multi: &Multi) -> Map<String, Value> {
    let pairs = multi.iter();
    pairs
        .filter_map(|(name, values)| Some((name.clone(), values.last()?.as_str().into())))
        .collect()
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The function reported an error, ended or gave too much.
    Function,
    /// It did not answer in time: its own time-out or the gateway's.
    Timeout,
    /// As many run as may.
    Throttled,
}

/// What a gateway gets from the Invoke call: a result's bytes, which need not be
/// of the gateway's form.
pub(super) fn result(outcome: Outcome) -> Result<Vec<u8>, Fault> {
    match outcome {
        Outcome::Returned(bytes) if bytes.len() > MOST_RESULT => Err(Fault::Function),
        Outcome::Returned(bytes) => Ok(bytes),
        Outcome::Failed(Failure::TimedOut) => Err(Fault::Timeout),
        Outcome::Failed(Failure::Busy) => Err(Fault::Throttled),
        Outcome::Failed(Failure::Threw(_) | Failure::Memory | Failure::Exited) => {
            Err(Fault::Function)
        }
    }
}

/// Whether a gateway that knows texts by their type hands this body over as
/// one; any other as base64.
pub(super) fn is_text(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    let content_type = text(content_type).to_ascii_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.starts_with("text/")
        || matches!(
            media_type,
            "application/json" | "application/javascript" | "application/xml"
        )
}

/// A new value of `X-Amzn-Trace-Id`.
pub(super) fn trace_id(moment: Moment) -> String {
    format!("Root=1-{:08x}-{}", moment.epoch(), ids::hex(24))
}

/// The body of a document, decoded if it says so; `None` where it is no text
/// or no base64.
pub(super) fn body(body: Option<&Value>, encoded: Option<&Value>) -> Option<Body> {
    let body = match body {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(_) => return None,
    };
    let encoded = match encoded {
        None | Some(Value::Null) => false,
        Some(flag) => flag.as_bool()?,
    };
    Some(Body {
        text: body.to_owned(),
        encoded,
    })
}

/// See [`body()`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    text: String,
    encoded: bool,
}

impl Body {
    /// The bytes that it stands for.
    pub(super) fn decoded(self) -> Option<Bytes> {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        if self.encoded {
            Some(STANDARD.decode(self.text).ok()?.into())
        } else {
            Some(self.text.into())
        }
    }

    /// The same, or the text itself where the gateway does not decode.
    pub(super) fn decoded_if(self, decode: bool) -> Option<Bytes> {
        if decode {
            self.decoded()
        } else {
            Some(self.text.into())
        }
    }
}

/// The text of a scalar; `None` for anything else.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A status as a whole number or its text, of an answer that ends an exchange.
pub(super) fn status(value: &Value) -> Option<u16> {
    let status = match value {
        Value::String(text) => text.parse().ok()?,
        value => u16::try_from(value.as_u64()?).ok()?,
    };
    (200..600).contains(&status).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_are_told_apart() {
        for (outcome, expected) in [
            (Outcome::Returned(b"{".to_vec()), Ok(b"{".to_vec())),
            (
                Outcome::Returned(vec![b' '; MOST_RESULT + 1]),
                Err(Fault::Function),
            ),
            (Outcome::Failed(Failure::TimedOut), Err(Fault::Timeout)),
            (Outcome::Failed(Failure::Busy), Err(Fault::Throttled)),
            (Outcome::Failed(Failure::Exited), Err(Fault::Function)),
        ] {
            assert_eq!(result(outcome), expected);
        }
        assert!(result(Outcome::Returned(vec![b' '; MOST_RESULT])).is_ok());
    }

    #[test]
    fn texts_are_known_by_their_type() {
        for (content_type, expected) in [
            (Some("text/html"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("application/x-www-form-urlencoded"), false),
            (Some("image/png"), false),
            (None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(content_type) = content_type {
                headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
            }
            assert_eq!(is_text(&headers), expected, "{content_type:?}");
        }
    }

    #[test]
    fn bodies_and_statuses_have_their_types() {
        let decoded = |text: Value, flag: Value| body(Some(&text), Some(&flag))?.decoded();
        assert_eq!(decoded(json!("aGk="), json!(true)), Some("hi".into()));
        assert_eq!(decoded(json!("aGk="), json!(false)), Some("aGk=".into()));
        assert_eq!(decoded(json!(null), json!(null)), Some("".into()));
        assert_eq!(decoded(json!("a_"), json!(true)), None);
        assert_eq!(decoded(json!({}), json!(true)), None);
        assert_eq!(decoded(json!(""), json!("true")), None);
        for (value, expected) in [
            (json!(302), Some(302)),
            (json!("302"), Some(302)),
            (json!(302.5), None),
            (json!("test"), None),
            (json!(99), None),
            (json!(100), None),
            (json!(600), None),
            (json!(null), None),
        ] {
            assert_eq!(status(&value), expected, "{value}");
        }
    }
}
