//! Media types as the controller's HTTP library knows them, and what callers
//! accept of them.

use http::HeaderMap;
use http::header::ACCEPT;

use crate::gateways::headers::texts;

/// A media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Media {
    /// `type/subtype`, in lower case.
    essence: String,
    /// As it was written.
    text: String,
}

impl Media {
    /// That of `application/octet-stream`.
    pub(super) fn binary() -> Self {
        Self::known("application/octet-stream")
    }

    pub(super) fn known(essence: &str) -> Self {
        Self {
            essence: essence.to_owned(),
            text: essence.to_owned(),
        }
    }

    /// `None` where the text is no media type.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let essence = text.split(';').next()?.trim().to_ascii_lowercase();
        let (main, sub) = essence.split_once('/')?;
        let is_token = |part: &str| {
            let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
            !part.is_empty() && part.bytes().all(token)
        };
        (is_token(main) && is_token(sub)).then(|| Self {
            essence: essence.clone(),
            text: text.trim().to_owned(),
        })
    }

    pub(super) fn is(&self, essence: &str) -> bool {
        self.essence == essence
    }

    pub(super) fn is_json_family(&self) -> bool {
        self.is("application/json") || self.essence.ends_with("+json")
    }

    /// Whether bodies of the type are bytes, so that JSON holds them as base64.
    pub(super) fn is_binary(&self) -> bool {
        let texts = [
            "application/x-www-form-urlencoded",
            "application/xml",
            "application/xhtml+xml",
            "application/javascript",
            "application/atom+xml",
            "application/rss+xml",
        ];
        let text = self.essence.starts_with("text/")
            || self.is_json_family()
            || texts.contains(&self.essence.as_str());
        !text
    }

    /// The field's value: texts say their charset, but for JSON, which has one.
    pub(super) fn to_field(&self) -> String {
        let charset = self.text.to_ascii_lowercase().contains("charset=");
        if self.is_binary() || self.is_json_family() || charset {
            self.text.clone()
        } else {
            format!("{}; charset=UTF-8", self.text)
        }
    }

    /// What the type is called in the list of those there are.
    pub(super) fn essence(&self) -> &str {
        &self.essence
    }

    /// Whether the caller takes it (RFC 9110 section 12.5.1).
    pub(super) fn is_accepted(&self, headers: &HeaderMap) -> bool {
        let accept = texts(headers, &ACCEPT).join(",");
        if accept.trim().is_empty() {
            return true;
        }
        let main = self.essence.split('/').next().unwrap_or_default();
        let mut best: Option<(u8, f32)> = None;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
            let rank = match name.split_once('/') {
                Some(("*", "*")) => 0,
                Some((kind, "*")) if kind == main => 1,
                _ if name == self.essence => 2,
                _ => continue,
            };
            if best.is_none_or(|(known, _)| rank > known) {
                best = Some((rank, weight.unwrap_or(1.0)));
            }
        }
        best.is_some_and(|(_, weight)| weight > 0.0)
    }
}
