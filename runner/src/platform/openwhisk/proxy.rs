//! The action proxy that an image of one's own has to be.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::{Activation, result};
use crate::function::Function;
use crate::platform::{Http, posted};

/// What ends the log of an activation, on both streams.
const END: &[u8] = b"XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n";

/// The site lies beside this program: what `/init` brings is not looked at.
#[derive(Default)]
pub(super) struct Proxy {
    begun: AtomicBool,
}

impl Http for Proxy {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        match (request.method(), request.uri().path()) {
            (&Method::POST, "/init") => {
                if self.begun.swap(true, Ordering::SeqCst) {
                    let error = "Cannot initialize the action more than once.";
                    return refused(StatusCode::FORBIDDEN, error);
                }
                posted(json!({ "ok": true }).to_string())
            }
            (&Method::POST, "/run") => {
                let response = self.run(function, request.body());
                let _ = std::io::stdout().lock().write_all(END);
                let _ = std::io::stderr().lock().write_all(END);
                response
            }
            _ => refused(StatusCode::NOT_FOUND, "accepted: POST /init, POST /run"),
        }
    }
}

impl Proxy {
    fn run(&self, function: &Function, body: &[u8]) -> Response<Bytes> {
        if !self.begun.load(Ordering::SeqCst) {
            return refused(StatusCode::INTERNAL_SERVER_ERROR, "no action defined yet");
        }
        let activation: Value = serde_json::from_slice(body).unwrap_or_default();
        if !activation.get("value").is_some_and(Value::is_object) {
            let error = "The action did not receive a dictionary as an argument.";
            return refused(StatusCode::NOT_FOUND, error);
        }
        posted(result(function, body, &Activation::of(&activation)))
    }
}

fn refused(status: StatusCode, error: &str) -> Response<Bytes> {
    let mut response = posted(json!({ "error": error }).to_string());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn it_is_begun_once_and_then_run() {
        let function = testing::function("openwhisk");
        let proxy = Proxy::default();
        let asked = r#"{"value":{"__ow_method":"get","__ow_headers":{},"__ow_path":""},"activation_id":"7"}"#;
        for (path, body, expected) in [
            ("/run", asked, 500),
            ("/init", r#"{"value":{"code":""}}"#, 200),
            ("/init", "{}", 403),
            ("/run", asked, 200),
            ("/run", r#"{"value":7,"activation_id":"8"}"#, 404),
            ("/run", asked, 200),
            ("/", asked, 404),
        ] {
            let request = Request::post(path).body(body.into()).unwrap();
            let response = proxy.answer(&function, &request);
            assert_eq!(response.status(), expected, "{path} {body}");
            let document: Value = serde_json::from_slice(response.body()).unwrap();
            if path == "/run" && expected == 200 {
                assert_eq!(document["statusCode"], 302, "{document}");
            }
        }
    }
}
