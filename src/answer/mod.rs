//! What was decided, as an HTTP response: status, fields, body.
//!
//! The fields that stand on every answer, errors and redirects included, are
//! set in one place, [`Answer::into_response`].

pub(crate) mod accept;
mod body;

use std::borrow::Cow;

use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Response, StatusCode};

use crate::error::{Code, Error};
use crate::settings::Settings;

pub(crate) use body::{Body, PLACEHOLDER, Record, html_note, html_page};

/// The request fields that may take part in an answer. A host may leave out
/// all others.
pub const READS: [HeaderName; 8] = [
    header::ACCEPT,
    header::IF_NONE_MATCH,
    header::ORIGIN,
    header::REFERER,
    header::USER_AGENT,
    SEC_CH_UA_MOBILE,
    SEC_CH_VIEWPORT_WIDTH,
    SEC_CH_VIEWPORT_HEIGHT,
];

/// User-Agent Client Hints, section "Sec-CH-UA-Mobile".
pub(crate) const SEC_CH_UA_MOBILE: HeaderName = HeaderName::from_static("sec-ch-ua-mobile");
/// Responsive Image Client Hints, section "Sec-CH-Viewport-Width".
pub(crate) const SEC_CH_VIEWPORT_WIDTH: HeaderName =
    HeaderName::from_static("sec-ch-viewport-width");
/// Responsive Image Client Hints, section "Sec-CH-Viewport-Height".
pub(crate) const SEC_CH_VIEWPORT_HEIGHT: HeaderName =
    HeaderName::from_static("sec-ch-viewport-height");

const ACCEPT_CH: HeaderName = HeaderName::from_static("accept-ch");
const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");
const X_CONTENT_TYPE_OPTIONS: HeaderName = HeaderName::from_static("x-content-type-options");
const X_IMAGE_FALLBACK: HeaderName = HeaderName::from_static("x-image-fallback");
const X_IMAGE_ID: HeaderName = HeaderName::from_static("x-image-id");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// The methods of the public interface.
pub(crate) const ALLOW: &str = "GET, HEAD, OPTIONS";

/// How long an answer may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    /// It is random, or an error.
    Never,
    /// Seconds.
    For(u64),
}

/// The request fields that took part, in the order they were asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vary(Vec<HeaderName>);

impl Vary {
    /// The text of a request field, which from now on takes part in the answer.
    pub(crate) fn read<'h>(&mut self, headers: &'h HeaderMap, name: HeaderName) -> Option<&'h str> {
        let value = headers.get(&name).and_then(|value| value.to_str().ok());
        if !self.0.contains(&name) {
            self.0.push(name);
        }
        value
    }

    /// The names, in the order they were asked.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &HeaderName> {
        self.0.iter()
    }

    fn value(&self) -> Option<HeaderValue> {
        if self.0.is_empty() {
            return None;
        }
        let mut text = String::new();
        for name in &self.0 {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(name.as_str());
        }
        HeaderValue::try_from(text).ok()
    }
}

