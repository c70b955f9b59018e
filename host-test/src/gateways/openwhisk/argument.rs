//! What a web action gets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, HOST};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::media::Media;
use super::refusal::Refusal;
use crate::gateways::headers::{end_to_end, named_host, text};
use crate::gateways::queries;

/// Names that callers may not use.
const RESERVED: [&str; 6] = [
    "__ow_method",
    "__ow_headers",
    "__ow_path",
    "__ow_user",
    "__ow_query",
    "__ow_body",
];

/// Where the installation is, if the caller names no host.
const HOST_NAME: &str = "ow.example.net";

/// What the HTTP library escapes in a query when it writes it again.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b',')
    .remove(b'@')
    .remove(b'*')
    .remove(b' ');

/// Everything that it is made from.
pub(super) struct Argument<'a> {
    pub(super) raw: bool,
    pub(super) parameters: &'a [(String, String)],
    /// Whose credentials came with the request.
    pub(super) user: Option<&'a str>,
    pub(super) request: &'a Request<Bytes>,
    /// The path behind the action's name.
    pub(super) rest: &'a str,
    pub(super) transaction: &'a str,
}

impl Argument<'_> {
    pub(super) fn to_value(&self) -> Result<Value, Refusal> {
        let query = queries::pairs(self.request.uri().query().unwrap_or_default());
        let body = self.body()?;
        let mut argument: Map<String, Value> = self
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        argument.insert("__ow_method".to_owned(), self.method().into());
        argument.insert("__ow_headers".to_owned(), self.headers().into());
        argument.insert("__ow_path".to_owned(), self.rest.into());
        if let Some(user) = self.user {
            argument.insert("__ow_user".to_owned(), user.into());
        }
        if self.raw {
            argument.insert("__ow_query".to_owned(), render(&query).into());
            let body = body.unwrap_or_else(|| "".into());
            argument.insert("__ow_body".to_owned(), body);
            return Ok(argument.into());
        }
        // Of repeated parameters the last one counts.
        for (name, value) in query {
            self.check(&name)?;
            argument.insert(name, value.unwrap_or_default().into());
        }
        match body {
            None => {}
            Some(Value::Object(members)) => {
                for (name, value) in members {
                    self.check(&name)?;
                    argument.insert(name, value);
                }
            }
            Some(other) => {
                argument.insert("__ow_body".to_owned(), other);
            }
        }
        Ok(argument.into())
    }

    /// Parameters of the action are fixed once it is a web action.
    fn check(&self, name: &str) -> Result<(), Refusal> {
        let own = self.parameters.iter().any(|(own, _)| own == name);
        if own || RESERVED.contains(&name) {
            return Err(Refusal::Parameters);
        }
        Ok(())
    }

    fn method(&self) -> String {
        self.request.method().as_str().to_ascii_lowercase()
    }

    /// Of repeated fields the last one counts. The type is there with a body
    /// only.
    fn headers(&self) -> Map<String, Value> {
        let fields = end_to_end(self.request.headers());
        let mut headers = Map::new();
        for (name, value) in &fields {
            if *name != CONTENT_TYPE || !self.request.body().is_empty() {
                headers.insert(name.as_str().to_owned(), text(value).into());
            }
        }
        let host = named_host(self.request.headers()).unwrap_or_else(|| HOST_NAME.to_owned());
        headers.insert(HOST.as_str().to_owned(), host.into());
        headers.insert("x-request-id".to_owned(), self.transaction.into());
        headers
    }

    fn body(&self) -> Result<Option<Value>, Refusal> {
        let body = self.request.body();
        if body.is_empty() {
            return Ok(None);
        }
        let kind = self.request.headers().get(CONTENT_TYPE).map(text);
        let media = match kind {
            None => Media::binary(),
            Some(kind) => Media::parse(&kind).unwrap_or_else(Media::binary),
        };
        if media.is_json_family() && !self.raw {
            let value = serde_json::from_slice(body);
            return value
                .map(Some)
                .map_err(|e| Refusal::Malformed(e.to_string()));
        }
        if media.is("application/x-www-form-urlencoded") && !self.raw {
            let form = String::from_utf8_lossy(body);
            let fields = queries::pairs(&form).into_iter();
            let fields: Map<_, _> = fields
                .map(|(name, value)| (name, value.unwrap_or_default().into()))
                .collect();
            return Ok(Some(fields.into()));
        }
        Ok(Some(if media.is("application/json") || media.is_binary() {
            STANDARD.encode(body).into()
        } else {
            json!(String::from_utf8_lossy(body))
        }))
    }
}

/// A query as the HTTP library writes what it read.
fn render(query: &[(String, Option<String>)]) -> String {
    let escape = |text: &str| {
        let escaped = utf8_percent_encode(text, &ESCAPED).to_string();
        escaped.replace(' ', "+")
    };
    let pair = |(name, value): &(String, Option<String>)| match value.as_deref() {
        None => escape(name),
        Some(value) => format!("{}={}", escape(name), escape(value)),
    };
    query.iter().map(pair).collect::<Vec<_>>().join("&")
}
