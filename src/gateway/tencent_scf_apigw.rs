//! Tencent Cloud SCF behind API Gateway: the "integrated request" event
//! (documents 583/12513 and 628/38896) and both of its answers.
//!
//! ```text
//! {"requestContext":{"serviceId":"service-…","path":"/pics","httpMethod":"ANY",
//!                    "requestId":"…"?,"identity":{},"sourceIp":"203.0.113.9","stage":"release"},
//!  "headers":{"host":"…","x-api-requestid":"…",…},"path":"/pics/cats","httpMethod":"GET",
//!  "queryString":{"a":"text","b":["1","2"],"bare":true},
//!  "queryStringParameters":{},"headerParameters":{},"pathParameters":{},
//!  "body":"…"?,"isBase64Encoded":true|"true"?,"stageVariables":{}?}
//! ```
//!
//! `requestContext.httpMethod` and `.path` are the rule's, not the request's;
//! `path` is without the stage. Whether the gateway makes an HTTP response of
//! the function's document (integrated response, 集成响应) or sends it as the
//! body of a 200 (pass-through, 透传响应) is a switch of the rule that no event
//! shows, so the host or the settings say it.

use super::document::{Document, refusal};
use super::invoke::Json;
use super::request::{Fields, Place, above_template, has, text};
use super::{Decoded, Delivery, EventError, Reply, WireFormat};

/// The format.
pub(super) struct ApiGateway;

const FIELDS: Fields = Fields {
    format: "tencent_scf_apigw",
    method: "httpMethod",
    path: "path",
    // The first has all; the other only what the rule declares.
    query: &["queryString", "queryStringParameters"],
    client: &[Place::Member("requestContext.sourceIp")],
    request_id: &[
        Place::Member("requestContext.requestId"),
        Place::Field("x-api-requestid"),
    ],
};

/// The gateway makes an HTTP response of it.
const INTEGRATED: Document = Document {
    redirects: true,
    lists: true,
};

