//! What the platform itself answers: the gateway's error codes (product 628,
//! each a `message`) and SCF's status codes (583/42611).

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use crate::gateways::scf::{ANSWER_TOO_LARGE, EVENT_TOO_LARGE, error_document};
use crate::gateways::sending::answer;

/// An answer that is not the function's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The path does not begin with the stage.
    NoStage(String),
    /// No rule has the path.
    NoRule(String),
    /// The rule has another method.
    Method,
    /// The API has no CORS switched on.
    CrossOrigin(String),
    /// The event is over 6 MB; with the request's id.
    EventTooLarge(String),
    /// The function's answer is over 6 MB; with the request's id.
    AnswerTooLarge(String),
    /// JSON, but not of the form of an integrated answer.
    Format,
    /// No JSON; with the request's id.
    NotJson(String),
    /// The function's status is none that ends an exchange.
    BadGateway,
    /// The gateway waited long enough.
    Timeout,
}

impl Refusal {
    fn status(&self) -> u16 {
        match self {
            Self::NoStage(_) | Self::NoRule(_) | Self::Method => 404,
            Self::CrossOrigin(_) => 429,
            Self::EventTooLarge(_) => EVENT_TOO_LARGE.0,
            Self::AnswerTooLarge(_) => ANSWER_TOO_LARGE.0,
            Self::Format | Self::NotJson(_) => 403,
            Self::BadGateway => 502,
            Self::Timeout => 504,
        }
    }

    fn document(&self) -> Value {
        let message = |text: String| json!({ "message": text });
        let status = self.status();
        match self {
            Self::NoStage(first) => message(format!(
                "There is no api match default env_mapping '{first}'"
            )),
            Self::NoRule(path) => message(format!("There is no api match uri '{path}'")),
            Self::Method => message("Could not support method.".to_owned()),
            Self::CrossOrigin(path) => message(format!(
                "req is cross origin, api {path} need open cors flag on qcloud apigateway."
            )),
            Self::BadGateway => message("Bad Gateway.".to_owned()),
            Self::Timeout => message("Gateway Time-out.".to_owned()),
            Self::EventTooLarge(id) => error_document(id, status, EVENT_TOO_LARGE.1),
            Self::AnswerTooLarge(id) => error_document(id, status, ANSWER_TOO_LARGE.1),
            Self::Format => json!({
                "errno": status,
                "error": "Invalid scf response format. please check your scf response format.",
            }),
            Self::NotJson(id) => json!({
                "errno": status,
                "error": format!(
                    "requestId {id} , Invalid scf response. expected scf response valid JSON."
                ),
            }),
        }
    }

    /// The answer to a request with this method.
    pub(super) fn response(&self, method: &Method) -> Response<Bytes> {
        let document = self.document().to_string();
        answer(self.status(), "application/json", document, method)
    }
}
