//! What events of most platforms have in common: maps of fields, queries,
//! base64 bodies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::{EventError, request};
use crate::query::parameter;

/// What a path may not hold (RFC 3986 section 3.3). Percent signs stay: the
/// path is as it was sent.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// Everything but the unreserved characters (RFC 3986 section 2.3).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The request target for a path as sent and a query string without `?`.
pub(super) fn target(path: &str, query: &str) -> String {
    let mut target = String::with_capacity(path.len() + query.len() + 2);
    if !path.starts_with('/') {
        target.push('/');
    }
    target.extend(utf8_percent_encode(path, PATH));
    if !query.is_empty() {
        target.push('?');
        target.push_str(query);
    }
    target
}

/// A query string that arrived as it was sent, without `?`. What no URI may
/// hold is encoded; percent signs stay.
pub(super) fn query_as_sent(query: &str) -> String {
    utf8_percent_encode(query, PATH).collect()
}

/// A query string from a map of names and values **as they were sent**: a
/// text, or a list of texts for a repeated name.
pub(super) fn query_of_encoded(map: Option<&Value>) -> String {
    let mut query = String::new();
    for (name, value) in map.and_then(Value::as_object).into_iter().flatten() {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values.iter().filter_map(Value::as_str) {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(&query_as_sent(name));
            query.push('=');
            query.push_str(&query_as_sent(value));
        }
    }
    query
}

/// A query string from a map of **decoded** values: a text, a list of texts
/// for a repeated name, `true` for a bare name. Nulls are absent.
pub(super) fn query_of_decoded(map: Option<&Value>) -> String {
    query_of_some(map, |_| true)
}

/// Likewise, of the public interface's parameters alone. A caller's own JSON
/// may say more, of any length: what is unknown is ignored.
pub(super) fn query_of_parameters(map: Option<&Value>) -> String {
    query_of_some(map, |name| parameter(name).is_some())
}

/// Likewise, of those members whose names count.
pub(super) fn query_of_some(map: Option<&Value>, counts: fn(&str) -> bool) -> String {
    let mut query = String::new();
    for (name, value) in map.and_then(Value::as_object).into_iter().flatten() {
        if !counts(name) {
            continue;
        }
        match value {
            Value::Array(values) => values
                .iter()
                .for_each(|value| append(&mut query, name, value)),
            value => append(&mut query, name, value),
        }
    }
    query
}

fn append(query: &mut String, name: &str, value: &Value) {
    let text = match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => None,
        _ => return,
    };
    if !query.is_empty() {
        query.push('&');
    }
    query.extend(utf8_percent_encode(name, QUERY));
    if let Some(text) = text {
        query.push('=');
        query.extend(utf8_percent_encode(&text, QUERY));
    }
}

/// More fields than any gateway lets through, fewer than a map of them can
/// hold; the rest are left out.
const MOST_FIELDS: usize = 4096;

/// Request fields from a map of texts or lists of texts. What HTTP cannot
/// carry is left out: it cannot have come from a request.
pub(super) fn headers(map: Option<&Value>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in map.and_then(Value::as_object).into_iter().flatten() {
        let Ok(name) = HeaderName::try_from(name) else {
            continue;
        };
        let mut append = |value: &Value| {
            if let Some(Ok(value)) = value
                .as_str()
                .map(str::as_bytes)
                .map(HeaderValue::from_bytes)
                && headers.len() < MOST_FIELDS
            {
                headers.append(name.clone(), value);
            }
        };
        match value {
            Value::Array(values) => values.iter().for_each(append),
            value => append(value),
        }
    }
    headers
}

/// A flag that some platforms write as a text.
pub(super) fn flag(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// The body's bytes; `None` when it is no text, or no base64 where it has to
/// be.
pub(super) fn body(value: Option<&Value>, base64: bool) -> Option<Vec<u8>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) if base64 => STANDARD.decode(text).ok(),
        Some(Value::String(text)) => Some(text.clone().into_bytes()),
        Some(_) => None,
    }
}

/// The first of these members that is a map with something in it: platforms
/// that say fields and queries twice have all values in one of the two.
pub(super) fn first_map<'e>(event: &'e Value, names: [&str; 2]) -> Option<&'e Value> {
    names
        .into_iter()
        .filter_map(|name| event.get(name))
        .find(|map| map.as_object().is_some_and(|map| !map.is_empty()))
}

