//! A component of edgepick's world that misbehaves on demand. What it does is
//! said by the path, or by the whole event; anything else is answered with how
//! often the instance was called.
#![cfg(target_arch = "wasm32")]

use std::sync::atomic::{AtomicU32, Ordering};

use bindings::exports::edgepick::site::{answer, gateway, setup};
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

#[expect(unsafe_code, reason = "the component's exports are foreign functions")]
#[expect(missing_docs, unreachable_pub, reason = "made from wit/edgepick.wit")]
#[allow(
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]
mod bindings {
    use super::Unruly;

    wit_bindgen::generate!({ path: "../../../wit", world: "edgepick" });
    export!(Unruly);
    wasip2::http::proxy::export!(Unruly);
}

struct Unruly;

/// Calls of this instance.
static CALLS: AtomicU32 = AtomicU32::new(0);

/// Status, field lines, body.
type Answer = (u16, Vec<u8>, Vec<u8>);

fn behave(word: &str) -> Answer {
    match word {
        "/panic" => out_of_order(),
        "/loop" => {
            // So that who waits for this knows that it is under way.
            eprintln!("looping");
            loop {
                std::hint::spin_loop();
            }
        }
        "/oom" => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            loop {
                hoard.push(vec![1; 8 << 20]);
                std::hint::black_box(&mut hoard);
            }
        }
        // The same in one step, which is refused at once.
        "/vast" => (200, Vec::new(), Vec::with_capacity(1 << 30)),
        "/status" => (7, Vec::new(), Vec::new()),
        "/fields" => (
            200,
            b"no colon\r\nbad name: 1\r\nx-bad: a\0b\r\nx-good: 1\r\n".to_vec(),
            b"fields".to_vec(),
        ),
        "/length" => (
            200,
            b"content-length: 3\r\n".to_vec(),
            b"longer than three".to_vec(),
        ),
        "/big" | "/half" => (200, Vec::new(), vec![b'x'; 5 << 20]),
        _ => {
            let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
            (
                200,
                b"content-type: text/plain\r\n".to_vec(),
                calls.to_string().into_bytes(),
            )
        }
    }
}

#[expect(clippy::panic, reason = "that is what it is for")]
fn out_of_order() -> ! {
    panic!("told to panic")
}

impl setup::Guest for Unruly {
    fn load(_: Vec<u8>) -> Result<setup::Report, setup::LoadError> {
        Ok(setup::Report {
            pictures: 0,
            entries: 0,
        })
    }
}

impl answer::Guest for Unruly {
    fn handle(request: answer::Request) -> answer::Outcome {
        let head = String::from_utf8_lossy(&request.head);
        let target = head.split(' ').nth(1).unwrap_or_default();
        if target == "/over-http" {
            return answer::Outcome::OverHttp;
        }
        let (status, headers, body) = behave(target);
        answer::Outcome::Response(answer::Response {
            status,
            headers,
            body,
        })
    }
}

impl gateway::Guest for Unruly {
    fn handle(
        platform: String,
        event: Vec<u8>,
        _: gateway::Context,
    ) -> Result<gateway::Reply, gateway::EventError> {
        let reply = |document| gateway::Reply {
            document,
            entry: gateway::Entry {
                client: None,
                request_id: None,
                method: None,
                target: None,
                status: None,
            },
        };
        let event = String::from_utf8_lossy(&event).into_owned();
        let known = ["/panic", "/loop", "/oom", "/vast", "/throw"];
        match known.into_iter().find(|word| event.contains(&format!("\"{word}\""))) {
            Some("/throw") => Err(gateway::EventError {
                code: "bad_event".to_owned(),
                message: format!("{platform} sent an event that was told to fail"),
            }),
            Some(word) => Ok(reply(behave(word).2)),
            None => Ok(reply(br#"{"isBase64Encoded":false,"statusCode":200,"headers":{"Content-Type":"text/plain"},"body":"good"}"#.to_vec())),
        }
    }
}

impl wasip2::exports::http::incoming_handler::Guest for Unruly {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let target = request.path_with_query().unwrap_or_default();
        if target == "/silent" {
            return;
        }
        let (status, _, body) = behave(&target);
        let fields = Fields::new();
        let _ = fields.append("content-length", body.len().to_string().as_bytes());
        let response = OutgoingResponse::new(fields);
        let _ = response.set_status_code(status);
        let Ok(outgoing) = response.body() else {
            return;
        };
        ResponseOutparam::set(out, Ok(response));
        if let Ok(stream) = outgoing.write() {
            for part in body.chunks(4096) {
                if stream.blocking_write_and_flush(part).is_err() {
                    break;
                }
                if target == "/half" {
                    // The answer is on its way; what follows cannot be told any more.
                    out_of_order();
                }
            }
        }
        let _ = OutgoingBody::finish(outgoing, None);
    }
}
