//! What a site may set. The native side reads these from `edgepick.toml`; the
//! packed site carries them as JSON.

mod referrer;
mod time_zone;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use referrer::{Pass, ReferrerRules, Refused};
pub use time_zone::TimeZone;

/// The form of an answer that holds one picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerType {
    /// `302 Found` (RFC 9110 section 15.4.3).
    #[default]
    #[serde(rename = "302", alias = "redirect")]
    Found,
    /// `307 Temporary Redirect` (RFC 9110 section 15.4.8).
    #[serde(rename = "307")]
    TemporaryRedirect,
    /// The picture's record.
    #[serde(rename = "json")]
    Json,
    /// The URL, one a line.
    #[serde(rename = "text", alias = "url")]
    Text,
    /// A small page that shows the picture.
    #[serde(rename = "html")]
    Html,
}

impl AnswerType {
    /// Whether the answer is a redirect.
    #[must_use]
    pub fn is_redirect(self) -> bool {
        matches!(self, Self::Found | Self::TemporaryRedirect)
    }
}

/// What stands in for a redirect where a gateway cannot pass one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Substitute {
    /// The picture's record.
    #[default]
    Json,
    /// A small page that shows the picture.
    Html,
}

/// What is sent instead of a picture when there is none to send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The error document.
    #[default]
    Json,
    /// The placeholder, to callers that asked for a picture.
    Image,
}

/// A site's settings. [`KEYS`] documents each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "KEYS says what each means")]
pub struct Settings {
    #[serde(rename = "type")]
    pub answer: AnswerType,
    pub max_age: u32,
    pub time_zone: TimeZone,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mount: String,
    pub cors_origins: Vec<String>,
    pub referrer_policy: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub referrer_policy_for: BTreeMap<String, String>,
    pub referrer: ReferrerRules,
    pub on_error: OnError,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    pub substitute: Substitute,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pass_through: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// No setting of the owner's: what was left out of the lists when this
    /// site was packed, one sentence each, for `/info`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            answer: AnswerType::default(),
            max_age: 86_400,
            time_zone: TimeZone::default(),
            mount: String::new(),
            cors_origins: vec!["*".to_owned()],
            referrer_policy: "no-referrer".to_owned(),
            referrer_policy_for: BTreeMap::new(),
            referrer: ReferrerRules::default(),
            on_error: OnError::default(),
            placeholder: None,
            substitute: Substitute::default(),
            pass_through: Vec::new(),
            events: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// One row a key of `edgepick.toml`: its name, its default, what it means.
pub const KEYS: [(&str, &str, &str); 16] = [
    (
        "type",
        "\"302\"",
        "the answer when the caller names none: `302`, `307`, `json`, `text`, `html`",
    ),
    (
        "max_age",
        "86400",
        "seconds that a deterministic answer (id, seed, deck, period) may be kept",
    ),
    (
        "time_zone",
        "\"+00:00\"",
        "fixed offset from UTC for hours, days and weeks, for instance `+08:00`",
    ),
    (
        "mount",
        "\"\"",
        "a path prefix that the gateway publishes the site under, for instance `/user/get`",
    ),
    (
        "cors_origins",
        "[\"*\"]",
        "origins that scripts may read answers from; `*` is every one",
    ),
    (
        "referrer_policy",
        "\"no-referrer\"",
        "`Referrer-Policy` of a redirect; it governs the request to the picture's host",
    ),
    (
        "referrer_policy_for",
        "{}",
        "the same for single picture hosts: `{ \"i.example.org\" = \"origin\" }`",
    ),
    (
        "referrer.allow",
        "[]",
        "when not empty, only pages of these hosts are answered",
    ),
    ("referrer.deny", "[]", "pages of these hosts are refused"),
    (
        "referrer.empty",
        "\"pass\"",
        "requests without a referrer: `pass` or `refuse`",
    ),
    (
        "referrer.refused",
        "\"403\"",
        "what a refused page gets: `403`, or `image` for the placeholder",
    ),
    (
        "on_error",
        "\"json\"",
        "`image` sends the placeholder instead of an error to callers that asked for a picture",
    ),
    ("placeholder", "built in", "URL of the placeholder picture"),
    (
        "substitute",
        "\"json\"",
        "what stands in for a redirect where a gateway cannot pass one: `json` or `html`",
    ),
    (
        "pass_through",
        "[]",
        "platforms whose gateway sends our answer's body alone, with status 200",
    ),
    (
        "events",
        "[]",
        "platforms whose events are accepted in the body of a plain HTTP POST; two whose events look alike are refused",
    ),
];

/// Why settings are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetting {
    /// The key, as [`KEYS`] spells it.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// What is accepted.
    pub accepted: String,
}