impl WireFormat for ApiGateway {
    fn platform(&self) -> &'static str {
        "tencent"
    }

    fn name(&self) -> &'static str {
        FIELDS.format
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        // Function URL events were seen with a requestContext too, but not
        // with a service.
        has(&delivery.json, "requestContext.serviceId")
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let event = &delivery.json;
        let reply: Box<dyn Reply> = if delivery.pass_through {
            Box::new(Json)
        } else {
            Box::new(INTEGRATED)
        };
        let mut exchange = FIELDS.exchange(event, reply)?;
        // `/pics/{kind}` publishes the site under `/pics`.
        exchange.likely_mount = text(event, "requestContext.path").and_then(above_template);
        Ok(Decoded::Exchange(exchange))
    }

    fn error_document(&self, error: &EventError, delivery: &Delivery<'_>) -> Option<Vec<u8>> {
        let response = refusal(error);
        Some(if delivery.pass_through {
            response.into_body()
        } else {
            INTEGRATED.encode(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{Method, Response};
    use serde_json::{Value, json};

    const RECORDED: &str = r#"{"headerParameters":{},"headers":{"host":"service-k3m9x0ab-1300000001.gz.apigw.tencentcs.com","x-qualifier":"$DEFAULT","x-api-requestid":"0f5e2a7c91b84d36a1c0ffee12345678"},"httpMethod":"GET","path":"/pics","pathParameters":{},"queryString":{},"queryStringParameters":{},"requestContext":{"httpMethod":"ANY","identity":{},"path":"/pics","serviceId":"service-k3m9x0ab","sourceIp":"203.0.113.9","stage":"release"}}"#;
    const DOCUMENTED: &str = r#"{"requestContext":{"serviceId":"service-k3m9x0ab","path":"/pics/{kind}","httpMethod":"ANY","requestId":"0f5e2a7c91b84d36a1c0ffee12345678","identity":{"secretId":"AKIDexamplesecretid"},"sourceIp":"203.0.113.9","stage":"release"},"headers":{"Accept":"image/webp,*/*","content-type":"application/json","cookie":"a=1; b=2"},"body":"eyJraW5kIjoiY2F0cyJ9","isBase64Encoded":"true","pathParameters":{"kind":"cats"},"queryStringParameters":{"q":"x y+z"},"headerParameters":{"x-token":""},"stageVariables":{"stage":"release"},"path":"/pics/cats","queryString":{"id":["1","2"],"q":"x y+z","raw":true,"e":""},"httpMethod":"POST"}"#;

    fn decode(event: &str, pass_through: bool) -> Result<super::super::Exchange, EventError> {
        let delivery = Delivery {
            pass_through,
            ..Delivery::new(event.as_bytes())
        };
        assert!(ApiGateway.recognise(&delivery));
        match ApiGateway.decode(&delivery)? {
            Decoded::Exchange(exchange) => Ok(exchange),
            Decoded::Received(_) => panic!("somebody waits"),
        }
    }

    #[test]
    fn the_recorded_shape() {
        let exchange = decode(RECORDED, false).unwrap();
        assert_eq!(exchange.request.method(), Method::GET);
        assert_eq!(exchange.request.uri(), "/pics");
        assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
        assert_eq!(
            exchange.request_id.as_deref(),
            Some("0f5e2a7c91b84d36a1c0ffee12345678")
        );
        assert_eq!(exchange.likely_mount.as_deref(), Some("/pics"));
        assert!(exchange.request.body().is_empty());
    }

    #[test]
    fn the_documented_shape() {
        let exchange = decode(DOCUMENTED, false).unwrap();
        assert_eq!(exchange.request.method(), Method::POST);
        assert_eq!(
            exchange.request.uri(),
            "/pics/cats?e=&id=1&id=2&q=x%20y%2Bz&raw"
        );
        assert_eq!(exchange.request.headers()["accept"], "image/webp,*/*");
        assert_eq!(exchange.request.headers()["cookie"], "a=1; b=2");
        assert_eq!(exchange.request.body(), br#"{"kind":"cats"}"#);
        assert_eq!(exchange.likely_mount.as_deref(), Some("/pics"));
    }

    #[test]
    fn other_shapes_of_the_platform_are_not_claimed() {
        for event in [
            r#"{"httpMethod":"GET","path":"/","headers":{},"requestContext":{"sourceIp":"203.0.113.9"}}"#,
            r#"{"Type":"Timer"}"#,
            "[]",
            "null",
            "7",
        ] {
            assert!(
                !ApiGateway.recognise(&Delivery::new(event.as_bytes())),
                "{event}"
            );
        }
    }

    #[test]
    fn bad_fields_are_named() {
        for (from, to, field) in [
            ("\"httpMethod\":\"GET\"", "\"httpMethod\":7", "httpMethod"),
            (
                "\"httpMethod\":\"GET\"",
                "\"httpMethod\":\"G T\"",
                "httpMethod",
            ),
            (
                "\"path\":\"/pics\",\"pathP",
                "\"path\":null,\"pathP",
                "path",
            ),
            ("\"headerParameters\":{}", "\"body\":{}", "body"),
            (
                "\"headerParameters\":{}",
                "\"body\":\"?\",\"isBase64Encoded\":true",
                "body",
            ),
        ] {
            assert!(RECORDED.contains(from));
            let error = decode(&RECORDED.replace(from, to), false).unwrap_err();
            assert!(
                matches!(error, EventError::BadField { field: f, .. } if f == field),
                "{error}"
            );
            let document: Value = serde_json::from_slice(
                &ApiGateway
                    .error_document(&error, &Delivery::new(b""))
                    .unwrap(),
            )
            .unwrap();
            assert_eq!(document["statusCode"], 400);
        }
    }

    #[test]
    fn nulls_stand_for_absent_maps() {
        let event = RECORDED
            .replace("\"queryString\":{}", "\"queryString\":null,\"body\":null")
            .replace(
                "\"headerParameters\":{},\"headers\":{",
                "\"headers\":null,\"x\":{",
            );
        let exchange = decode(&event, false).unwrap();
        assert!(exchange.request.headers().is_empty());
    }

    #[test]
    fn integrated_answers() {
        let mut response = Response::new(b"<a>".to_vec());
        *response.status_mut() = http::StatusCode::FOUND;
        response
            .headers_mut()
            .insert("location", "https://h/1.webp".parse().unwrap());
        response
            .headers_mut()
            .insert("content-type", "text/html; charset=utf-8".parse().unwrap());
        let document: Value =
            serde_json::from_slice(&decode(RECORDED, false).unwrap().reply.encode(response))
                .unwrap();
        assert_eq!(
            document,
            json!({"isBase64Encoded": false, "statusCode": 302, "body": "<a>",
                   "headers": {"Location": "https://h/1.webp", "Content-Type": "text/html; charset=utf-8"}})
        );
    }

    #[test]
    fn what_is_passed_through_is_no_redirect() {
        for pass_through in [false, true] {
            let exchange = decode(RECORDED, pass_through).unwrap();
            assert_eq!(exchange.reply.redirects(), !pass_through);
        }
    }
}
