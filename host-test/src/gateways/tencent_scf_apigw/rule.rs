//! Which requests an API rule takes.

use std::str::FromStr;

use clap::ValueEnum;
use http::Method;

/// The path of an API rule: `/`, `/pics`, `/pics/{kind}`. It matches itself
/// and what is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    path: String,
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(path: &str) -> Result<Self, String> {
        let rule = Self {
            path: path.to_owned(),
        };
        let good = path.starts_with('/')
            && (path == "/" || !path.ends_with('/'))
            && !path.contains(['?', '#', ' '])
            && rule.segments().all(|segment| {
                parameter(segment).map_or(!segment.contains(['{', '}']), |name| !name.is_empty())
            });
        if good {
            Ok(rule)
        } else {
            Err("accepted: a path such as /, /pics or /pics/{kind}".to_owned())
        }
    }
}

/// The name in a segment such as `{kind}`.
fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

impl Rule {
    /// As it was written.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// What stands before the first parameter, without a slash at its end.
    pub(super) fn prefix(&self) -> &str {
        let prefix = self.path.split('{').next().unwrap_or_default();
        prefix.trim_end_matches('/')
    }

    fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }

    /// The parameters of a path that the rule takes, as they were sent.
    pub(super) fn matches<'p>(&self, path: &'p str) -> Option<Vec<(String, &'p str)>> {
        let mut rest = path.split('/').skip(1);
        let mut parameters = Vec::new();
        for segment in self.segments() {
            let given = rest.next()?;
            match parameter(segment) {
                Some(_) if given.is_empty() => return None,
                Some(name) => parameters.push((name.to_owned(), given)),
                None if segment != given => return None,
                None => {}
            }
        }
        Some(parameters)
    }
}

/// The method of an API rule. Which methods `ANY` takes beside the other five
/// is not documented; here it is every one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(super) enum RuleMethod {
    #[default]
    Any,
    Get,
    Head,
    Post,
    Put,
    Delete,
}

impl RuleMethod {
    /// As it stands in the event.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Any => "ANY",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether the rule takes requests with this method.
    pub(super) fn takes(self, method: &Method) -> bool {
        self == Self::Any || self.as_str() == method.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: &str, path: &str, expected: Option<&[(&str, &str)]>) {
        let found = rule.parse::<Rule>().unwrap().matches(path);
        let found = found.as_ref().map(|found| -> Vec<_> {
            found
                .iter()
                .map(|(name, value)| (name.as_str(), *value))
                .collect()
        });
        assert_eq!(found.as_deref(), expected, "{rule} {path}");
    }

    #[test]
    fn a_rule_takes_itself_and_what_is_below() {
        check("/", "/", Some(&[]));
        check("/", "/a/b", Some(&[]));
        check("/pics", "/pics", Some(&[]));
        check("/pics", "/pics/", Some(&[]));
        check("/pics", "/pics/a", Some(&[]));
        check("/pics", "/picsa", None);
        check("/pics", "/", None);
        check("/pics/{kind}", "/pics/a%20b/c", Some(&[("kind", "a%20b")]));
        check("/pics/{kind}", "/pics", None);
        check("/pics/{kind}", "/pics/", None);
    }

    #[test]
    fn odd_rules_are_refused() {
        for path in ["", "pics", "/pics/", "/a?b", "/{", "/{}", "/a{b}", "/a b"] {
            assert!(path.parse::<Rule>().is_err(), "{path}");
        }
        assert_eq!("/pics/{kind}".parse::<Rule>().unwrap().prefix(), "/pics");
        assert_eq!("/".parse::<Rule>().unwrap().prefix(), "");
    }

    #[test]
    fn methods() {
        assert!(RuleMethod::Any.takes(&Method::OPTIONS));
        assert!(RuleMethod::Get.takes(&Method::GET));
        assert!(!RuleMethod::Get.takes(&Method::HEAD));
    }
}
