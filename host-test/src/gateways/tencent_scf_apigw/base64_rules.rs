//! The base64 setting of an API (628/51799): off, for every request, or where
//! a field holds a text.

use std::str::FromStr;

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};

/// One rule of the setting; several are alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base64Rule {
    All,
    Holds(HeaderName, String),
}

impl FromStr for Base64Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rule = match text.split_once('=') {
            None if text == "all" => Some(Self::All),
            Some(("accept", text)) => Some(Self::Holds(ACCEPT, text.to_owned())),
            Some(("content-type", text)) => Some(Self::Holds(CONTENT_TYPE, text.to_owned())),
            _ => None,
        };
        rule.ok_or_else(|| "accepted: all, accept=TEXT, content-type=TEXT".to_owned())
    }
}

impl Base64Rule {
    /// Whether a request with these fields has its body sent as base64.
    pub(super) fn applies(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::All => true,
            Self::Holds(name, text) => headers
                .get_all(name)
                .iter()
                .any(|value| String::from_utf8_lossy(value.as_bytes()).contains(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_look_for_a_text_in_a_field() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "image/png".parse().unwrap());
        for (rule, applies) in [
            ("all", true),
            ("content-type=image/", true),
            ("content-type=text/", false),
            ("accept=image/", false),
        ] {
            assert_eq!(
                rule.parse::<Base64Rule>().unwrap().applies(&headers),
                applies,
                "{rule}"
            );
        }
        assert!("cookie=x".parse::<Base64Rule>().is_err());
        assert!("none".parse::<Base64Rule>().is_err());
    }
}