impl std::fmt::Display for BadSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            key,
            value,
            accepted,
        } = self;
        write!(f, "bad value {value:?} for {key}; accepted: {accepted}")
    }
}

impl std::error::Error for BadSetting {}

const REFERRER_POLICIES: [&str; 8] = [
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
];

/// Refuses the first value that is not good.
fn all<'v>(
    key: &'static str,
    values: impl IntoIterator<Item = &'v String>,
    good: impl Fn(&str) -> bool,
    accepted: &str,
) -> Result<(), BadSetting> {
    match values.into_iter().find(|value| !good(value)) {
        None => Ok(()),
        Some(value) => Err(BadSetting {
            key,
            value: value.clone(),
            accepted: accepted.to_owned(),
        }),
    }
}

impl Settings {
    /// The settings for a program that asks with JSON of its own: it has no
    /// page, follows no redirect and shows no placeholder.
    #[must_use]
    pub fn of_invoke(&self) -> Self {
        Self {
            answer: AnswerType::Json,
            substitute: Substitute::Json,
            on_error: OnError::Json,
            referrer: ReferrerRules::default(),
            ..self.clone()
        }
    }

    /// Checks what the types alone do not: names, URLs, header values. Of each
    /// set of platforms that look alike one may send events over plain HTTP.
    ///
    /// # Errors
    /// The first bad value, with what is accepted.
    pub fn check(&self, platforms: &[&str], alike: &[&[&str]]) -> Result<(), BadSetting> {
        let mount = |text: &str| text.is_empty() || is_path(text);
        all("mount", [&self.mount], mount, "a path such as /user/get")?;
        let policies = REFERRER_POLICIES.join(", ");
        for (key, values) in [
            ("referrer_policy", vec![&self.referrer_policy]),
            (
                "referrer_policy_for",
                self.referrer_policy_for.values().collect(),
            ),
        ] {
            all(
                key,
                values,
                |text| REFERRER_POLICIES.contains(&text),
                &policies,
            )?;
        }
        let origin = |text: &str| text == "*" || is_origin(text);
        let origins = "* or an origin such as https://example.org";
        all("cors_origins", &self.cors_origins, origin, origins)?;
        let hosts = "a host name such as example.org or *.example.org";
        for (key, values) in [
            ("referrer.allow", &self.referrer.allow),
            ("referrer.deny", &self.referrer.deny),
        ] {
            let host = |text: &str| !text.is_empty() && !text.contains(['/', ':', ' ']);
            all(key, values, host, hosts)?;
        }
        let url = "an absolute http or https URL";
        all("placeholder", &self.placeholder, is_http_url, url)?;
        for (key, values) in [
            ("pass_through", &self.pass_through),
            ("events", &self.events),
        ] {
            let known = |name: &str| platforms.contains(&name);
            all(key, values, known, &platforms.join(", "))?;
        }
        for set in alike {
            let mut named = self.events.clone();
            named.retain(|name| set.contains(&name.as_str()));
            named.dedup();
            if named.len() > 1 {
                let accepted = format!("one of {}, whose events look alike", set.join(", "));
                return all("events", [&named.join(", ")], |_| false, &accepted);
            }
        }
        Ok(())
    }

    /// The keys whose values differ from the default, with both as JSON text.
    #[must_use]
    pub fn differing(&self) -> Vec<(String, String)> {
        let flat = |settings: &Self| {
            let mut rows = BTreeMap::new();
            if let Ok(value) = serde_json::to_value(settings) {
                flatten("", &value, &mut rows);
            }
            rows
        };
        let (ours, defaults) = (flat(self), flat(&Self::default()));
        ours.into_iter()
            .filter(|(key, value)| defaults.get(key) != Some(value))
            .collect()
    }
}

fn flatten(key: &str, value: &serde_json::Value, rows: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(map) if key.is_empty() || key == "referrer" => {
            for (name, value) in map {
                let key = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                flatten(&key, value, rows);
            }
        }
        value => {
            rows.insert(key.to_owned(), value.to_string());
        }
    }
}

fn is_path(text: &str) -> bool {
    text.starts_with('/')
        && text
            .parse::<http::uri::PathAndQuery>()
            .is_ok_and(|p| p.query().is_none())
}

fn is_http_url(text: &str) -> bool {
    text.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|h| !h.is_empty())
    })
}

fn is_origin(text: &str) -> bool {
    is_http_url(text)
        && text
            .split_once("://")
            .is_some_and(|(_, rest)| !rest.contains(['/', '?', '@']))
}

#[cfg(test)]
mod tests;
