//! Checks entries, finds their order and folds those with one URL into one.

use std::mem;

use super::super::error::{PackError, Reason};
use super::super::layout::Kind;
use super::super::model::{Entry, Orientation, Variant};
use super::super::url::Range;
use super::too_large;

/// An entry that was folded into another with the same URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The URL of both.
    pub url: String,
    /// The place (from 0) of the entry that it was folded into.
    pub first: usize,
    /// Its own place.
    pub again: usize,
    /// Properties in which the two differ, so that one value was dropped.
    pub dropped: Vec<&'static str>,
}

/// An input entry's number when it was folded into another.
const FOLDED: u32 = u32::MAX;

/// The entries that are left, and their order.
#[derive(Debug)]
pub(super) struct Order {
    entries: Vec<Entry>,
    /// The entry number of each of `entries`, or [`FOLDED`].
    numbers: Vec<u32>,
    /// Hash and place in the input of each entry that is left, by number.
    pub(super) places: Vec<(u64, u32)>,
    /// The ranges, by entry number.
    pub(super) ranges: Vec<(u32, Range)>,
    pub(super) duplicates: Vec<Duplicate>,
    /// The columns in which any entry has a value.
    used: u32,
}

impl Order {
    /// How many entries are left.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The entries that are left with their numbers, in the order of the
    /// input: there they lie one after the other in memory.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Entry)> {
        let numbers = self.numbers.iter().copied().zip(&self.entries);
        numbers.filter(|(number, _)| *number != FOLDED)
    }

    /// A number for each entry, by entry number.
    pub(super) fn column<'e>(
        &'e self,
        kind: Kind,
        mut value: impl FnMut(&'e Entry) -> u32,
    ) -> Vec<u32> {
        let mut column = vec![0; self.len()];
        if self.used & bit(kind) == 0 {
            return column;
        }
        for (number, entry) in self.iter() {
            if let Some(place) = column.get_mut(number as usize) {
                *place = value(entry);
            }
        }
        column
    }
}

fn bit(kind: Kind) -> u32 {
    1_u32.rotate_left(kind as u32)
}

/// The columns in which the entry has a value.
fn used(entry: &Entry) -> u32 {
    [
        (Kind::Width, entry.width != 0),
        (Kind::Height, entry.height != 0),
        (Kind::Orientation, entry.orientation.is_some()),
        (Kind::Format, entry.format.is_some()),
        (Kind::Weight, entry.weight != 0),
        (Kind::Category, entry.category.is_some()),
        (Kind::Tags, !entry.tags.is_empty()),
        (Kind::Title, entry.title.is_some()),
        (Kind::Author, entry.author.is_some()),
        (Kind::Source, entry.source.is_some()),
        (Kind::License, entry.license.is_some()),
        (Kind::Alias, entry.alias.is_some()),
        (Kind::Variants, !entry.variants.is_empty()),
    ]
    .into_iter()
    .filter(|(_, used)| *used)
    .fold(0, |mask, (kind, _)| mask | bit(kind))
}

/// Checks all entries, orders them, folds those with one URL into the first of
/// them, and says what follows from size and URL where the source does not.
pub(super) fn fold(mut entries: Vec<Entry>) -> Result<Order, PackError> {
    // One number means that an entry was folded.
    if entries.len() >= FOLDED as usize {
        return Err(too_large("entries"));
    }
    let mut sorted = Vec::with_capacity(entries.len());
    let mut formats = Vec::with_capacity(entries.len());
    let mut ranges = Vec::new();
    for (place, entry) in (0_u32..).zip(&mut entries) {
        let url = entry.check().map_err(|reason| PackError {
            entries: vec![place as usize],
            reason,
        })?;
        sorted.push((url.hash(), place));
        formats.push(url.format());
        ranges.extend(url.range().map(|range| (place, range)));
        tidy(entry);
    }
    sorted.sort_unstable();

    let mut duplicates = Vec::new();
    let mut places: Vec<(u64, u32)> = Vec::with_capacity(sorted.len());
    let mut numbers = vec![FOLDED; entries.len()];
    for (hash, place) in sorted {
        match places.last() {
            Some((other, first)) if *other == hash => {
                duplicates.push(fold_into(&mut entries, *first as usize, place as usize)?);
            }
            _ => {
                if let Some(number) = numbers.get_mut(place as usize) {
                    *number = places.len() as u32;
                }
                places.push((hash, place));
            }
        }
    }
    let mut columns = 0;
    for (entry, by_url) in entries.iter_mut().zip(formats) {
        let by_size = || Orientation::of(entry.width, entry.height);
        entry.orientation = entry.orientation.or_else(by_size);
        entry.format = entry.format.or(by_url);
        columns |= used(entry);
    }
    duplicates.sort_unstable_by_key(|duplicate| duplicate.again);
    for (place, _) in &mut ranges {
        *place = numbers.get(*place as usize).copied().unwrap_or(FOLDED);
    }
    ranges.retain(|(number, _)| *number != FOLDED);
    ranges.sort_unstable_by_key(|(number, _)| *number);
    Ok(Order {
        entries,
        numbers,
        places,
        ranges,
        duplicates,
        used: columns,
    })
}

