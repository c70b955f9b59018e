//! The event, as recorded: lower-case field names, bodies in base64 even where
//! there is none, the rest of a prefix match under an empty name.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, COOKIE, HOST};
use serde_json::{Map, Value, json};

use super::Options;
use crate::gateways::headers::{callers, end_to_end, named_host, text, texts};
use crate::gateways::queries;

const API: &str = "9d8c7b6a5f4e3d2c1b0a99887766554f";
const HOST_NAME: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0.apic.cn-north-4.huaweicloudapis.com";

pub(super) fn event(
    options: &Options,
    request: &Request<Bytes>,
    caller: IpAddr,
    below: &str,
    request_id: &str,
) -> Vec<u8> {
    let mut context = json!({
        "requestId": request_id,
        "apiId": API,
        "stage": options.stage,
    });
    if !options.no_source_ip {
        context["sourceIp"] = caller.to_string().into();
    }
    let (body, encoded) = body(options, request);
    let rest = below.trim_start_matches('/');
    let parameters = if rest.is_empty() {
        json!({})
    } else {
        json!({ "": rest })
    };
    json!({
        "body": body,
        "requestContext": context,
        "queryStringParameters": query(request.uri().query().unwrap_or_default()),
        "httpMethod": request.method().as_str(),
        "pathParameters": parameters,
        "headers": headers(request, caller, request_id),
        "path": request.uri().path(),
        "isBase64Encoded": encoded,
    })
    .to_string()
    .into_bytes()
}

/// Base64, unless the API sends JSON as text.
fn body(options: &Options, request: &Request<Bytes>) -> (String, bool) {
    let content_type = request.headers().get(CONTENT_TYPE).map(text);
    let is_json = content_type.is_some_and(|value| value.starts_with("application/json"));
    if options.text_body && is_json {
        let text = String::from_utf8_lossy(request.body());
        return (text.into_owned(), false);
    }
    (STANDARD.encode(request.body()), true)
}

/// Decoded; one value is a text, several are an array.
fn query(query: &str) -> Map<String, Value> {
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in queries::pairs(query) {
        let values = parameters.entry(name).or_default();
        values.push(value.unwrap_or_default());
    }
    let value = |mut values: Vec<String>| match values.len() {
        1 => values.remove(0).into(),
        _ => values.into(),
    };
    parameters
        .into_iter()
        .map(|(name, values)| (name, value(values)))
        .collect()
}

/// Lower-cased, each name once, with those that the gateway adds.
fn headers(request: &Request<Bytes>, caller: IpAddr, request_id: &str) -> Map<String, Value> {
    let fields = end_to_end(request.headers());
    let mut headers = Map::new();
    for name in fields.keys() {
        let separator = if *name == COOKIE { "; " } else { "," };
        let value = texts(&fields, name).join(separator);
        headers.insert(name.as_str().to_owned(), value.into());
    }
    let callers = callers(&fields, caller);
    let mut add = |name: &str, value: String| headers.insert(name.to_owned(), value.into());
    let host = named_host(request.headers()).unwrap_or_else(|| HOST_NAME.to_owned());
    add("x-forwarded-host", host.clone());
    add(HOST.as_str(), host);
    add("x-real-ip", caller.to_string());
    add("x-forwarded-for", callers);
    add("x-forwarded-port", "443".to_owned());
    add("x-forwarded-proto", "https".to_owned());
    add("x-request-id", request_id.to_owned());
    headers
}
