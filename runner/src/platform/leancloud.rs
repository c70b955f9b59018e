//! LeanCloud's engine
//! (<https://docs.leancloud.cn/sdk/engine/overview/>): HTTP on
//! `0.0.0.0:$LEANCLOUD_APP_PORT`. The platform asks whether the program lives
//! and which cloud functions it has; calls of those come to paths of their
//! own, and everything else is plain HTTP.

use std::net::Ipv4Addr;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CONTENT_TYPE, ORIGIN,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use self::keys::{Keys, Role};
use super::{Contract, Http, Kind, text};
use crate::function::{Delivery, EventFailure, Function, Told};
use crate::guests::Failure;

mod keys;

const PORT: &str = "LEANCLOUD_APP_PORT";

pub(super) const KIND: Kind = Kind {
    name: "leancloud",
    platform: "leancloud",
    sign: PORT,
    told: |environment| environment.has(PORT),
    contract: |environment| {
        let address = environment.address(Ipv4Addr::UNSPECIFIED, &[PORT], 3000)?;
        let keys = Keys::of(environment);
        let prod = prod(environment.get("LEANCLOUD_APP_ENV"));
        Ok(Contract::Http(address, Box::new(Engine { keys, prod })))
    },
};

/// Where the platform asks whether the program lives. Without an answer, a
/// site that redirects at `/` is taken for one that did not start.
const PINGS: [&str; 2] = ["/__engine/1/ping", "/__engine/1.1/ping"];

/// Where it asks for the names of the functions; only the master may.
const NAMES: &str = "functions/_ops/metadatas";

struct Engine {
    keys: Keys,
    /// What `X-LC-Prod` says to reach this deployment, where that is known.
    prod: Option<HeaderValue>,
}

/// The field that chooses between deployments.
const PROD: &str = "x-lc-prod";

/// The deployment's own word: calls reach it by other ways than that field too,
/// and a machine of a developer's is neither of the two.
fn prod(environment: Option<&str>) -> Option<HeaderValue> {
    match environment {
        Some("production") => Some(HeaderValue::from_static("1")),
        Some("stage") => Some(HeaderValue::from_static("0")),
        _ => None,
    }
}

impl Http for Engine {
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes> {
        let path = request.uri().path();
        if PINGS.contains(&path) {
            let runtime = concat!("edgepick-", env!("CARGO_PKG_VERSION"));
            let body = json!({ "runtime": runtime, "version": "custom" });
            return document(StatusCode::OK, body.to_string());
        }
        let Some(door) = door(path) else {
            let told = Told {
                client: client(request.headers()),
                ..Told::default()
            };
            return function.exchange(request, told);
        };
        let mut response = if request.method() == Method::OPTIONS {
            preflight()
        } else {
            self.call(function, request, door)
        };
        let any = HeaderValue::from_static("*");
        let origin = request.headers().get(ORIGIN).cloned().unwrap_or(any);
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response
    }
}

/// What follows the version in the path of a cloud function.
fn door(path: &str) -> Option<&str> {
    let path = path.strip_prefix("/__engine").unwrap_or(path);
    let mut versions = ["/1.1/", "/1/"].into_iter();
    let rest = versions.find_map(|version| path.strip_prefix(version))?;
    let is_door = rest.starts_with("functions/") || rest.starts_with("call/");
    is_door.then_some(rest)
}

impl Engine {
    fn call(&self, function: &Function, request: &Request<Bytes>, door: &str) -> Response<Bytes> {
        let role = self.keys.role(request.headers(), request.body());
        let is_names = door.strip_suffix('/').unwrap_or(door) == NAMES;
        match role {
            Some(Role::Master) => {}
            Some(Role::Caller) if !is_names => {}
            Some(Role::Caller) | None => {
                return failure(StatusCode::UNAUTHORIZED, 401, "Unauthorized.");
            }
        }
        let mut headers = request.headers().clone();
        keys::remove(&mut headers);
        if let Some(prod) = &self.prod {
            headers.insert(PROD, prod.clone());
        }
        let delivery = Delivery {
            request_id: None,
            target: request.uri().path_and_query().map(|target| target.as_str()),
            headers: Some(&headers),
            left: None,
        };
        match function.event(request.body(), delivery) {
            Ok(bytes) => document(status(&bytes), bytes),
            Err(EventFailure::Guest(Failure::Timeout(_))) => failure(
                StatusCode::SERVICE_UNAVAILABLE,
                124,
                "The request timed out on the server.",
            ),
            Err(e) => failure(StatusCode::INTERNAL_SERVER_ERROR, 1, &e.to_string()),
        }
    }
}

