//! What is wrong with a source, said so that its owner can put it right.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::category::CategoryFault;
use super::url::UrlFault;
use super::warning::WarningKind;

/// How many problems are kept in full; the rest are only counted.
pub(super) const KEPT: usize = 100;

/// How many of one list: after so many bad lines it is no list, and other
/// sources are to have their say.
pub(super) const KEPT_OF_ONE: u64 = 20;

/// One thing wrong with one place of one source.
///
/// Displays as `list.txt:12:1: what is wrong; accepted: what is right`, the
/// form that editors and terminals make clickable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The source as its owner named it; empty when no source is to blame.
    pub source: Arc<str>,
    /// Counted from 1; `None` when the whole source is meant.
    pub line: Option<u32>,
    /// In characters, counted from 1; only ever given with a line.
    pub column: Option<u32>,
    /// What is wrong.
    pub reason: Reason,
}

/// Why a source, a line or a picture was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No source was given at all.
    NoSource,
    /// The operating system's own words.
    Unreadable(String),
    /// A source without one picture, and the first remark on it.
    NoPicture(Option<WarningKind>),
    /// A WebAssembly component where a list is meant.
    Component,
    /// Bytes that no text holds.
    Binary,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// The byte order mark of UTF-16 at the start of the file.
    Utf16,
    /// A line that is too long to be meant.
    LongLine {
        /// Bytes of the line.
        bytes: usize,
        /// Bytes that are accepted.
        most: usize,
    },
    /// JSON that cannot be read, in the reader's own words.
    Syntax(String),
    /// A quotation mark of a table that encloses no cell.
    OpenQuote {
        /// Line and column of the mark that closes it with other text behind.
        closed: Option<(u32, u32)>,
    },
    /// A table whose first row names no column with URLs.
    NoHeader,
    /// A row with more cells than the table has columns.
    ExtraCells {
        /// Cells of the row.
        cells: usize,
        /// Columns of the header.
        columns: usize,
    },
    /// A list element that is neither text nor an object.
    NotAPicture,
    /// The URL of the picture or of one of its variants.
    Url(UrlFault),
    /// The value of a field.
    Value {
        /// The field's first name.
        field: &'static str,
        /// The value, shortened for display.
        value: String,
        /// What may stand there.
        accepted: &'static str,
    },
    /// Free text that is too long to be meant.
    LongText {
        /// The field's first name.
        field: &'static str,
        /// Bytes of the text.
        bytes: usize,
        /// Bytes that are accepted.
        most: usize,
    },
    /// What the catalogue says of the entry.
    Entry(edgepick::catalogue::Reason),
    /// A file or folder whose name is not UTF-8, shown as well as can be.
    Name(String),
    /// The category of a picture, a folder or a source.
    Category(CategoryFault),
    /// A folder of pictures without the address it is published under.
    NoBaseUrl,
    /// A list that lies on the network.
    RemoteList(String),
    /// A file that is named as a picture and is none.
    NotAnImage,
    /// One picture's file where a list or a folder is meant.
    Image,
    /// A list that is larger than is read.
    LargeList {
        /// Bytes of the list.
        bytes: u64,
        /// Bytes that are accepted.
        most: usize,
    },
    /// More pictures than fit into memory.
    ManyPictures {
        /// Bytes of the list.
        bytes: u64,
        /// How many did fit, those of earlier sources among them.
        entries: usize,
    },
}

/// What to do with a list that is too large for a small function.
const BAKE: &str = "a larger list has to be baked, as `edgepick pack` does";

