//! The emulator alone, with functions written by hand.

mod answers;
mod events;

use std::net::IpAddr;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::EMULATOR;
use crate::gateways::{Gateway, Invocation, Outcome};

const CALLER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));

fn gateway(arguments: &[&str]) -> Box<dyn Gateway> {
    EMULATOR
        .with(arguments)
        .unwrap_or_else(|e| panic!("{arguments:?}: {e}"))
}

fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::copy_from_slice(body)).unwrap()
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