/// A result is a success; otherwise the code is the status where it can be
/// one, and 400 where it is a number of the platform's own.
fn status(document: &[u8]) -> StatusCode {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    if document.get("result").is_some() {
        return StatusCode::OK;
    }
    document
        .get("code")
        .and_then(Value::as_u64)
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .unwrap_or(StatusCode::BAD_REQUEST)
}

fn document(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn failure(status: StatusCode, code: u16, error: &str) -> Response<Bytes> {
    document(status, json!({ "code": code, "error": error }).to_string())
}

const METHODS: &str = "HEAD, GET, POST, PUT, DELETE, OPTIONS";
const FIELDS: &str = "Content-Type, X-LC-Hook-Key, X-LC-Id, X-LC-Key, X-LC-Prod, X-LC-Session, \
     X-LC-Sign, X-LC-UA, X-Requested-With, X-AVOSCloud-Application-Id, \
     X-AVOSCloud-Application-Key, X-AVOSCloud-Application-Production, X-AVOSCloud-Client-Version, \
     X-AVOSCloud-Request-Sign, X-AVOSCloud-Session-Token, X-AVOSCloud-Super-Key, \
     X-Uluru-Application-Id, X-Uluru-Application-Key, X-Uluru-Application-Production, \
     X-Uluru-Client-Version, X-Uluru-Session-Token";

fn preflight() -> Response<Bytes> {
    let mut response = Response::default();
    for (name, value) in [
        (ACCESS_CONTROL_MAX_AGE, "86400"),
        (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, FIELDS),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// Behind the platform's edge nodes the caller stands first.
fn client(headers: &HeaderMap) -> Option<&str> {
    let first = text(headers, "x-forwarded-for").and_then(|list| list.split(',').next());
    first
        .map(str::trim)
        .filter(|client| !client.is_empty())
        .or_else(|| text(headers, "x-real-ip"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloud_functions_have_paths_of_their_own() {
        for (path, expected) in [
            ("/1.1/functions/random", Some("functions/random")),
            ("/1/call/random", Some("call/random")),
            ("/__engine/1.1/functions/x", Some("functions/x")),
            ("/1.1/functions/", Some("functions/")),
            ("/1.1/functions", None),
            ("/1.1/classes/Album", None),
            ("/2/functions/random", None),
            ("/functions/random", None),
            ("/", None),
        ] {
            assert_eq!(door(path), expected, "{path}");
        }
    }

    #[test]
    fn a_deployment_knows_which_of_the_two_it_is() {
        for (environment, expected) in [
            (Some("production"), Some("1")),
            (Some("stage"), Some("0")),
            (Some("development"), None),
            (None, None),
        ] {
            let prod = prod(environment);
            assert_eq!(prod.as_ref().map(|it| it.to_str().unwrap()), expected);
        }
    }

    #[test]
    fn the_code_is_the_status_where_it_can_be() {
        for (document, expected) in [
            (r#"{"result":{}}"#, 200),
            (r#"{"result":null}"#, 200),
            (r#"{"code":404,"error":"x"}"#, 404),
            (r#"{"code":503,"error":"x"}"#, 503),
            (r#"{"code":1,"error":"x"}"#, 400),
            (r#"{"code":302,"error":"x"}"#, 400),
            (r#"{"code":70000,"error":"x"}"#, 400),
            (r#"{"code":"x"}"#, 400),
        ] {
            assert_eq!(status(document.as_bytes()).as_u16(), expected, "{document}");
        }
    }

    #[test]
    fn a_preflight_is_told_every_field() {
        let response = preflight();
        for name in [
            "x-lc-id",
            "X-Uluru-Session-Token",
            "X-AVOSCloud-Request-Sign",
        ] {
            let fields = response.headers()[ACCESS_CONTROL_ALLOW_HEADERS]
                .to_str()
                .unwrap();
            assert!(
                fields
                    .split(", ")
                    .any(|field| field.eq_ignore_ascii_case(name)),
                "{name}"
            );
        }
    }
}
