//! Huawei Cloud FunctionGraph.
//!
//! - HTTP function
//!   (<https://support.huaweicloud.com/usermanual-functiongraph/functiongraph_01_1442.html>):
//!   a text named `bootstrap` starts this program, which listens on
//!   `127.0.0.1:8000`; the request's facts come in `X-CFF-*`.
//! - Event function with the runtime `Custom`
//!   (<https://support.huaweicloud.com/usermanual-functiongraph/functiongraph_01_0372.html>):
//!   this program is the `bootstrap` and fetches its events at
//!   `RUNTIME_API_ADDR`.

use std::net::Ipv4Addr;
use std::sync::Once;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Request, Response};
use serde_json::json;

use super::{Contract, Http, Kind, seconds, text};
use crate::function::{EventFailure, Function, Told};
use crate::runtime_api::{Invocation, RuntimeApi, get, post};

/// What both kinds have; only one has the interface's address.
const CODE: &str = "RUNTIME_CODE_ROOT";
const API: &str = "RUNTIME_API_ADDR";
/// How long a call may take, in seconds: of event functions.
const TIMEOUT: &str = "RUNTIME_TIMEOUT";

const ID: HeaderName = HeaderName::from_static("x-cff-request-id");

/// The facts that are logged once, when the first request brings them; keys
/// and tokens may come beside them and are never looked at.
const FACTS: [&str; 7] = [
    "x-cff-memory",
    "x-cff-timeout",
    "x-cff-func-version",
    "x-cff-func-name",
    "x-cff-project-id",
    "x-cff-package",
    "x-cff-region",
];

pub(super) const HTTP: Kind = Kind {
    name: "huawei",
    platform: "huawei",
    sign: "RUNTIME_CODE_ROOT without RUNTIME_API_ADDR",
    told: |environment| environment.has(CODE) && !environment.has(API),
    contract: |_| {
        let address = (Ipv4Addr::LOCALHOST, 8000).into();
        Ok(Contract::Http(
            address,
            Box::new(HttpFunction {
                logged: Once::new(),
            }),
        ))
    },
};

pub(super) const EVENT: Kind = Kind {
    name: "huawei-event",
    platform: "huawei",
    sign: API,
    told: |environment| environment.has(API),
    contract: |environment| {
        let authority = environment.required(API, "the host and port of the runtime interface")?;
        Ok(Contract::Api(Box::new(Custom {
            authority: authority.to_owned(),
            left: seconds(environment.get(TIMEOUT)),
        })))
    },
};

struct HttpFunction {
    logged: Once,
}

impl Http for HttpFunction {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        let headers = request.headers();
        self.logged.call_once(|| {
            let facts: Vec<_> = FACTS
                .iter()
                .filter_map(|name| Some(format!("{name}={}", text(headers, name)?)))
                .collect();
            eprintln!("function: {}", facts.join(" "));
        });
        let told = Told {
            request_id: text(headers, ID.as_str()),
            client: text(headers, "x-apig-source-ip"),
            left: seconds(text(headers, "x-cff-timeout")),
            ..Told::default()
        };
        function.exchange(request, told)
    }
}

struct Custom {
    /// The interface's host and port.
    authority: String,
    left: Option<Duration>,
}

impl RuntimeApi for Custom {
    fn authority(&self) -> &str {
        &self.authority
    }

    /// No call for this is documented: the log says it.
    fn not_ready(&self, _why: &str) -> Option<Request<Bytes>> {
        None
    }

    fn next(&self) -> Request<Bytes> {
        get("/v1/runtime/invocation/request")
    }

    fn invocation(&self, response: Response<Bytes>) -> Option<Invocation> {
        let found = response.status().is_success();
        let invocation = found.then(|| Invocation::of(response, &ID)).flatten()?;
        Some(Invocation {
            left: self.left,
            ..invocation
        })
    }

    fn reply(&self, invocation: &Invocation, document: Vec<u8>) -> Request<Bytes> {
        let target = format!("/v1/runtime/invocation/response/{}", invocation.id);
        post(&target, document)
    }

    fn failure(&self, invocation: &Invocation, failure: &EventFailure) -> Request<Bytes> {
        let document = json!({ "errorType": failure.name(), "errorMessage": failure.to_string() });
        let target = format!("/v1/runtime/invocation/error/{}", invocation.id);
        post(&target, document.to_string())
    }
}
