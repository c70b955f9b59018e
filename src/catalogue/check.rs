//! What an entry must be before it is packed.

use super::error::Reason;
use super::model::Entry;
use super::url::PictureUrl;

/// The longest category, tag or alias, in bytes.
pub(crate) const MAX_WORD: usize = 255;

impl Entry {
    /// Checks everything about the entry that can be told without the others.
    /// An empty text counts as absent.
    ///
    /// # Errors
    /// The first thing that is wrong with it: its URL, a category, tag or alias
    /// with characters that queries and paths need, variants of a range.
    pub fn check(&self) -> Result<PictureUrl<'_>, Reason> {
        let url = PictureUrl::parse(&self.url).map_err(Reason::Url)?;
        if let Some(category) = &self.category {
            word("category", category)?;
            segments(category)?;
        }
        for tag in &self.tags {
            word("tag", tag)?;
            let why = if tag.starts_with('-') {
                "begins with -, which in a query means not; another first character is accepted"
            } else if tag.contains('|') {
                "holds |, which in a query means or; a text without one is accepted"
            } else {
                continue;
            };
            return Err(refuse("tag", tag, why));
        }
        if let Some(alias) = &self.alias {
            word("id", alias)?;
            if alias.contains('/') || alias == "." || alias == ".." {
                let why =
                    "is not one segment of a path; a text without / is accepted, but not . or ..";
                return Err(refuse("id", alias, why));
            }
        }
        if !self.variants.is_empty() && url.range().is_some() {
            return Err(Reason::RangeVariants);
        }
        for variant in &self.variants {
            let url = PictureUrl::parse(&variant.url).map_err(Reason::Url)?;
            if url.range().is_some() {
                return Err(Reason::RangeVariants);
            }
        }
        Ok(url)
    }
}

/// What categories, tags and aliases have in common.
fn word(field: &'static str, text: &str) -> Result<(), Reason> {
    let why = if text.len() > MAX_WORD {
        "is longer than 255 bytes"
    } else if text.contains(',') {
        "holds a comma, which separates values in a query; a text without one is accepted"
    } else if text.chars().any(char::is_control) {
        "holds a control character; any other character but a comma is accepted"
    } else if text.trim() != text {
        "begins or ends with a space; leave that out"
    } else {
        return Ok(());
    };
    Err(refuse(field, text, why))
}

fn segments(category: &str) -> Result<(), Reason> {
    if category.is_empty() {
        return Ok(());
    }
    let bad = |segment: &str| segment.is_empty() || segment == "." || segment == "..";
    if category.split('/').any(bad) {
        let why =
            "has an empty segment, or one that is . or ..; a path such as animals/cats is accepted";
        return Err(refuse("category", category, why));
    }
    Ok(())
}

fn refuse(field: &'static str, value: &str, why: &'static str) -> Reason {
    Reason::Word {
        field,
        value: value.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Variant;
    use super::*;

    fn entry() -> Entry {
        Entry {
            url: "https://h.example/1.jpg".to_owned(),
            ..Entry::default()
        }
    }

    #[test]
    fn words_that_queries_and_paths_can_say_are_accepted() {
        for text in ["cats", "a b", "猫", "a&b=c?#", "a-b", "", "a.b", "..a"] {
            let mut good = entry();
            good.category = Some(text.to_owned());
            good.alias = Some(text.to_owned());
            good.tags = vec![text.to_owned()];
            assert!(good.check().is_ok(), "{text}");
        }
        let mut good = entry();
        good.category = Some("animals/cats/big".to_owned());
        good.tags = vec!["a/b".to_owned()];
        good.alias = Some("a|b".to_owned());
        assert!(good.check().is_ok());
    }

    #[test]
    fn words_that_they_cannot_say_are_refused() {
        let long = "a".repeat(MAX_WORD + 1);
        let rows = [
            (
                "category",
                "a,b",
                "the category \"a,b\" holds a comma, which separates values in a query; a text without one is accepted",
            ),
            (
                "tag",
                "a,b",
                "the tag \"a,b\" holds a comma, which separates values in a query; a text without one is accepted",
            ),
            (
                "alias",
                "a,b",
                "the id \"a,b\" holds a comma, which separates values in a query; a text without one is accepted",
            ),
            (
                "tag",
                "a|b",
                "the tag \"a|b\" holds |, which in a query means or; a text without one is accepted",
            ),
            (
                "tag",
                "-a",
                "the tag \"-a\" begins with -, which in a query means not; another first character is accepted",
            ),
            (
                "category",
                "/a",
                "the category \"/a\" has an empty segment, or one that is . or ..; a path such as animals/cats is accepted",
            ),
            (
                "category",
                "a/",
                "the category \"a/\" has an empty segment, or one that is . or ..; a path such as animals/cats is accepted",
            ),
            (
                "category",
                "a//b",
                "the category \"a//b\" has an empty segment, or one that is . or ..; a path such as animals/cats is accepted",
            ),
            (
                "category",
                "a/../b",
                "the category \"a/../b\" has an empty segment, or one that is . or ..; a path such as animals/cats is accepted",
            ),
            (
                "category",
                ".",
                "the category \".\" has an empty segment, or one that is . or ..; a path such as animals/cats is accepted",
            ),
            (
                "alias",
                "a/b",
                "the id \"a/b\" is not one segment of a path; a text without / is accepted, but not . or ..",
            ),
            (
                "alias",
                "..",
                "the id \"..\" is not one segment of a path; a text without / is accepted, but not . or ..",
            ),
            (
                "tag",
                " a",
                "the tag \" a\" begins or ends with a space; leave that out",
            ),
            (
                "tag",
                "a\u{3000}",
                "the tag \"a\\u{3000}\" begins or ends with a space; leave that out",
            ),
            (
                "alias",
                "a\nb",
                "the id \"a\\nb\" holds a control character; any other character but a comma is accepted",
            ),
        ];
        for (field, text, message) in rows {
            let mut bad = entry();
            match field {
                "category" => bad.category = Some(text.to_owned()),
                "alias" => bad.alias = Some(text.to_owned()),
                _ => bad.tags = vec!["good".to_owned(), text.to_owned()],
            }
            assert_eq!(bad.check().unwrap_err().to_string(), message);
        }
        let mut bad = entry();
        bad.category = Some(long);
        let message = bad.check().unwrap_err().to_string();
        assert!(message.ends_with("is longer than 255 bytes"), "{message}");
    }

    #[test]
    fn ranges_have_no_variants() {
        let variant = |url: &str| Variant {
            url: url.to_owned(),
            width: 1,
            height: 1,
        };
        let mut ranged = entry();
        ranged.variants = vec![variant("https://h.example/s/{1..9}.jpg")];
        assert_eq!(ranged.check(), Err(Reason::RangeVariants));
        ranged.url = "https://h.example/{1..9}.jpg".to_owned();
        ranged.variants = vec![variant("https://h.example/s.jpg")];
        assert_eq!(ranged.check(), Err(Reason::RangeVariants));
        let mut bad = entry();
        bad.variants = vec![variant("/s.jpg")];
        assert!(matches!(bad.check(), Err(Reason::Url(_))));
    }
}
