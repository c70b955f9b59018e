//! Baidu Cloud Function Compute (CFC), web function with a custom runtime
//! (<https://cloud.baidu.com/doc/CFC/s/6mjl0w2pn>): HTTP on `0.0.0.0` at the
//! port that the console says. Requests pass unchanged: every field may be the
//! caller's own, so none says who calls or which request it is. The events of
//! every other trigger are posted to `/invoke`. Nothing tells those from a
//! caller's own either, so they are taken only where the owner says so
//! (`EDGEPICK_EVENTS`).

use std::net::Ipv4Addr;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::{Contract, Http, Kind, posted};
use crate::function::{Delivery, EventFailure, Function, Told};

/// What the platform's runtimes have.
const HERE: &str = "BCE_USER_FUNCTION_NAME";

/// The platform says the port nowhere; its owner may, by a variable or by
/// `--addr`.
const PORT: &str = "PORT";

const EVENTS: &str = "/invoke";

pub(super) const KIND: Kind = Kind {
    name: "baidu",
    platform: "baidu",
    sign: HERE,
    told: |environment| environment.has(HERE),
    contract: |environment| {
        let address = environment.address(Ipv4Addr::UNSPECIFIED, &[PORT], 8080)?;
        let events = environment.takes_events();
        Ok(Contract::Http(address, Box::new(Web { events })))
    },
};

struct Web {
    events: bool,
}

impl Http for Web {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        let is_event = request.method() == Method::POST && request.uri().path() == EVENTS;
        if self.events && is_event {
            let answered = function.event(request.body(), Delivery::default());
            return answered.map_or_else(|failure| refused(&failure), posted);
        }
        function.exchange(request, Told::default())
    }
}

/// The error document of the platform's other runtimes.
fn refused(failure: &EventFailure) -> Response<Bytes> {
    let document = json!({
        "errorMessage": failure.to_string(),
        "errorType": failure.name(),
        "stackTrace": "",
    });
    let mut response = posted(document.to_string());
    *response.status_mut() = match failure {
        EventFailure::Refused { .. } => StatusCode::BAD_REQUEST,
        EventFailure::Guest(_) | EventFailure::Panic => StatusCode::INTERNAL_SERVER_ERROR,
    };
    response
}
