//! An exchange out of an event whose members hold its parts.
//!
//! Every format calls these: `inline(never)` keeps one copy of each in the
//! component, where it would be thirty.

use std::borrow::Cow;

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::event::Parts;
use super::{EventError, Exchange, Reply, event};

/// Where the events of one format hold the parts of an exchange. Fields, body
/// and the body's flag are `headers` or `multiValueHeaders`, `body` and
/// `isBase64Encoded` everywhere.
pub(super) struct Fields {
    /// The format's name.
    pub(super) format: &'static str,
    /// Names joined by dots, for instance `requestContext.http.method`.
    pub(super) method: &'static str,
    /// Likewise.
    pub(super) path: &'static str,
    /// Members with decoded queries; the first that is a map counts.
    pub(super) query: &'static [&'static str],
    /// The first that says an address counts.
    pub(super) client: &'static [Place],
    /// The first that says anything counts.
    pub(super) request_id: &'static [Place],
}

/// Where an event says something of its caller.
pub(super) enum Place {
    /// In a member: names joined by dots.
    Member(&'static str),
    /// In a request field.
    Field(&'static str),
    /// In `X-Forwarded-For`: whom the first proxy saw.
    Forwarded,
    /// There too: whom the last proxy saw.
    LastForwarded,
}

impl Place {
    fn text<'e>(&self, event: &'e Value, headers: &'e HeaderMap) -> Option<&'e str> {
        match self {
            Self::Member(names) => text(event, names),
            Self::Field(name) => field(headers, name),
            Self::Forwarded => forwarded(headers).next(),
            Self::LastForwarded => forwarded(headers).next_back(),
        }
    }
}

impl Fields {
    /// The exchange; it has no likely mount.
    ///
    /// # Errors
    /// The first part that is not what it has to be.
    #[inline(never)]
    pub(super) fn exchange(
        &self,
        event: &Value,
        reply: Box<dyn Reply>,
    ) -> Result<Exchange, EventError> {
        let query = self.query.iter().filter_map(|name| event.get(name));
        let query = query.into_iter().find(|value| value.is_object());
        let path = at(event, self.path).and_then(Value::as_str);
        let target =
            path.map(|path| event::target(&as_sent(path), &event::query_of_decoded(query)));
        self.exchange_of(event, target, reply)
    }

    /// Likewise, with this target; `None` is none that the format accepts.
    ///
    /// # Errors
    /// Likewise.
    #[inline(never)]
    pub(super) fn exchange_of(
        &self,
        event: &Value,
        target: Option<String>,
        reply: Box<dyn Reply>,
    ) -> Result<Exchange, EventError> {
        let base64 = event::flag(event.get("isBase64Encoded"));
        let headers = event::first_map(event, ["multiValueHeaders", "headers"]);
        let request = Parts {
            format: self.format,
            method: (self.method, text(event, self.method)),
            target: (self.path, target),
            headers: event::headers(headers),
            body: ("body", event::body(event.get("body"), base64)),
        }
        .request()?;
        let headers = request.headers();
        let said = |place: &Place| place.text(event, headers);
        Ok(Exchange {
            client: self.client.iter().filter_map(said).find_map(address),
            request_id: self.request_id.iter().find_map(said).map(str::to_owned),
            likely_mount: None,
            invoked: false,
            request,
            reply,
        })
    }
}

/// Whether an event bears the marks of an HTTP request, be it whole or damaged.
/// A caller's own JSON bears none: no parameter of the public interface has
/// such a name.
#[inline(never)]
pub(super) fn is_http(event: &Value) -> bool {
    let any = |names: [&str; 3]| names.iter().any(|name| event.get(name).is_some());
    any(["httpMethod", "requestContext", "rawPath"])
        || (has(event, "path") && any(["headers", "multiValueHeaders", "isBase64Encoded"]))
}

/// Whether there is something but null at names joined by dots.
#[inline(never)]
pub(super) fn has(event: &Value, names: &str) -> bool {
    at(event, names).is_some_and(|value| !value.is_null())
}

/// The path without the named stage that an API of Amazon's may put before it.
#[inline(never)]
pub(super) fn without_stage<'p>(event: &Value, path: &'p str) -> &'p str {
    let stage = text(event, "requestContext.stage").unwrap_or_default();
    match path
        .strip_prefix('/')
        .and_then(|path| path.strip_prefix(stage))
    {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => path,
    }
}

