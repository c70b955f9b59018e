//! What the controller itself answers.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::json;

use super::MOST;
use crate::gateways::sending::answer;

/// An answer that is not the action's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Namespace, package or action is unknown.
    NotFound,
    /// Web actions have no such method.
    Method,
    /// Whoever calls may not.
    Unauthorized,
    /// The controller answers OPTIONS for the action.
    Preflight,
    /// A parameter is reserved or fixed.
    Parameters,
    /// The body is no JSON where it has to be; with the parser's words.
    Malformed(String),
    /// The body has this many bytes.
    TooLarge(usize),
    /// The action crashed, was too late or gave no dictionary or array.
    Processing,
    /// The result is not there yet.
    NotReady,
    /// The result is none of this media type.
    Media(&'static str),
    /// The result has not the member that the extension takes.
    Property,
    /// `Content-Type` and the body do not go together.
    ContentType,
    /// `Content-Type` is none.
    UnknownContentType,
    /// As many run as may.
    Throttled,
    /// No invoker is healthy.
    Unavailable,
}

impl Refusal {
    fn status(&self) -> u16 {
        match self {
            Self::Preflight => 200,
            Self::NotReady => 202,
            Self::Parameters
            | Self::Malformed(_)
            | Self::Processing
            | Self::Media(_)
            | Self::ContentType
            | Self::UnknownContentType => 400,
            Self::Unauthorized => 401,
            Self::NotFound | Self::Property => 404,
            Self::Method => 405,
            Self::TooLarge(_) => 413,
            Self::Throttled => 429,
            Self::Unavailable => 503,
        }
    }

    fn message(&self) -> String {
        let message = match self {
            Self::NotFound => "The requested resource does not exist.",
            Self::Method => {
                "HTTP method not allowed, supported methods: GET, DELETE, POST, PUT, HEAD, OPTIONS, PATCH"
            }
            Self::Unauthorized => {
                "The resource requires authentication, which was not supplied with the request"
            }
            Self::Preflight => "",
            Self::Parameters => {
                "Request defines parameters that are not allowed (e.g., reserved properties)."
            }
            Self::Malformed(why) => {
                return format!("The request content was malformed:\n{why}");
            }
            Self::TooLarge(size) => {
                return format!("Request larger than allowed: {size} > {MOST} bytes.");
            }
            Self::Processing => "There was an error processing your request.",
            Self::NotReady => "Response not yet ready.",
            Self::Media(kind) => return format!("Response is not valid '{kind}'."),
            Self::Property => "Response does not include requested property.",
            Self::ContentType => "Response type in header did not match generated content type.",
            Self::UnknownContentType => "Response did not specify a known content-type.",
            Self::Throttled => "Too many concurrent requests in flight.",
            Self::Unavailable => {
                "The server is currently unavailable (because it is overloaded or down for maintenance)."
            }
        };
        message.to_owned()
    }

    /// The answer to a request with this method.
    pub(super) fn response(&self, transaction: &str, method: &Method) -> Response<Bytes> {
        if *self == Self::Preflight {
            return crate::gateways::sending::send(Response::default(), method);
        }
        let document = json!({ "error": self.message(), "code": transaction });
        let body = format!("{document:#}");
        answer(self.status(), "application/json", body, method)
    }
}
