//! What came of a call, in the platform's words.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::Failure;
use super::pool::Served;
use crate::aliyun_api::error::Refused;

/// What a call of an event ended with.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The bytes that the function gave.
    Returned(Bytes),
    /// It failed: the kind of error, and the document that says why.
    Threw(&'static str, Value),
    /// It could not be called.
    NotCalled(Refused),
}

/// The kind of error of what nobody caught.
pub(crate) const UNHANDLED: &str = "UnhandledInvocationError";

impl Outcome {
    /// Reads what an instance gave. A custom runtime says that it failed by
    /// `x-fc-status` alone: its status and other fields are not looked at.
    pub(crate) fn of(served: &Served, timeout: u64, took: Duration) -> Self {
        match &served.finished.result {
            Err(failure) => match failed(failure, served, timeout, took) {
                Ok(document) => Self::Threw(kind(served), document),
                Err(refused) => Self::NotCalled(refused),
            },
            Ok(response) if served.uninitialised => {
                let text = format!("the initializer answered {}", response.status());
                Self::Threw(kind(served), json!({ "errorMessage": text }))
            }
            Ok(response) => {
                let status = response.headers().get("x-fc-status");
                if status.is_none_or(|status| status == "200") {
                    Self::Returned(response.body().clone())
                } else {
                    Self::Threw(kind(served), document(response.body()))
                }
            }
        }
    }
}

fn kind(served: &Served) -> &'static str {
    if served.uninitialised {
        "InitializationError"
    } else {
        UNHANDLED
    }
}

/// The function's own document, or one that holds its text.
fn document(body: &[u8]) -> Value {
    match serde_json::from_slice(body) {
        Ok(Value::Object(document)) if document.contains_key("errorMessage") => {
            Value::Object(document)
        }
        _ => json!({
            "errorMessage": String::from_utf8_lossy(body),
            "errorType": "Error",
            "stackTrace": [],
        }),
    }
}

/// The document of a failure, or the refusal where no instance started.
pub(crate) fn failed(
    failure: &Failure,
    served: &Served,
    timeout: u64,
    took: Duration,
) -> Result<Value, Refused> {
    let memory = megabytes(served.finished.memory);
    let message = match failure {
        Failure::TimedOut => {
            format!("Function timed out after {timeout} seconds (maxMemoryUsage: {memory}MB)")
        }
        Failure::Exited | Failure::Memory => format!(
            "Process exited unexpectedly before completing request (duration: {}ms, maxMemoryUsage: {memory}MB)",
            took.as_millis()
        ),
        Failure::NotStarted { code, message } => {
            return Err(Refused::new(412, code, message));
        }
        Failure::TooLarge => {
            let message = "the function's answer is too large";
            return Err(Refused::new(502, "BadResponse", message));
        }
        Failure::Emulator(text) => return Err(Refused::internal(text)),
    };
    Ok(json!({ "errorMessage": message }))
}

/// Two digits behind the point.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!(
        "{:.2}",
        f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0
    )
}
