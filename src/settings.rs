//! What a site may set. The native side reads these from `edgepick.toml`; the
//! packed site carries them as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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

/// Whether a request passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Pass {
    #[default]
    Pass,
    Refuse,
}

/// What a refused referrer gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refused {
    /// `403` in the error form.
    #[default]
    #[serde(rename = "403")]
    Forbidden,
    /// The placeholder.
    #[serde(rename = "image")]
    Image,
}

/// Whose pages may show the site's pictures, by the `Referer` field (RFC 9110
/// section 10.1.3). A host name stands for itself and all below it;
/// `*.example.com` for those below it only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReferrerRules {
    /// When not empty, only these hosts pass.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// These hosts do not pass, whatever `allow` says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
    /// Requests without a referrer.
    pub empty: Pass,
    /// What a refused request gets.
    pub refused: Refused,
}

impl ReferrerRules {
    /// Whether any rule is set, so that the referrer takes part in the answer.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.allow.is_empty() || !self.deny.is_empty() || self.empty == Pass::Refuse
    }

    /// Whether a request with this `Referer` value passes.
    #[must_use]
    pub fn passes(&self, referer: Option<&str>) -> bool {
        let Some(referer) = referer.map(str::trim).filter(|r| !r.is_empty()) else {
            return self.empty == Pass::Pass;
        };
        let Some(host) = host_of(referer) else {
            return self.allow.is_empty();
        };
        let listed = |hosts: &[String]| hosts.iter().any(|pattern| host_matches(pattern, &host));
        !listed(&self.deny) && (self.allow.is_empty() || listed(&self.allow))
    }
}

/// The host of an absolute URL, lower case, without user and port.
fn host_of(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    Some(uri.host()?.trim_end_matches('.').to_ascii_lowercase())
}

fn host_matches(pattern: &str, host: &str) -> bool {
    let (base, itself) = match pattern.strip_prefix("*.") {
        Some(base) => (base, false),
        None => (pattern, true),
    };
    let Some(cut) = host.len().checked_sub(base.len()) else {
        return false;
    };
    let (Some(below), Some(tail)) = (host.get(..cut), host.get(cut..)) else {
        return false;
    };
    tail.eq_ignore_ascii_case(base)
        && if below.is_empty() {
            itself
        } else {
            below.ends_with('.')
        }
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
        "platforms whose events are accepted in the body of a plain HTTP POST",
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

impl Settings {
    /// Checks what the types alone do not: names, URLs, header values.
    ///
    /// # Errors
    /// The first bad value, with what is accepted.
    pub fn check(&self, platforms: &[&str]) -> Result<(), BadSetting> {
        let bad = |key, value: &str, accepted: &str| {
            Err(BadSetting {
                key,
                value: value.to_owned(),
                accepted: accepted.to_owned(),
            })
        };
        if !self.mount.is_empty() && !is_path(&self.mount) {
            return bad("mount", &self.mount, "a path such as /user/get");
        }
        let policies = std::iter::once(("referrer_policy", &self.referrer_policy)).chain(
            self.referrer_policy_for
                .values()
                .map(|p| ("referrer_policy_for", p)),
        );
        for (key, policy) in policies {
            if !REFERRER_POLICIES.contains(&policy.as_str()) {
                return bad(key, policy, &REFERRER_POLICIES.join(", "));
            }
        }
        for origin in &self.cors_origins {
            if origin != "*" && !is_origin(origin) {
                return bad(
                    "cors_origins",
                    origin,
                    "* or an origin such as https://example.org",
                );
            }
        }
        for (key, hosts) in [
            ("referrer.allow", &self.referrer.allow),
            ("referrer.deny", &self.referrer.deny),
        ] {
            for host in hosts {
                if host.is_empty() || host.contains(['/', ':', ' ']) {
                    return bad(
                        key,
                        host,
                        "a host name such as example.org or *.example.org",
                    );
                }
            }
        }
        if let Some(url) = &self.placeholder
            && !is_http_url(url)
        {
            return bad("placeholder", url, "an absolute http or https URL");
        }
        for (key, names) in [
            ("pass_through", &self.pass_through),
            ("events", &self.events),
        ] {
            for name in names {
                if !platforms.contains(&name.as_str()) {
                    return bad(key, name, &platforms.join(", "));
                }
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

/// A fixed offset from UTC, written `+HH:MM` or `-HH:MM`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeZone {
    /// East of Greenwich is positive; within 18 hours.
    minutes: i32,
}

impl TimeZone {
    /// Seconds to add to UTC.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.minutes) * 60
    }
}

impl std::str::FromStr for TimeZone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || {
            format!(
                "time zone {text:?}: accepted are fixed offsets from -18:00 to +18:00 such as +08:00"
            )
        };
        if text == "Z" {
            return Ok(Self::default());
        }
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(refuse()),
        };
        let (hours, minutes) = rest.split_once(':').ok_or_else(refuse)?;
        let digits = |text: &str| {
            (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()))
                .then(|| text.parse::<i32>().ok())
                .flatten()
        };
        match (digits(hours), digits(minutes)) {
            (Some(h), Some(m)) if m < 60 && h * 60 + m <= 18 * 60 => Ok(Self {
                minutes: sign * (h * 60 + m),
            }),
            _ => Err(refuse()),
        }
    }
}

