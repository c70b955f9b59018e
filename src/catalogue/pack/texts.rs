//! Dictionaries, tag sets, variant sets and aliases.

use std::collections::HashMap;
use std::hash::Hash;

use super::super::error::{PackError, Reason};
use super::super::id::{parse_id, parse_number};
use super::super::layout::{DICTIONARIES, Dictionary, Kind, RangeRow};
use super::super::model::Entry;
use super::file::{Sections, words};
use super::too_large;

/// The texts of a catalogue.
pub(super) struct Texts<'e> {
    /// By [`Dictionary`], each ascending.
    dictionaries: [Vec<&'e str>; DICTIONARIES],
    /// For each entry 1 + place in its dictionary, 0 without.
    pub(super) categories: Vec<u32>,
    /// For each entry 1 + place among the sets, 0 without.
    pub(super) tags: Vec<u32>,
    /// Places in the dictionary of tags.
    pub(super) tag_sets: Vec<Vec<u32>>,
    others: [(Kind, Vec<u32>); 4],
    aliases: Vec<u32>,
    variants: Vec<u32>,
    variant_sets: Vec<Vec<[u32; 3]>>,
}

/// Distinct values with their places, sorted at the end.
struct Distinct<T> {
    places: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T: Ord + Eq + Hash + Clone> Distinct<T> {
    fn new() -> Self {
        Self {
            places: HashMap::new(),
            values: Vec::new(),
        }
    }

    /// The place of a value before sorting.
    fn place(&mut self, value: T) -> u32 {
        if let Some(place) = self.places.get(&value) {
            return *place;
        }
        let place = self.values.len() as u32;
        self.values.push(value.clone());
        self.places.insert(value, place);
        place
    }

    /// The values ascending, and for each place before sorting the new one.
    fn sort(self) -> (Vec<T>, Vec<u32>) {
        let mut order: Vec<(T, u32)> = self.values.into_iter().zip(0..).collect();
        order.sort_unstable();
        let mut moved = vec![0; order.len()];
        for (new, (_, old)) in (0..).zip(&order) {
            if let Some(place) = moved.get_mut(*old as usize) {
                *place = new;
            }
        }
        (order.into_iter().map(|(value, _)| value).collect(), moved)
    }
}

/// Distinct values, ascending, and for each input 1 + its value's place; 0 for
/// none.
fn distinct<T: Ord + Eq + Hash + Clone>(
    values: impl Iterator<Item = Option<T>>,
) -> (Vec<T>, Vec<u32>) {
    let mut seen = Distinct::new();
    let codes: Vec<u32> = values
        .map(|value| value.map_or(0, |value| 1 + seen.place(value)))
        .collect();
    let (values, moved) = seen.sort();
    let code = |old: u32| match old.checked_sub(1) {
        Some(old) => moved.get(old as usize).map_or(0, |new| new + 1),
        None => 0,
    };
    (values, codes.into_iter().map(code).collect())
}

/// The place of a text in a dictionary.
pub(super) fn place(dictionary: &[&str], text: &str) -> u32 {
    dictionary.partition_point(|other| *other < text) as u32
}

/// A category and all above it, the longest first.
pub(super) fn ancestry(category: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(category), |path| Some(path.rsplit_once('/')?.0))
}