/// Folds one entry into an earlier one with the same hash.
fn fold_into(entries: &mut [Entry], first: usize, again: usize) -> Result<Duplicate, PackError> {
    let folded = entries.get_mut(again).map(mem::take).unwrap_or_default();
    let url = folded.url.clone();
    let dropped = match entries.get_mut(first) {
        Some(into) if into.url == url => merge(into, folded),
        other => {
            let first_url = other.map(|entry| entry.url.clone());
            return Err(PackError {
                entries: vec![first, again],
                reason: Reason::SameHash {
                    first: first_url.unwrap_or_default(),
                    second: url,
                },
            });
        }
    };
    Ok(Duplicate {
        url,
        first,
        again,
        dropped,
    })
}

/// One spelling for what means the same: empty texts are absent, a size is
/// known whole or not at all, tags and variants stand in order, each once.
fn tidy(entry: &mut Entry) {
    if entry.width == 0 || entry.height == 0 {
        (entry.width, entry.height) = (0, 0);
    }
    for text in [
        &mut entry.alias,
        &mut entry.category,
        &mut entry.title,
        &mut entry.author,
        &mut entry.source,
        &mut entry.license,
    ] {
        if text.as_ref().is_some_and(String::is_empty) {
            *text = None;
        }
    }
    entry.tags.retain(|tag| !tag.is_empty());
    sort_sets(entry);
}

fn sort_sets(entry: &mut Entry) {
    entry.tags.sort_unstable();
    entry.tags.dedup();
    let key = |variant: &Variant| (variant.width, variant.height);
    entry
        .variants
        .sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.url.cmp(&b.url)));
    entry.variants.dedup();
}

/// Folds one entry into another; says the properties in which a value was
/// dropped. The entry that results does not depend on which was the first.
fn merge(into: &mut Entry, from: Entry) -> Vec<&'static str> {
    let mut dropped = Vec::new();
    let size = |entry: &Entry| (entry.width != 0).then_some((entry.width, entry.height));
    let weight = |entry: &Entry| (entry.weight != 0).then_some(entry.weight);
    let mut both = size(into);
    keep("size", &mut both, size(&from), &mut dropped);
    (into.width, into.height) = both.unwrap_or_default();
    let mut both = weight(into);
    keep("weight", &mut both, weight(&from), &mut dropped);
    into.weight = both.unwrap_or_default();

    let d = &mut dropped;
    keep("alias", &mut into.alias, from.alias, d);
    keep("orientation", &mut into.orientation, from.orientation, d);
    keep("format", &mut into.format, from.format, d);
    keep("category", &mut into.category, from.category, d);
    keep("title", &mut into.title, from.title, d);
    keep("author", &mut into.author, from.author, d);
    keep("source", &mut into.source, from.source, d);
    keep("license", &mut into.license, from.license, d);
    into.tags.extend(from.tags);
    into.variants.extend(from.variants);
    sort_sets(into);
    dropped
}

/// The smaller of the values that are there.
fn keep<T: Ord>(
    property: &'static str,
    into: &mut Option<T>,
    from: Option<T>,
    dropped: &mut Vec<&'static str>,
) {
    let Some(from) = from else { return };
    match into {
        Some(value) if *value == from => {}
        Some(value) => {
            dropped.push(property);
            if from < *value {
                *value = from;
            }
        }
        None => *into = Some(from),
    }
}
