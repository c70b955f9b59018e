//! What an entry must be before it is packed.

use super::error::Reason;
use super::model::Entry;
use super::url::PictureUrl;

/// The longest category, tag or alias, in bytes.
pub const MAX_WORD: usize = 255;

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
                "holds |, which in a query means or; any other character is accepted"
            } else {
                continue;
            };
            return Err(refuse("tag", tag, why));
        }
        if let Some(alias) = &self.alias {
            word("alias", alias)?;
            if alias.contains('/') || alias == "." || alias == ".." {
                let why =
                    "is not one segment of a path; a text without / is accepted, but not . or ..";
                return Err(refuse("alias", alias, why));
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
        "holds a comma, which separates values in a query; any other character is accepted"
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
