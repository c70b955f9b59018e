//! The emulator alone, with actions written by hand.

mod arguments;
mod controller;
mod results;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::{EMULATOR, MOST};
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Failure, Outcome};

const WEB: &str = "/api/v1/web/guest/default/pics";

const INVOKE: &str = "/api/v1/namespaces/_/actions/pics";

/// The credentials of [`EMULATOR`]'s own.
const BASIC: &str = "Basic MGMwZmZlZTAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxOms=";

fn try_event(arguments: &[&str], request: &Request<Bytes>) -> Result<Value, Response<Bytes>> {
    let gateway = EMULATOR.with(arguments).unwrap();
    let invocation = gateway.invocation(request, CALLER)?;
    Ok(serde_json::from_slice(&invocation.event).unwrap())
}

/// What the action gets, without the id of the transaction.
fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    let mut event = try_event(arguments, request).unwrap();
    let headers = event["__ow_headers"].as_object_mut().unwrap();
    let id = headers.remove("x-request-id").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 32);
    event
}

fn web(rest: &str) -> String {
    format!("{WEB}{rest}")
}

/// What the caller sees when the action does this.
fn answer(arguments: &[&str], request: &Request<Bytes>, outcome: Outcome) -> Response<Bytes> {
    let gateway = EMULATOR.with(arguments).unwrap();
    let invocation = gateway.invocation(request, CALLER).unwrap();
    gateway.response(request, &invocation, outcome)
}

fn returned(rest: &str, result: &str) -> Response<Bytes> {
    let outcome = Outcome::Returned(result.as_bytes().to_vec());
    answer(
        &["--custom-options"],
        &request("GET", &web(rest), &[], b""),
        outcome,
    )
}

fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}
