//! Whose pages may show the site's pictures.

use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
