//! Category paths, and the words in them that mean something else.

use std::fmt;

use edgepick::app::reserved;
use edgepick::catalogue::{Entry, Format, Orientation, Reason};
use edgepick::query::values::{self, OrientationWish};

/// What is accepted as an orientation.
pub(super) const ORIENTATION_WORDS: &str = "landscape (pc, h), portrait (mobile, v) or square";

/// The orientation that a word stands for, in any case.
pub(super) fn orientation(word: &str) -> Option<Orientation> {
    match values::orientation(word.trim()) {
        Some(OrientationWish::Is(orientation)) => Some(orientation),
        Some(OrientationWish::Any | OrientationWish::Auto) | None => None,
    }
}

/// Why a category was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CategoryFault {
    /// A word of the service's own addresses.
    Reserved {
        /// The word.
        name: String,
        /// A spelling that is free.
        free: String,
    },
    /// A name that addresses would take for a picture's file.
    Extension {
        /// The name.
        name: String,
        /// A spelling that is free.
        free: String,
    },
    /// What the catalogue says of it.
    Refused(Reason),
}

impl fmt::Display for CategoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserved { name, free } => write!(
                f,
                "the category `{name}` is a word of the service's own addresses; accepted: another name, such as `{free}`"
            ),
            Self::Extension { name, free } => write!(
                f,
                "the category `{name}` ends like a picture's file name; accepted: a name such as `{free}`"
            ),
            Self::Refused(reason) => reason.fmt(f),
        }
    }
}

/// What a category path says of its pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The path without the words that name an orientation.
    pub(super) category: Option<String>,
    /// The last orientation that the path names.
    pub(super) orientation: Option<Orientation>,
}

impl Place {
    /// Reads a path such as `animals/cats` or `cats/mobile`. The empty path is
    /// the place without a category.
    pub(super) fn of(path: &str) -> Result<Self, CategoryFault> {
        let path = path.trim().trim_matches('/');
        let mut place = Self::default();
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/').map(str::trim) {
            match orientation(part) {
                Some(orientation) => place.orientation = Some(orientation),
                None => parts.push(part),
            }
        }
        let category = parts.join("/");
        if let Some(free) = reserved(&category) {
            return Err(CategoryFault::Reserved {
                name: category,
                free,
            });
        }
        for part in &parts {
            if let Some((stem, extension)) = part.rsplit_once('.')
                && Format::from_extension(extension).is_some()
            {
                let free = if stem.is_empty() { extension } else { stem };
                return Err(CategoryFault::Extension {
                    name: (*part).to_owned(),
                    free: free.to_owned(),
                });
            }
        }
        if path.is_empty() || parts.is_empty() {
            return Ok(place);
        }
        let probe = Entry {
            url: "https://example.com/".to_owned(),
            category: Some(category),
            ..Entry::default()
        };
        probe.check().map_err(CategoryFault::Refused)?;
        place.category = probe.category;
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Orientation::{Landscape, Portrait, Square};
    use edgepick::app::WORDS;

    #[test]
    fn paths_give_category_and_orientation() {
        let table = [
            ("", None, None),
            (" / ", None, None),
            ("cats", Some("cats"), None),
            ("/animals/cats/", Some("animals/cats"), None),
            (" Animals / Big Cats ", Some("Animals/Big Cats"), None),
            ("猫", Some("猫"), None),
            ("pc", None, Some(Landscape)),
            ("Mobile", None, Some(Portrait)),
            ("cats/v", Some("cats"), Some(Portrait)),
            ("pc/cats", Some("cats"), Some(Landscape)),
            ("pc/cats/square", Some("cats"), Some(Square)),
            ("cats/random", Some("cats/random"), None),
            ("company/any", Some("company/any"), None),
            ("v2.0", Some("v2.0"), None),
        ];
        for (path, category, orientation) in table {
            let place = Place::of(path).unwrap();
            assert_eq!(
                (place.category.as_deref(), place.orientation),
                (category, orientation),
                "{path}"
            );
        }
    }

    #[test]
    fn every_word_of_the_interface_is_refused_with_a_free_spelling() {
        let words = WORDS
            .iter()
            .map(|word| word.word)
            .filter(|word| orientation(word).is_none());
        for word in words {
            for text in [word.to_owned(), format!("{word}/cats")] {
                let fault = Place::of(&text).expect_err(&text);
                let CategoryFault::Reserved { free, .. } = &fault else {
                    panic!("{fault}")
                };
                assert!(Place::of(free).is_ok(), "{free}");
                assert!(fault.to_string().contains(free.as_str()), "{fault}");
            }
        }
        for (word, wish) in values::ORIENTATIONS {
            if let OrientationWish::Is(meant) = wish {
                assert_eq!(
                    Place::of(word),
                    Ok(Place {
                        category: None,
                        orientation: Some(meant)
                    })
                );
            }
        }
    }

    #[test]
    fn says_what_is_wrong_with_the_others() {
        let table = [
            ("company/auto", "such as `company/autos`"),
            ("cats.jpg", "such as `cats`"),
            (".png", "such as `png`"),
            ("cats,dogs", "comma"),
            ("a//b", "empty segment"),
            ("../etc", "is . or .."),
            ("a\nb", "control character"),
        ];
        for (path, part) in table {
            let fault = Place::of(path).expect_err(path).to_string();
            assert!(fault.contains(part), "{path:?}: {fault}");
        }
        assert!(Place::of(&"x".repeat(257)).is_err());
    }
}