/// The member at names joined by dots.
#[inline(never)]
pub(super) fn at<'e>(event: &'e Value, names: &str) -> Option<&'e Value> {
    names
        .split('.')
        .try_fold(event, |value, name| value.get(name))
}

/// The non-empty text at names joined by dots.
#[inline(never)]
pub(super) fn text<'e>(event: &'e Value, names: &str) -> Option<&'e str> {
    event::text(at(event, names))
}

/// The text of a request field.
#[inline(never)]
pub(super) fn field<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .filter(|text| !text.is_empty())
}

/// The elements of `X-Forwarded-For`: the client as the first proxy saw it
/// comes first.
pub(super) fn forwarded(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = &str> {
    headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
}

/// An address out of `address`, `address:port` or `[address]:port`.
#[inline(never)]
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let address = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if text.matches(':').count() == 1 => text.split(':').next().unwrap_or_default(),
        None => text,
    };
    let plausible = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    (!address.is_empty() && address.chars().all(plausible)).then(|| address.to_owned())
}

/// A path of which the platform does not say whether its percent signs are
/// encoding: they are, unless the whole could not have been sent so.
pub(super) fn as_sent(path: &str) -> Cow<'_, str> {
    let encoded = |part: &str| part.chars().take(2).filter(char::is_ascii_hexdigit).count() == 2;
    if path.chars().all(|c| c.is_ascii_graphic()) && path.split('%').skip(1).all(encoded) {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(path.replace('%', "%25"))
    }
}

/// What stands before the first parameter of a path's template: `/pics` for
/// `/pics/{kind}`.
pub(super) fn above_template(template: &str) -> Option<String> {
    let above = template.split("/{").next().unwrap_or_default();
    (above.starts_with('/') && above != "/").then(|| above.to_owned())
}

const MOST_PARAMETERS: usize = 16;

/// What stands before the values of path parameters at the end of a path:
/// `/pics` for `/pics/cats/7` and `{"kind":"cats","n":"7"}`. A value of several
/// segments comes from a parameter that matches the rest of a path.
pub(super) fn above_parameters(path: &str, parameters: Option<&Value>) -> Option<String> {
    let mut values: Vec<&str> = parameters
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|map| map.values())
        .filter_map(Value::as_str)
        .filter(|value| !value.is_empty())
        .collect();
    // Each round looks at each value, so their number is bounded.
    if values.len() > MOST_PARAMETERS {
        return None;
    }
    // A value may itself end in another one.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let mut above = path.trim_end_matches('/');
    while !values.is_empty() {
        let (index, shorter) = values
            .iter()
            .enumerate()
            .find_map(|(index, value)| Some((index, before(above, value)?)))?;
        values.remove(index);
        above = shorter;
    }
    (!above.is_empty()).then(|| above.to_owned())
}

/// The path without these decoded segments at its end.
fn before<'p>(path: &'p str, tail: &str) -> Option<&'p str> {
    let tail = tail.trim_end_matches('/');
    let slashes = tail.matches('/').count();
    let (cut, _) = path.rmatch_indices('/').nth(slashes)?;
    let (above, below) = path.split_at_checked(cut)?;
    let below = below.strip_prefix('/')?;
    // Some platforms decode all but slashes.
    let same = below == tail
        || percent_decode_str(below).eq(tail.bytes())
        || percent_decode_str(below).eq(percent_decode_str(tail));
    same.then_some(above)
}

#[cfg(test)]
mod tests;
