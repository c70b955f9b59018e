//! Entries into their order, those with one URL folded into one.

use std::mem;

use super::super::error::{PackError, Reason};
use super::super::model::{Entry, Variant};
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

/// The order of the entries.
#[derive(Debug)]
pub(super) struct Folded {
    /// Hash and place (from 0) in the input of each entry that is left,
    /// ascending by hash.
    pub(super) places: Vec<(u64, u32)>,
    pub(super) duplicates: Vec<Duplicate>,
}

/// Checks all entries, orders them and folds those with one URL into the first
/// of them. The folded ones are left empty.
pub(super) fn fold(entries: &mut [Entry]) -> Result<Folded, PackError> {
    if u32::try_from(entries.len()).is_err() {
        return Err(too_large("entries"));
    }
    let mut places = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter_mut().enumerate() {
        let url = entry.check().map_err(|reason| PackError {
            entries: vec![place],
            reason,
        })?;
        places.push((url.hash(), place as u32));
        tidy(entry);
    }
    places.sort_unstable();

    let mut duplicates = Vec::new();
    let mut kept: Vec<(u64, u32)> = Vec::with_capacity(places.len());
    for (hash, place) in places {
        let (first, again) = match kept.last() {
            Some(&(other, first)) if other == hash => (first as usize, place as usize),
            _ => {
                kept.push((hash, place));
                continue;
            }
        };
        let folded = entries.get_mut(again).map(mem::take).unwrap_or_default();
        let Some(into) = entries.get_mut(first) else {
            continue;
        };
        if into.url != folded.url {
            return Err(PackError {
                entries: vec![first, again],
                reason: Reason::SameHash {
                    first: into.url.clone(),
                    second: folded.url,
                },
            });
        }
        let (url, dropped) = merge(into, folded);
        duplicates.push(Duplicate {
            url,
            first,
            again,
            dropped,
        });
    }
    Ok(Folded {
        places: kept,
        duplicates,
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

/// Folds one entry into another; says its URL and the properties in which a
/// value was dropped. The result does not depend on which of them came first.
fn merge(into: &mut Entry, from: Entry) -> (String, Vec<&'static str>) {
    let mut dropped = Vec::new();
    let size = |entry: &Entry| (entry.width != 0).then_some((entry.width, entry.height));
    let weight = |entry: &Entry| (entry.weight != 0).then_some(entry.weight);

    let mut both = size(into);
    keep("size", &mut both, size(&from), &mut dropped);
    (into.width, into.height) = both.unwrap_or_default();
    let mut both = weight(into);
    keep("weight", &mut both, weight(&from), &mut dropped);
    into.weight = both.unwrap_or_default();

    keep("alias", &mut into.alias, from.alias, &mut dropped);
    keep(
        "orientation",
        &mut into.orientation,
        from.orientation,
        &mut dropped,
    );
    keep("format", &mut into.format, from.format, &mut dropped);
    keep("category", &mut into.category, from.category, &mut dropped);
    keep("title", &mut into.title, from.title, &mut dropped);
    keep("author", &mut into.author, from.author, &mut dropped);
    keep("source", &mut into.source, from.source, &mut dropped);
    keep("license", &mut into.license, from.license, &mut dropped);
    into.tags.extend(from.tags);
    into.variants.extend(from.variants);
    sort_sets(into);
    (from.url, dropped)
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
