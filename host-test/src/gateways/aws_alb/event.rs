//! The event: request, without decoding anything.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_ENCODING, HOST};
use serde_json::{Value, json};

use super::Options;
use crate::gateways::headers::{callers, end_to_end, named_host, texts};
use crate::gateways::lambda::{ACCOUNT, Multi, REGION, is_text, last, trace_id};
use crate::gateways::members::set;
use crate::gateways::times::Moment;

/// What the balancer sends for a caller's request.
pub(super) fn event(options: &Options, request: &Request<Bytes>, caller: IpAddr) -> Value {
    let body = request.body();
    let fields = request.headers();
    let encoded = !body.is_empty() && (fields.contains_key(CONTENT_ENCODING) || !is_text(fields));
    let body = if encoded {
        STANDARD.encode(body)
    } else {
        String::from_utf8_lossy(body).into_owned()
    };
    let mut event = document(request.method().as_str(), request.uri().path());
    put(
        options,
        &mut event,
        query(request.uri().query().unwrap_or_default()),
        headers(request, caller),
    );
    set(&mut event, "body", body);
    set(&mut event, "isBase64Encoded", encoded);
    event
}

/// What it sends when nobody asks.
pub(super) fn health_check(options: &Options, target: &str) -> Value {
    let (path, sent) = target.split_once('?').unwrap_or((target, ""));
    let mut event = document("GET", path);
    let agent = vec!["ELB-HealthChecker/2.0".to_owned()];
    let headers = Multi::from([("user-agent".to_owned(), agent)]);
    put(options, &mut event, query(sent), headers);
    set(&mut event, "body", "");
    set(&mut event, "isBase64Encoded", false);
    event
}

fn document(method: &str, path: &str) -> Value {
    let group = "targetgroup/pics/0123456789abcdef";
    let arn = format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:{group}");
    json!({
        "requestContext": { "elb": { "targetGroupArn": arn } },
        "httpMethod": method,
        "path": path,
    })
}

/// The maps of one mode; those of the other are not there.
fn put(options: &Options, event: &mut Value, query: Multi, headers: Multi) {
    if options.multi_value {
        set(event, "multiValueQueryStringParameters", json!(query));
        set(event, "multiValueHeaders", json!(headers));
    } else {
        set(event, "queryStringParameters", last(&query));
        set(event, "headers", last(&headers));
    }
}

/// As sent, not decoded.
fn query(sent: &str) -> Multi {
    let mut query = Multi::new();
    for argument in sent.split('&').filter(|argument| !argument.is_empty()) {
        let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
        let values = query.entry(name.to_owned()).or_default();
        values.push(value.to_owned());
    }
    query
}

/// Lower-cased, with those that the balancer adds.
fn headers(request: &Request<Bytes>, caller: IpAddr) -> Multi {
    let fields = end_to_end(request.headers());
    let mut headers: Multi = fields
        .keys()
        .map(|name| (name.as_str().to_owned(), texts(&fields, name)))
        .collect();
    let callers = callers(&fields, caller);
    let mut add = |name: &str, value: String| headers.insert(name.to_owned(), vec![value]);
    add("x-forwarded-for", callers);
    add("x-forwarded-port", "443".to_owned());
    add("x-forwarded-proto", "https".to_owned());
    add("x-amzn-trace-id", trace_id(Moment::now()));
    let host = named_host(&fields)
        .unwrap_or_else(|| format!("pics-1234567890.{REGION}.elb.amazonaws.com"));
    add(HOST.as_str(), host);
    headers
}
