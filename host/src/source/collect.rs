//! Where the readers of all kinds put what they find.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use edgepick::catalogue::{Entry, Orientation};

use super::category::{CategoryFault, Place};
use super::field;
use super::limits::{self, Limits};
use super::problem::{KEPT_OF_ONE, Problem, Problems, Reason, place};
use super::url::{Cleaner, UrlFault, has_scheme};
use super::warning::{Warning, WarningKind};
use crate::position::Position;

/// Names of unknown fields that are remembered and reported a source.
const UNKNOWN_KEPT: usize = 20;

/// Where every entry comes from, in eight bytes an entry.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// The sources' names, each with the number of its first entry.
    sources: Vec<(Arc<str>, usize)>,
    /// Each entry's.
    positions: Vec<Position>,
}

/// Where one entry comes from; displays as `list.txt:12:3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The source as its owner named it.
    pub source: &'a str,
    /// Counted from 1; `None` for folders and ranges.
    pub line: Option<u32>,
    /// In characters, counted from 1; only ever given with a line.
    pub column: Option<u32>,
}

impl Origins {
    /// The origin of an entry, by its place in [`Loaded::entries`].
    ///
    /// [`Loaded::entries`]: super::Loaded::entries
    #[must_use]
    pub fn get(&self, entry: usize) -> Option<Origin<'_>> {
        let (line, column) = *self.positions.get(entry)?;
        let behind = self.sources.partition_point(|(_, first)| *first <= entry);
        let (source, _) = self.sources.get(behind.checked_sub(1)?)?;
        Some(Origin {
            source,
            line: (line > 0).then_some(line),
            column: (column > 0).then_some(column),
        })
    }
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, self.source, self.line, self.column)
    }
}

/// Everything that was found so far, in all sources.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) entries: Vec<Entry>,
    pub(super) origins: Origins,
    pub(super) problems: Problems,
    pub(super) warnings: Vec<Warning>,
    /// A whole source could not be used.
    pub(super) failed: bool,
    pub(super) limits: Limits,
    /// Bytes of memory of what was read.
    pub(super) taken: usize,
    /// There was more than fits.
    pub(super) full: bool,
}

/// What a source says of all its pictures.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) category: Option<String>,
    pub(super) orientation: Option<Orientation>,
    /// 0 for none.
    pub(super) weight: u16,
    pub(super) tags: Vec<String>,
    /// Checked, without a slash at its end.
    pub(super) base_url: Option<String>,
}

/// The collector as the reader of one source sees it.
pub(super) struct Sink<'c> {
    out: &'c mut Collector,
    pub(super) name: Arc<str>,
    pub(super) given: Given,
    cleaner: Cleaner,
    /// The category path that was read last, and what it means.
    last: (String, Place),
    unknown: Vec<String>,
    plain_http: u64,
    problems: u64,
    /// Bytes of the list.
    bytes: u64,
}

impl<'c> Sink<'c> {
    pub(super) fn new(out: &'c mut Collector, name: Arc<str>, given: Given) -> Self {
        out.origins
            .sources
            .push((Arc::clone(&name), out.entries.len()));
        Self {
            out,
            name,
            given,
            cleaner: Cleaner::default(),
            last: Default::default(),
            unknown: Vec::new(),
            plain_http: 0,
            problems: 0,
            bytes: 0,
        }
    }

    /// Whether a list of that many bytes is read; when it is too large, that is
    /// said.
    pub(super) fn opens(&mut self, bytes: u64) -> bool {
        self.bytes = bytes;
        let most = self.out.limits.list;
        let fits = usize::try_from(bytes).is_ok_and(|bytes| bytes <= most);
        if !fits {
            self.refuse(Reason::LargeList { bytes, most }, (0, 0));
        }
        fits
    }

    /// Takes memory for what is kept. When there is none left, that is said,
    /// once, and nothing more is kept.
    fn takes(&mut self, line: u32, bytes: usize) -> bool {
        let taken = self.out.taken.saturating_add(bytes);
        if taken <= self.out.limits.memory {
            self.out.taken = taken;
            return true;
        }
        if !self.out.full {
            self.out.full = true;
            let (bytes, entries) = (self.bytes, self.out.entries.len());
            self.out.entries = Vec::new();
            self.refuse(Reason::ManyPictures { bytes, entries }, (line, 0));
        }
        false
    }

    /// Reports, before what was noticed until then, why the source as a whole
    /// cannot be used.
    pub(super) fn refuse(&mut self, reason: Reason, (line, column): (u32, u32)) {
        self.give_up();
        self.problems += 1;
        self.out.problems.add_first(Problem {
            source: Arc::clone(&self.name),
            line: (line > 0).then_some(line),
            column: (line > 0 && column > 0).then_some(column),
            reason,
        });
    }

    /// Makes room for entries that are about to come.
    pub(super) fn reserve(&mut self, entries: usize) {
        let left = self.out.limits.memory.saturating_sub(self.out.taken);
        let entries = entries.min(left / limits::ENTRY);
        self.out.entries.reserve(entries);
        self.out.origins.positions.reserve(entries);
    }

