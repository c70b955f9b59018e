//! Tencent Cloud SCF.
//!
//! - Web function (<https://cloud.tencent.com/document/product/583/56124>):
//!   `scf_bootstrap` starts this program, which listens on `0.0.0.0:9000`. An
//!   image-based event function is the same but for `POST /event-invoke`
//!   (<https://cloud.tencent.com/document/product/583/56051>).
//! - Custom runtime (<https://cloud.tencent.com/document/product/583/47274>):
//!   this program is the `bootstrap` and fetches its events at
//!   `SCF_RUNTIME_API`.

use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Method, Request, Response};

use super::{Contract, Http, Kind, NOTHING, last_forwarded, posted, seconds, text, unanswered};
use crate::function::{Delivery, EventFailure, Function, Told};
use crate::runtime_api::{Invocation, RuntimeApi, get, post};

/// What every function of the platform has.
const HERE: &str = "TENCENTCLOUD_RUNENV";
/// The interface's host; its port stands beside it.
const API: &str = "SCF_RUNTIME_API";
const API_PORT: &str = "SCF_RUNTIME_API_PORT";
/// Event functions of images have no trigger that sends them this path.
const EVENT_PATH: &str = "/event-invoke";

const WEB_ID: HeaderName = HeaderName::from_static("x-scf-request-id");
const EVENT_ID: &str = "request_id";
const WEB_TIMEOUT: &str = "x-scf-timeout";
/// In milliseconds.
const EVENT_TIMEOUT: &str = "time_limit_in_ms";

pub(super) const WEB: Kind = Kind {
    name: "tencent",
    platform: "tencent",
    sign: "TENCENTCLOUD_RUNENV without SCF_RUNTIME_API",
    told: |environment| environment.has(HERE) && !environment.has(API),
    contract: |_| {
        let address = (Ipv4Addr::UNSPECIFIED, 9000).into();
        Ok(Contract::Http(address, Box::new(Web)))
    },
};

/// An event function that is an image is not told apart by its environment.
pub(super) const IMAGE: Kind = Kind {
    name: "tencent-image",
    platform: "tencent",
    sign: NOTHING,
    told: |_| false,
    contract: |_| {
        let address = (Ipv4Addr::UNSPECIFIED, 9000).into();
        Ok(Contract::Http(address, Box::new(Image)))
    },
};

pub(super) const EVENT: Kind = Kind {
    name: "tencent-event",
    platform: "tencent",
    sign: API,
    told: |environment| environment.has(API),
    contract: |environment| {
        let host = environment.required(API, "the host of the runtime interface")?;
        let authority = match environment.get(API_PORT) {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Contract::Api(Box::new(CustomRuntime(authority))))
    },
};

struct Web;

impl Http for Web {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        let told = Told {
            request_id: text(request.headers(), WEB_ID.as_str()),
            client: last_forwarded(request.headers()),
            left: seconds(text(request.headers(), WEB_TIMEOUT)),
            ..Told::default()
        };
        function.exchange(request, told)
    }
}

struct Image;

impl Http for Image {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        if request.method() != Method::POST || request.uri().path() != EVENT_PATH {
            return Web.answer(function, request);
        }
        let delivery = Delivery {
            request_id: text(request.headers(), WEB_ID.as_str()),
            left: seconds(text(request.headers(), WEB_TIMEOUT)),
            ..Delivery::default()
        };
        let answered = function.event(request.body(), delivery);
        answered.map_or_else(|failure| unanswered(&failure), posted)
    }
}

/// By the interface's host and port.
struct CustomRuntime(String);

impl RuntimeApi for CustomRuntime {
    fn authority(&self) -> &str {
        &self.0
    }

    /// An empty body is refused.
    fn ready(&self) -> Option<Request<Bytes>> {
        Some(post("/runtime/init/ready", " "))
    }

    /// A program that ends without being ready is the platform's own error.
    fn not_ready(&self, _why: &str) -> Option<Request<Bytes>> {
        None
    }

    fn next(&self) -> Request<Bytes> {
        get("/runtime/invocation/next")
    }

    fn invocation(&self, response: Response<Bytes>) -> Option<Invocation> {
        if !response.status().is_success() {
            return None;
        }
        let (parts, event) = response.into_parts();
        let id = text(&parts.headers, EVENT_ID)
            .unwrap_or_default()
            .to_owned();
        let limit = text(&parts.headers, EVENT_TIMEOUT).and_then(|ms| ms.parse().ok());
        Some(Invocation {
            id,
            event,
            left: limit.map(Duration::from_millis),
            headers: parts.headers,
        })
    }

    fn reply(&self, _invocation: &Invocation, document: Vec<u8>) -> Request<Bytes> {
        post("/runtime/invocation/response", document)
    }

    fn failure(&self, _invocation: &Invocation, failure: &EventFailure) -> Request<Bytes> {
        post("/runtime/invocation/error", failure.to_string())
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::Value;

    use super::*;
    use crate::testing;

    #[test]
    fn an_image_takes_events_at_one_path_and_requests_at_all_others() {
        const EVENT: &str = r#"{"headers":{"host":"pics.example.org"},"httpMethod":"GET","path":"/","queryString":{}}"#;
        let function = testing::function("tencent");
        for (method, path, body, status) in [
            ("POST", EVENT_PATH, EVENT, 200),
            ("POST", EVENT_PATH, "no JSON", 500),
            ("GET", "/", "", 302),
            ("GET", "/random/1", "", 302),
        ] {
            let request = Request::builder().method(method).uri(path);
            let request = request.body(body.into()).unwrap();
            let response = Image.answer(&function, &request);
            assert_eq!(response.status(), status, "{method} {path} {body}");
            if response.status() == StatusCode::OK {
                let document: Value = serde_json::from_slice(response.body()).unwrap();
                assert_eq!(document["statusCode"], 302, "{document}");
            }
        }
    }

    #[test]
    fn an_invocation_says_how_long_it_may_take() {
        let api = CustomRuntime(String::new());
        for (limit, expected) in [
            (Some("3000"), Some(Duration::from_secs(3))),
            (Some("x"), None),
            (None, None),
        ] {
            let mut response = Response::new(Bytes::new());
            if let Some(limit) = limit {
                let limit = http::HeaderValue::from_static(limit);
                response.headers_mut().insert(EVENT_TIMEOUT, limit);
            }
            assert_eq!(api.invocation(response).unwrap().left, expected);
        }
    }
}
