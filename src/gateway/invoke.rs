//! A plain invoke: the caller's own JSON through a platform's Invoke call or
//! its console's test, on every platform alike. Its members are the public
//! interface's parameters, any other is ignored; the answer is the JSON that
//! they ask for.
//!
//! ```text
//! {"count":3,"category":"cats","tag":["sky","-night"]}  ->  {"count":3,"images":[...]}
//! ```
//!
//! `path` may name a path of the interface, for instance `/daily`.

use http::{Request, Response, header};
use serde_json::Value;

use super::{Decoded, Delivery, EventError, Exchange, Reply, WireFormat, event};

/// The format; [`super::claim`] falls back on it.
pub(super) struct PlainInvoke;

const NAME: &str = "invoke";

impl WireFormat for PlainInvoke {
    fn platform(&self) -> &'static str {
        "any"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        delivery.json.is_object()
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        Self::exchange(&delivery.json).map(Decoded::Exchange)
    }
}

impl PlainInvoke {
    /// The exchange that the parameters ask for.
    ///
    /// # Errors
    /// Parameters that are too long for a request target.
    pub(super) fn exchange(parameters: &Value) -> Result<Exchange, EventError> {
        let path = event::text(parameters.get("path")).unwrap_or("/");
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = event::target(path, &event::query_of_parameters(Some(parameters)))
            .parse()
            .map_err(|_| EventError::BadField {
                format: NAME,
                field: "path",
                accepted: "a path of at most 65,534 bytes with the parameters",
            })?;
        Ok(Exchange {
            request,
            client: None,
            request_id: None,
            likely_mount: None,
            invoked: true,
            reply: Box::new(Json),
        })
    }
}

/// The body as JSON, errors included.
pub(super) struct Json;

impl Reply for Json {
    fn redirects(&self) -> bool {
        false
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        if body.is_empty() {
            return b"{}".to_vec();
        }
        let media = parts.headers.get(header::CONTENT_TYPE);
        if media.is_some_and(|media| media.as_bytes().starts_with(b"application/json")) {
            return body;
        }
        Value::from(event::body_text(&parts.headers, body).0)
            .to_string()
            .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(event: &str) -> String {
        match PlainInvoke
            .decode(&Delivery::new(event.as_bytes()))
            .unwrap()
        {
            Decoded::Exchange(exchange) => exchange.request.uri().to_string(),
            Decoded::Received(_) => panic!("somebody waits"),
        }
    }

    #[test]
    fn members_are_parameters() {
        assert_eq!(uri("{}"), "/");
        assert_eq!(
            uri(
                r#"{"count":3,"category":"cats & dogs","tag":["sky","-night"],"json":true,"seed":null}"#
            ),
            "/?category=cats%20%26%20dogs&count=3&json&tag=sky&tag=-night"
        );
        assert_eq!(
            uri(r#"{"path":"/daily","every":"day"}"#),
            "/daily?every=day"
        );
    }

    #[test]
    fn an_unknown_member_is_ignored_however_long_it_is() {
        let long = "x".repeat(200_000);
        assert_eq!(
            uri(&format!(r#"{{"note":"{long}","count":3}}"#)),
            "/?count=3"
        );
        for known in ["path", "seed", "cat"] {
            let event = format!(r#"{{"{known}":"{long}"}}"#);
            let decoded = PlainInvoke.decode(&Delivery::new(event.as_bytes()));
            assert!(
                matches!(decoded, Err(EventError::BadField { .. })),
                "{known}"
            );
        }
    }

    #[test]
    fn the_answer_is_json() {
        for (media, body, expected) in [
            ("application/json", "{\"a\":1}", "{\"a\":1}"),
            ("text/plain; charset=utf-8", "a\"b", "\"a\\\"b\""),
            ("text/plain; charset=utf-8", "", "{}"),
        ] {
            let mut response = Response::new(body.as_bytes().to_vec());
            response
                .headers_mut()
                .insert("content-type", media.parse().unwrap());
            assert_eq!(Json.encode(response), expected.as_bytes());
        }
    }
}
