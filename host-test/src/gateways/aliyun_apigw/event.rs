//! The event.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderName};
use http::{HeaderMap, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Options, Parameters, PathForm};
use crate::gateways::alibaba::REGION;
use crate::gateways::headers::{end_to_end, named_host, text, texts};
use crate::gateways::queries;

/// The first part of the group's own domain.
const GROUP: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

/// Everything an event is made from.
pub(super) struct Event<'a> {
    pub(super) options: &'a Options,
    pub(super) request: &'a Request<Bytes>,
    pub(super) caller: IpAddr,
    /// Of the API's path.
    pub(super) parameters: Vec<(&'a str, &'a str)>,
    pub(super) request_id: &'a str,
}

impl Event<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let path = self.request.uri().path();
        let path = match self.options.path {
            PathForm::Sent => path.to_owned(),
            PathForm::Decoded => decoded(path),
        };
        let parameters = self.parameters.iter();
        let parameters: Map<String, Value> = parameters
            .map(|(name, value)| ((*name).to_owned(), decoded(value).into()))
            .collect();
        // Of repeated parameters the last one counts.
        let query = queries::pairs(self.request.uri().query().unwrap_or_default());
        let query: Map<String, Value> = query
            .into_iter()
            .map(|(name, value)| (name, value.unwrap_or_default().into()))
            .collect();
        let (body, encoded) = self.body();
        json!({
            "path": path,
            "httpMethod": self.request.method().as_str(),
            "headers": self.headers(),
            "queryParameters": query,
            "pathParameters": parameters,
            "body": body,
            "isBase64Encoded": encoded,
        })
        .to_string()
        .into_bytes()
    }

    /// The caller's fields, and the gateway's own in its own spelling.
    fn headers(&self) -> Map<String, Value> {
        let mut fields: HeaderMap = end_to_end(self.request.headers());
        fields.remove(HOST);
        let forwarded = texts(&fields, &HeaderName::from_static("x-forwarded-for"));
        let caller = self.caller.to_string();
        let forwarded: Vec<_> = forwarded.into_iter().chain([caller.clone()]).collect();
        fields.remove("x-forwarded-for");
        let host = named_host(self.request.headers())
            .unwrap_or_else(|| format!("{GROUP}-{REGION}.alicloudapi.com"));
        let passed = self.options.parameters == Parameters::PassedThrough;
        let mut headers = Map::new();
        for name in fields.keys() {
            let declared = self.options.header.iter();
            let declared = declared
                .into_iter()
                .find(|declared| declared.eq_ignore_ascii_case(name.as_str()));
            let spelled = match declared {
                Some(declared) => declared.clone(),
                None if passed => name.as_str().to_owned(),
                None => continue,
            };
            headers.insert(spelled, texts(&fields, name).join(", ").into());
        }
        let mut add = |name: &str, value: String| headers.insert(name.to_owned(), value.into());
        add("X-Ca-Api-Gateway", self.request_id.to_owned());
        add("X-Forwarded-For", forwarded.join(", "));
        if passed {
            add("X-Real-IP", caller.clone());
            add("X-Forwarded-Proto", "http".to_owned());
            add("CA-Host", host.clone());
        }
        if self.options.system_parameters {
            add("CaRequestId", self.request_id.to_owned());
            add("CaClientIp", caller);
            add("CaDomain", host);
            add("CaHttpSchema", "HTTP".to_owned());
            add("CaApiName", "pics".to_owned());
        }
        headers
    }

    /// Every body is base64, but for forms whose parameters are mapped.
    fn body(&self) -> (String, bool) {
        let body = self.request.body();
        let kind = self.request.headers().get(CONTENT_TYPE).map(text);
        let form = kind.is_some_and(|kind| {
            kind.to_ascii_lowercase()
                .starts_with("application/x-www-form-urlencoded")
        });
        if form && self.options.parameters == Parameters::Mapped {
            (String::from_utf8_lossy(body).into_owned(), false)
        } else {
            (STANDARD.encode(body), true)
        }
    }
}
