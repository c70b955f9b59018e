//! What was decided, as an HTTP response: status, fields, body.
//!
//! The fields that stand on every answer, errors and redirects included, are
//! set in one place, `Answer::into_response`.

mod accept;
mod body;
mod fields;

use std::borrow::Cow;

use http::StatusCode;

use crate::error::{Code, Error};
use crate::settings::Settings;

pub(crate) use body::{Body, PLACEHOLDER, Record, escape, html_note, html_page};
pub use fields::{Lines, RequestField, RequestFields, ResponseFields};
#[cfg(target_arch = "wasm32")]
pub(crate) use fields::{combined, header_map};

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
pub(crate) struct Vary([Option<RequestField>; RequestField::ALL.len()]);

impl Vary {
    /// The text of a request field, which from now on takes part in the answer.
    pub(crate) fn read<'h>(
        &mut self,
        fields: &'h dyn RequestFields,
        field: RequestField,
    ) -> Option<Cow<'h, str>> {
        self.add(field);
        fields.get(field)
    }

    /// Whether JSON is all that the request accepts.
    pub(crate) fn reads_json_alone(&mut self, fields: &dyn RequestFields) -> bool {
        let accept = RequestField::Accept;
        // A first line that has others shows that without a look for more.
        self.read(fields, accept)
            .is_some_and(|line| accept::is_json_alone(&line))
            && fields
                .list(accept)
                .is_some_and(|list| accept::is_json_alone(&list))
    }

    fn add(&mut self, field: RequestField) {
        let mut slots = self.0.iter_mut();
        if let Some(slot) = slots.find(|slot| slot.is_none_or(|asked| asked == field)) {
            *slot = Some(field);
        }
    }

    /// The names, in the order they were asked.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().flatten().map(|field| field.as_str())
    }

    fn add_to(&self, fields: &mut ResponseFields) {
        match self.0 {
            [None, ..] => {}
            [Some(RequestField::Accept), None, ..] => fields.lines("vary: accept\r\n"),
            _ => fields.put("vary: ", &self.names().collect::<Vec<_>>().join(", ")),
        }
    }
}

/// A response, in a form that every door makes its own of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// From 200 on.
    pub status: StatusCode,
    /// The length of the body included, where there is one.
    pub fields: ResponseFields,
    /// Empty where the request was a `HEAD`.
    pub body: Vec<u8>,
}

impl From<Response> for http::Response<Vec<u8>> {
    fn from(response: Response) -> Self {
        let mut http = Self::new(response.body);
        *http.status_mut() = response.status;
        *http.headers_mut() = (&response.fields).into();
        http
    }
}

/// What was decided.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Body>,
    pub(crate) cache: Cache,
    /// Where a redirect leads.
    pub(crate) location: Option<Cow<'a, str>>,
    /// The one picture of the answer.
    pub(crate) image_id: Option<String>,
    /// Whether the caller's screen took part.
    pub(crate) hints: bool,
    /// The error that the placeholder stands for.
    pub(crate) fallback: Option<Code>,
}

