//! The event: canonical field names, one value a name, no raw query.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_LENGTH, HOST};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{EmptyQuery, Options, PathForm};
use crate::gateways::headers::{end_to_end, named_host, text, title_case};
use crate::gateways::queries;

/// The trigger's subdomain.
const API: &str = "7abc1def2gh3j";

/// Everything an event is made from.
pub(super) struct Event<'a> {
    pub(super) options: &'a Options,
    pub(super) request: &'a Request<Bytes>,
    pub(super) caller: IpAddr,
    /// As the function gets it.
    pub(super) path: &'a str,
    pub(super) resource: &'a str,
    pub(super) parameters: Vec<(&'a str, String)>,
    pub(super) request_id: &'a str,
}

/// A path as it reaches the function: fasthttp decodes it, joins slashes and
/// resolves dots.
pub(super) fn path(form: PathForm, sent: &str) -> String {
    if form == PathForm::Raw {
        return sent.to_owned();
    }
    let decoded = percent_decode_str(sent).decode_utf8_lossy();
    let mut parts: Vec<&str> = Vec::new();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let end = match decoded.rsplit('/').next() {
        Some("" | "." | "..") if !parts.is_empty() => "/",
        _ => "",
    };
    format!("/{}{end}", parts.join("/"))
}

impl Event<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let method = self.request.method().as_str();
        let mut context = json!({
            "stage": "cfc",
            "requestId": self.request_id,
            "resourcePath": self.resource,
            "httpMethod": method,
            "apiId": API,
        });
        if self.options.source_ip {
            context["sourceIp"] = self.caller.to_string().into();
        }
        let body = if self.options.binary {
            STANDARD.encode(self.request.body())
        } else {
            String::from_utf8_lossy(self.request.body()).into_owned()
        };
        let mut event = json!({
            "resource": self.resource,
            "path": self.path,
            "httpMethod": method,
            "headers": self.headers(),
            "requestContext": context,
            "body": body,
            "isBase64Encoded": self.options.binary,
        });
        let query = queries::pairs(self.request.uri().query().unwrap_or_default());
        let query = query
            .into_iter()
            .map(|(name, value)| (name, value.unwrap_or_default()));
        let parameters = self.parameters.iter();
        let parameters = parameters.map(|(name, value)| ((*name).to_owned(), value.clone()));
        self.add(&mut event, "queryStringParameters", query);
        self.add(&mut event, "pathParameters", parameters);
        event.to_string().into_bytes()
    }

    /// A map of texts; of several values the last.
    fn add(&self, event: &mut Value, member: &str, pairs: impl Iterator<Item = (String, String)>) {
        let map: Map<String, Value> = pairs.map(|(name, value)| (name, value.into())).collect();
        match self.options.empty_query {
            EmptyQuery::Absent if map.is_empty() => {}
            EmptyQuery::Null if map.is_empty() => event[member] = Value::Null,
            _ => event[member] = map.into(),
        }
    }

    fn headers(&self) -> Map<String, Value> {
        let fields = end_to_end(self.request.headers());
        let mut headers = Map::new();
        for (name, value) in &fields {
            headers.insert(title_case(name), text(value).into());
        }
        let mut add = |name: &str, value: String| headers.insert(title_case(name), value.into());
        let own = || format!("{API}.cfc-execute.bj.baidubce.com");
        let host = named_host(self.request.headers()).unwrap_or_else(own);
        add(HOST.as_str(), host);
        add("app", "HTTP-Trigger".to_owned());
        add("connection", "close".to_owned());
        add("x-bce-request-id", self.request_id.to_owned());
        if !self.request.body().is_empty() {
            add(
                CONTENT_LENGTH.as_str(),
                self.request.body().len().to_string(),
            );
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_and_cleaned_or_left_alone() {
        for (sent, decoded) in [
            ("/", "/"),
            ("/a%20b/%E7%8C%AB", "/a b/猫"),
            ("//a//b/", "/a/b/"),
            ("/a/../b/./c", "/b/c"),
            ("/../..", "/"),
            ("/a/%2e%2e", "/"),
            ("/a%2Fb", "/a/b"),
            ("/%ff", "/\u{fffd}"),
        ] {
            assert_eq!(path(PathForm::Decoded, sent), decoded);
            assert_eq!(path(PathForm::Raw, sent), sent);
        }
    }
}
