//! Google Cloud Run and Cloud Run functions: HTTP on `0.0.0.0:$PORT`
//! (<https://cloud.google.com/run/docs/container-contract>). Events are POSTed
//! there too; they are taken for events only where the deployment says that it
//! is a function of events (`FUNCTION_SIGNATURE_TYPE`), so that no stranger's
//! request is.

use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};

use super::{Contract, Http, Kind, last_forwarded, posted, seconds, unanswered};
use crate::function::{Delivery, EventFailure, Function, Told};

/// What Cloud Run sets, besides `PORT`, which many others set too.
const SERVICE: &str = "K_SERVICE";

pub(super) const KIND: Kind = Kind {
    name: "google",
    platform: "google",
    sign: SERVICE,
    told: |environment| environment.has(SERVICE),
    contract: |environment| {
        let address = environment.address(Ipv4Addr::UNSPECIFIED, &["PORT"], 8080)?;
        let events = ["event", "cloudevent"].contains(
            &environment
                .get("FUNCTION_SIGNATURE_TYPE")
                .unwrap_or_default(),
        );
        let left = seconds(environment.get("CLOUD_RUN_TIMEOUT_SECONDS"));
        Ok(Contract::Http(address, Box::new(CloudRun { events, left })))
    },
};

struct CloudRun {
    /// Whether this is a function of events.
    events: bool,
    /// How long a request may take.
    left: Option<Duration>,
}

/// As Google's frameworks have it: what is no event is the sender's fault.
fn not_taken(failure: &EventFailure) -> Response<Bytes> {
    let mut response = unanswered(failure);
    if matches!(failure, EventFailure::Refused { .. }) {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}

impl Http for CloudRun {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        let trace = request.headers().get("x-cloud-trace-context");
        let trace = trace
            .and_then(|value| value.to_str().ok()?.split(['/', ';']).next())
            .filter(|id| !id.is_empty());
        if self.events && request.method() == Method::POST {
            let delivery = Delivery {
                request_id: trace,
                target: request.uri().path_and_query().map(|target| target.as_str()),
                headers: Some(request.headers()),
                left: self.left,
            };
            let answered = function.event(request.body(), delivery);
            return answered.map_or_else(|failure| not_taken(&failure), posted);
        }
        let told = Told {
            request_id: trace,
            client: last_forwarded(request.headers()),
            left: self.left,
            ..Told::default()
        };
        function.exchange(request, told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn what_is_no_event_is_a_bad_request() {
        const WHOLE: &str = r#"{"specversion":"1.0","id":"e1","source":"//pics","type":"pick"}"#;
        let function = testing::function("google");
        for (body, status) in [
            (WHOLE, 200),
            (
                r#"{"specversion":"1.0","source":"//pics","type":"pick"}"#,
                400,
            ),
            ("{", 400),
        ] {
            let request = Request::post("/")
                .header("content-type", "application/cloudevents+json")
                .body(body.into())
                .unwrap();
            let run = CloudRun {
                events: true,
                left: None,
            };
            let response = run.answer(&function, &request);
            assert_eq!(response.status(), status, "{body}: {:?}", response.body());
        }
    }
}
