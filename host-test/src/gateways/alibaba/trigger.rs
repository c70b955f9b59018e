//! An HTTP trigger, whatever stands behind it: what it takes of callers and
//! what it lets through to them.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, ORIGIN,
};
use http::{HeaderMap, HeaderName, Request, Response};

use super::{Refusal, numbered, too_large};
use crate::gateways::Remark;
use crate::gateways::headers::text;
use crate::gateways::sending::send;

/// Most bytes of a request's fields, and of an answer's.
const MOST_HEADERS: usize = 8 * 1024;

/// Most bytes of path and query.
const MOST_TARGET: usize = 4 * 1024;

/// Fields of a function that the platform drops without a word, beside its own
/// (`x-fc-`).
const DROPPED: [&str; 7] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "server",
    "content-disposition",
    "upgrade",
];

/// Fields that scripts of other origins may read.
const EXPOSED: &str = "Date,x-fc-request-id,x-fc-error-type,x-fc-code-checksum,x-fc-invocation-duration,x-fc-max-memory-usage,x-fc-log-result";

/// Why the function is not called, if it is not.
pub(crate) fn refusal(request: &Request<Bytes>, methods: &[&str]) -> Option<Refusal> {
    let refusal = |status, code, message: String| {
        Some(Refusal {
            status,
            code,
            message,
        })
    };
    let method = request.method().as_str();
    if !methods.iter().any(|m| m.eq_ignore_ascii_case(method)) {
        let message = format!("the trigger does not allow the method {method}");
        return refusal(403, "FCCommonError", message);
    }
    if size(request.headers()) > MOST_HEADERS {
        let message = format!("the header fields are over {MOST_HEADERS} bytes");
        return refusal(400, "InvalidArgument", message);
    }
    let target = request.uri().path_and_query();
    if target.is_some_and(|target| target.as_str().len() > MOST_TARGET) {
        let message = format!("path and query are over {MOST_TARGET} bytes");
        return refusal(400, "InvalidArgument", message);
    }
    too_large(request.headers(), request.body().len())
}

/// What the platform says of an answer that it does not let through.
pub(crate) fn bad_response(what: &str) -> Refusal {
    Refusal {
        status: 502,
        code: "BadResponse",
        message: format!("the function's response is invalid: {what}"),
    }
}

/// What the caller gets of the function's answer.
pub(crate) fn deliver(
    default_domain: bool,
    request: &Request<Bytes>,
    request_id: &str,
    mut response: Response<Bytes>,
) -> Response<Bytes> {
    let method = request.method();
    let headers = response.headers_mut();
    let dropped =
        |name: &HeaderName| name.as_str().starts_with("x-fc-") || DROPPED.contains(&name.as_str());
    let names: Vec<_> = headers
        .keys()
        .filter(|name| dropped(name))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
    if size(headers) > MOST_HEADERS {
        let refusal = bad_response("the header fields are over 8192 bytes");
        return refusal.response(request_id, method);
    }
    if default_domain {
        if response.status().is_redirection() {
            let refusal = Refusal {
                status: 400,
                code: "ExternalRedirectForbidden",
                message: "redirects are forbidden on the default domain, use a custom domain"
                    .to_owned(),
            };
            return refusal.response(request_id, method);
        }
        force_download(response.headers_mut());
    }
    allow_origin(request.headers(), response.headers_mut());
    let mut sent = numbered(send(response, method), request_id);
    if default_domain && sent.headers().contains_key(CONTENT_DISPOSITION) {
        let text = "browsers download this: the default domain says attachment";
        sent.extensions_mut().insert(Remark(text.to_owned()));
    }
    sent
}

/// Bytes of all names and values.
fn size(headers: &HeaderMap) -> usize {
    let fields = headers.iter();
    fields
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum()
}

/// Pages are shown, everything else is saved.
fn force_download(headers: &mut HeaderMap) {
    let kind = headers.get(CONTENT_TYPE).map(text).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("text/html") {
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
}

/// Lets scripts of the caller's origin read an answer that says nothing of
/// origins itself.
fn allow_origin(asked: &HeaderMap, headers: &mut HeaderMap) {
    let own = headers
        .keys()
        .any(|name| name.as_str().starts_with("access-control-"));
    if let (Some(origin), false) = (asked.get(ORIGIN), own) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let credentials = HeaderValue::from_static("true");
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED),
        );
    }
}
