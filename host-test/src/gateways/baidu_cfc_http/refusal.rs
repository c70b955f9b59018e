//! What the platform itself answers.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::json;

use crate::gateways::sending::answer;

/// An answer that is not the function's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No trigger has the path and the method.
    NoRouter,
    /// The event is over 6 MB. Which error that is the documents do not say.
    EventTooLarge,
    /// As many run as may.
    TooMany,
    /// What the function says is no answer of HTTP.
    BadGateway,
}

impl Refusal {
    /// The answer to a request with this method; spelled as the platform does.
    pub(super) fn response(self, method: &Method) -> Response<Bytes> {
        let (status, code, cause, message) = match self {
            Self::NoRouter => (404, "NotFountException", "no router", "Router Not Found"),
            Self::EventTooLarge => (
                413,
                "RequestTooLargeException",
                "payload over 6291456 bytes",
                "Request Too Large",
            ),
            Self::TooMany => (
                429,
                "TooManyRequestsException",
                "concurrency limit",
                "Too Many Requests",
            ),
            Self::BadGateway => (502, "BadGatewayException", "invalid status", "Bad Gateway"),
        };
        let kind = if self == Self::BadGateway {
            "Server"
        } else {
            "User"
        };
        let document = json!({
            "Code": code, "Cause": cause, "Message": message, "Status": status, "Type": kind,
        });
        answer(status, "application/json", document.to_string(), method)
    }
}
