//! Facets and prefix sums.

use super::super::error::{PackError, Reason};
use super::super::facet::FacetKind;
use super::super::layout::{Dictionary, FacetRow, Kind, NONE, RangeRow};
use super::super::model::{Format, Orientation};
use super::distinct::place;
use super::file::{Sections, pairs, words};
use super::texts::{Texts, ancestry};
use super::too_large;

/// The lists of a catalogue, ready to be written.
pub(super) struct Facets {
    /// Pictures in all.
    pub(super) pictures: u64,
    rows: Vec<u8>,
    members: Vec<u32>,
    facet_pictures: Vec<u64>,
    facet_weights: Vec<u64>,
    table_pictures: Vec<u64>,
    table_weights: Vec<u64>,
}

/// What lists and sums are made of, by entry.
struct Numbers<'a> {
    /// Pictures of each entry; empty when each is one.
    counts: Vec<u64>,
    weights: &'a [u32],
}

impl<'a> Numbers<'a> {
    fn of(ranges: &[RangeRow], weights: &'a [u32]) -> Self {
        let mut counts = Vec::new();
        if !ranges.is_empty() {
            counts = vec![1; weights.len()];
            for range in ranges {
                if let Some(count) = counts.get_mut(range.entry as usize) {
                    *count = range.count;
                }
            }
        }
        Self { counts, weights }
    }

    fn entries(&self) -> impl Iterator<Item = u32> {
        0..self.weights.len() as u32
    }

    /// Pictures in all, once it is sure that no sum of pictures or of their
    /// weights is above what 64 bits hold.
    fn pictures(&self) -> Result<u64, PackError> {
        let total = |unit: &dyn Fn(u32) -> Option<u64>| {
            self.entries()
                .try_fold(0_u64, |sum, entry| sum.checked_add(unit(entry)?))
        };
        total(&|entry| self.count(entry).checked_mul(self.weight(entry)))
            .and_then(|_| total(&|entry| Some(self.count(entry))))
            .ok_or(PackError {
                entries: Vec::new(),
                reason: Reason::TooMany,
            })
    }

    /// The sums of the whole table: of pictures, and of weights; each empty
    /// where it is not needed.
    fn table(&self) -> (Vec<u64>, Vec<u64>) {
        let counts = self.entries().map(|entry| self.count(entry));
        let units = self
            .entries()
            .map(|entry| self.count(entry) * self.weight(entry));
        let weighted = self.weights.iter().any(|weight| *weight != 1);
        (
            if self.counts.is_empty() {
                Vec::new()
            } else {
                sums(counts)
            },
            if weighted { sums(units) } else { Vec::new() },
        )
    }

    fn count(&self, entry: u32) -> u64 {
        self.counts.get(entry as usize).copied().unwrap_or(1)
    }

    fn weight(&self, entry: u32) -> u64 {
        self.weights
            .get(entry as usize)
            .map_or(1, |weight| u64::from(*weight))
    }
}

impl Facets {
    pub(super) fn of(
        texts: &Texts<'_>,
        ranges: &[RangeRow],
        weights: &[u32],
        orientations: &[u32],
        formats: &[u32],
    ) -> Result<Self, PackError> {
        let numbers = Numbers::of(ranges, weights);
        let pictures = numbers.pictures()?;
        let (table_pictures, table_weights) = numbers.table();
        let mut facets = Self {
            pictures,
            rows: Vec::new(),
            members: Vec::new(),
            facet_pictures: Vec::new(),
            facet_weights: Vec::new(),
            table_pictures,
            table_weights,
        };
        for (code, list) in (0..).zip(categories(texts)) {
            facets.add(FacetKind::Category, code, list, &numbers)?;
        }
        for (code, list) in (0..).zip(tags(texts)) {
            facets.add(FacetKind::Tag, code, list, &numbers)?;
        }
        for orientation in by_name(Orientation::ALL, Orientation::as_str) {
            let list = with(orientations, orientation as u32);
            facets.add(FacetKind::Orientation, orientation as u32, list, &numbers)?;
        }
        for format in by_name(Format::ALL, Format::as_str) {
            let list = with(formats, format as u32);
            facets.add(FacetKind::Format, format as u32, list, &numbers)?;
        }
        Ok(facets)
    }

