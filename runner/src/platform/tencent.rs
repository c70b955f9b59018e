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

use bytes::Bytes;
use http::{HeaderName, Method, Request, Response};

use super::{Contract, Http, Kind, last_forwarded, posted, text, unanswered};
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
    sign: "nothing; name it",
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
        Some(Invocation {
            id,
            event,
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
