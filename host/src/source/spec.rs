//! How a source is named, on the command line and in `edgepick.toml`.

use std::fmt;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use edgepick::catalogue::Orientation;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use super::category;

/// One source of pictures, and what it says of all of them.
///
/// In TOML a source is its path alone, or a table of these keys:
///
/// ```toml
/// sources = [
///     "cats.txt",
///     { path = "photos", base_url = "https://img.example.com/photos", weight = 2 },
///     { path = "https://img.example.com/h/{001..833}.webp", category = "anime", orientation = "pc" },
/// ]
/// ```
///
/// A picture's own fields win over these, except that `tags` are added to its
/// own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSpec {
    /// A file, a folder, `-` for standard input, or the URL of one picture or
    /// of a numbered range.
    pub path: PathBuf,
    /// The category of its pictures; the empty text for none. When absent, the
    /// stem of the file's or folder's name, if there are several sources.
    /// Sub-folders go below it.
    pub category: Option<String>,
    /// The address that a folder is published under; in lists, what relative
    /// URLs are relative to.
    pub base_url: Option<String>,
    /// The orientation of its pictures. When absent, the one that the stem
    /// names (`pc.txt`), if it names one.
    pub orientation: Option<Orientation>,
    /// The weight of each of its pictures.
    pub weight: Option<NonZeroU16>,
    /// Tags of all its pictures.
    pub tags: Vec<String>,
}

/// What a [`SourceSpec::path`] stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location<'a> {
    Stdin,
    /// A URL that is itself the source.
    Inline(&'a str),
    Path(&'a Path),
}

impl SourceSpec {
    /// A source without settings of its own.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// The same source, its path taken relative to `folder`: the one that the
    /// settings file lies in.
    #[must_use]
    pub fn relative_to(mut self, folder: &Path) -> Self {
        if let Location::Path(path) = self.location() {
            self.path = folder.join(path);
        }
        self
    }

    pub(crate) fn location(&self) -> Location<'_> {
        match self.path.to_str() {
            Some("-") => Location::Stdin,
            Some(url) if url.contains("://") => Location::Inline(url),
            _ => Location::Path(&self.path),
        }
    }

    /// The source as messages name it.
    pub(super) fn name(&self) -> String {
        match self.location() {
            Location::Stdin => "standard input".to_owned(),
            Location::Inline(url) => url.to_owned(),
            Location::Path(path) => path.display().to_string(),
        }
    }
}

/// The keys of a source's table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    path: PathBuf,
    category: Option<String>,
    base_url: Option<String>,
    #[serde(default, deserialize_with = "orientation")]
    orientation: Option<Orientation>,
    weight: Option<NonZeroU16>,
    #[serde(default)]
    tags: Vec<String>,
}

fn orientation<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Orientation>, D::Error> {
    let word = String::deserialize(deserializer)?;
    category::orientation(&word).map(Some).ok_or_else(|| {
        de::Error::invalid_value(de::Unexpected::Str(&word), &category::ORIENTATION_WORDS)
    })
}

impl<'de> Deserialize<'de> for SourceSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathOrTable;

        impl<'de> Visitor<'de> for PathOrTable {
            type Value = SourceSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, or a table with the key `path`")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> Result<SourceSpec, E> {
                Ok(SourceSpec::new(path))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SourceSpec, A::Error> {
                let Table {
                    path,
                    category,
                    base_url,
                    orientation,
                    weight,
                    tags,
                } = Table::deserialize(MapAccessDeserializer::new(map))?;
                Ok(SourceSpec {
                    path,
                    category,
                    base_url,
                    orientation,
                    weight,
                    tags,
                })
            }
        }

        deserializer.deserialize_any(PathOrTable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        sources: Vec<SourceSpec>,
    }

    #[test]
    fn reads_paths_and_tables() {
        let text = r#"
            sources = ["a.txt", { path = "b", base_url = "https://h/b", orientation = "pc",
                       category = "x", weight = 3, tags = ["t"] }]
        "#;
        let full = SourceSpec {
            path: "b".into(),
            category: Some("x".to_owned()),
            base_url: Some("https://h/b".to_owned()),
            orientation: Some(Orientation::Landscape),
            weight: NonZeroU16::new(3),
            tags: vec!["t".to_owned()],
        };
        let file: File = toml::from_str(text).unwrap();
        assert_eq!(file.sources, [SourceSpec::new("a.txt"), full]);
    }

    #[test]
    fn names_the_wrong_key_and_value() {
        let table = [
            (
                "[[sources]]\npath = 'a'\nbase = 'x'",
                "unknown field `base`",
            ),
            ("[[sources]]\ncategory = 'a'", "missing field `path`"),
            ("[[sources]]\npath = 'a'\nweight = 0", "nonzero"),
            (
                "[[sources]]\npath = 'a'\norientation = 'wide'",
                "expected landscape (pc, h)",
            ),
            ("sources = [1]", "a path, or a table"),
        ];
        for (text, part) in table {
            let error = toml::from_str::<File>(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn only_paths_are_relative_to_the_settings_file() {
        let table = [
            ("a.txt", "/site/a.txt"),
            ("/lists/a.txt", "/lists/a.txt"),
            ("-", "-"),
            ("https://h/{1..9}.jpg", "https://h/{1..9}.jpg"),
        ];
        for (path, resolved) in table {
            let spec = SourceSpec::new(path).relative_to(Path::new("/site"));
            assert_eq!(spec.path, Path::new(resolved));
        }
    }
}
