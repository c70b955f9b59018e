//! Azure Functions, custom handler
//! (<https://learn.microsoft.com/azure/azure-functions/functions-custom-handlers>):
//! HTTP on `127.0.0.1:$FUNCTIONS_CUSTOMHANDLER_PORT`. The functions host
//! forwards the caller's request where `host.json` says so, and otherwise
//! posts a document that holds it. A caller whose request is forwarded could
//! post such a document too, so they are taken only where the owner says so
//! (`EDGEPICK_EVENTS`).

use std::net::Ipv4Addr;

use bytes::Bytes;
use http::{HeaderName, Method, Request, Response};
use serde_json::Value;

use super::{Contract, Http, Kind, last_forwarded, posted, text, unanswered};
use crate::function::{Delivery, Function, Told};

/// The second is its older name.
const PORTS: [&str; 2] = ["FUNCTIONS_CUSTOMHANDLER_PORT", "FUNCTIONS_HTTPWORKER_PORT"];

const ID: HeaderName = HeaderName::from_static("x-azure-functions-invocationid");

pub(super) const KIND: Kind = Kind {
    name: "azure",
    platform: "azure",
    sign: "FUNCTIONS_CUSTOMHANDLER_PORT",
    told: |environment| PORTS.iter().any(|name| environment.has(name)),
    contract: |environment| {
        let address = environment.address(Ipv4Addr::LOCALHOST, &PORTS, 3000)?;
        let events = environment.takes_events();
        Ok(Contract::Http(address, Box::new(CustomHandler { events })))
    },
};

struct CustomHandler {
    events: bool,
}

impl Http for CustomHandler {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        let request_id = text(request.headers(), ID.as_str());
        if request_id.is_none() && request.method() == Method::GET && request.uri().path() == "/" {
            // The host asks whether this program listens; no caller does.
            return Response::default();
        }
        if self.events && request_id.is_some() && is_invocation(request) {
            let delivery = Delivery {
                request_id,
                target: request.uri().path_and_query().map(|target| target.as_str()),
                headers: Some(request.headers()),
                left: None,
            };
            let answered = function.event(request.body(), delivery);
            return answered.map_or_else(|failure| unanswered(&failure), posted);
        }
        let told = Told {
            request_id,
            client: client(request),
            ..Told::default()
        };
        function.exchange(request, told)
    }
}

/// Whether the body is the host's document: `Data` and `Metadata`, objects
/// both, and nothing else.
fn is_invocation(request: &Request<Bytes>) -> bool {
    request.method() == Method::POST
        && serde_json::from_slice::<Value>(request.body()).is_ok_and(|document| {
            let is_object = |name| document.get(name).is_some_and(Value::is_object);
            let members = document.as_object().map_or(0, serde_json::Map::len);
            is_object("Data") && is_object("Metadata") && members == 2
        })
}

/// What the platform's front added to `X-Forwarded-For`, without the port.
fn client(request: &Request<Bytes>) -> Option<&str> {
    let last = last_forwarded(request.headers())?;
    let address = match last.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => match last.split_once(':') {
            Some((address, port)) if !port.contains(':') => address,
            _ => last,
        },
    };
    Some(address).filter(|address| !address.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted_body(body: &'static str) -> Request<Bytes> {
        Request::post("/edgepick").body(body.into()).unwrap()
    }

    #[test]
    fn the_document_is_told_from_a_caller_s_own() {
        let whole = r#"{"Data":{"req":{}},"Metadata":{"sys":{}}}"#;
        assert!(is_invocation(&posted_body(whole)));
        let mut get = posted_body(whole);
        *get.method_mut() = Method::GET;
        assert!(!is_invocation(&get));
        for body in [
            "",
            "[]",
            r#"{"Data":{}}"#,
            r#"{"Data":{},"Metadata":"x"}"#,
            r#"{"Data":{},"Metadata":{},"more":1}"#,
        ] {
            assert!(!is_invocation(&posted_body(body)), "{body}");
        }
    }

    #[test]
    fn the_caller_is_whom_the_front_saw_without_a_port() {
        for (list, expected) in [
            ("203.0.113.9:53124", Some("203.0.113.9")),
            ("203.0.113.9", Some("203.0.113.9")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("198.51.100.7, 203.0.113.9:53124", Some("203.0.113.9")),
            ("198.51.100.7, ", None),
        ] {
            let request = Request::get("/").header("x-forwarded-for", list);
            let request = request.body(Bytes::new()).unwrap();
            assert_eq!(client(&request), expected, "{list}");
        }
    }
}
