//! Answers that the component did not give, in the public interface's error
//! form.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

/// An answer that the host gives where the component cannot.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    error: &'static str,
    hint: &'static str,
}

/// No room for a connection or a request.
pub const OVERLOADED: Refusal = Refusal {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "overloaded",
    error: "too many requests at once",
    hint: "try again in a second",
};

/// A request's line and fields beyond the limit.
pub const HEAD_TOO_LARGE: Refusal = Refusal {
    status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    code: "head_too_large",
    error: "the request's line and header fields are too large",
    hint: "send fewer and shorter ones",
};

/// A body beyond the limit.
pub const TOO_LARGE: Refusal = Refusal {
    status: StatusCode::PAYLOAD_TOO_LARGE,
    code: "too_large",
    error: "the request's body is too large",
    hint: "send less",
};

/// A body that did not arrive.
pub const TOO_SLOW: Refusal = Refusal {
    status: StatusCode::REQUEST_TIMEOUT,
    code: "too_slow",
    error: "the request's body did not arrive in time",
    hint: "send it faster",
};

/// A guest that did not answer in time.
pub const TIMEOUT: Refusal = Refusal {
    status: StatusCode::GATEWAY_TIMEOUT,
    code: "timeout",
    error: "the answer took too long",
    hint: "try again",
};

/// A guest that failed.
pub const INTERNAL: Refusal = Refusal {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    code: "internal",
    error: "the component failed",
    hint: "try again; the server's standard error says more",
};

/// What stands on every answer, the caching of errors included.
const FIELDS: [(HeaderName, HeaderValue); 9] = [
    (CONTENT_TYPE, HeaderValue::from_static("application/json")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        HeaderName::from_static("cdn-cache-control"),
        HeaderValue::from_static("no-store"),
    ),
    (
        HeaderName::from_static("access-control-allow-origin"),
        HeaderValue::from_static("*"),
    ),
    (
        HeaderName::from_static("access-control-expose-headers"),
        HeaderValue::from_static("X-Image-Id, Link"),
    ),
    (
        HeaderName::from_static("timing-allow-origin"),
        HeaderValue::from_static("*"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    ),
    (
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    ),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    ),
];

impl Refusal {
    /// The document. Its texts need no escapes.
    #[must_use]
    pub fn document(self) -> String {
        let Self {
            code, error, hint, ..
        } = self;
        format!(r#"{{"error":"{error}","code":"{code}","hint":"{hint}"}}"#)
    }

    /// The answer.
    #[must_use]
    pub fn response(self) -> Response<String> {
        let mut response = Response::new(self.document());
        *response.status_mut() = self.status;
        response.headers_mut().extend(FIELDS);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    /// The answer as it stands on the wire, for a connection that no one
    /// serves; it says that the connection is closed.
    #[must_use]
    pub fn raw(self) -> Vec<u8> {
        let response = self.response();
        let document = response.body();
        let mut raw = format!("HTTP/1.1 {}\r\n", self.status).into_bytes();
        for (name, value) in response.headers() {
            raw.extend_from_slice(name.as_str().as_bytes());
            raw.extend_from_slice(b": ");
            raw.extend_from_slice(value.as_bytes());
            raw.extend_from_slice(b"\r\n");
        }
        let end = format!(
            "content-length: {}\r\nconnection: close\r\n\r\n{document}",
            document.len()
        );
        raw.extend_from_slice(end.as_bytes());
        raw
    }
}