impl Answer<'_> {
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
    pub(crate) fn error(error: &Error, fields: &dyn RequestFields, vary: &mut Vary) -> Self {
        vary.add(RequestField::Accept);
        let accept = fields.list(RequestField::Accept).unwrap_or_default();
        let body = if accept::prefers_text(&accept) {
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
        method: &str,
        request: &dyn RequestFields,
        mut vary: Vary,
        request_id: Option<&str>,
    ) -> Response {
        let mut fields = ResponseFields::new();
        self.add_picture(settings, &mut fields);
        let (status, body) = self.add_cache(request, &mut fields);
        add_origin(&mut fields, settings, request, &mut vary);
        fields.lines(ALWAYS);
        match status {
            StatusCode::METHOD_NOT_ALLOWED => fields.put("allow: ", ALLOW),
            StatusCode::SERVICE_UNAVAILABLE => fields.lines("retry-after: 60\r\n"),
            StatusCode::NO_CONTENT if method == "OPTIONS" => {
                fields.put("allow: ", ALLOW);
                fields.put("access-control-allow-methods: ", ALLOW);
                fields.lines(PREFLIGHT);
            }
            _ => {}
        }
        vary.add_to(&mut fields);
        if let Some(id) = request_id {
            fields.add("x-request-id: ", id);
        }
        let mut body = body.map_or_else(Vec::new, |body| body.into_bytes(&mut fields));
        if method == "HEAD" {
            body = Vec::new();
        }
        Response {
            status,
            fields,
            body,
        }
    }

    /// What is said of the picture, or of why it is none.
    fn add_picture(&self, settings: &Settings, fields: &mut ResponseFields) {
        if let Some(location) = &self.location {
            // The URLs of a site are checked when it is baked.
            fields.put("location: ", location);
            fields.put("referrer-policy: ", policy_for(settings, location));
        }
        if let Some(id) = &self.image_id {
            fields.put("x-image-id: ", id);
        }
        if self.hints {
            fields.lines(ACCEPT_CH);
        }
        if let Some(code) = self.fallback {
            fields.put("x-image-fallback: ", code.as_str());
        }
    }

    /// How long the answer may be kept; its status and body, which the caller
    /// may have kept.
    fn add_cache(
        self,
        request: &dyn RequestFields,
        fields: &mut ResponseFields,
    ) -> (StatusCode, Option<Body>) {
        let (status, body) = (self.status, self.body);
        let Cache::For(seconds) = self.cache else {
            fields.lines(NEVER_KEPT);
            return (status, body);
        };
        fields.put("cache-control: ", &format!("public, max-age={seconds}"));
        // Preconditions act only where the answer would be a 2xx (RFC 9110
        // section 13.2.1).
        match body {
            Some(body) if status.is_success() => {
                let etag = body.etag();
                fields.put("etag: ", &etag);
                match request.list(RequestField::IfNoneMatch) {
                    Some(listed) if none_match(&listed, &etag) => (StatusCode::NOT_MODIFIED, None),
                    _ => (status, Some(body)),
                }
            }
            body => (status, body),
        }
    }
}

/// On answers to which the caller's screen matters: what would say it.
const ACCEPT_CH: &str =
    "accept-ch: Sec-CH-UA-Mobile, Sec-CH-Viewport-Width, Sec-CH-Viewport-Height\r\n";

const NEVER_KEPT: &str = "cache-control: no-store\r\ncdn-cache-control: no-store\r\n";

/// On every answer, errors and redirects included.
const ALWAYS: &str = "access-control-expose-headers: X-Image-Id, Link\r\n\
    timing-allow-origin: *\r\n\
    cross-origin-resource-policy: cross-origin\r\n\
    x-content-type-options: nosniff\r\n\
    x-robots-tag: noindex\r\n";

/// On answers to `OPTIONS`, beside the methods.
const PREFLIGHT: &str = "access-control-allow-headers: *\r\naccess-control-max-age: 86400\r\n";

/// Which origins may read the answer.
fn add_origin(
    fields: &mut ResponseFields,
    settings: &Settings,
    request: &dyn RequestFields,
    vary: &mut Vary,
) {
    let origins = &settings.cors_origins;
    if origins.iter().any(|origin| origin == "*") {
        fields.lines("access-control-allow-origin: *\r\n");
    } else if let Some(origin) = vary.read(request, RequestField::Origin)
        && origins
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(&origin))
    {
        fields.add("access-control-allow-origin: ", &origin);
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
fn none_match(list: &str, etag: &str) -> bool {
    // An asterisk within a tag is one of its characters.
    let beside_tags = list.split('"').step_by(2);
    let mut elements = beside_tags.flat_map(|text| text.split(','));
    elements.any(|element| element.trim() == "*")
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
            ("\"b\", *", true),
            ("\"b, *, c\"", false),
            ("*x", false),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(none_match(list, "\"a\""), matches, "{list}");
        }
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
        let lines = |asked: &[RequestField]| {
            let (mut vary, mut fields) = (Vary::default(), ResponseFields::new());
            for field in asked {
                vary.read(&Lines(b""), *field);
            }
            vary.add_to(&mut fields);
            String::from_utf8(fields.into_bytes()).unwrap()
        };
        let (accept, origin) = (RequestField::Accept, RequestField::Origin);
        assert_eq!(lines(&[]), "");
        assert_eq!(lines(&[accept, accept]), "vary: accept\r\n");
        assert_eq!(lines(&[accept, origin, accept]), "vary: accept, origin\r\n");
    }

    #[test]
    fn constant_lines_are_field_lines() {
        for lines in [ACCEPT_CH, NEVER_KEPT, ALWAYS, PREFLIGHT] {
            let mut again = ResponseFields::new();
            for (name, value) in Lines(lines.as_bytes()).fields() {
                let name = format!("{}: ", std::str::from_utf8(name).unwrap()).leak();
                again.add(name, std::str::from_utf8(value).unwrap());
            }
            assert_eq!(again.into_bytes(), lines.as_bytes());
        }
    }
}