/// What is accepted wherever a whole picture may stand.
const PICTURE: &str = "the text of a URL, or an object with a field `url`";

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSource => f.write_str(
                "no source is given; accepted: files (.txt .json .ndjson .csv .tsv), folders of pictures, numbered ranges, or - for standard input",
            ),
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::NoPicture(None) => f.write_str("holds no picture; accepted: at least one"),
            Self::NoPicture(Some(why)) => {
                write!(f, "holds no picture; accepted: at least one ({why})")
            }
            Self::Component => f.write_str(
                "is a WebAssembly component; accepted: a list of pictures (a baked component can be served, inspected and packed, alone)",
            ),
            Self::Binary => f.write_str("is no text; accepted: a list saved as UTF-8"),
            Self::NotUtf8 => f.write_str("is not UTF-8; accepted: text saved as UTF-8"),
            Self::Utf16 => f.write_str("is UTF-16; accepted: text saved as UTF-8"),
            Self::LongLine { bytes, most } => {
                write!(f, "the line is {bytes} bytes long; accepted: up to {most}")
            }
            Self::Syntax(detail) => write!(
                f,
                "is not valid JSON: {detail}; accepted: texts in \"…\", commas between elements and none behind the last, no comments"
            ),
            Self::OpenQuote { closed: None } => f.write_str(
                "the quotation mark that opens here is never closed; accepted: \"…\" around a cell, and \"\" for a mark inside",
            ),
            Self::OpenQuote { closed: Some((line, column)) } => write!(
                f,
                "the quotation mark that opens here is closed at {line}:{column} with other text behind it; accepted: \"…\" around a whole cell, and \"\" for a mark inside"
            ),
            Self::NoHeader => f.write_str(
                "the first row names no column with URLs; accepted: a header such as `url,category,tags`",
            ),
            Self::ExtraCells { cells, columns } => write!(
                f,
                "the row has {cells} cells, the header {columns}; accepted: at most one cell a column, and \"…\" around a cell that holds the separator"
            ),
            Self::NotAPicture => write!(f, "is no picture; accepted: {PICTURE}"),
            Self::Url(fault) => fault.fmt(f),
            Self::Value { field, value, accepted } => {
                write!(f, "{field} is `{value}`; accepted: {accepted}")
            }
            Self::LongText { field, bytes, most } => write!(
                f,
                "{field} is {bytes} bytes long; accepted: up to {most} (is a quotation mark left open?)"
            ),
            Self::Entry(reason) => reason.fmt(f),
            Self::Name(name) => {
                write!(f, "the file name `{name}` is not UTF-8; accepted: names in UTF-8")
            }
            Self::Category(fault) => fault.fmt(f),
            Self::NoBaseUrl => f.write_str(
                "a folder of pictures needs the address it is published under; accepted: a base URL such as `https://img.example.com/photos`",
            ),
            Self::RemoteList(url) => write!(
                f,
                "`{url}` is a list on the network; accepted: a list on this machine (download it first)"
            ),
            Self::Image => f.write_str(
                "is a picture; accepted: a list of pictures, or a folder of them with its base URL",
            ),
            Self::LargeList { bytes, most } => write!(
                f,
                "has {bytes} bytes; accepted: up to {most}, which fit into 128 MiB ({BAKE})"
            ),
            Self::ManyPictures { bytes, entries } => write!(
                f,
                "has {bytes} bytes and more pictures than fit into 128 MiB; accepted: as many as up to here, {entries} ({BAKE})"
            ),
            Self::NotAnImage => {
                f.write_str("is named as a picture, but its bytes are none; accepted: a whole picture file")
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.source.is_empty() {
            place(f, &self.source, self.line, self.column)?;
            f.write_str(": ")?;
        }
        self.reason.fmt(f)
    }
}

/// Writes `source:line:column`, as much of it as there is.
pub(super) fn place(
    f: &mut fmt::Formatter<'_>,
    source: &str,
    line: Option<u32>,
    column: Option<u32>,
) -> fmt::Result {
    f.write_str(source)?;
    if let Some(line) = line {
        write!(f, ":{line}")?;
        if let Some(column) = column {
            write!(f, ":{column}")?;
        }
    }
    Ok(())
}

/// All problems of one run: the first 100 in full, 20 of one list, the rest as
/// a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    kept: Vec<Problem>,
    total: u64,
}

impl Problems {
    /// Those that are kept in full, in the order of the sources and lines.
    #[must_use]
    pub fn kept(&self) -> &[Problem] {
        &self.kept
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Whether a further problem would only be counted, so that its place need
    /// not be worked out.
    pub(super) fn full(&self) -> bool {
        self.kept.len() >= KEPT
    }

    pub(super) fn add(&mut self, problem: Problem) {
        self.count();
        if !self.full() {
            self.kept.push(problem);
        }
    }

    /// Counts a problem that is not kept.
    pub(super) fn count(&mut self) {
        self.total += 1;
    }

    /// Puts one before all others.
    pub(super) fn add_first(&mut self, problem: Problem) {
        self.total += 1;
        self.kept.insert(0, problem);
        self.kept.truncate(KEPT);
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.kept.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        let more = self.total.saturating_sub(self.kept.len() as u64);
        if more > 0 {
            write!(f, "\n… and {more} more")?;
        }
        Ok(())
    }
}

impl Error for Problems {}

/// A value as a message shows it: short, and without characters that would move
/// a terminal's cursor.
pub(crate) fn excerpt(value: &str) -> String {
    const SHOWN: usize = 60;
    let mut out = String::new();
    for (i, c) in value.chars().enumerate() {
        if i == SHOWN {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(source: &str, line: Option<u32>, column: Option<u32>) -> Problem {
        Problem {
            source: source.into(),
            line,
            column,
            reason: Reason::NotUtf8,
        }
    }

    #[test]
    fn displays_as_much_of_the_place_as_is_known() {
        let table = [
            (problem("a.txt", Some(3), Some(9)), "a.txt:3:9: is not"),
            (problem("a.txt", Some(3), None), "a.txt:3: is not"),
            (problem("a.txt", None, None), "a.txt: is not"),
            (problem("", None, None), "is not"),
        ];
        for (problem, start) in table {
            assert!(problem.to_string().starts_with(start), "{problem}");
        }
    }

    #[test]
    fn keeps_the_first_and_counts_the_rest() {
        let mut problems = Problems::default();
        for line in 1..=KEPT as u32 + 7 {
            problems.add(problem("a.txt", Some(line), None));
        }
        assert_eq!(problems.kept().len(), KEPT);
        assert_eq!(problems.total(), KEPT as u64 + 7);
        assert!(problems.to_string().ends_with("… and 7 more"));
    }

    #[test]
    fn excerpts_are_short_and_harmless() {
        assert_eq!(excerpt("cat"), "cat");
        assert_eq!(excerpt("a\u{1b}[2J\0"), "a\\u{1b}[2J\\u{0}");
        assert_eq!(excerpt(&"x".repeat(1000)).chars().count(), 61);
    }
}
