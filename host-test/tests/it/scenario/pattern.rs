//! Patterns: text with `$name` in place of what no fixture can know.

use std::collections::BTreeMap;

use crate::stands::Pictures;

/// What the placeholders of one answer stood for. A name that comes again
/// stands for the same text.
#[derive(Debug)]
pub(crate) struct Found<'p> {
    pictures: &'p Pictures,
    values: BTreeMap<&'static str, String>,
}

/// `$url` is a picture's, `$url_html` the same as it stands in HTML, `$id` a
/// picture's id and, with `$url`, that picture's; `$number` digits; `$hex`
/// hexadecimal digits; `$any` anything. `$url2` and `$url3` are other pictures.
const NAMES: [&str; 8] = [
    "url_html", "url2", "url3", "url", "id", "number", "hex", "any",
];

/// Those that stand for different pictures.
const URLS: [&str; 3] = ["url", "url2", "url3"];

impl<'p> Found<'p> {
    pub(crate) fn new(pictures: &'p Pictures) -> Self {
        Self {
            pictures,
            values: BTreeMap::new(),
        }
    }

    /// Matches a text to a pattern, shortest first.
    pub(crate) fn find(&mut self, pattern: &str, text: &str) -> Result<(), String> {
        let mut text = text;
        let mut pattern = pattern;
        loop {
            let Some((literal, name, rest)) = split(pattern) else {
                return if text == pattern {
                    Ok(())
                } else {
                    Err(format!("{text:?} is not {pattern:?}"))
                };
            };
            text = text
                .strip_prefix(literal)
                .ok_or_else(|| format!("{text:?} does not begin with {literal:?}"))?;
            let next = split(rest).map_or(rest, |(literal, _, _)| literal);
            let end = if next.is_empty() {
                Some(text.len())
            } else {
                text.find(next)
            };
            let end = end.ok_or_else(|| format!("no {next:?} in {text:?}"))?;
            let (value, behind) = text.split_at(end);
            self.check(name, value)?;
            (text, pattern) = (behind, rest);
        }
    }

    fn check(&mut self, name: &'static str, value: &str) -> Result<(), String> {
        let all = |good: fn(&u8) -> bool| !value.is_empty() && value.as_bytes().iter().all(good);
        let (name, value) = match name {
            "url_html" => ("url", value.replace("&#39;", "'").replace("&amp;", "&")),
            name => (name, value.to_owned()),
        };
        let good = match name {
            "any" => return Ok(()),
            "number" => {
                return if all(u8::is_ascii_digit) {
                    Ok(())
                } else {
                    Err(format!("{value:?} is no number"))
                };
            }
            "hex" => {
                return if all(u8::is_ascii_hexdigit) {
                    Ok(())
                } else {
                    Err(format!("{value:?} is no number"))
                };
            }
            name if URLS.contains(&name) => self.pictures.has(&value),
            _ => self.pictures.urls.contains_key(&value),
        };
        if !good {
            return Err(format!("{value:?} is no {name} of the catalogue"));
        }
        if let Some(before) = self.values.get(name)
            && *before != value
        {
            return Err(format!("${name} was {before:?} and is {value:?}"));
        }
        if let Some((other, _)) = self
            .values
            .iter()
            .find(|(other, before)| **other != name && **before == value)
        {
            return Err(format!("${name} is {value:?}, and so is ${other}"));
        }
        self.values.insert(name, value);
        match (self.values.get("id"), self.values.get("url")) {
            (Some(id), Some(url)) if self.pictures.urls.get(id) != Some(url) => {
                Err(format!("{id} is not the id of {url}"))
            }
            _ => Ok(()),
        }
    }
}

/// The text before the first placeholder, its name, and the rest.
fn split(pattern: &str) -> Option<(&str, &'static str, &str)> {
    pattern.match_indices('$').find_map(|(place, _)| {
        let behind = &pattern[place + 1..];
        let name = NAMES.into_iter().find(|name| behind.starts_with(name))?;
        Some((&pattern[..place], name, &behind[name.len()..]))
    })
}

#[test]
fn patterns() {
    let urls = [("a1", "https://h/?a&b"), ("b2", "https://h/2")];
    let pictures = Pictures {
        urls: urls.map(|(id, url)| (id.to_owned(), url.to_owned())).into(),
    };
    for (pattern, text, good) in [
        ("abc", "abc", true),
        ("abc", "abcd", false),
        ("", "", true),
        ("x=$number;", "x=17;", true),
        ("x=$number;", "x=1a;", false),
        ("x=$number", "x=", false),
        ("$hex", "0aF", true),
        ("<$url_html>", "<https://h/?a&amp;b>", true),
        (
            "<$url>$url_html",
            "<https://h/?a&b>https://h/?a&amp;b",
            true,
        ),
        ("<$url>$url", "<https://h/?a&b>https://h/2", false),
        ("$url", "https://h/3", false),
        ("$id $url", "b2 https://h/2", true),
        ("$id $url", "a1 https://h/2", false),
        ("$id", "c3", false),
        ("$any,c", "a,b,c", true),
        ("$any,c", "a,c,c", false),
        ("$any", "", true),
        ("a $$ b", "a $$ b", true),
        ("$url,$url2", "https://h/2,https://h/2", false),
        ("$url,$url2", "https://h/2,https://h/?a&b", true),
    ] {
        let found = Found::new(&pictures).find(pattern, text);
        assert_eq!(found.is_ok(), good, "{pattern} {text}: {found:?}");
    }
}
