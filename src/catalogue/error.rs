//! Why a catalogue cannot be packed, and why packed bytes cannot be read.

use std::borrow::Cow;
use std::fmt;

use super::url::UrlError;

/// Why entries cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    /// The entries it is about, as places (from 0) in what [`pack`] was given;
    /// none when it is about all of them.
    ///
    /// [`pack`]: super::pack::pack
    pub entries: Vec<usize>,
    /// What is wrong with them.
    pub reason: Reason,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entries.as_slice() {
            [] => {}
            [one] => write!(f, "entry {one} (from 0): ")?,
            [first, second, ..] => write!(f, "entries {first} and {second} (from 0): ")?,
        }
        self.reason.fmt(f)
    }
}

impl std::error::Error for PackError {}

/// What is wrong with an entry or with two of them. The text names no entry,
/// so that a caller can say its file and line instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The URL is not one that a catalogue takes.
    Url(UrlError),
    /// A category, tag or id is not one that a catalogue takes.
    Word {
        /// `category`, `tag` or `id`.
        field: &'static str,
        /// As its source says it.
        value: String,
        /// What is wrong and what is accepted.
        why: &'static str,
    },
    /// A numbered range has variants.
    RangeVariants,
    /// Two URLs have one hash and thus one id.
    SameHash {
        /// The first entry's.
        first: String,
        /// The second entry's.
        second: String,
    },
    /// Two entries have one alias, or one's alias is a member of the other.
    SameAlias(String),
    /// The alias is an id already.
    AliasIsId(String),
    /// All pictures, or all their weights, are more than 2^64 - 1.
    TooMany,
    /// A part of the packed form is larger than 2^32 - 1 bytes or rows.
    TooLarge(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => error.fmt(f),
            Self::Word { field, value, why } => write!(f, "the {field} {value:?} {why}"),
            Self::RangeVariants => {
                f.write_str("a numbered range has variants; only a single picture may have them")
            }
            Self::SameHash { first, second } => write!(
                f,
                "{first} and {second} would have the same id; of ranges that differ only in \
                 their last number keep one"
            ),
            Self::SameAlias(alias) => write!(
                f,
                "the id {alias:?} would mean two pictures; each needs its own"
            ),
            Self::AliasIsId(alias) => write!(
                f,
                "the id {alias:?} is the one that a picture's URL gives; choose another"
            ),
            Self::TooMany => f.write_str(
                "the pictures times their weights are more than 18446744073709551615 in all",
            ),
            Self::TooLarge(what) => write!(
                f,
                "the catalogue's {what} are more than 4294967295 bytes or rows"
            ),
        }
    }
}

/// Why packed bytes are not a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Where, in bytes from the start.
    pub offset: u64,
    /// What should have stood there.
    pub expected: Cow<'static, str>,
    /// The layout's version, when it is one that this program does not read.
    pub version: Option<u32>,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            offset, expected, ..
        } = self;
        match self.version {
            Some(version) => write!(
                f,
                "the packed site has version {version} of the layout (byte {offset}), \
                 this program reads {expected}; pack it again with this program"
            ),
            None => write!(
                f,
                "the packed site is damaged: at byte {offset} {expected} was expected"
            ),
        }
    }
}

impl std::error::Error for Damaged {}