    /// The URL as the catalogue takes it, relative ones behind the base URL.
    pub(super) fn url(&mut self, text: &str) -> Result<String, UrlFault> {
        let base = self
            .given
            .base_url
            .as_deref()
            .filter(|_| !text.is_empty() && !text.starts_with("//") && !has_scheme(text));
        let Some(base) = base else {
            return self.cleaner.clean(text).map(Cow::into_owned);
        };
        let path = text.trim_start_matches("./").trim_start_matches('/');
        let joined = format!("{base}/{path}");
        self.cleaner
            .clean(&joined)
            .map(Cow::into_owned)
            .map_err(|fault| fault.without_prefix(joined.len().saturating_sub(text.len())))
    }

    /// What a category path means; lists name the same one over and over.
    pub(super) fn place(&mut self, path: &str) -> Result<Place, CategoryFault> {
        if path != self.last.0 {
            let place = Place::of(path)?;
            self.last = (path.to_owned(), place);
        }
        Ok(self.last.1.clone())
    }

    /// Takes an entry whose URL is clean and whose other fields, if it has
    /// any, were checked. What the source says of all fills what it leaves
    /// open.
    pub(super) fn push(&mut self, position: Position, mut entry: Entry) {
        if self.out.full {
            return;
        }
        if !entry
            .url
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("https://"))
        {
            self.plain_http += 1;
        }
        if entry.category.is_none() {
            entry.category.clone_from(&self.given.category);
        }
        entry.orientation = entry.orientation.or(self.given.orientation);
        if entry.weight == 0 {
            entry.weight = self.given.weight;
        }
        for tag in &self.given.tags {
            if !entry.tags.contains(tag) {
                entry.tags.push(tag.clone());
            }
        }
        if !self.takes(position.0, limits::cost(&entry)) {
            return;
        }
        let entries = &mut self.out.entries;
        if entries.len() == entries.capacity() {
            // Twice as many, as is usual, may be more than there is room for.
            entries.reserve_exact(entries.len() / 4 + 64);
        }
        entries.push(entry);
        self.out.origins.positions.push(position);
    }

    /// Reports one bad place; the place is only worked out if it is going to
    /// be shown.
    pub(super) fn problem(&mut self, reason: Reason, place: impl FnOnce() -> Position) {
        self.problems += 1;
        if self.problems > KEPT_OF_ONE || self.out.problems.full() {
            return self.out.problems.count();
        }
        let (line, column) = place();
        self.out.problems.add(Problem {
            source: Arc::clone(&self.name),
            line: (line > 0).then_some(line),
            column: (line > 0 && column > 0).then_some(column),
            reason,
        });
    }

    /// Reports a bad file of a folder under its own name.
    pub(super) fn file_problem(&mut self, file: &str, reason: Reason) {
        self.problems += 1;
        let source = file.into();
        self.out.problems.add(Problem {
            source,
            line: None,
            column: None,
            reason,
        });
    }

    /// Reports that the source as a whole cannot be used.
    pub(super) fn fail(&mut self, reason: Reason, place: impl FnOnce() -> Position) {
        self.give_up();
        self.problem(reason, place);
    }

    /// Says that the source as a whole cannot be used, for what was reported.
    pub(super) fn give_up(&mut self) {
        self.out.failed = true;
    }

    /// Warns of what is said once a source.
    pub(super) fn warn_once(&mut self, line: u32, kind: WarningKind) {
        let said = |warning: &Warning| warning.source == self.name && warning.kind == kind;
        if !self.out.warnings.iter().any(said) {
            self.warn(line, kind);
        }
    }

    pub(super) fn warn(&mut self, line: u32, kind: WarningKind) {
        if !self.takes(line, limits::REMARK) {
            return;
        }
        let source = Arc::clone(&self.name);
        self.out.warnings.push(Warning {
            source,
            line: (line > 0).then_some(line),
            kind,
        });
    }

    /// Warns of a field that no picture has, the first time it is seen.
    pub(super) fn unknown_field(&mut self, line: u32, name: &str) {
        if self.unknown.len() < UNKNOWN_KEPT && !self.unknown.iter().any(|seen| seen == name) {
            self.unknown.push(name.to_owned());
            let nearest = field::nearest(name);
            self.warn(
                line,
                WarningKind::UnknownField {
                    name: name.to_owned(),
                    nearest,
                },
            );
        }
    }

    /// Ends the source: says what can only be said of all of it.
    pub(super) fn finish(mut self) {
        if self.plain_http > 0 {
            self.warn(0, WarningKind::PlainHttp(self.plain_http));
        }
        let first = self
            .out
            .origins
            .sources
            .last()
            .map_or(0, |(_, first)| *first);
        if self.out.entries.len() == first && self.problems == 0 {
            let own = |warning: &&Warning| warning.source == self.name;
            let why = self.out.warnings.iter().find(own);
            let line = why.and_then(|warning| warning.line).unwrap_or(0);
            let why = why.map(|warning| warning.kind.clone());
            self.problem(Reason::NoPicture(why), || (line, 0));
        }
    }
}

#[cfg(test)]
mod tests;
