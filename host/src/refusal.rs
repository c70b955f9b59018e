//! Answers that the component did not give, in the public interface's error
//! form.

use edgepick::app::{self, Request};
use edgepick::error::{Code, Error};
use edgepick::settings::Settings;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, Method, Response};

use crate::fields;

/// An answer that the host gives where the component cannot.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    code: Code,
    hint: &'static str,
}

/// No room for a connection or a request.
pub const OVERLOADED: Refusal = Refusal {
    code: Code::Overloaded,
    hint: "try again in a second",
};

/// A request's line and fields beyond the limit.
pub const HEAD_TOO_LARGE: Refusal = Refusal {
    code: Code::HeadTooLarge,
    hint: "send fewer and shorter ones",
};

/// A request target beyond the limit of the public interface.
pub const URI_TOO_LONG: Refusal = Refusal {
    code: Code::UriTooLong,
    hint: "send a shorter one",
};

/// A body beyond the limit.
pub const BODY_TOO_LARGE: Refusal = Refusal {
    code: Code::BodyTooLarge,
    hint: "send less",
};

/// A body that did not arrive.
pub const TOO_SLOW: Refusal = Refusal {
    code: Code::TooSlow,
    hint: "send it faster",
};

/// A guest that did not answer in time.
pub const TIMEOUT: Refusal = Refusal {
    code: Code::Timeout,
    hint: "try again",
};

/// A guest that failed.
pub const INTERNAL: Refusal = Refusal {
    code: Code::Internal,
    hint: "try again; the server's standard error says more",
};

/// An answer that the platform would not let through, and no other instead.
pub const ANSWER_TOO_LARGE: Refusal = Refusal {
    code: Code::AnswerTooLarge,
    hint: "its owner has to shorten the pictures' addresses",
};

/// A host's way of refusing: with the fields that stand on every answer of its
/// site, in the form that the caller prefers.
///
/// The default is that of a site whose settings nobody knows: no script of
/// another origin may read why.
#[derive(Clone, Debug)]
pub struct Refusals(Settings);

impl Default for Refusals {
    fn default() -> Self {
        Self(Settings {
            cors_origins: Vec::new(),
            ..Settings::default()
        })
    }
}

impl Refusals {
    /// The way of a site with these settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self(settings.clone())
    }

    /// The answer to a request with this method and these fields; `id` is
    /// echoed in `X-Request-Id`.
    #[must_use]
    pub fn answer(
        &self,
        refusal: Refusal,
        method: &Method,
        headers: &HeaderMap,
        id: Option<&str>,
    ) -> Response<Vec<u8>> {
        let Refusal { code, hint } = refusal;
        let error = Error::new(code, code.means()).hint(hint);
        let request = Request {
            method: method.as_str(),
            target: "/",
            fields: headers,
            body: b"",
        };
        let mut response = Response::from(app::refuse(&self.0, request, id, &error));
        if code == Code::Overloaded {
            let soon = HeaderValue::from_static("1");
            response.headers_mut().insert(RETRY_AFTER, soon);
        }
        response
    }

    /// The answer as it stands on the wire, for a connection whose request
    /// nobody reads; it says that the connection is closed.
    #[must_use]
    pub fn raw(&self, refusal: Refusal) -> Vec<u8> {
        let response = self.answer(refusal, &Method::GET, &HeaderMap::new(), None);
        let mut raw = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
        fields::write(response.headers(), &mut raw);
        raw.extend_from_slice(b"connection: close\r\n\r\n");
        raw.extend_from_slice(response.body());
        raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(refusals: &Refusals, fields: &[(&str, &str)]) -> Response<Vec<u8>> {
        let headers = fields
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        refusals.answer(TIMEOUT, &Method::GET, &headers, Some("r-1"))
    }

    fn text<'r>(response: &'r Response<Vec<u8>>, name: &str) -> Option<&'r str> {
        let value = response.headers().get(name);
        value.map(|value| value.to_str().unwrap())
    }

    #[test]
    fn a_refusal_has_the_form_that_the_caller_prefers() {
        let open = Refusals::of(&Settings::default());
        let json = sent(&open, &[]);
        assert_eq!(
            json.body(),
            br#"{"error":"the answer took too long","code":"timeout","hint":"try again"}"#
        );
        let plain = sent(&open, &[("accept", "text/plain")]);
        assert_eq!(plain.body(), b"the answer took too long; try again\n");
        for (response, media) in [
            (json, "application/json"),
            (plain, "text/plain; charset=utf-8"),
        ] {
            assert_eq!(response.status(), 504);
            for (name, value) in [
                ("content-type", media),
                ("vary", "accept"),
                ("cache-control", "no-store"),
                ("access-control-allow-origin", "*"),
                ("x-request-id", "r-1"),
            ] {
                assert_eq!(text(&response, name), Some(value), "{name}");
            }
        }
    }

    #[test]
    fn a_refusal_is_read_by_the_origins_that_may() {
        let origin = |refusals: &Refusals, origin: &str| {
            let response = sent(refusals, &[("origin", origin)]);
            text(&response, "access-control-allow-origin").map(str::to_owned)
        };
        let (one, other) = ("https://a.example", "https://b.example");
        let settings = Settings {
            cors_origins: vec![one.to_owned()],
            ..Settings::default()
        };
        let closed = Refusals::of(&settings);
        assert_eq!(origin(&closed, one).as_deref(), Some(one));
        assert_eq!(origin(&closed, other), None);
        assert_eq!(origin(&Refusals::default(), one), None);
        let raw = |refusals: &Refusals| String::from_utf8(refusals.raw(OVERLOADED)).unwrap();
        assert!(!raw(&closed).contains("access-control-allow-origin"));
        assert!(
            raw(&Refusals::of(&Settings::default())).contains("access-control-allow-origin: *\r\n")
        );
    }
}
