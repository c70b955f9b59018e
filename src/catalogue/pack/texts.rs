//! Dictionaries, the columns that name their texts, tag and variant sets.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::error::PackError;
use super::super::layout::{DICTIONARIES, Dictionary, Kind, RangeRow};
use super::super::model::{Entry, Variant};
use super::aliases;
use super::distinct::{distinct, place, recode, sorted};
use super::file::{Sections, words};
use super::fold::Order;
use super::too_large;

/// The texts of a catalogue.
pub(super) struct Texts<'e> {
    /// By [`Dictionary`].
    dictionaries: [Vec<&'e str>; DICTIONARIES],
    /// Each column's codes.
    columns: [(Kind, Vec<u32>); 6],
    /// For each entry 1 + place in the dictionary of categories, 0 without.
    pub(super) categories: Vec<u32>,
    /// For each entry 1 + place among the sets, 0 without.
    pub(super) tags: Vec<u32>,
    tag_sets: Sets<1>,
    variant_sets: Sets<3>,
    alias_entries: Vec<u32>,
}

/// Sets of rows, one after the other.
struct Sets<const N: usize> {
    /// The row at which each begins; then where the last ends. Empty without
    /// any set.
    offsets: Vec<u32>,
    rows: Vec<[u32; N]>,
}

impl<const N: usize> Sets<N> {
    fn of<'e, R: 'e>(
        sets: &[&'e [R]],
        kind: Kind,
        mut row: impl FnMut(&'e R) -> [u32; N],
    ) -> Result<Self, PackError> {
        let mut rows = Vec::with_capacity(sets.iter().map(|set| set.len()).sum());
        let mut offsets = vec![0; usize::from(!sets.is_empty())];
        for set in sets {
            rows.extend(set.iter().map(&mut row));
            let end = u32::try_from(rows.len()).ok();
            offsets.push(end.ok_or_else(|| too_large(kind.as_str()))?);
        }
        Ok(Self { offsets, rows })
    }

    fn write(&self, (offsets, rows): (Kind, Kind), to: &mut Sections) -> Result<(), PackError> {
        to.add(offsets, words(&self.offsets))?;
        to.add(rows, words(self.rows.as_flattened()))
    }
}

/// A category and all above it, the longest first.
pub(super) fn ancestry(category: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(category), |path| Some(path.rsplit_once('/')?.0))
}

impl<'e> Texts<'e> {
    pub(super) fn of(order: &'e Order, ranges: &[RangeRow]) -> Result<Self, PackError> {
        let column = |kind, text: fn(&'e Entry) -> &'e Option<String>| {
            distinct(order, kind, move |entry| text(entry).as_deref())
        };
        let (category, categories) = categories(order);
        let (used, codes) = column(Kind::Alias, |entry| &entry.alias);
        let (alias, places) = sorted(&used);
        let aliases = recode(codes, &places);
        let alias_entries = aliases::owners(&alias, &aliases, &order.places, ranges)?;
        let (title, titles) = column(Kind::Title, |entry| &entry.title);
        let (author, authors) = column(Kind::Author, |entry| &entry.author);
        let (source, sources) = column(Kind::Source, |entry| &entry.source);
        let (license, licenses) = column(Kind::License, |entry| &entry.license);

        let (tag, tags, tag_sets) = tags(order)?;
        let (variant_url, variants, variant_sets) = variants(order)?;
        Ok(Self {
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
            columns: [
                (Kind::Title, titles),
                (Kind::Author, authors),
                (Kind::Source, sources),
                (Kind::License, licenses),
                (Kind::Alias, aliases),
                (Kind::Variants, variants),
            ],
            categories,
            tags,
            tag_sets,
            variant_sets,
            alias_entries,
        })
    }

    /// The dictionary of categories or tags, ascending.
    pub(super) fn dictionary(&self, of: Dictionary) -> &[&'e str] {
        self.dictionaries
            .get(of as usize)
            .map_or(&[], Vec::as_slice)
    }

    /// The places in the dictionary of tags that a set has, counted from 1.
    pub(super) fn tag_set(&self, number: u32) -> impl Iterator<Item = u32> {
        let bounds = || {
            let place = number.checked_sub(1)? as usize;
            let bound = |place: usize| self.tag_sets.offsets.get(place).map(|at| *at as usize);
            self.tag_sets.rows.get(bound(place)?..bound(place + 1)?)
        };
        bounds().unwrap_or_default().iter().map(|[tag]| *tag)
    }

    pub(super) fn write(self, sections: &mut Sections) -> Result<(), PackError> {
        let lengths = self.dictionaries.each_ref().map(|texts| texts.len() as u32);
        if lengths.iter().any(|length| *length != 0) {
            sections.add(Kind::Dictionaries, words(&lengths))?;
            let (mut offsets, mut text) = (vec![0], Vec::new());
            for part in self.dictionaries.iter().flatten() {
                text.extend_from_slice(part.as_bytes());
                let end = u32::try_from(text.len()).ok();
                offsets.push(end.ok_or_else(|| too_large(Kind::Text.as_str()))?);
            }
            sections.add(Kind::TextOffsets, words(&offsets))?;
            sections.add(Kind::Text, text)?;
        }
        self.tag_sets
            .write((Kind::TagSetOffsets, Kind::TagSets), sections)?;
        self.variant_sets
            .write((Kind::VariantSetOffsets, Kind::VariantSets), sections)?;
        sections.add(Kind::AliasEntries, words(&self.alias_entries))?;
        sections.column(Kind::Category, self.categories)?;
        sections.column(Kind::Tags, self.tags)?;
        for (kind, codes) in self.columns {
            sections.column(kind, codes)?;
        }
        Ok(())
    }
}

/// A dictionary, for each entry 1 + its set's place, and the sets.
type InSets<'e, const N: usize> = (Vec<&'e str>, Vec<u32>, Sets<N>);

/// The dictionary of categories with all above them, and the column of codes.
fn categories(order: &Order) -> (Vec<&str>, Vec<u32>) {
    let (used, codes) = distinct(order, Kind::Category, |entry| entry.category.as_deref());
    let with_above: BTreeSet<&str> = used.iter().copied().flat_map(ancestry).collect();
    let dictionary: Vec<&str> = with_above.into_iter().collect();
    let places: Vec<u32> = used.iter().map(|text| place(&dictionary, text)).collect();
    (dictionary, recode(codes, &places))
}

fn tags(order: &Order) -> Result<InSets<'_, 1>, PackError> {
    let (sets, codes) = distinct(order, Kind::Tags, |entry| some(&entry.tags));
    let used: HashSet<&str> = sets.iter().copied().flatten().map(String::as_str).collect();
    let (dictionary, _) = sorted(&used.into_iter().collect::<Vec<_>>());
    let places: HashMap<&str, u32> = dictionary.iter().copied().zip(0..).collect();
    let row = |text: &String| [places.get(text.as_str()).copied().unwrap_or(0)];
    let sets = Sets::of(&sets, Kind::TagSets, row)?;
    Ok((dictionary, codes, sets))
}

fn variants<'e>(order: &'e Order) -> Result<InSets<'e, 3>, PackError> {
    let (sets, codes) = distinct(order, Kind::Variants, |entry| some(&entry.variants));
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut dictionary = Vec::new();
    let row = |variant: &'e Variant| {
        let place = *places.entry(&variant.url).or_insert_with(|| {
            dictionary.push(variant.url.as_str());
            dictionary.len() as u32 - 1
        });
        [variant.width, variant.height, place]
    };
    let sets = Sets::of(&sets, Kind::VariantSets, row)?;
    Ok((dictionary, codes, sets))
}

/// A set, unless it is empty.
fn some<T>(set: &[T]) -> Option<&[T]> {
    (!set.is_empty()).then_some(set)
}
