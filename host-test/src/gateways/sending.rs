//! Answers as HTTP can carry them.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Response, StatusCode};

use super::headers::end_to_end;

/// An answer of the platform's own to a request with this method.
pub(crate) fn answer(
    status: u16,
    content_type: &'static str,
    body: impl Into<Bytes>,
    method: &Method,
) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    send(response, method)
}

/// Says the type of a body that does not say it itself.
pub(crate) fn default_type(response: &mut Response<Bytes>, content_type: &'static str) {
    if !is_bodiless(response.status()) {
        response
            .headers_mut()
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(content_type));
    }
}

/// Whether answers with this status never have a body.
fn is_bodiless(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// What goes out for what the function said, in answer to a request with this
/// method: fields about one connection stay behind, the length is counted, and
/// a body is left out where HTTP has none.
pub(crate) fn send(mut response: Response<Bytes>, method: &Method) -> Response<Bytes> {
    let mut headers = end_to_end(response.headers());
    headers.remove(CONTENT_LENGTH);
    let bodiless = is_bodiless(response.status());
    if !bodiless {
        headers.insert(CONTENT_LENGTH, response.body().len().into());
    }
    if bodiless || *method == Method::HEAD {
        response.body_mut().clear();
    }
    *response.headers_mut() = headers;
    response
}

/// Adds a field; `None` where that is none of HTTP.
pub(crate) fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Option<()> {
    let name = HeaderName::try_from(name).ok()?;
    headers.append(name, HeaderValue::try_from(value).ok()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_and_bodies_left_out() {
        for (method, status, length, body) in [
            (Method::GET, 200, Some("2"), "ab"),
            (Method::HEAD, 200, Some("2"), ""),
            (Method::GET, 204, None, ""),
            (Method::GET, 304, None, ""),
        ] {
            let mut said = answer(status, "text/plain", "ab", &method);
            assert_eq!(said.body(), body, "{method} {status}");
            said.headers_mut()
                .insert(CONTENT_LENGTH, HeaderValue::from_static("7"));
            append(said.headers_mut(), "connection", "close").unwrap();
            *said.body_mut() = "ab".into();
            let sent = send(said, &method);
            let length_sent = sent.headers().get(CONTENT_LENGTH);
            assert_eq!(length_sent.map(|l| l.to_str().unwrap()), length);
            assert!(!sent.headers().contains_key("connection"));
            assert_eq!(sent.body(), body);
        }
    }

    #[test]
    fn only_bodies_have_a_type() {
        for (status, said, expected) in [
            (200, None, Some("a/b")),
            (200, Some("c/d"), Some("c/d")),
            (204, None, None),
            (304, None, None),
        ] {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            if let Some(said) = said {
                append(response.headers_mut(), "content-type", said).unwrap();
            }
            default_type(&mut response, "a/b");
            let found = response.headers().get(CONTENT_TYPE);
            assert_eq!(found.map(|found| found.to_str().unwrap()), expected);
        }
    }

    #[test]
    fn only_fields_of_http_are_added() {
        let mut headers = HeaderMap::new();
        assert!(append(&mut headers, "a", "1").is_some());
        assert!(append(&mut headers, "a b", "1").is_none());
        assert!(append(&mut headers, "a", "1\r\nb: 2").is_none());
        assert_eq!(headers.len(), 1);
    }
}
