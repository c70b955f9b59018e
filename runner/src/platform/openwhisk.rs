//! Apache OpenWhisk.
//!
//! - Action loop
//!   (<https://github.com/apache/openwhisk/blob/master/docs/actions-actionloop.md>):
//!   this program is the zip's `exec`; activations come as lines on standard
//!   input, results go as lines to file descriptor 3. Without that descriptor
//!   the platform's Docker skeleton (`--native`) started it for a single
//!   activation, whose result is the last line of standard output.
//! - Action proxy of an image of one's own
//!   (<https://github.com/apache/openwhisk/blob/master/docs/actions-new.md>):
//!   `POST /init` and `POST /run` on port 8080.

mod lines;
mod proxy;

use std::net::Ipv4Addr;

use http::StatusCode;
use serde_json::{Value, json};

pub(crate) use self::lines::Lines;
use self::proxy::Proxy;
use super::{Contract, Kind, until};
use crate::function::{Delivery, EventFailure, Function};
use crate::guests::Failure;

/// What the platform starts in a zip.
const PROGRAM: &str = "exec";

/// What every container of the platform has.
const HERE: &str = "__OW_API_HOST";

pub(super) const LOOP: Kind = Kind {
    name: "openwhisk",
    platform: "openwhisk",
    sign: "a program named exec",
    told: |environment| environment.program() == Some(PROGRAM),
    contract: |environment| Ok(Contract::Lines(Lines::of(environment))),
};

pub(super) const PROXY: Kind = Kind {
    name: "openwhisk-proxy",
    platform: "openwhisk",
    sign: HERE,
    told: |environment| environment.has(HERE) && environment.program() != Some(PROGRAM),
    contract: |_| {
        let address = (Ipv4Addr::UNSPECIFIED, 8080).into();
        Ok(Contract::Http(address, Box::new(Proxy::default())))
    },
};

/// What the platform says of an activation.
#[derive(Default)]
pub(crate) struct Activation {
    id: Option<String>,
    /// Until when the result is waited for, in milliseconds since 1970.
    deadline: Option<u64>,
}

impl Activation {
    /// The members beside the argument; a deadline may be a text.
    fn of(activation: &Value) -> Self {
        let id = activation.get("activation_id").and_then(Value::as_str);
        let deadline = activation.get("deadline");
        Self {
            id: id.map(str::to_owned),
            deadline: deadline.and_then(|it| it.as_u64().or_else(|| it.as_str()?.parse().ok())),
        }
    }
}

/// The result of an activation. A failure is the platform's application error,
/// whose `error` becomes the response of a web action.
fn result(function: &Function, activation: &[u8], about: &Activation) -> Vec<u8> {
    let delivery = Delivery {
        request_id: about.id.as_deref(),
        left: about.deadline.and_then(until),
        ..Delivery::default()
    };
    let mut document = function
        .event(activation, delivery)
        .unwrap_or_else(|failure| error(&failure).to_string().into_bytes());
    // Results are lines, and JSON needs none of its own.
    document.retain(|byte| !matches!(byte, b'\n' | b'\r'));
    document
}

fn error(failure: &EventFailure) -> Value {
    let status = match failure {
        EventFailure::Refused { .. } => StatusCode::BAD_REQUEST,
        EventFailure::Guest(Failure::Timeout(_)) => StatusCode::GATEWAY_TIMEOUT,
        EventFailure::Guest(Failure::Trap(_)) | EventFailure::Panic => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    let headers = json!({ "content-type": "application/json", "cache-control": "no-store" });
    let body = json!({ "error": failure.to_string(), "code": failure.name() });
    json!({ "error": { "statusCode": status.as_u16(), "headers": headers, "body": body } })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn deadlines_are_numbers_or_texts() {
        for (activation, expected) in [
            (
                json!({ "deadline": 1_783_711_204_000_u64 }),
                Some(1_783_711_204_000),
            ),
            (
                json!({ "deadline": "1783711204000" }),
                Some(1_783_711_204_000),
            ),
            (json!({ "deadline": "soon" }), None),
            (json!({}), None),
        ] {
            assert_eq!(
                Activation::of(&activation).deadline,
                expected,
                "{activation}"
            );
        }
    }

    #[test]
    fn a_failure_is_a_response_inside_of_an_error() {
        let refused = EventFailure::Refused {
            code: "bad_event".to_owned(),
            message: "the event is no JSON".to_owned(),
        };
        let timeout = EventFailure::Guest(Failure::Timeout(Duration::from_secs(2)));
        for (failure, status, code) in [
            (refused, 400, "bad_event"),
            (timeout, 504, "timeout"),
            (EventFailure::Panic, 500, "internal"),
        ] {
            let document = error(&failure);
            assert_eq!(document["error"]["statusCode"], status);
            assert_eq!(document["error"]["body"]["code"], code);
        }
    }
}