/// What was decided.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Body>,
    pub(crate) cache: Cache,
    /// Where a redirect leads.
    pub(crate) location: Option<String>,
    /// The one picture of the answer.
    pub(crate) image_id: Option<String>,
    /// Whether the caller's screen took part.
    pub(crate) hints: bool,
    /// The error that the placeholder stands for.
    pub(crate) fallback: Option<Code>,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: Option<Body>, cache: Cache) -> Self {
        Self {
            status,
            body,
            cache,
            location: None,
            image_id: None,
            hints: false,
            fallback: None,
        }
    }

    /// An error in the form that the caller prefers.
    pub(crate) fn error(error: &Error, headers: &HeaderMap, vary: &mut Vary) -> Self {
        let accept = vary.read(headers, header::ACCEPT).unwrap_or_default();
        let body = if accept::prefers_text(accept) {
            Body::text(format!("{error}\n"))
        } else {
            Body::json(error)
        };
        Self::new(error.status(), Some(body), Cache::Never)
    }

    /// The response to a request with this method and these fields.
    pub(crate) fn into_response(
        self,
        settings: &Settings,
        method: &Method,
        headers: &HeaderMap,
        mut vary: Vary,
        request_id: Option<&str>,
    ) -> Response<Vec<u8>> {
        let mut response = Response::new(Vec::new());
        let mut fields = HeaderMap::with_capacity(24);
        let mut status = self.status;
        let mut body = self.body;

        if let Some(location) = &self.location {
            insert_text(&mut fields, header::LOCATION, location);
            let policy = policy_for(settings, location);
            insert_text(&mut fields, header::REFERRER_POLICY, policy);
        }
        if let Some(id) = self.image_id {
            insert_text(&mut fields, X_IMAGE_ID, id);
        }
        if self.hints {
            fields.insert(
                ACCEPT_CH,
                HeaderValue::from_static(
                    "Sec-CH-UA-Mobile, Sec-CH-Viewport-Width, Sec-CH-Viewport-Height",
                ),
            );
        }
        if let Some(code) = self.fallback {
            fields.insert(X_IMAGE_FALLBACK, HeaderValue::from_static(code.as_str()));
        }
        match self.cache {
            Cache::Never => {
                fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                fields.insert(CDN_CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
            Cache::For(seconds) => {
                insert_text(
                    &mut fields,
                    header::CACHE_CONTROL,
                    format!("public, max-age={seconds}"),
                );
                // Preconditions act only where the answer would be a 2xx (RFC
                // 9110 section 13.2.1).
                if let Some(sent) = &body
                    && status.is_success()
                {
                    let etag = sent.etag();
                    if let Some(listed) = headers.get(header::IF_NONE_MATCH)
                        && none_match(listed.as_bytes(), &etag)
                    {
                        status = StatusCode::NOT_MODIFIED;
                        body = None;
                    }
                    insert_text(&mut fields, header::ETAG, etag);
                }
            }
        }
        insert_always(&mut fields, settings, headers, &mut vary);
        match status {
            StatusCode::METHOD_NOT_ALLOWED => {
                fields.insert(header::ALLOW, HeaderValue::from_static(ALLOW));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                fields.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            StatusCode::NO_CONTENT if *method == Method::OPTIONS => insert_preflight(&mut fields),
            _ => {}
        }
        if let Some(vary) = vary.value() {
            fields.insert(header::VARY, vary);
        }
        if let Some(id) = request_id {
            insert_text(&mut fields, X_REQUEST_ID, id);
        }
        if let Some(body) = body {
            fields.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(body.media_type),
            );
            fields.insert(header::CONTENT_LENGTH, HeaderValue::from(body.bytes.len()));
            if let Some(policy) = body.content_security_policy {
                fields.insert(
                    header::CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static(policy),
                );
            }
            if *method != Method::HEAD {
                *response.body_mut() = body.bytes;
            }
        }
        *response.status_mut() = status;
        *response.headers_mut() = fields;
        response
    }
}

fn insert_always(
    fields: &mut HeaderMap,
    settings: &Settings,
    headers: &HeaderMap,
    vary: &mut Vary,
) {
    let every = settings.cors_origins.iter().any(|origin| origin == "*");
    if every {
        fields.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
    } else if let Some(origin) = vary.read(headers, header::ORIGIN)
        && settings
            .cors_origins
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(origin))
    {
        insert_text(fields, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    fields.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("X-Image-Id, Link"),
    );
    fields.insert(TIMING_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    fields.insert(
        CROSS_ORIGIN_RESOURCE_POLICY,
        HeaderValue::from_static("cross-origin"),
    );
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    fields.insert(X_ROBOTS_TAG, HeaderValue::from_static("noindex"));
}

fn insert_preflight(fields: &mut HeaderMap) {
    fields.insert(header::ALLOW, HeaderValue::from_static(ALLOW));
    fields.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(ALLOW),
    );
    fields.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("*"),
    );
    fields.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("86400"),
    );
}

/// Sets a field, unless the text is none that HTTP carries: then the answer is
/// better off without it than the caller without the answer.
fn insert_text<'a>(fields: &mut HeaderMap, name: HeaderName, text: impl Into<Cow<'a, str>>) {
    let value = match text.into() {
        Cow::Borrowed(text) => HeaderValue::try_from(text),
        Cow::Owned(text) => HeaderValue::try_from(text),
    };
    if let Ok(value) = value {
        fields.insert(name, value);
    }
}

/// The `Referrer-Policy` for a picture's URL.
pub(crate) fn policy_for<'s>(settings: &'s Settings, location: &str) -> &'s str {
    if settings.referrer_policy_for.is_empty() {
        return &settings.referrer_policy;
    }
    let host = location
        .parse::<http::Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_ascii_lowercase));
    host.and_then(|host| settings.referrer_policy_for.get(&host))
        .unwrap_or(&settings.referrer_policy)
}

/// Whether a list of entity tags holds this one, by weak comparison (RFC 9110
/// section 13.1.2).
fn none_match(list: &[u8], etag: &str) -> bool {
    let Ok(list) = std::str::from_utf8(list) else {
        return false;
    };
    list.trim() == "*"
        || list
            .split(',')
            .map(str::trim)
            .any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_compare_weakly() {
        for (list, matches) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(none_match(list.as_bytes(), "\"a\""), matches, "{list}");
        }
        assert!(!none_match(b"\xff", "\"a\""));
    }

    #[test]
    fn policies_go_by_the_picture_s_host() {
        let mut settings = Settings::default();
        assert_eq!(policy_for(&settings, "https://i.example/x"), "no-referrer");
        settings
            .referrer_policy_for
            .insert("i.example".into(), "origin".into());
        assert_eq!(policy_for(&settings, "https://I.example:443/x"), "origin");
        assert_eq!(policy_for(&settings, "https://example/x"), "no-referrer");
    }

    #[test]
    fn vary_names_each_field_once() {
        let (mut vary, headers) = (Vary::default(), HeaderMap::new());
        assert_eq!(vary.value(), None);
        for name in [header::ACCEPT, header::ORIGIN, header::ACCEPT] {
            vary.read(&headers, name);
        }
        assert_eq!(vary.value().unwrap(), "accept, origin");
    }

    #[test]
    fn a_text_that_http_cannot_carry_is_left_out() {
        let mut fields = HeaderMap::new();
        insert_text(&mut fields, X_REQUEST_ID, "a\r\nb");
        assert!(fields.is_empty());
    }
}
