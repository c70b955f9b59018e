//! What the fronts of platforms do that pass plain requests on.

use std::net::IpAddr;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};

use crate::gateways::Outcome;
use crate::gateways::headers::{end_to_end, named_host};
use crate::gateways::sending::send;

/// A caller's request with these fields in place of its own; `host` is what
/// the program is called where the caller says no name.
pub(super) fn passed<'a>(
    request: &Request<Bytes>,
    host: &str,
    fields: impl IntoIterator<Item = (&'a str, String)>,
) -> Request<Bytes> {
    let mut passed = request.clone();
    let mut headers = end_to_end(request.headers());
    headers.remove(CONTENT_LENGTH);
    let named = named_host(request.headers()).unwrap_or_else(|| host.to_owned());
    set(&mut headers, HOST.as_str(), &named);
    for (name, value) in fields {
        set(&mut headers, name, &value);
    }
    *passed.headers_mut() = headers;
    passed
}

/// A value that cannot stand in a field is left out.
fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = HeaderName::try_from(name);
    if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
        headers.insert(name, value);
    }
}

/// Takes away the fields whose names begin so, which are the platform's own to
/// set.
pub(super) fn without(headers: &mut HeaderMap, prefix: &str) {
    let own = headers
        .keys()
        .filter(|name| name.as_str().starts_with(prefix));
    for name in own.cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
}

/// The node of RFC 7239 that a caller is.
pub(super) fn node(caller: IpAddr) -> String {
    match caller {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("\"[{address}]\""),
    }
}

/// An event on its way to a program that takes such by HTTP.
pub(super) fn posted(target: &str, headers: &HeaderMap, event: &[u8]) -> Option<Request<Bytes>> {
    let mut request = Request::new(Bytes::copy_from_slice(event));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = target.parse().ok()?;
    let own = request.headers_mut();
    own.insert(HOST, HeaderValue::from_static("localhost"));
    own.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut last = None;
    for (name, value) in headers.clone() {
        // Repeated names come without their name.
        match (name, &last) {
            (Some(name), _) => {
                own.insert(&name, value);
                last = Some(name);
            }
            (None, Some(name)) => {
                own.append(name, value);
            }
            (None, None) => {}
        }
    }
    own.remove(CONTENT_LENGTH);
    Some(request)
}

/// What the caller gets of the program's answer. The length that an answer to
/// HEAD speaks of stays.
pub(super) fn answered(response: Response<Bytes>, method: &Method) -> Response<Bytes> {
    let length = response.headers().get(CONTENT_LENGTH).cloned();
    let mut response = send(response, method);
    if let Some(length) = length.filter(|_| *method == Method::HEAD) {
        response.headers_mut().insert(CONTENT_LENGTH, length);
    }
    response
}

/// What an answer to an event means where only its status counts.
pub(super) fn acknowledged(response: Response<Bytes>) -> Outcome {
    let status = response.status();
    if status.is_success() {
        return Outcome::Returned(response.into_body().into());
    }
    let body = String::from_utf8_lossy(response.body()).into_owned();
    Outcome::Failed(crate::gateways::Failure::Threw(format!("{status}: {body}")))
}
