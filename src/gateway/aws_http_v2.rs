//! Amazon API Gateway's HTTP API with payload format 2.0, and Lambda function
//! URLs (API Gateway developer guide, "Payload format version"; Lambda
//! developer guide, "Invoking function URLs").
//!
//! ```text
//! {"version":"2.0","routeKey":"ANY /img/{proxy+}","rawPath":"/prod/img/a b",
//!  "rawQueryString":"id=1&id=2&q=x%20y","cookies":["a=1","b=2"]?,
//!  "headers":{"host":"…","x-tag":"one,two"},"queryStringParameters":{}?,
//!  "pathParameters":{"proxy":"a b"}?,
//!  "requestContext":{"domainName":"…","requestId":"…","stage":"prod",
//!                    "http":{"method":"GET","path":"…","sourceIp":"203.0.113.9"}},
//!  "body":"…"?,"isBase64Encoded":false}
//! ```
//!
//! An HTTP API decodes `rawPath` and puts a named stage before it; a function
//! URL leaves it as it was sent. The query string is raw in both. Cookies are
//! a list of their own; an HTTP API takes their field away.

use http::{HeaderValue, Response, header};
use serde_json::Value;

use super::request::{Fields, Place, above_parameters, has, is_http, text, without_stage};
use super::{Decoded, Delivery, EventError, Reply, WireFormat, document, event};

/// The format.
pub(super) struct HttpV2;

const FIELDS: Fields = Fields {
    format: "aws_http_v2",
    method: "requestContext.http.method",
    path: "rawPath",
    query: &[],
    client: &[Place::Member("requestContext.http.sourceIp")],
    request_id: &[Place::Member("requestContext.requestId")],
};

impl WireFormat for HttpV2 {
    fn platform(&self) -> &'static str {
        "aws"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        let event = &delivery.json;
        let others = ["requestContext.elb", "requestContext.connectionId"];
        is_http(event)
            && !others.iter().any(|names| has(event, names))
            && (has(event, "requestContext.http")
                || has(event, "rawPath")
                || text(event, "version") == Some("2.0"))
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        let raw = event.get("rawPath").and_then(Value::as_str);
        let is_function_url = text(event, "requestContext.domainName")
            .is_some_and(|domain| domain.contains(".lambda-url."));
        // `$default` never stands in a path.
        let path = raw.map(|raw| without_stage(event, raw));
        let query = text(event, "rawQueryString").unwrap_or_default();
        let target = path.map(|path| {
            let query = event::query_as_sent(query);
            if is_function_url {
                event::target(path, &query)
            } else {
                event::target(&path.replace('%', "%25"), &query)
            }
        });
        let mut exchange = FIELDS.exchange_of(event, target, Box::new(Simple))?;
        let headers = exchange.request.headers_mut();
        if !headers.contains_key(header::COOKIE)
            && let Some(cookies) = cookies(event)
        {
            headers.insert(header::COOKIE, cookies);
        }
        let parameters = event.get("pathParameters");
        // Every path is the default route's: none of them is a mount.
        let has_route = text(event, "routeKey").is_some_and(|key| key != "$default");
        exchange.likely_mount = path
            .filter(|_| has_route)
            .and_then(|path| above_parameters(path, parameters));
        Ok(Decoded::Exchange(exchange))
    }

    fn error_document(&self, error: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        Some(Simple.encode(document::refusal(error)))
    }
}

fn cookies(event: &Value) -> Option<HeaderValue> {
    let cookies = event.get("cookies")?.as_array()?;
    let texts: Vec<_> = cookies.iter().filter_map(Value::as_str).collect();
    HeaderValue::try_from(texts.join("; "))
        .ok()
        .filter(|value| !value.is_empty())
}

/// One text a field; cookies apart.
struct Simple;

