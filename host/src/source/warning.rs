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
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, &self.source, self.line, None)?;
        match &self.kind {
            WarningKind::UnknownField {
                name,
                nearest: Some(known),
            } => {
                write!(
                    f,
                    "the field `{}` is not known and ignored; is `{known}` meant?",
                    excerpt(name)
                )
            }
            WarningKind::UnknownField {
                name,
                nearest: None,
            } => {
                write!(f, "the field `{}` is not known and ignored", excerpt(name))
            }
            WarningKind::Ignored(name) => {
                write!(f, "`{}` is no list of pictures and ignored", excerpt(name))
            }
            WarningKind::OtherFiles { count: 1, example } => {
                write!(
                    f,
                    "`{}` is not named as a picture and left out",
                    excerpt(example)
                )
            }
            WarningKind::OtherFiles { count, example } => write!(
                f,
                "{count} files are not named as pictures and left out, `{}` among them",
                excerpt(example)
            ),
            WarningKind::PlainHttp(1) => {
                f.write_str("1 URL is http://; pages under https:// do not show it")
            }
            WarningKind::PlainHttp(count) => {
                write!(
                    f,
                    "{count} URLs are http://; pages under https:// do not show them"
                )
            }
        }
    }
}
