//! Tencent Cloud SCF (云函数) behind whatever calls it: limits (product 583,
//! 11637), status codes of calls that failed (583/42611) and the query as its
//! gateways decode it.

pub(super) mod query;

use std::time::Duration;

use serde_json::{Value, json};

use super::Failure;

/// Most bytes of an event and of what the function gives.
pub(crate) const MOST: usize = 6 * 1024 * 1024;

/// The owner of everything.
pub(crate) const APP_ID: u64 = 1_300_000_001;

/// What the platform says where the event is over [`MOST`].
pub(crate) const EVENT_TOO_LARGE: (u16, &str) = (406, "RequestTooLarge");

/// What it says where the answer is.
pub(crate) const ANSWER_TOO_LARGE: (u16, &str) =
    (407, "The size of response exceeds the upper limit (6MB)");

/// Status code and text of a call that failed.
pub(crate) fn failure(failure: &Failure, timeout: Duration) -> (u16, String) {
    match failure {
        Failure::Threw(text) => (430, text.clone()),
        Failure::TimedOut => (
            433,
            format!(
                "Invoking task timed out after {} seconds",
                timeout.as_secs_f64()
            ),
        ),
        Failure::Memory => (434, "MemoryLimitReached".to_owned()),
        Failure::Exited => (439, "User process exit when running".to_owned()),
        Failure::Busy => (432, "ResourceLimitReached".to_owned()),
    }
}

/// The document of a call that failed.
pub(crate) fn error_document(request_id: &str, status: u16, message: &str) -> Value {
    json!({
        "errorCode": -1,
        "errorMessage": message,
        "requestId": request_id,
        "stackTrace": "",
        "statusCode": status,
    })
}
