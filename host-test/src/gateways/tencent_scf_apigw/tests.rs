//! The emulator alone, with functions written by hand.

mod answers;
mod events;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::EMULATOR;
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Gateway, Invocation, Outcome};

fn gateway(arguments: &[&str]) -> Box<dyn Gateway> {
    EMULATOR
        .with(arguments)
        .unwrap_or_else(|e| panic!("{arguments:?}: {e}"))
}

/// The document and the status of an answer.
fn shown(response: &Response<Bytes>) -> (u16, String) {
    (
        response.status().as_u16(),
        String::from_utf8(response.body().to_vec()).unwrap(),
    )
}

/// What the caller of `GET /release/` sees when the function does this.
fn answer(arguments: &[&str], outcome: Outcome) -> (Response<Bytes>, Invocation) {
    let gateway = gateway(arguments);
    let request = request("GET", "/release/", &[], b"");
    let invocation = gateway.invocation(&request, CALLER).unwrap();
    (gateway.response(&request, &invocation, outcome), invocation)
}

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap()
}