/// The parts of a request, each but the fields beside the name that errors
/// give it; `None` is what the format does not accept there.
pub(super) struct Parts<'e> {
    /// The format's name.
    pub(super) format: &'static str,
    /// As on a request line.
    pub(super) method: (&'static str, Option<&'e str>),
    /// In origin form, as [`target`] makes it.
    pub(super) target: (&'static str, Option<String>),
    /// The fields.
    pub(super) headers: HeaderMap,
    /// The bytes, as [`body`] makes them.
    pub(super) body: (&'static str, Option<Vec<u8>>),
}

impl Parts<'_> {
    /// The request.
    ///
    /// # Errors
    /// The first part that is not what it has to be.
    pub(super) fn request(self) -> Result<Request<Vec<u8>>, EventError> {
        let bad = |field, accepted| EventError::BadField {
            format: self.format,
            field,
            accepted,
        };
        let method = self
            .method
            .1
            .and_then(|text| Method::from_bytes(text.as_bytes()).ok())
            .ok_or_else(|| bad(self.method.0, "a method such as GET"))?;
        let target = self
            .target
            .1
            .and_then(|target| target.parse().ok())
            .ok_or_else(|| bad(self.target.0, "a path, with the query at most 65,534 bytes"))?;
        let body = self
            .body
            .1
            .ok_or_else(|| bad(self.body.0, "a text, in base64 where the event says so"))?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = target;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}

/// The client as the first proxy of `X-Forwarded-For` saw it.
#[inline(never)]
pub(super) fn client(headers: &HeaderMap) -> Option<String> {
    request::forwarded(headers)
        .next()
        .and_then(request::address)
}

/// A document of these members.
pub(super) fn document<const N: usize>(members: [(&str, Value); N]) -> Vec<u8> {
    Value::Object(object(members)).to_string().into_bytes()
}

/// An object of these members. Inserted one by one: to build the map at once
/// would bring a sort into the component.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert(name.to_owned(), value);
    }
    object
}

/// A non-empty text.
pub(super) fn text(value: Option<&Value>) -> Option<&str> {
    value
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// Response fields as a map: a text, or a list of texts for a repeated name.
/// Names are spelled as documents show them, `Content-Type`. The length is the
/// gateway's to state: it frames the message.
pub(super) fn header_map(headers: &HeaderMap) -> Map<String, Value> {
    let mut map = Map::new();
    for name in headers
        .keys()
        .filter(|name| *name != header::CONTENT_LENGTH)
    {
        let mut values: Vec<Value> = headers
            .get_all(name)
            .iter()
            .map(|value| {
                String::from_utf8_lossy(value.as_bytes())
                    .into_owned()
                    .into()
            })
            .collect();
        let value = if values.len() == 1 {
            values.remove(0)
        } else {
            Value::Array(values)
        };
        map.insert(canonical(name), value);
    }
    map
}

/// Response fields as a map of one text a name, and the cookies apart: they
/// alone cannot be joined (RFC 9110 section 5.3).
pub(super) fn single_fields(headers: &HeaderMap) -> (Map<String, Value>, Vec<Value>) {
    let mut map = header_map(headers);
    let cookies = match map.remove("Set-Cookie") {
        Some(Value::Array(cookies)) => cookies,
        cookie => cookie.into_iter().collect(),
    };
    for value in map.values_mut() {
        if let Value::Array(values) = value {
            let texts: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            *value = texts.join(", ").into();
        }
    }
    (map, cookies)
}

/// Response fields as a map of one text a name; of several cookies the last.
pub(super) fn one_text_each(headers: &HeaderMap) -> Map<String, Value> {
    let (mut map, cookies) = single_fields(headers);
    if let Some(cookie) = cookies.into_iter().next_back() {
        map.insert("Set-Cookie".to_owned(), cookie);
    }
    map
}

fn canonical(name: &HeaderName) -> String {
    let mut upper = true;
    name.as_str()
        .chars()
        .map(|c| {
            let c = if upper { c.to_ascii_uppercase() } else { c };
            upper = c == '-';
            c
        })
        .collect()
}

/// A body for a document: the text and `false`, or base64 and `true` where the
/// bytes are no text.
pub(super) fn body_text(headers: &HeaderMap, body: Vec<u8>) -> (String, bool) {
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let is_text = media.starts_with("text/")
        || media.starts_with("application/json")
        || media.starts_with("image/svg+xml");
    match String::from_utf8(body) {
        Ok(text) if is_text || text.is_empty() => (text, false),
        Ok(text) => (STANDARD.encode(text), true),
        Err(error) => (STANDARD.encode(error.into_bytes()), true),
    }
}

#[cfg(test)]
mod tests;
