//! What events of most platforms have in common: maps of fields, queries,
//! base64 bodies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

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

/// A query string from a map of **decoded** values: a text, a list of texts
/// for a repeated name, `true` for a bare name. Nulls are absent.
pub(super) fn query_of_decoded(map: Option<&Value>) -> String {
    let mut query = String::new();
    for (name, value) in map.and_then(Value::as_object).into_iter().flatten() {
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

/// Request fields from a map of texts or lists of texts. What HTTP cannot
/// carry is left out: it cannot have come from a request.
pub(super) fn headers(map: Option<&Value>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in map.and_then(Value::as_object).into_iter().flatten() {
        let Ok(name) = HeaderName::try_from(name) else {
            continue;
        };
        let mut append = |value: &Value| {
            if let Some(Ok(value)) = value.as_str().map(HeaderValue::from_str) {
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
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn targets_keep_what_was_sent_and_encode_what_cannot_be() {
        for (path, query, expected) in [
            ("/a%20b", "", "/a%20b"),
            ("/a b?c#d", "x=1", "/a%20b%3Fc%23d?x=1"),
            ("/\u{732b}", "", "/%E7%8C%AB"),
            ("a", "", "/a"),
            ("", "", "/"),
        ] {
            assert_eq!(target(path, query), expected);
            assert!(expected.parse::<http::Uri>().is_ok());
        }
    }

    #[test]
    fn queries_are_encoded_again_once() {
        let map = json!({"a": "x y+z&=%20", "b": ["1", "2"], "c": true, "d": "", "e": null, "f": 7, "g": false, "\u{732b}": "\u{732b}"});
        assert_eq!(
            query_of_decoded(Some(&map)),
            "a=x%20y%2Bz%26%3D%2520&b=1&b=2&c&d=&f=7&%E7%8C%AB=%E7%8C%AB"
        );
        assert_eq!(query_of_decoded(Some(&Value::Null)), "");
        assert_eq!(query_of_decoded(None), "");
    }

    #[test]
    fn fields_that_no_request_can_have_are_left_out() {
        let map = json!({"Accept": "a", "x y": "b", "x": "c\r\nd", "Set-Cookie": ["1", "2"], "n": 7, "z": null});
        let headers = headers(Some(&map));
        assert_eq!(headers.len(), 3);
        assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    }

    #[test]
    fn bodies() {
        assert_eq!(body(None, true), Some(vec![]));
        assert_eq!(body(Some(&json!("aGk=")), true), Some(b"hi".to_vec()));
        assert_eq!(body(Some(&json!("aGk=")), false), Some(b"aGk=".to_vec()));
        assert_eq!(body(Some(&json!("a")), true), None);
        assert_eq!(body(Some(&json!({})), false), None);
        assert!(
            flag(Some(&json!("True")))
                && flag(Some(&json!(true)))
                && !flag(Some(&json!("no")))
                && !flag(None)
        );
    }

    #[test]
    fn documents_spell_fields_as_the_vendors_do() {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("text/plain"));
        headers.insert("content-length", HeaderValue::from_static("2"));
        headers.append("set-cookie", HeaderValue::from_static("a=1"));
        headers.append("set-cookie", HeaderValue::from_static("b=2"));
        assert_eq!(
            Value::Object(header_map(&headers)),
            json!({"Content-Type": "text/plain", "Set-Cookie": ["a=1", "b=2"]})
        );
        assert_eq!(
            body_text(&headers, b"hi".to_vec()),
            ("hi".to_owned(), false)
        );
        headers.insert("content-type", HeaderValue::from_static("image/png"));
        assert_eq!(
            body_text(&headers, vec![0x89, 0x50]),
            ("iVA=".to_owned(), true)
        );
        assert_eq!(
            body_text(&headers, b"hi".to_vec()),
            ("aGk=".to_owned(), true)
        );
    }
}
