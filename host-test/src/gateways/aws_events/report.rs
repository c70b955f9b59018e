//! What becomes of an event, as the platform says it.

use serde_json::{Value, json};

use super::{Options, Source};
use crate::gateways::lambda::{self, ACCOUNT, REGION};
use crate::gateways::members::set;
use crate::gateways::times::Moment;
use crate::gateways::{Invocation, Outcome};

/// Calls of a function that fails: two retries.
const CALLS: u32 = 3;

/// The record that Lambda sends to a destination after an asynchronous call.
/// The function's value is only shown; that it failed is what matters.
pub(super) fn destination(invocation: &Invocation, outcome: Outcome) -> Value {
    let result = lambda::result(outcome);
    let (condition, calls) = match result {
        Ok(_) => ("Success", 1),
        Err(_) => ("RetriesExhausted", CALLS),
    };
    let mut response = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
    let payload = match &result {
        Ok(bytes) => shown(bytes),
        Err(_) => {
            set(&mut response, "functionError", "Unhandled");
            Value::Null
        }
    };
    json!({
        "version": "1.0",
        "timestamp": Moment::now().fraction(3),
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:pics:$LATEST"),
            "condition": condition,
            "approximateInvokeCount": calls,
        },
        "requestPayload": event(invocation),
        "responseContext": response,
        "responsePayload": payload,
    })
}

fn event(invocation: &Invocation) -> Value {
    serde_json::from_slice(&invocation.event).unwrap_or_default()
}

/// JSON, or the text where it is none.
fn shown(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into())
}

/// Which records are done with, and which come again: of a queue those that
/// failed, of a stream those from the first that failed.
pub(super) fn batch(options: &Options, invocation: &Invocation, outcome: Outcome) -> Value {
    let id = match options.source {
        Source::Kinesis => "/kinesis/sequenceNumber",
        Source::Dynamodb => "/dynamodb/SequenceNumber",
        _ => "/messageId",
    };
    let event = event(invocation);
    let records = event.get("Records").and_then(Value::as_array);
    let ids: Vec<_> = records
        .into_iter()
        .flatten()
        .filter_map(|record| record.pointer(id)?.as_str())
        .collect();
    let failed = match lambda::result(outcome) {
        Err(_) => None,
        Ok(_) if !options.report_batch_item_failures => Some(Vec::new()),
        Ok(bytes) => failures(&bytes),
    };
    // An answer that names what is no record is as bad as none.
    let failed = failed.filter(|failed| failed.iter().all(|id| ids.contains(&id.as_str())));
    let is_failed = |id: &&str| match &failed {
        None => true,
        Some(failed) => failed.iter().any(|failed| failed == id),
    };
    let (again, done): (Vec<_>, Vec<_>) = if options.source == Source::Sqs {
        ids.into_iter().partition(is_failed)
    } else {
        let first = ids.iter().position(is_failed).unwrap_or(ids.len());
        let done = ids.iter().take(first).copied().collect();
        (ids.into_iter().skip(first).collect(), done)
    };
    json!({ "done": done, "again": again })
}

/// The records that an answer calls failed; `None` where it has no form.
/// Nothing at all is a success.
fn failures(bytes: &[u8]) -> Option<Vec<String>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let document = match serde_json::from_slice(bytes).ok()? {
        Value::Null => return Some(Vec::new()),
        Value::Object(document) => document,
        _ => return None,
    };
    match document.get("batchItemFailures") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(items) => {
            let id = |item: &Value| {
                let id = item.get("itemIdentifier")?.as_str()?;
                (!id.is_empty()).then(|| id.to_owned())
            };
            items.as_array()?.iter().map(id).collect()
        }
    }
}
