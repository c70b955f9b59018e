//! The event: the "integrated request" of 583/12513 and 628/38896.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, COOKIE, HOST, HeaderName, ORIGIN};
use http::{Method, Request};
use serde_json::{Map, Value, json};

use super::{Options, Profile};
use crate::gateways::headers::{end_to_end, named_host};
use crate::gateways::scf::query;

/// The API's ids, of the form that the platform gives out.
const SERVICE: &str = "service-k3m9x0ab";
const HOST_NAME: &str = "service-k3m9x0ab-1300000001.gz.apigw.tencentcs.com";

/// Everything an event is made from.
pub(super) struct Event<'a> {
    pub(super) options: &'a Options,
    pub(super) request: &'a Request<Bytes>,
    pub(super) caller: IpAddr,
    /// Without the stage.
    pub(super) path: &'a str,
    /// Of the rule's path.
    pub(super) parameters: Vec<(String, &'a str)>,
    pub(super) request_id: &'a str,
}

/// Whether a browser asks before it sends the real request to another origin:
/// the gateway answers that itself.
pub(super) fn is_preflight(request: &Request<Bytes>) -> bool {
    let headers = request.headers();
    *request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl Event<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let documented = self.options.profile == Profile::Documented;
        let headers = self.headers();
        let query = query::decode(self.request.uri().query().unwrap_or_default());
        let mut context = json!({
            "serviceId": SERVICE,
            "path": self.options.rule.path(),
            "httpMethod": self.options.method.as_str(),
            "identity": {},
            "sourceIp": self.caller.to_string(),
            "stage": self.options.stage,
        });
        if documented {
            context["requestId"] = self.request_id.into();
        }
        let mut event = json!({
            "requestContext": context,
            "path": self.path,
            "httpMethod": self.request.method().as_str(),
            "pathParameters": self.path_parameters(),
            "queryStringParameters": self.query_parameters(&query),
            "headerParameters": self.header_parameters(&headers),
            "headers": headers,
            "queryString": query,
        });
        if documented {
            event["stageVariables"] = json!({ "stage": self.options.stage });
        }
        self.add_body(&mut event, documented);
        event.to_string().into_bytes()
    }

    /// A body is text, damaged where it is none, unless the API sends base64.
    /// The flag is a text in the documents.
    fn add_body(&self, event: &mut Value, documented: bool) {
        let body = self.request.body();
        let rules = &self.options.base64;
        if !body.is_empty()
            && rules
                .iter()
                .any(|rule| rule.applies(self.request.headers()))
        {
            event["body"] = STANDARD.encode(body).into();
            event["isBase64Encoded"] = if documented {
                "true".into()
            } else {
                true.into()
            };
        } else if documented || !body.is_empty() {
            event["body"] = String::from_utf8_lossy(body).into();
            if documented {
                event["isBase64Encoded"] = "false".into();
            }
        }
    }

    /// Lower-cased, each name once, with those that the gateway adds. How it
    /// joins repeated fields is not known: the profiles differ.
    fn headers(&self) -> Map<String, Value> {
        let mut headers = Map::new();
        let fields = end_to_end(self.request.headers());
        for name in fields.keys() {
            let values: Vec<_> = fields
                .get_all(name)
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .collect();
            let value = match self.options.profile {
                _ if name == COOKIE => values.join("; "),
                Profile::Documented => values.join(", "),
                Profile::Recorded => values.into_iter().next().unwrap_or_default(),
            };
            headers.insert(name.as_str().to_owned(), value.into());
        }
        let mut add = |name: &str, value: &str| headers.insert(name.to_owned(), value.into());
        let host = named_host(self.request.headers());
        add(HOST.as_str(), host.as_deref().unwrap_or(HOST_NAME));
        add("requestsource", "APIGW");
        add("x-anonymous-consumer", "true");
        add("x-api-requestid", self.request_id);
        add("x-api-scheme", "http");
        add("x-b3-traceid", self.request_id);
        add("x-qualifier", "$DEFAULT");
        if self.options.profile == Profile::Recorded {
            add(
                "endpoint-timeout",
                &self.options.gateway_timeout.as_secs().to_string(),
            );
        }
        headers
    }

    fn path_parameters(&self) -> Map<String, Value> {
        self.parameters
            .iter()
            .map(|(name, value)| (name.clone(), (*value).into()))
            .collect()
    }

    /// The declared ones, each as one text.
    fn query_parameters(&self, query: &Map<String, Value>) -> Map<String, Value> {
        let value = |name: &str, default: &str| {
            let mut value = query.get(name);
            while let Some(Value::Array(values)) = value {
                value = values.first();
            }
            match value {
                Some(Value::String(text)) => text.clone(),
                Some(_) => String::new(),
                None => default.to_owned(),
            }
        };
        self.options
            .query_parameter
            .iter()
            .map(|(name, default)| (name.clone(), value(name, default).into()))
            .collect()
    }

    fn header_parameters(&self, headers: &Map<String, Value>) -> Map<String, Value> {
        self.options
            .header_parameter
            .iter()
            .map(|(name, default)| {
                let name = HeaderName::try_from(name)
                    .map_or_else(|_| name.to_lowercase(), |name| name.as_str().to_owned());
                let value = headers.get(&name).cloned();
                (name, value.unwrap_or_else(|| default.as_str().into()))
            })
            .collect()
    }
}
