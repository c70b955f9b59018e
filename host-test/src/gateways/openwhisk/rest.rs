//! `POST /api/v1/namespaces/{namespace}/actions/{action}`: the invoke of those
//! who have credentials.

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Map, Value, json};

use super::answer::Activation;
use super::refusal::Refusal;
use super::{ACTION, NAMESPACE};
use crate::gateways::queries;
use crate::gateways::sending::answer;
use crate::gateways::times::Moment;

/// What the caller wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// The activation's id, at once.
    Id,
    /// Its record.
    Record,
    /// What the action gave.
    Result,
}

/// Where it is.
pub(super) fn path() -> String {
    format!("/api/v1/namespaces/_/actions/{ACTION}")
}

impl Wish {
    /// What a request asks for.
    pub(super) fn of(request: &Request<Bytes>) -> Result<Self, Refusal> {
        let own = path().replace("/_/", &format!("/{NAMESPACE}/"));
        if ![path(), own].contains(&request.uri().path().to_owned()) {
            return Err(Refusal::NotFound);
        }
        if *request.method() != Method::POST {
            return Err(Refusal::Method);
        }
        let query = queries::pairs(request.uri().query().unwrap_or_default());
        let is_on = |wanted: &str| {
            query
                .iter()
                .any(|(name, value)| name == wanted && value.as_deref() == Some("true"))
        };
        Ok(match (is_on("blocking"), is_on("result")) {
            (false, _) => Self::Id,
            (true, false) => Self::Record,
            (true, true) => Self::Result,
        })
    }
}

/// The action's parameters, those of the body before its own.
pub(super) fn arguments(
    parameters: &[(String, String)],
    request: &Request<Bytes>,
) -> Result<Value, Refusal> {
    let body = request.body();
    let given: Map<String, Value> = if body.is_empty() {
        Map::new()
    } else {
        serde_json::from_slice(body).map_err(|e| Refusal::Malformed(e.to_string()))?
    };
    let mut arguments: Map<String, Value> = parameters
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    arguments.extend(given);
    Ok(arguments.into())
}

pub(super) fn response(
    wish: Wish,
    activation: &str,
    came: Activation,
    unfinished: bool,
) -> Response<Bytes> {
    let send = |status, document: &Value| {
        answer(
            status,
            "application/json",
            document.to_string(),
            &Method::POST,
        )
    };
    let throttled = came == Activation::Throttled;
    if !throttled && (wish == Wish::Id || unfinished) {
        return send(202, &json!({ "activationId": activation }));
    }
    let (status, word, result) = match came {
        Activation::Success(result) => (200, "success", result),
        Activation::ApplicationError(result) => (502, "application error", result),
        Activation::DeveloperError(result) => (502, "action developer error", result),
        Activation::Throttled => return Refusal::Throttled.response(activation, &Method::POST),
    };
    if wish == Wish::Result {
        return send(status, &result);
    }
    let now = Moment::now().epoch_millis();
    let size = result.to_string().len();
    send(
        status,
        &json!({
            "activationId": activation,
            "annotations": [{ "key": "path", "value": format!("{NAMESPACE}/{ACTION}") }],
            "duration": 5,
            "end": now,
            "logs": [],
            "name": ACTION,
            "namespace": NAMESPACE,
            "publish": false,
            "response": {
                "result": result,
                "size": size,
                "status": word,
                "success": word == "success",
            },
            "start": now.saturating_sub(5),
            "subject": NAMESPACE,
            "version": "0.0.1",
        }),
    )
}