impl Reply for Simple {
    fn redirects(&self) -> bool {
        true
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        let (body, base64) = event::body_text(&parts.headers, body);
        let (headers, cookies) = event::single_fields(&parts.headers);
        event::document([
            ("statusCode", parts.status.as_u16().into()),
            ("headers", headers.into()),
            ("cookies", cookies.into()),
            ("body", body.into()),
            ("isBase64Encoded", base64.into()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claims, exchange, field_of};
    use super::*;
    use serde_json::json;

    fn http_api() -> Value {
        json!({"version": "2.0", "routeKey": "ANY /img/{proxy+}", "rawPath": "/prod/img/a b%", "rawQueryString": "id=1&id=2&q=x%20y%2Bz+w",
            "cookies": ["a=1", "b=2"], "headers": {"host": "pics.example.net", "x-tag": "one,two"},
            "queryStringParameters": {"id": "1,2"}, "pathParameters": {"proxy": "a b%"},
            "requestContext": {"domainName": "pics.example.net", "http": {"method": "POST", "path": "/prod/img/a b%", "sourceIp": "2001:db8::9"},
                "requestId": "ATfSmjLgPHcESJw=", "stage": "prod"},
            "body": "bj0x", "isBase64Encoded": true})
    }

    fn function_url() -> Value {
        json!({"version": "2.0", "routeKey": "$default", "rawPath": "/img/a%20b%2Fc", "rawQueryString": "",
            "cookies": ["a=1", "b=2"], "headers": {"cookie": "a=1; b=2"}, "pathParameters": null,
            "requestContext": {"domainName": "x1y2.lambda-url.eu-west-1.on.aws", "stage": "$default",
                "http": {"method": "PUT", "path": "/img/a b/c", "sourceIp": "203.0.113.9"}, "requestId": "5b0b9f3e"},
            "body": "plain", "isBase64Encoded": false})
    }

    #[test]
    fn an_http_api_decodes_the_path_and_takes_the_cookies_away() {
        let exchange = exchange(&HttpV2, &http_api());
        let request = &exchange.request;
        assert_eq!(request.uri(), "/img/a%20b%25?id=1&id=2&q=x%20y%2Bz+w");
        assert_eq!(request.method(), "POST");
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
        assert_eq!(request.headers()["x-tag"], "one,two");
        assert_eq!(request.body(), b"n=1");
        assert_eq!(exchange.client.as_deref(), Some("2001:db8::9"));
        assert_eq!(exchange.request_id.as_deref(), Some("ATfSmjLgPHcESJw="));
        assert_eq!(exchange.likely_mount.as_deref(), Some("/img"));
    }

    #[test]
    fn a_function_url_leaves_path_and_cookies() {
        let exchange = exchange(&HttpV2, &function_url());
        assert_eq!(exchange.request.uri(), "/img/a%20b%2Fc");
        let cookies = exchange.request.headers().get_all("cookie");
        assert_eq!(cookies.iter().collect::<Vec<_>>(), ["a=1; b=2"]);
        assert_eq!(exchange.request.body(), b"plain");
        assert_eq!(exchange.likely_mount, None);
    }

    #[test]
    fn only_a_named_stage_leads_the_path() {
        for (stage, path, target) in [
            ("prod", "/prod", "/"),
            ("prod", "/prod/", "/"),
            ("prod", "/product", "/product"),
            ("prod", "/x/prod", "/x/prod"),
            ("$default", "/prod", "/prod"),
            ("", "/prod", "/prod"),
        ] {
            let mut event = http_api();
            event["requestContext"]["stage"] = stage.into();
            event["rawPath"] = path.into();
            event["rawQueryString"] = "".into();
            let exchange = exchange(&HttpV2, &event);
            assert_eq!(exchange.request.uri(), target, "{stage} {path}");
        }
    }

    #[test]
    fn bad_fields_are_named() {
        for (pointer, value, field) in [
            (
                "/requestContext/http/method",
                json!(1),
                "requestContext.http.method",
            ),
            ("/rawPath", Value::Null, "rawPath"),
            ("/body", json!("*"), "body"),
        ] {
            let mut event = http_api();
            *event.pointer_mut(pointer).unwrap() = value;
            assert_eq!(field_of(&HttpV2, &event), field);
        }
        let damaged = json!({"requestContext": {"http": "x"}});
        assert_eq!(field_of(&HttpV2, &damaged), "requestContext.http.method");
        for other in ["elb", "connectionId"] {
            let event = json!({"requestContext": {"http": {}, other: "x"}});
            assert!(!claims(&HttpV2, &event), "{event}");
        }
    }

    #[test]
    fn answers_have_their_cookies_apart() {
        let mut response = Response::new(vec![0x89, 0x50]);
        for (name, value) in [
            ("content-type", "image/png"),
            ("set-cookie", "a=1; Path=/"),
            ("set-cookie", "b=2; Path=/"),
        ] {
            let value = HeaderValue::from_static(value);
            response.headers_mut().append(name, value);
        }
        let document: Value = serde_json::from_slice(&Simple.encode(response)).unwrap();
        assert_eq!(
            document,
            json!({"statusCode": 200, "headers": {"Content-Type": "image/png"},
                   "cookies": ["a=1; Path=/", "b=2; Path=/"], "body": "iVA=", "isBase64Encoded": true})
        );
    }
}
