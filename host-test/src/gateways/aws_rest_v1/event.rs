//! The event: the input format of a proxy integration, payload format 1.0.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_LENGTH, HOST, HeaderName, USER_AGENT};
use serde_json::{Value, json};

use super::Options;
use super::route::Route;
use crate::gateways::headers::{callers, end_to_end, named_host, text, texts, title_case};
use crate::gateways::ids;
use crate::gateways::lambda::{ACCOUNT, Multi, REGION, last, trace_id};
use crate::gateways::members::set;
use crate::gateways::times::Moment;

const API: &str = "abc123def4";

/// Everything an event is made from.
pub(super) struct Event<'a> {
    pub(super) options: &'a Options,
    pub(super) request: &'a Request<Bytes>,
    pub(super) caller: IpAddr,
    pub(super) route: Route,
    pub(super) request_id: &'a str,
}

impl Event<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let moment = Moment::now();
        let headers = (!self.options.console_test).then(|| self.headers(moment));
        let query = self.query();
        let query = (!query.is_empty()).then_some(query);
        let body = self.request.body();
        let encoded = !body.is_empty() && self.options.encodes(self.request.headers());
        let body = match () {
            () if body.is_empty() => Value::Null,
            () if encoded => STANDARD.encode(body).into(),
            () => String::from_utf8_lossy(body).into(),
        };
        let parameters = self
            .route
            .proxy
            .as_ref()
            .map(|proxy| json!({ "proxy": proxy }));
        let mut event = json!({
            "resource": self.route.resource,
            "path": self.route.path,
            "httpMethod": self.request.method().as_str(),
            "headers": headers.as_ref().map(last),
            "multiValueHeaders": headers,
            "queryStringParameters": query.as_ref().map(last),
            "multiValueQueryStringParameters": query,
            "pathParameters": parameters.filter(|_| !self.options.http_api),
            "stageVariables": null,
            "requestContext": self.context(moment),
            "body": body,
            "isBase64Encoded": encoded,
        });
        if self.options.http_api {
            set(&mut event, "version", "1.0");
        }
        event.to_string().into_bytes()
    }

    /// A custom domain's name is the caller's; the API has one of its own.
    fn host(&self) -> String {
        named_host(self.request.headers())
            .unwrap_or_else(|| format!("{API}.execute-api.{REGION}.amazonaws.com"))
    }

    fn stage(&self) -> &str {
        match self.options {
            options if options.http_api => options.http_stage.as_deref().unwrap_or("$default"),
            options if options.console_test => "test-invoke-stage",
            options => &options.stage,
        }
    }

    fn context(&self, moment: Moment) -> Value {
        let host = self.host();
        let domain = host.split(':').next().unwrap_or_default();
        let agent = self.request.headers().get(USER_AGENT).map(text);
        let source = if self.options.console_test {
            "test-invoke-source-ip".to_owned()
        } else {
            self.caller.to_string()
        };
        let mut context = json!({
            "accountId": ACCOUNT,
            "apiId": API,
            "resourceId": "r1s2t3",
            "resourcePath": self.route.resource,
            "stage": self.stage(),
            "domainName": domain,
            "domainPrefix": domain.split('.').next().unwrap_or_default(),
            "deploymentId": "d1e2f3",
            "requestId": self.request_id,
            "extendedRequestId": ids::short(),
            "protocol": "HTTP/1.1",
            "path": self.route.sent,
            "httpMethod": self.request.method().as_str(),
            "requestTime": moment.log(),
            "requestTimeEpoch": moment.epoch_millis(),
            "identity": {
                "accessKey": null,
                "accountId": null,
                "caller": null,
                "cognitoAuthenticationProvider": null,
                "cognitoAuthenticationType": null,
                "cognitoIdentityId": null,
                "cognitoIdentityPoolId": null,
                "principalOrgId": null,
                "sourceIp": source,
                "user": null,
                "userAgent": agent,
                "userArn": null,
            },
        });
        if self.options.http_api {
            set(&mut context, "extendedRequestId", self.request_id);
        }
        context
    }

    /// Decoded.
    fn query(&self) -> Multi {
        let mut query = Multi::new();
        let sent = self.request.uri().query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(sent.as_bytes()) {
            let values = query.entry(name.into_owned()).or_default();
            values.push(value.into_owned());
        }
        query
    }

    /// With those that the front adds.
    fn headers(&self, moment: Moment) -> Multi {
        let mut fields = end_to_end(self.request.headers());
        fields.remove(CONTENT_LENGTH);
        let mut headers: Multi = fields
            .keys()
            .map(|name| (self.spelled(name), texts(&fields, name)))
            .collect();
        let callers = callers(&fields, self.caller);
        let mut add = |name: &'static str, value: String| {
            let name = self.spelled(&HeaderName::from_static(name));
            headers.insert(name, vec![value]);
        };
        add("x-forwarded-for", callers);
        add("x-forwarded-port", "443".to_owned());
        add("x-forwarded-proto", "https".to_owned());
        add("x-amzn-trace-id", trace_id(moment));
        add("host", self.host());
        headers
    }

    /// Recorded: the caller's spelling, but for a few names.
    fn spelled(&self, name: &HeaderName) -> String {
        let always = *name == HOST || *name == USER_AGENT || name == "authorization";
        if self.options.lower_case && !always {
            return name.as_str().to_owned();
        }
        title_case(name)
    }
}
