//! The event, version v1.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::gateways::alibaba::{ACCOUNT, REGION};
use crate::gateways::headers::{end_to_end, named_host, text, texts, title_case};
use crate::gateways::queries;
use crate::gateways::times::Moment;

/// The first part of the default domain.
const PREFIX: &str = "ep-abcdefghij";

/// Where a custom domain is meant and the caller names none.
const CUSTOM_DOMAIN: &str = "pictures.example.net";

/// Types of text beside `text/*`, all of `application/`.
const TEXTS: [&str; 6] = [
    "json",
    "ld+json",
    "xhtml+xml",
    "xml",
    "atom+xml",
    "javascript",
];

/// Everything an event is made from.
pub(super) struct Event<'a> {
    pub(super) request: &'a Request<Bytes>,
    pub(super) caller: IpAddr,
    pub(super) request_id: &'a str,
    pub(super) moment: Moment,
    pub(super) default_domain: bool,
}

impl Event<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let headers = self.request.headers();
        let domain = self.domain();
        let prefix = domain.split('.').next().unwrap_or_default();
        let path = self.request.uri().path();
        let agent = headers.get(USER_AGENT).map(text).unwrap_or_default();
        let (body, encoded) = self.body();
        json!({
            "version": "v1",
            "rawPath": path,
            "headers": self.headers(&domain),
            "queryParameters": self.query(),
            "body": body,
            "isBase64Encoded": encoded,
            "requestContext": {
                "accountId": ACCOUNT,
                "domainName": domain,
                "domainPrefix": prefix,
                "requestId": self.request_id,
                "time": self.moment.seconds(),
                "timeEpoch": self.moment.epoch_millis().to_string(),
                "http": {
                    "method": self.request.method().as_str(),
                    "path": percent_decode_str(path).decode_utf8_lossy(),
                    "protocol": "HTTP/1.1",
                    "sourceIp": self.caller.to_string(),
                    "userAgent": agent,
                },
            },
        })
        .to_string()
        .into_bytes()
    }

    fn domain(&self) -> String {
        if self.default_domain {
            format!("{PREFIX}.{REGION}.fcapp.run")
        } else {
            named_host(self.request.headers()).unwrap_or_else(|| CUSTOM_DOMAIN.to_owned())
        }
    }

    /// Names as Go writes them, repeated fields joined. The platform keeps its
    /// own names to itself.
    fn headers(&self, domain: &str) -> Map<String, Value> {
        let mut fields: HeaderMap = end_to_end(self.request.headers());
        fields.remove(HOST);
        let mut headers = Map::new();
        for name in fields.keys() {
            if !name.as_str().starts_with("x-fc-") {
                let values = texts(&fields, name).join(",");
                headers.insert(title_case(name), values.into());
            }
        }
        headers.insert("Host".to_owned(), domain.into());
        headers
    }

    /// Decoded, repeated parameters joined: what was sent cannot be told.
    fn query(&self) -> Map<String, Value> {
        let mut query = Map::new();
        for (name, value) in queries::pairs(self.request.uri().query().unwrap_or_default()) {
            let value = value.unwrap_or_default();
            match query.get_mut(&name) {
                Some(Value::String(joined)) => {
                    joined.push(',');
                    joined.push_str(&value);
                }
                _ => {
                    query.insert(name, value.into());
                }
            }
        }
        query
    }

    /// Text where the type says so, base64 otherwise: also where there is none.
    fn body(&self) -> (String, bool) {
        let body = self.request.body();
        if is_text(self.request.headers()) {
            (String::from_utf8_lossy(body).into_owned(), false)
        } else {
            (STANDARD.encode(body), true)
        }
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE).map(text) else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind.to_ascii_lowercase().split_once('/') {
        Some(("text", _)) => true,
        Some(("application", kind)) => TEXTS.contains(&kind),
        _ => false,
    }
}