impl<'e> Texts<'e> {
    pub(super) fn of(sorted: &[&'e Entry]) -> Self {
        let column = |text: fn(&'e Entry) -> &'e Option<String>| {
            distinct(sorted.iter().map(move |entry| text(entry).as_deref()))
        };
        let (used, _) = column(|entry| &entry.category);
        let mut category: Vec<&str> = used.into_iter().flat_map(ancestry).collect();
        category.sort_unstable();
        category.dedup();
        let categories = sorted
            .iter()
            .map(|entry| match &entry.category {
                Some(text) => 1 + place(&category, text),
                None => 0,
            })
            .collect();

        let (tag, _) = distinct(
            sorted
                .iter()
                .flat_map(|e| &e.tags)
                .map(|t| Some(t.as_str())),
        );
        let set = |entry: &&Entry| -> Option<Vec<u32>> {
            let places: Vec<u32> = entry.tags.iter().map(|text| place(&tag, text)).collect();
            (!places.is_empty()).then_some(places)
        };
        let (tag_sets, tags) = distinct(sorted.iter().map(set));

        let variant_urls = sorted.iter().flat_map(|entry| &entry.variants);
        let (variant_url, _) = distinct(variant_urls.map(|variant| Some(variant.url.as_str())));
        let set = |entry: &&Entry| -> Option<Vec<[u32; 3]>> {
            let row = |v: &super::super::Variant| [v.width, v.height, place(&variant_url, &v.url)];
            (!entry.variants.is_empty()).then(|| entry.variants.iter().map(row).collect())
        };
        let (variant_sets, variants) = distinct(sorted.iter().map(set));

        let (title, titles) = column(|entry| &entry.title);
        let (author, authors) = column(|entry| &entry.author);
        let (source, sources) = column(|entry| &entry.source);
        let (license, licenses) = column(|entry| &entry.license);
        let (alias, aliases) = column(|entry| &entry.alias);
        Self {
            dictionaries: [
                category,
                tag,
                title,
                author,
                source,
                license,
                alias,
                variant_url,
            ],
            categories,
            tags,
            tag_sets,
            others: [
                (Kind::Title, titles),
                (Kind::Author, authors),
                (Kind::Source, sources),
                (Kind::License, licenses),
            ],
            aliases,
            variants,
            variant_sets,
        }
    }

    pub(super) fn dictionary(&self, of: Dictionary) -> &[&'e str] {
        self.dictionaries
            .get(of as usize)
            .map_or(&[], Vec::as_slice)
    }

    /// Each alias means one picture, and none that has another's id.
    pub(super) fn check_aliases(
        &self,
        places: &[(u64, u32)],
        ranges: &[RangeRow],
    ) -> Result<(), PackError> {
        let input = |entry: usize| places.get(entry).map_or(0, |(_, place)| *place as usize);
        let range = |entry: usize| {
            let row = ranges.partition_point(|range| (range.entry as usize) < entry);
            ranges
                .get(row)
                .filter(|range| range.entry as usize == entry)
        };
        let dictionary = self.dictionary(Dictionary::Alias);
        let mut owners: Vec<Option<usize>> = vec![None; dictionary.len()];
        let fail = |first: usize, second: usize, reason| {
            let mut entries = vec![input(first), input(second)];
            entries.sort_unstable();
            Err(PackError { entries, reason })
        };
        for (entry, code) in self.aliases.iter().enumerate() {
            let Some(alias) = code.checked_sub(1).map(|code| code as usize) else {
                continue;
            };
            let text = dictionary.get(alias).copied().unwrap_or_default();
            let owner = owners.get_mut(alias);
            if let Some(other) = owner.and_then(|owner| owner.replace(entry)) {
                return fail(other, entry, Reason::SameAlias(text.to_owned()));
            }
            let named = parse_id(text)
                .and_then(|(hash, _)| places.binary_search_by_key(&hash, |place| place.0).ok());
            if let Some(other) = named.filter(|other| *other != entry) {
                return fail(other, entry, Reason::AliasIsId(text.to_owned()));
            }
        }
        for (entry, text) in owners.iter().zip(dictionary) {
            let Some(entry) = entry.filter(|entry| range(*entry).is_none()) else {
                continue;
            };
            let member = || {
                let (alias, number) = text.rsplit_once('-')?;
                let number = parse_number(number.as_bytes())?;
                let owner = (*owners.get(dictionary.binary_search(&alias).ok()?)?)?;
                let range = range(owner)?;
                (number.checked_sub(range.first)? < range.count).then_some(owner)
            };
            if let Some(owner) = member() {
                return fail(owner, entry, Reason::SameAlias((*text).to_owned()));
            }
        }
        Ok(())
    }

    pub(super) fn write(self, sections: &mut Sections) -> Result<(), PackError> {
        let mut alias_entries = vec![0; self.dictionary(Dictionary::Alias).len()];
        for (entry, code) in (0..).zip(&self.aliases) {
            let place = code.checked_sub(1).map(|code| code as usize);
            if let Some(owner) = place.and_then(|place| alias_entries.get_mut(place)) {
                *owner = entry;
            }
        }
        sections.add(Kind::AliasEntries, words(&alias_entries))?;

        let lengths = self.dictionaries.each_ref().map(|texts| texts.len() as u32);
        if lengths.iter().any(|length| *length != 0) {
            sections.add(Kind::Dictionaries, words(&lengths))?;
            let texts = self.dictionaries.iter().flatten();
            let (offsets, text) = joined(texts.map(|text| text.as_bytes()), Kind::Text)?;
            sections.add(Kind::TextOffsets, words(&offsets))?;
            sections.add(Kind::Text, text)?;
        }
        if !self.tag_sets.is_empty() {
            let (offsets, sets) = sets(&self.tag_sets, Kind::TagSets, |tag| [*tag])?;
            sections.add(Kind::TagSetOffsets, words(&offsets))?;
            sections.add(Kind::TagSets, sets)?;
        }
        if !self.variant_sets.is_empty() {
            let (offsets, sets) = sets(&self.variant_sets, Kind::VariantSets, |row| *row)?;
            sections.add(Kind::VariantSetOffsets, words(&offsets))?;
            sections.add(Kind::VariantSets, sets)?;
        }
        sections.column(Kind::Category, self.categories)?;
        sections.column(Kind::Tags, self.tags)?;
        for (kind, codes) in self.others {
            sections.column(kind, codes)?;
        }
        sections.column(Kind::Alias, self.aliases)?;
        sections.column(Kind::Variants, self.variants)
    }
}

/// Byte strings one after the other, and where each begins and the last ends.
fn joined<'b>(
    parts: impl Iterator<Item = &'b [u8]>,
    kind: Kind,
) -> Result<(Vec<u32>, Vec<u8>), PackError> {
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for part in parts {
        bytes.extend_from_slice(part);
        offsets.push(u32::try_from(bytes.len()).map_err(|_| too_large(kind.as_str()))?);
    }
    Ok((offsets, bytes))
}

/// Sets of rows one after the other, and the row at which each begins and the
/// last ends.
fn sets<R, const N: usize>(
    sets: &[Vec<R>],
    kind: Kind,
    row: impl Fn(&R) -> [u32; N],
) -> Result<(Vec<u32>, Vec<u8>), PackError> {
    let (mut offsets, mut rows) = (vec![0], Vec::new());
    let mut end = 0_u32;
    for set in sets {
        let length = u32::try_from(set.len()).ok();
        end = length
            .and_then(|length| end.checked_add(length))
            .ok_or_else(|| too_large(kind.as_str()))?;
        offsets.push(end);
        rows.extend(set.iter().flat_map(&row).flat_map(u32::to_le_bytes));
    }
    Ok((offsets, rows))
}