    /// Adds a facet; none when the list is empty.
    fn add(
        &mut self,
        kind: FacetKind,
        code: u32,
        list: Vec<u32>,
        numbers: &Numbers<'_>,
    ) -> Result<(), PackError> {
        if list.is_empty() {
            return Ok(());
        }
        let mut row = FacetRow {
            kind: kind as u32,
            code,
            count: list.len() as u32,
            members: NONE,
            pictures: NONE,
            weights: NONE,
        };
        if list.len() < numbers.weights.len() {
            row.members = index(&self.members)?;
            if list.iter().any(|entry| numbers.count(*entry) != 1) {
                row.pictures = index(&self.facet_pictures)?;
                let counts = list.iter().map(|entry| numbers.count(*entry));
                self.facet_pictures.extend(sums(counts));
            }
            if list.iter().any(|entry| numbers.weight(*entry) != 1) {
                row.weights = index(&self.facet_weights)?;
                let units = list.iter().map(|e| numbers.count(*e) * numbers.weight(*e));
                self.facet_weights.extend(sums(units));
            }
            self.members.extend(list);
        }
        row.write(&mut self.rows);
        Ok(())
    }

    pub(super) fn write(self, sections: &mut Sections) -> Result<(), PackError> {
        sections.add(Kind::Facets, self.rows)?;
        sections.add(Kind::Members, words(&self.members))?;
        sections.add(Kind::FacetPictures, pairs(&self.facet_pictures))?;
        sections.add(Kind::FacetWeights, pairs(&self.facet_weights))?;
        sections.add(Kind::TablePictures, pairs(&self.table_pictures))?;
        sections.add(Kind::TableWeights, pairs(&self.table_weights))
    }
}

fn index<T>(pool: &[T]) -> Result<u32, PackError> {
    u32::try_from(pool.len())
        .ok()
        .filter(|index| *index != NONE)
        .ok_or_else(|| too_large(Kind::Members.as_str()))
}

/// Each number's sum with all before it. The whole table's fit, so these do.
fn sums(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    numbers
        .scan(0, |sum, number| {
            *sum += number;
            Some(*sum)
        })
        .collect()
}

/// For each category the entries in it and below it.
fn categories(texts: &Texts<'_>) -> Vec<Vec<u32>> {
    let dictionary = texts.dictionary(Dictionary::Category);
    let above: Vec<Vec<u32>> = dictionary
        .iter()
        .map(|category| {
            ancestry(category)
                .map(|path| place(dictionary, path))
                .collect()
        })
        .collect();
    let mut lists = vec![Vec::new(); dictionary.len()];
    for (entry, code) in (0..).zip(&texts.categories) {
        let code = code.checked_sub(1).map(|code| code as usize);
        for facet in code.and_then(|code| above.get(code)).into_iter().flatten() {
            if let Some(list) = lists.get_mut(*facet as usize) {
                list.push(entry);
            }
        }
    }
    lists
}

/// For each tag the entries with it.
fn tags(texts: &Texts<'_>) -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); texts.dictionary(Dictionary::Tag).len()];
    for (entry, set) in (0..).zip(&texts.tags) {
        for tag in texts.tag_set(*set) {
            if let Some(list) = lists.get_mut(tag as usize) {
                list.push(entry);
            }
        }
    }
    lists
}

/// The entries with this code.
fn with(codes: &[u32], code: u32) -> Vec<u32> {
    (0..)
        .zip(codes)
        .filter(|(_, other)| **other == code)
        .map(|(entry, _)| entry)
        .collect()
}

fn by_name<T: Copy, const N: usize>(mut all: [T; N], name: fn(T) -> &'static str) -> [T; N] {
    all.sort_unstable_by_key(|it| name(*it));
    all
}