impl std::fmt::Display for TimeZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl Serialize for TimeZone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_type_and_state_the_real_defaults() {
        let mut settings = Settings {
            mount: "/x".into(),
            placeholder: Some("https://a.example/".into()),
            ..Settings::default()
        };
        settings
            .referrer_policy_for
            .insert("a".into(), "origin".into());
        settings.referrer.allow.push("a".into());
        settings.referrer.deny.push("a".into());
        settings.pass_through.push("a".into());
        settings.events.push("a".into());
        let mut rows = BTreeMap::new();
        flatten("", &serde_json::to_value(&settings).unwrap(), &mut rows);
        let mut keys: Vec<_> = KEYS.iter().map(|row| row.0).collect();
        keys.sort_unstable();
        assert_eq!(rows.keys().map(String::as_str).collect::<Vec<_>>(), keys);

        let mut defaults = BTreeMap::new();
        flatten(
            "",
            &serde_json::to_value(Settings::default()).unwrap(),
            &mut defaults,
        );
        for (key, default, _) in KEYS {
            match defaults.get(key) {
                Some(value) => assert_eq!(value, default, "{key}"),
                None => assert!(["\"\"", "{}", "[]", "built in"].contains(&default), "{key}"),
            }
        }
    }

    #[test]
    fn differing_names_only_what_was_set() {
        let settings = Settings {
            time_zone: "+08:00".parse().unwrap(),
            ..Settings::default()
        };
        assert_eq!(
            settings.differing(),
            [("time_zone".to_owned(), "\"+08:00\"".to_owned())]
        );
        assert!(Settings::default().differing().is_empty());
    }

    #[test]
    fn json_round_trip() {
        let settings: Settings =
            serde_json::from_str(r#"{"type":"redirect","referrer":{"deny":["x.example"]}}"#)
                .unwrap();
        assert_eq!(settings.answer, AnswerType::Found);
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
        assert!(serde_json::from_str::<Settings>(r#"{"typ":"json"}"#).is_err());
    }

    #[test]
    fn time_zones() {
        for (text, seconds) in [
            ("+00:00", 0),
            ("Z", 0),
            ("+08:00", 28_800),
            ("-03:30", -12_600),
            ("+18:00", 64_800),
        ] {
            assert_eq!(
                text.parse::<TimeZone>().unwrap().seconds(),
                seconds,
                "{text}"
            );
        }
        for text in [
            "",
            "8",
            "+8:00",
            "+08",
            "+08:60",
            "+18:01",
            "UTC",
            "\u{ff0b}08:00",
            "+0a:00",
        ] {
            assert!(text.parse::<TimeZone>().is_err(), "{text}");
        }
        assert_eq!("-03:30".parse::<TimeZone>().unwrap().to_string(), "-03:30");
    }

    #[test]
    fn referrers() {
        let rules = |allow: &[&str], deny: &[&str], empty| ReferrerRules {
            allow: allow.iter().map(|&s| s.into()).collect(),
            deny: deny.iter().map(|&s| s.into()).collect(),
            empty,
            refused: Refused::Forbidden,
        };
        let none = rules(&[], &[], Pass::Pass);
        assert!(!none.any() && none.passes(None) && none.passes(Some("https://x.example/")));
        let allow = rules(&["example.org"], &["bad.example.org"], Pass::Pass);
        for (referer, passes) in [
            (None, true),
            (Some(""), true),
            (Some("https://example.org/page"), true),
            (Some("https://EXAMPLE.org:8443/page"), true),
            (Some("https://blog.example.org/"), true),
            (Some("https://bad.example.org/"), false),
            (Some("https://notexample.org/"), false),
            (Some("https://example.org.evil.example/"), false),
            (Some("https://user@example.org/"), true),
            (Some("https://example.org@evil.example/"), false),
            (Some("about:blank"), false),
        ] {
            assert_eq!(allow.passes(referer), passes, "{referer:?}");
        }
        let below = rules(&["*.example.org"], &[], Pass::Refuse);
        assert!(!below.passes(None) && !below.passes(Some("https://example.org/")));
        assert!(below.passes(Some("https://a.example.org/")));
    }

    #[test]
    fn check_names_key_value_and_what_is_accepted() {
        let with = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.check(&["tencent"])
        };
        assert_eq!(with(|_| ()), Ok(()));
        type Change = fn(&mut Settings);
        let table: [(Change, &str); 8] = [
            (|s| s.mount = "user".into(), "mount"),
            (|s| s.mount = "/a?b".into(), "mount"),
            (|s| s.referrer_policy = "none".into(), "referrer_policy"),
            (
                |s| drop(s.referrer_policy_for.insert("h".into(), "x".into())),
                "referrer_policy_for",
            ),
            (
                |s| s.cors_origins = vec!["example.org".into()],
                "cors_origins",
            ),
            (
                |s| s.referrer.allow = vec!["https://x".into()],
                "referrer.allow",
            ),
            (|s| s.placeholder = Some("/x.png".into()), "placeholder"),
            (|s| s.events = vec!["tencnt".into()], "events"),
        ];
        for (change, key) in table {
            assert_eq!(with(change).unwrap_err().key, key);
        }
    }
}
