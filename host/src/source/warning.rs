//! What is worth a remark and no more.

use std::fmt;
use std::sync::Arc;

use super::problem::{excerpt, place};

/// A remark on a source; its pictures were read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The source as its owner named it.
    pub source: Arc<str>,
    /// Where it was first seen, counted from 1.
    pub line: Option<u32>,
    /// The remark.
    pub kind: WarningKind,
}

/// What the remark is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// A field or column that no picture has; said once a source.
    UnknownField {
        /// The name as it is written.
        name: String,
        /// The known name that it resembles.
        nearest: Option<&'static str>,
    },
    /// A value beside the lists of a JSON object, such as a total.
    Ignored(String),
    /// Files of a folder that are not named as pictures.
    OtherFiles {
        /// How many.
        count: u64,
        /// The first of them.
        example: String,
    },
    /// Pictures over plain `http`.
    PlainHttp(u64),
    /// A cell of several lines, one of which begins with a URL.
    RowInCell,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, &self.source, self.line, None)?;
        write!(f, ": {}", self.kind)
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField {
                name,
                nearest: Some(known),
            } => {
                write!(
                    f,
                    "the field `{}` is not known and ignored; is `{known}` meant?",
                    excerpt(name)
                )
            }
            Self::UnknownField {
                name,
                nearest: None,
            } => {
                write!(f, "the field `{}` is not known and ignored", excerpt(name))
            }
            Self::Ignored(name) => {
                write!(f, "`{}` is no list of pictures and ignored", excerpt(name))
            }
            Self::OtherFiles { count: 1, example } => {
                write!(
                    f,
                    "`{}` is not named as a picture and left out",
                    excerpt(example)
                )
            }
            Self::OtherFiles { count, example } => write!(
                f,
                "{count} files are not named as pictures and left out, `{}` among them",
                excerpt(example)
            ),
            Self::RowInCell => f.write_str(
                "a cell holds several lines, one of which begins with a URL; is a quotation mark left open?",
            ),
            Self::PlainHttp(1) => {
                f.write_str("1 URL is http://; pages under https:// do not show it")
            }
            Self::PlainHttp(count) => {
                write!(
                    f,
                    "{count} URLs are http://; pages under https:// do not show them"
                )
            }
        }
    }
}
