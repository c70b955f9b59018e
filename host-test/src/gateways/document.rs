//! The document that most gateways want: `statusCode`, `headers`, `body`,
//! `isBase64Encoded`. What may be missing differs.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use super::sending::append;

/// The member that is wrong in a document, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {why}")]
pub(super) struct Wrong {
    member: &'static str,
    why: &'static str,
}

fn wrong(member: &'static str, why: &'static str) -> Wrong {
    Wrong { member, why }
}

/// Reads a document in which these members have to be; `statusCode` always
/// has. A field's value is a text or an array of texts, each a line.
pub(super) fn read(
    document: &Map<String, Value>,
    required: &[&'static str],
) -> Result<Response<Bytes>, Wrong> {
    read_in(document, required, 200..600)
}

/// The same where other statuses are good.
pub(super) fn read_in(
    document: &Map<String, Value>,
    required: &[&'static str],
    statuses: Range<u16>,
) -> Result<Response<Bytes>, Wrong> {
    if let Some(missing) = required.iter().find(|name| !document.contains_key(**name)) {
        return Err(wrong(missing, "is missing"));
    }
    let status = document
        .get("statusCode")
        .and_then(Value::as_u64)
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| statuses.contains(status))
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or(wrong("statusCode", "is no whole number from 200 to 599"))?;
    let body = match document.get("body") {
        None => "",
        Some(body) => body.as_str().ok_or(wrong("body", "is no text"))?,
    };
    let encoded = match document.get("isBase64Encoded") {
        None => false,
        Some(flag) => flag
            .as_bool()
            .ok_or(wrong("isBase64Encoded", "is no boolean"))?,
    };
    let body = if encoded {
        let bytes = STANDARD.decode(body);
        Bytes::from(bytes.map_err(|_| wrong("body", "is no base64"))?)
    } else {
        Bytes::copy_from_slice(body.as_bytes())
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = match document.get("headers") {
        None => return Ok(response),
        Some(headers) => headers
            .as_object()
            .ok_or(wrong("headers", "is no object"))?,
    };
    for (name, value) in headers {
        for text in texts(value).ok_or(wrong("headers", "has a value that is no text"))? {
            append(response.headers_mut(), name, text)
                .ok_or(wrong("headers", "has what is no field of HTTP"))?;
        }
    }
    Ok(response)
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Array(values) => values.iter().map(Value::as_str).collect(),
        value => Some(vec![value.as_str()?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(document: &Value, required: &[&'static str]) -> Result<Response<Bytes>, String> {
        read(document.as_object().unwrap(), required).map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn good_documents_are_answers() {
        let full = json!({"statusCode": 302, "headers": {"a": "1", "set-cookie": ["b", "c"]},
            "body": "iVBORw0KGgo=", "isBase64Encoded": true, "more": null});
        let response = check(&full, &["headers", "body", "isBase64Encoded"]).unwrap();
        assert_eq!(response.status(), 302);
        assert_eq!(response.body(), &b"\x89PNG\r\n\x1a\n"[..]);
        assert_eq!(response.headers()["a"], "1");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        let least = check(&json!({"statusCode": 204}), &[]).unwrap();
        assert_eq!((least.status().as_u16(), least.body().len()), (204, 0));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (document, message) in [
            (json!({}), "statusCode: is no whole number from 200 to 599"),
            (
                json!({"statusCode": "200"}),
                "statusCode: is no whole number from 200 to 599",
            ),
            (
                json!({"statusCode": 200.5}),
                "statusCode: is no whole number from 200 to 599",
            ),
            (
                json!({"statusCode": 199}),
                "statusCode: is no whole number from 200 to 599",
            ),
            (
                json!({"statusCode": 600}),
                "statusCode: is no whole number from 200 to 599",
            ),
            (json!({"statusCode": 200, "body": null}), "body: is no text"),
            (
                json!({"statusCode": 200, "body": "!", "isBase64Encoded": true}),
                "body: is no base64",
            ),
            (
                json!({"statusCode": 200, "isBase64Encoded": "true"}),
                "isBase64Encoded: is no boolean",
            ),
            (
                json!({"statusCode": 200, "headers": null}),
                "headers: is no object",
            ),
            (
                json!({"statusCode": 200, "headers": {"a": 1}}),
                "headers: has a value that is no text",
            ),
            (
                json!({"statusCode": 200, "headers": {"a": ["b", 1]}}),
                "headers: has a value that is no text",
            ),
            (
                json!({"statusCode": 200, "headers": {"a": "b\r\nc: d"}}),
                "headers: has what is no field of HTTP",
            ),
            (
                json!({"statusCode": 200, "headers": {"a b": "c"}}),
                "headers: has what is no field of HTTP",
            ),
        ] {
            assert_eq!(check(&document, &[]).unwrap_err(), message, "{document}");
        }
        let bare = json!({"statusCode": 200});
        assert_eq!(
            check(&bare, &["headers"]).unwrap_err(),
            "headers: is missing"
        );
    }
}
