//! The event: that of API Gateway without what a URL does not have.

use std::net::IpAddr;

use bytes::Bytes;
use http::Request;
use http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, HOST, HeaderName};
use serde_json::{Map, Value, json};

use super::Profile;
use crate::gateways::headers::{callers, end_to_end, named_host, text, texts};
use crate::gateways::scf::{APP_ID, query};

pub(super) fn event(profile: Profile, request: &Request<Bytes>, caller: IpAddr) -> Vec<u8> {
    let uri = request.uri();
    let mut event = json!({
        "headers": headers(request, caller),
        "httpMethod": request.method().as_str(),
        "path": uri.path(),
        "queryString": query::decode(uri.query().unwrap_or_default()),
    });
    // No flag is documented: a body is text, damaged where it is none.
    let body = request.body();
    if !body.is_empty() {
        event["body"] = String::from_utf8_lossy(body).into();
    }
    if profile == Profile::Recorded {
        event["requestContext"] = json!({ "sourceIp": caller.to_string() });
    }
    event.to_string().into_bytes()
}

/// Lower-cased, each name once, `connection` and the length among them.
fn headers(request: &Request<Bytes>, caller: IpAddr) -> Map<String, Value> {
    let all = request.headers();
    let fields = end_to_end(all);
    let mut headers = Map::new();
    for name in fields.keys() {
        let separator = if *name == COOKIE { "; " } else { ", " };
        let value = texts(&fields, name).join(separator);
        headers.insert(name.as_str().to_owned(), value.into());
    }
    let callers = callers(&fields, caller);
    let mut add = |name: &HeaderName, value: String| {
        headers.insert(name.as_str().to_owned(), value.into());
    };
    let own = || format!("{APP_ID}-ab12cd34ef.ap-guangzhou.tencentscf.com");
    add(&HOST, named_host(all).unwrap_or_else(own));
    add(&HeaderName::from_static("x-forwarded-for"), callers);
    add(
        &HeaderName::from_static("x-scf-remote-addr"),
        caller.to_string(),
    );
    if let Some(connection) = all.get(CONNECTION) {
        add(&CONNECTION, text(connection));
    }
    if !request.body().is_empty() {
        add(&CONTENT_LENGTH, request.body().len().to_string());
    }
    headers
}
