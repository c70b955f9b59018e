//! The event: payload format 2.0.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{COOKIE, HOST, USER_AGENT};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{DEFAULT, Options};
use crate::gateways::Gateway as _;
use crate::gateways::headers::{callers, end_to_end, named_host, text, texts};
use crate::gateways::lambda::{ACCOUNT, REGION, is_text, trace_id};
use crate::gateways::members::set;
use crate::gateways::times::Moment;

/// The ids of the API and of the URL.
const API: &str = "k3m9x0ab1c";
pub(super) const URL: &str = "x1y2z3k3m9x0ab1cx1y2z3k3m9x0ab1c";

/// Everything an event is made from.
pub(super) struct Event<'a> {
    pub(super) options: &'a Options,
    pub(super) request: &'a Request<Bytes>,
    pub(super) caller: IpAddr,
    pub(super) request_id: &'a str,
}

impl Event<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let moment = Moment::now();
        let sent = self.request.uri().path();
        let decoded = self.decoded(sent);
        let raw_path = if self.options.function_url {
            sent
        } else {
            &decoded
        };
        let (route, proxy) = self.route(&decoded);
        let query = self.request.uri().query().unwrap_or_default();
        let mut event = json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": raw_path,
            "rawQueryString": query,
            "headers": self.headers(moment),
            "requestContext": self.context(moment, &decoded, route),
        });
        if let Some(proxy) = proxy {
            set(&mut event, "pathParameters", json!({ "proxy": proxy }));
        }
        let cookies = self.cookies();
        if !cookies.is_empty() {
            set(&mut event, "cookies", cookies);
        }
        if !query.is_empty() {
            set(&mut event, "queryStringParameters", parameters(query));
        }
        let body = self.request.body();
        let encoded = !body.is_empty() && !is_text(self.request.headers());
        if encoded {
            set(&mut event, "body", STANDARD.encode(body));
        } else if !body.is_empty() {
            set(&mut event, "body", String::from_utf8_lossy(body));
        }
        set(&mut event, "isBase64Encoded", encoded);
        event.to_string().into_bytes()
    }

    /// An HTTP API looks for the query after it has decoded the path.
    fn decoded(&self, path: &str) -> String {
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        if self.options.function_url {
            return decoded.into_owned();
        }
        decoded.split('?').next().unwrap_or_default().to_owned()
    }

    /// The route that a path is for, and what stands for `proxy` in it.
    fn route<'p>(&self, path: &'p str) -> (&'static str, Option<&'p str>) {
        if !self.options.proxy {
            return (DEFAULT, None);
        }
        let below = path.strip_prefix(&self.options.base()).unwrap_or(path);
        match below.trim_start_matches('/') {
            "" => ("ANY /", None),
            proxy => ("ANY /{proxy+}", Some(proxy)),
        }
    }

    fn domain(&self) -> (String, &'static str) {
        if self.options.function_url {
            (format!("{URL}.lambda-url.{REGION}.on.aws"), URL)
        } else {
            (format!("{API}.execute-api.{REGION}.amazonaws.com"), API)
        }
    }

    /// The name that the caller used where that is a domain of the API's owner:
    /// a URL has none but its own.
    fn host(&self) -> String {
        named_host(self.request.headers())
            .filter(|_| !self.options.function_url)
            .unwrap_or_else(|| self.domain().0)
    }

    fn context(&self, moment: Moment, path: &str, route: &str) -> Value {
        let (own, id) = self.domain();
        let host = self.host();
        let domain = host.split(':').next().unwrap_or(&own);
        let agent = self.request.headers().get(USER_AGENT);
        let unknown = self.options.function_url && self.options.access_key.is_none();
        let account = if unknown { "anonymous" } else { ACCOUNT };
        let mut context = json!({
            "accountId": account,
            "apiId": id,
            "domainName": domain,
            "domainPrefix": domain.split('.').next().unwrap_or_default(),
            "http": {
                "method": self.request.method().as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": self.caller.to_string(),
                "userAgent": agent.map_or_else(String::new, text),
            },
            "requestId": self.request_id,
            "routeKey": route,
            "stage": self.options.stage,
            "time": moment.log(),
            "timeEpoch": moment.epoch_millis(),
        });
        if let Some(key) = &self.options.access_key {
            let user = json!({
                "accessKey": key,
                "accountId": ACCOUNT,
                "callerId": "AIDACKCEVSQ6C2EXAMPLE",
                "cognitoIdentity": null,
                "principalOrgId": null,
                "userArn": format!("arn:aws:iam::{ACCOUNT}:user/probe"),
                "userId": "AIDACKCEVSQ6C2EXAMPLE",
            });
            set(&mut context, "authorizer", json!({ "iam": user }));
        }
        context
    }

    fn cookies(&self) -> Vec<String> {
        texts(self.request.headers(), &COOKIE)
            .iter()
            .flat_map(|line| line.split(';'))
            .map(|cookie| cookie.trim().to_owned())
            .filter(|cookie| !cookie.is_empty())
            .collect()
    }

    /// Lower-cased, each name once, with those that the front adds. Only an
    /// HTTP API takes the cookies out.
    fn headers(&self, moment: Moment) -> Map<String, Value> {
        let mut headers = BTreeMap::new();
        let fields = end_to_end(self.request.headers());
        for name in fields.keys() {
            let value = match name {
                name if *name == COOKIE => {
                    if !self.options.function_url {
                        continue;
                    }
                    texts(&fields, name).join("; ")
                }
                name => texts(&fields, name).join(","),
            };
            headers.insert(name.as_str().to_owned(), value);
        }
        let callers = callers(&fields, self.caller);
        let mut add = |name: &str, value: String| headers.insert(name.to_owned(), value);
        add("x-forwarded-for", callers);
        add("x-forwarded-port", "443".to_owned());
        add("x-forwarded-proto", "https".to_owned());
        add("x-amzn-trace-id", trace_id(moment));
        add(HOST.as_str(), self.host());
        if self.options.function_url {
            add("x-amzn-tls-version", "TLSv1.3".to_owned());
            add(
                "x-amzn-tls-cipher-suite",
                "TLS_AES_128_GCM_SHA256".to_owned(),
            );
        } else if !self.request.body().is_empty() || fields.contains_key("content-length") {
            add("content-length", self.request.body().len().to_string());
        }
        headers
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect()
    }
}

/// Decoded, each name once.
fn parameters(query: &str) -> Map<String, Value> {
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .or_default()
            .push(value.into_owned());
    }
    parameters
        .into_iter()
        .map(|(name, values)| (name, values.join(",").into()))
        .collect()
}
