//! What the caller sees of what the function gives, and what the balancer
//! answers itself.

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::{MOST_BODY, Options};
use crate::gateways::sending::{answer, append, send};
use crate::gateways::{Outcome, Remark, lambda};

/// Most bytes of an answer's fields.
const MOST_FIELDS: usize = 32 * 1024;

/// An answer that is not the function's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The request's line is over 16 K.
    LineTooLong,
    /// A field is over 16 K, or all of them over 64 K.
    FieldsTooLarge,
    /// A request to go over to another protocol.
    Upgrade,
    /// The method `TRACE`.
    Trace,
    /// The request's body is over 1 MB.
    BodyTooLarge,
    /// The function failed, was late, or gave what is of no form or too large.
    Function,
}

impl Refusal {
    /// The answer to a request with this method.
    pub(super) fn response(self, method: &Method) -> Response<Bytes> {
        let (status, title) = match self {
            Self::LineTooLong => (414, "414 Request-URI Too Large"),
            Self::FieldsTooLarge | Self::Upgrade => (400, "400 Bad Request"),
            Self::Trace => (405, "405 Not Allowed"),
            Self::BodyTooLarge => (413, "413 Request Entity Too Large"),
            Self::Function => (502, "502 Bad Gateway"),
        };
        let page = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n\
             <center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
        );
        let mut response = answer(status, "text/html", page, method);
        let _ = append(response.headers_mut(), "server", "awselb/2.0");
        response
    }
}

pub(super) fn response(options: &Options, method: &Method, outcome: Outcome) -> Response<Bytes> {
    let parsed = read(options, outcome);
    if options.health_check.is_some() {
        return health(parsed.as_ref(), method);
    }
    match parsed {
        Some(response) => send(response, method),
        None => Refusal::Function.response(method),
    }
}

/// What `DescribeTargetHealth` says of the target. The status that is healthy
/// is 200 unless the target group says otherwise.
fn health(response: Option<&Response<Bytes>>, method: &Method) -> Response<Bytes> {
    let status = response.map_or(StatusCode::BAD_GATEWAY, Response::status);
    let document = if status == StatusCode::OK {
        serde_json::json!({ "State": "healthy" })
    } else {
        serde_json::json!({
            "State": "unhealthy",
            "Reason": "Target.ResponseCodeMismatch",
            "Description": format!("Health checks failed with these codes: [{}]", status.as_u16()),
        })
    };
    let document = serde_json::json!({ "TargetHealth": document });
    answer(200, "application/json", document.to_string(), method)
}

fn read(options: &Options, outcome: Outcome) -> Option<Response<Bytes>> {
    let bytes = lambda::result(outcome).ok()?;
    if bytes.len() > MOST_BODY {
        return None;
    }
    let document: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
    let status = document.get("statusCode")?;
    let status = lambda::status(status).filter(|_| status.is_u64())?;
    match document.get("statusDescription") {
        None | Some(Value::String(_) | Value::Null) => {}
        Some(_) => return None,
    }
    let body = lambda::body(document.get("body"), document.get("isBase64Encoded"))?.decoded()?;
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    let (ours, other) = if options.multi_value {
        ("multiValueHeaders", "headers")
    } else {
        ("headers", "multiValueHeaders")
    };
    fields(document.get(ours), options, response.headers_mut())?;
    if document.get(ours).is_none() && document.get(other).is_some_and(Value::is_object) {
        response.extensions_mut().insert(Remark(format!(
            "the target group reads {ours}: the answer's {other} are lost"
        )));
    }
    Some(response)
}

fn fields(map: Option<&Value>, options: &Options, headers: &mut HeaderMap) -> Option<()> {
    let map = match map {
        None | Some(Value::Null) => return Some(()),
        Some(map) => map.as_object()?,
    };
    let mut length = 0;
    for (name, values) in map {
        let values = if options.multi_value {
            values.as_array()?.as_slice()
        } else {
            std::slice::from_ref(values)
        };
        for value in values {
            let value = value.as_str()?;
            length += name.len() + value.len();
            append(headers, name, value)?;
        }
    }
    (length <= MOST_FIELDS).then_some(())
}
