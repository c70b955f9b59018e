//! Answers: JSON, nothing, and the fields beside them.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use md5::{Digest as _, Md5};
use serde_json::Value;

use super::store::Item;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-fc-request-id");
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-fc-error-type");

/// The members of a resource that are kept and returned and nothing more.
const NOT_ACTED_UPON: HeaderName = HeaderName::from_static("x-emulator-not-acted-upon");

/// A JSON document.
pub(crate) fn json(status: u16, document: &Value) -> Response<Bytes> {
    typed(status, "application/json", document.to_string())
}

/// A body of this type.
pub(crate) fn typed(status: u16, media: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = empty(status);
    *response.body_mut() = body.into();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// Neither body nor type: clients read an empty body of type JSON as JSON.
pub(crate) fn empty(status: u16) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// A resource with its tag; `inert` names what is not acted upon.
pub(crate) fn resource(stored: &Item, shown: Item, inert: &[&str]) -> Response<Bytes> {
    let mut response = json(200, &Value::Object(shown));
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(etag(stored)) {
        headers.insert(ETAG, tag);
    }
    if !inert.is_empty()
        && let Ok(names) = HeaderValue::try_from(inert.join(", "))
    {
        headers.insert(NOT_ACTED_UPON, names);
    }
    response
}

/// 32 hexadecimal digits that change with the resource.
pub(crate) fn etag(stored: &Item) -> String {
    let text = serde_json::to_vec(stored).unwrap_or_default();
    let digest = Md5::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
