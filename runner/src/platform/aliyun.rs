//! Alibaba Cloud Function Compute, custom runtime and custom container
//! (<https://help.aliyun.com/zh/functioncompute/fc-3-0/user-guide/custom-runtime>):
//! HTTP on `0.0.0.0`. `x-fc-control-path`, which callers cannot set, tells
//! their requests from the platform's own.

use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};

use super::{Contract, Http, Kind, last_forwarded, seconds, text};
use crate::function::{Delivery, Function, Told};

/// What every function of the platform has.
const HERE: &str = "FC_FUNCTION_NAME";
const PORTS: [&str; 2] = ["FC_CUSTOM_LISTEN_PORT", "FC_SERVER_PORT"];

pub(super) const KIND: Kind = Kind {
    name: "aliyun",
    platform: "aliyun",
    sign: HERE,
    told: |environment| environment.has(HERE),
    contract: |environment| {
        let address = environment.address(Ipv4Addr::UNSPECIFIED, &PORTS, 9000)?;
        Ok(Contract::Http(address, Box::new(CustomRuntime)))
    },
};

struct CustomRuntime;

impl Http for CustomRuntime {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        let id = text(request.headers(), "x-fc-request-id");
        match text(request.headers(), "x-fc-control-path") {
            Some("/invoke") => event(function, request, id),
            // The program is ready before it listens, and has nothing to undo.
            Some("/initialize" | "/pre-stop" | "/pre-freeze") => Response::default(),
            _ => exchange(function, request, id),
        }
    }
}

/// Status and fields are lost on the way to who invoked, but for this one.
fn event(
    function: &Function,
    request: &Request<Bytes>,
    request_id: Option<&str>,
) -> Response<Bytes> {
    let delivery = Delivery {
        request_id,
        left: left(request.headers()),
        ..Delivery::default()
    };
    match function.event(request.body(), delivery) {
        Ok(document) => Response::new(document.into()),
        Err(failure) => {
            let mut response = Response::new(failure.to_string().into());
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
                .headers_mut()
                .insert("x-fc-status", HeaderValue::from_static("404"));
            response
        }
    }
}

fn exchange(function: &Function, request: &Request<Bytes>, id: Option<&str>) -> Response<Bytes> {
    let told = Told {
        request_id: id,
        client: last_forwarded(request.headers()),
        no_redirects: is_default_domain(request.headers()),
        left: left(request.headers()),
    };
    if !told.no_redirects {
        return function.exchange(request, told);
    }
    // 304 is a redirect to the default domain too.
    let mut request = request.clone();
    for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE] {
        request.headers_mut().remove(name);
    }
    function.exchange(&request, told)
}

fn left(headers: &HeaderMap) -> Option<Duration> {
    seconds(text(headers, "x-fc-function-timeout"))
}

/// Whether the caller came by the domain that the platform gives to every
/// function: since 2025 it answers any 3xx with 400
/// `ExternalRedirectForbidden`.
fn is_default_domain(headers: &HeaderMap) -> bool {
    let host = text(headers, HOST.as_str()).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    host.to_ascii_lowercase().ends_with(".fcapp.run")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_domain_is_told_by_its_end() {
        for (host, expected) in [
            ("pics-abc.cn-hangzhou.fcapp.run", true),
            ("PICS.cn-hangzhou.FCAPP.run:443", true),
            ("fcapp.run.example.org", false),
            ("pics.example.org", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            assert_eq!(is_default_domain(&headers), expected, "{host}");
        }
        assert!(!is_default_domain(&HeaderMap::new()));
    }
}
