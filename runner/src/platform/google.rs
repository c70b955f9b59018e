//! Google Cloud Run and Cloud Run functions: HTTP on `0.0.0.0:$PORT`
//! (<https://cloud.google.com/run/docs/container-contract>). Events are POSTed
//! there too; they are taken for events only where the deployment says that it
//! is a function of events (`FUNCTION_SIGNATURE_TYPE`), so that no stranger's
//! request is.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;

use super::{Contract, Http, Kind, last_forwarded, posted, seconds, unanswered};
use crate::function::{Delivery, EventFailure, Function, Told};
use crate::log::{self, Line};

/// What Cloud Run sets, besides `PORT`, which many others set too.
const SERVICE: &str = "K_SERVICE";

pub(super) const KIND: Kind = Kind {
    name: "google",
    platform: "google",
    sign: SERVICE,
    told: |environment| environment.has(SERVICE),
    contract: |environment| {
        let address = environment.address(Ipv4Addr::UNSPECIFIED, &["PORT"], 8080)?;
        let takes = match environment.get("FUNCTION_SIGNATURE_TYPE") {
            Some("event") => Takes::Events,
            Some("cloudevent") => Takes::CloudEvents,
            _ => Takes::Requests,
        };
        let left = seconds(environment.get("CLOUD_RUN_TIMEOUT_SECONDS"));
        Ok(Contract::Http(address, Box::new(CloudRun { takes, left })))
    },
};

/// What is posted to a function, as its signature says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Requests,
    /// Background events, and whatever JSON its owner calls it with.
    Events,
    CloudEvents,
}

struct CloudRun {
    takes: Takes,
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

/// Whether Google's frameworks find an event in what was posted to a function
/// of CloudEvents, or what they make one of.
fn is_event(request: &Request<Bytes>) -> bool {
    const MEDIA: &[u8] = b"application/cloudevents";
    let headers = request.headers();
    let media = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
    let media = media.and_then(|media| media.get(..MEDIA.len()));
    let fields = [
        "ce-id",
        "ce-specversion",
        "ce-eventtype",
        "x-cloudscheduler",
    ];
    if media.is_some_and(|media| media.eq_ignore_ascii_case(MEDIA))
        || fields.iter().any(|name| headers.contains_key(*name))
    {
        return true;
    }
    let event: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let members = ["specversion", "context", "eventType", "subscription"];
    event.is_array() || members.iter().any(|name| event.get(name).is_some())
}

impl CloudRun {
    /// The answer to an event.
    fn event(
        &self,
        function: &Function,
        request: &Request<Bytes>,
        id: Option<&str>,
    ) -> Response<Bytes> {
        let since = Instant::now();
        let target = request.uri().path_and_query().map(|target| target.as_str());
        if self.takes == Takes::CloudEvents && !is_event(request) {
            let failure = EventFailure::Refused {
                code: "unknown_event".to_owned(),
                message: "no CloudEvent was posted, and this function takes nothing else (FUNCTION_SIGNATURE_TYPE is cloudevent)".to_owned(),
            };
            log::write(&Line {
                id,
                client: None,
                method: None,
                path: target,
                status: None,
                micros: since.elapsed().as_micros(),
                failure: Some(&failure.to_string()),
            });
            return not_taken(&failure);
        }
        let delivery = Delivery {
            request_id: id,
            target,
            headers: Some(request.headers()),
            left: self.left,
        };
        let answered = function.event(request.body(), delivery);
        answered.map_or_else(|failure| not_taken(&failure), posted)
    }
}

impl Http for CloudRun {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        let trace = request.headers().get("x-cloud-trace-context");
        let trace = trace
            .and_then(|value| value.to_str().ok()?.split(['/', ';']).next())
            .filter(|id| !id.is_empty());
        if self.takes != Takes::Requests && request.method() == Method::POST {
            return self.event(function, request, trace);
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
        const PART: &str = r#"{"specversion":"1.0","source":"//pics","type":"pick"}"#;
        const BACKGROUND: &str =
            r#"{"context":{"eventId":"7","eventType":"a","resource":"b"},"data":{}}"#;
        const PUSHED: &str = r#"{"subscription":"s","message":{"messageId":"7"}}"#;
        const PLAIN: &str = r#"{"count":1}"#;
        let function = testing::function("google");
        let (structured, json) = ("application/cloudevents+json", "application/json");
        for (takes, media, body, status) in [
            (Takes::CloudEvents, structured, WHOLE, 200),
            (Takes::CloudEvents, json, WHOLE, 200),
            (Takes::CloudEvents, structured, PART, 400),
            (Takes::CloudEvents, structured, "{", 400),
            (Takes::CloudEvents, json, BACKGROUND, 200),
            (Takes::CloudEvents, json, PUSHED, 200),
            (Takes::CloudEvents, json, PLAIN, 400),
            (Takes::CloudEvents, json, "{", 400),
            (Takes::CloudEvents, json, "", 400),
            (Takes::Events, json, BACKGROUND, 200),
            (Takes::Events, json, PLAIN, 200),
        ] {
            let request = Request::post("/")
                .header("content-type", media)
                .body(body.into())
                .unwrap();
            let run = CloudRun { takes, left: None };
            let response = run.answer(&function, &request);
            assert_eq!(response.status(), status, "{body}: {:?}", response.body());
        }
    }

    #[test]
    fn attributes_in_fields_make_an_event_of_any_body() {
        for (name, expected) in [
            ("Ce-Id", true),
            ("X-CloudScheduler", true),
            ("X-Tag", false),
        ] {
            let request = Request::post("/").header(name, "e1");
            let request = request.body("plain".into()).unwrap();
            assert_eq!(is_event(&request), expected, "{name}");
        }
    }
}
