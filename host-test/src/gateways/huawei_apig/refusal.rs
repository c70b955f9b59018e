//! What the platform itself answers: the gateway's error codes, and those of
//! functions that it passes on.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use crate::gateways::Remark;
use crate::gateways::sending::{answer, append};

/// An answer that is not the function's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No API has the path and the method, or none is published there.
    NoApi,
    /// The target is over 32 KB.
    TargetTooLong,
    /// A field is over 32 KB, or all are over 128 KB.
    FieldsTooLarge,
    /// The body is over 12 MB.
    BodyTooLarge,
    /// The body is over 4 MB, which no function gets.
    EventTooLarge,
    /// An application did not show who it is; why not.
    App(&'static str),
    /// Nor did a user.
    Iam(&'static str),
    /// The application is not authorised for the API.
    AppNotAllowed,
    /// Nor is the user.
    IamNotAllowed,
    /// More calls than the API, or its debugging domain, takes.
    Throttled,
    /// The gateway waited long enough.
    Timeout,
    /// The function's document is of no form; what is wrong with it.
    Form(String),
    /// The function failed: type and text of the error.
    Failed(&'static str, String),
    /// As many run as may.
    Busy,
}

impl Refusal {
    fn said(&self, request_id: &str) -> (u16, Value) {
        let (status, code, message) = match self {
            Self::NoApi => (
                404,
                "APIG.0101",
                "The API does not exist or has not been published in an environment.".to_owned(),
            ),
            Self::TargetTooLong => (414, "APIG.0201", "Request URI too large.".to_owned()),
            Self::FieldsTooLarge => (494, "APIG.0201", "Request headers too large.".to_owned()),
            Self::BodyTooLarge => (413, "APIG.0201", "Request entity too large.".to_owned()),
            Self::EventTooLarge => (413, "FSS.1201", "The request body is too large.".to_owned()),
            Self::App(why) => (
                401,
                "APIG.0303",
                format!("Incorrect app authentication information: {why}"),
            ),
            Self::Iam(why) => (
                401,
                "APIG.0301",
                format!("Incorrect IAM authentication information: {why}"),
            ),
            Self::AppNotAllowed => (
                403,
                "APIG.0304",
                "The app is not authorized to access the API.".to_owned(),
            ),
            Self::IamNotAllowed => (
                403,
                "APIG.0302",
                "The IAM user is not authorized to access the API.".to_owned(),
            ),
            Self::Throttled => (
                429,
                "APIG.0308",
                "The throttling threshold has been reached.".to_owned(),
            ),
            Self::Timeout => (504, "APIG.0201", "Backend timeout.".to_owned()),
            Self::Form(_) => (
                500,
                "FSS.1202",
                "The response body or callback body is invalid because they do not contain any status code."
                    .to_owned(),
            ),
            Self::Busy => (429, "FSS.0429", "Too many requests.".to_owned()),
            Self::Failed(kind, text) => {
                return (500, json!({ "errorMessage": text, "errorType": kind }));
            }
        };
        let document = json!({
            "error_code": code,
            "error_msg": message,
            "request_id": request_id,
        });
        (status, document)
    }

    /// The answer to a request with this method.
    pub(super) fn response(&self, request_id: &str, method: &Method) -> Response<Bytes> {
        let (status, document) = self.said(request_id);
        let mut response = answer(status, "application/json", document.to_string(), method);
        let _ = append(response.headers_mut(), "x-request-id", request_id);
        if let Self::Form(why) = self {
            response.extensions_mut().insert(Remark(why.clone()));
        }
        response
    }
}
