//! Which paths a trigger takes.

use std::str::FromStr;

/// The path of a trigger: `/`, `/img/{kind}`, `/img/{proxy+}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    path: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    One(String),
    Rest(String),
}

impl FromStr for Resource {
    type Err = String;

    fn from_str(path: &str) -> Result<Self, String> {
        let parts = path.strip_prefix('/').and_then(|path| {
            let parts = path.split('/').filter(|_| !path.is_empty());
            parts.map(part).collect::<Option<Vec<_>>>()
        });
        let greedy_inside = |parts: &Vec<Part>| {
            let mut before = parts.iter().rev().skip(1);
            before.any(|part| matches!(part, Part::Rest(_)))
        };
        match parts {
            Some(parts) if !greedy_inside(&parts) => Ok(Self {
                path: path.to_owned(),
                parts,
            }),
            _ => Err("accepted: a path such as /, /img/{kind} or /img/{proxy+}".to_owned()),
        }
    }
}

fn part(text: &str) -> Option<Part> {
    let inside = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    let plain = |text: &str| !text.is_empty() && !text.contains(['{', '}', '+', '?', '#', '%']);
    match inside {
        None => plain(text).then(|| Part::Literal(text.to_owned())),
        Some(inside) => match inside.strip_suffix('+') {
            Some(name) => plain(name).then(|| Part::Rest(name.to_owned())),
            None => plain(inside).then(|| Part::One(inside.to_owned())),
        },
    }
}

impl Resource {
    /// As it was written.
    pub(super) fn as_str(&self) -> &str {
        &self.path
    }

    /// What stands before the first parameter, without a slash at its end.
    pub(super) fn prefix(&self) -> &str {
        let before = self.path.split('{').next().unwrap_or_default();
        before.trim_end_matches('/')
    }

    /// The parameters of a path that the trigger takes.
    pub(super) fn matches(&self, path: &str) -> Option<Vec<(&str, String)>> {
        let mut rest = path.strip_prefix('/')?;
        let mut parameters = Vec::new();
        for part in &self.parts {
            let (first, behind) = rest.split_once('/').unwrap_or((rest, ""));
            match part {
                _ if rest.is_empty() => return None,
                Part::Literal(text) if text != first => return None,
                Part::Literal(_) => {}
                Part::One(_) if first.is_empty() => return None,
                Part::One(name) => parameters.push((name.as_str(), first.to_owned())),
                Part::Rest(name) => {
                    parameters.push((name.as_str(), rest.to_owned()));
                    return Some(parameters);
                }
            }
            rest = behind;
        }
        rest.is_empty().then_some(parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_part_by_part() {
        for (resource, path, expected) in [
            ("/", "/", Some(vec![])),
            ("/", "/a", None),
            ("/{proxy+}", "/", None),
            ("/{proxy+}", "/a/b c/", Some(vec![("proxy", "a/b c/")])),
            ("/img", "/img", Some(vec![])),
            ("/img", "/img/", Some(vec![])),
            ("/img", "/image", None),
            ("/img/{kind}", "/img/cats", Some(vec![("kind", "cats")])),
            ("/img/{kind}", "/img/cats/1", None),
            ("/img/{kind}", "/img", None),
            ("/{a}/{b+}", "/x/y/z", Some(vec![("a", "x"), ("b", "y/z")])),
        ] {
            let parsed: Resource = resource.parse().unwrap();
            let expected: Option<Vec<_>> = expected.map(|parameters| {
                let owned = |(name, value): (&'static str, &str)| (name, value.to_owned());
                parameters.into_iter().map(owned).collect()
            });
            assert_eq!(parsed.matches(path), expected, "{resource} {path}");
        }
    }

    #[test]
    fn odd_paths_are_refused() {
        for path in ["", "img", "/img/", "/{}", "/{+}", "/{a+}/b", "/a{b}", "//"] {
            assert!(path.parse::<Resource>().is_err(), "{path}");
        }
        assert_eq!(
            "/img/{proxy+}".parse::<Resource>().unwrap().prefix(),
            "/img"
        );
    }
}
