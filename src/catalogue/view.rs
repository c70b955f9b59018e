//! The zero-copy reader: every question about a packed catalogue, answered in
//! place. [`Catalogue::open`] checks the whole of it once; after that nothing
//! here can fail.

use std::borrow::Cow;
use std::fmt;
use std::hint::black_box;

use super::bytes::{Texts, U32s, U64s};
use super::column::Column;
use super::layout::{
    DICTIONARIES, Dictionary, FACET_ROW, Kind, RANGE_ROW, RangeRow, TABLE_ROW, TableRow,
    VARIANT_ROW,
};
use super::list::List;
use super::model::{Format, Orientation, Variant};
use super::sets::Sets;

/// A packed catalogue, read in place. Cheap to copy: slices only.
///
/// An *entry number* (`u32`) is a place in the order of the entries' hashes;
/// the numbers of a catalogue of `n` entries are `0..n`. Methods given a number
/// outside answer as for an entry without that property.
#[derive(Clone, Copy, Default)]
pub struct Catalogue<'a> {
    pub(crate) table: &'a [u8],
    pub(crate) hashes: U64s<'a>,
    pub(crate) urls: Texts<'a>,
    pub(crate) ranges: &'a [[u8; RANGE_ROW]],
    pub(crate) width: Column<'a>,
    pub(crate) height: Column<'a>,
    pub(crate) orientation: Column<'a>,
    pub(crate) format: Column<'a>,
    /// `None`: every picture weighs 1.
    pub(crate) weight: Option<Column<'a>>,
    pub(crate) category: Column<'a>,
    pub(crate) tags: Column<'a>,
    pub(crate) title: Column<'a>,
    pub(crate) author: Column<'a>,
    pub(crate) source: Column<'a>,
    pub(crate) license: Column<'a>,
    pub(crate) alias: Column<'a>,
    pub(crate) variants: Column<'a>,
    /// Where each dictionary begins in `texts`, and where the last one ends.
    pub(crate) dictionaries: [u32; DICTIONARIES + 1],
    pub(crate) texts: Texts<'a>,
    pub(crate) tag_sets: Sets<'a, 4>,
    pub(crate) variant_sets: Sets<'a, VARIANT_ROW>,
    pub(crate) alias_entries: U32s<'a>,
    pub(crate) facets: &'a [[u8; FACET_ROW]],
    /// Where the facets of each kind begin, and where the last kind ends.
    pub(crate) facet_kinds: [u32; 5],
    pub(crate) members: U32s<'a>,
    pub(crate) facet_pictures: U64s<'a>,
    pub(crate) facet_weights: U64s<'a>,
    pub(crate) table_pictures: Option<U64s<'a>>,
    pub(crate) table_weights: Option<U64s<'a>>,
}

impl fmt::Debug for Catalogue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue")
            .field("entries", &self.entries())
            .field("pictures", &self.pictures())
            .finish_non_exhaustive()
    }
}

impl<'a> Catalogue<'a> {
    /// How many entries; a numbered range is one.
    #[inline]
    #[must_use]
    pub fn entries(&self) -> u32 {
        // `open` has seen that there are at most this many.
        self.hashes.len() as u32
    }

    /// How many pictures, ranges expanded.
    #[inline]
    #[must_use]
    pub fn pictures(&self) -> u64 {
        self.table().pictures_before(self.entries())
    }

    /// Whether any picture weighs more than 1.
    #[inline]
    #[must_use]
    pub fn weighted(&self) -> bool {
        self.weight.is_some()
    }

    /// The 64-bit hash that places and names the entry.
    #[inline]
    #[must_use]
    pub fn hash(&self, entry: u32) -> u64 {
        self.hashes.get(entry as usize).unwrap_or(0)
    }

    /// How many pictures the entry holds: 1, or the range's count.
    #[inline]
    #[must_use]
    pub fn count(&self, entry: u32) -> u64 {
        if entry >= self.entries() {
            return 0;
        }
        let table = self.table();
        table.pictures_before(entry + 1) - table.pictures_before(entry)
    }

    /// The weight of each picture of the entry, 1 to 65,535.
    #[inline]
    #[must_use]
    pub fn weight(&self, entry: u32) -> u64 {
        match &self.weight {
            Some(column) if entry < self.entries() => u64::from(column.get(entry)),
            _ => 1,
        }
    }

    /// `FIRST` of a range; `None` for a single picture.
    #[must_use]
    pub fn first(&self, entry: u32) -> Option<u64> {
        self.range(entry).map(|range| range.first)
    }

    pub(crate) fn range(&self, entry: u32) -> Option<RangeRow> {
        if self.ranges.is_empty() {
            return None;
        }
        let before =
            |row: &[u8; RANGE_ROW]| RangeRow::read(row).is_some_and(|range| range.entry < entry);
        let place = self.ranges.partition_point(before);
        let range = RangeRow::read(self.ranges.get(place)?)?;
        (range.entry == entry).then_some(range)
    }

    /// The URL of the `member`-th picture (from 0) of the entry; empty when
    /// there is no such picture.
    #[must_use]
    pub fn url(&self, entry: u32, member: u64) -> Cow<'a, str> {
        let identity = self.urls.get(entry).unwrap_or_default();
        let Some(range) = self.range(entry) else {
            return Cow::Borrowed(if member == 0 { identity } else { "" });
        };
        let ends = (
            identity.get(..range.open as usize),
            identity.get(range.close as usize..),
        );
        match (ends, range.first.checked_add(member)) {
            ((Some(before), Some(behind)), Some(number)) if member < range.count => {
                let pad = range.pad as usize;
                Cow::Owned(format!("{before}{number:0pad$}{behind}"))
            }
            _ => Cow::Borrowed(""),
        }
    }

    /// Has the URLs of these entries fetched from memory, side by side.
    pub fn fetch_urls<const ENTRIES: usize>(&self, entries: [u32; ENTRIES]) {
        // All places first: none of them waits for another.
        let urls = entries.map(|entry| self.urls.get(entry).unwrap_or_default().as_bytes());
        for url in urls {
            black_box((url.first(), url.last()));
        }
    }

    /// Width and height in pixels.
    #[inline]
    #[must_use]
    pub fn size(&self, entry: u32) -> Option<(u32, u32)> {
        if entry >= self.entries() {
            return None;
        }
        let size = (self.width.get(entry), self.height.get(entry));
        (size.0 != 0 && size.1 != 0).then_some(size)
    }

    /// How the picture lies, as its source said it or by its size.
    #[inline]
    #[must_use]
    pub fn orientation(&self, entry: u32) -> Option<Orientation> {
        Orientation::from_code(self.code(&self.orientation, entry) as u8)
    }

    /// The picture's format, as its source said it or by its URL.
    #[inline]
    #[must_use]
    pub fn format(&self, entry: u32) -> Option<Format> {
        Format::from_code(self.code(&self.format, entry) as u8)
    }

    /// The entry's value, 0 outside.
    #[inline]
    fn code(&self, column: &Column<'a>, entry: u32) -> u32 {
        if entry < self.entries() {
            column.get(entry)
        } else {
            0
        }
    }

    /// The category, a path such as `animals/cats`.
    #[must_use]
    pub fn category(&self, entry: u32) -> Option<&'a str> {
        self.text(Dictionary::Category, &self.category, entry)
    }

    /// In the order of their text.
    pub fn tags(&self, entry: u32) -> impl Iterator<Item = &'a str> + use<'a> {
        let (texts, base) = (self.texts, self.dictionary(Dictionary::Tag).start);
        self.tag_sets
            .get(self.code(&self.tags, entry))
            .iter()
            .filter_map(move |code| texts.get(base + u32::from_le_bytes(*code)))
    }

    /// The owner's own id.
    #[must_use]
    pub fn alias(&self, entry: u32) -> Option<&'a str> {
        self.text(Dictionary::Alias, &self.alias, entry)
    }

    /// Free text.
    #[must_use]
    pub fn title(&self, entry: u32) -> Option<&'a str> {
        self.text(Dictionary::Title, &self.title, entry)
    }

    /// Free text.
    #[must_use]
    pub fn author(&self, entry: u32) -> Option<&'a str> {
        self.text(Dictionary::Author, &self.author, entry)
    }

    /// Where the picture comes from, usually the URL of its page.
    #[must_use]
    pub fn source(&self, entry: u32) -> Option<&'a str> {
        self.text(Dictionary::Source, &self.source, entry)
    }

    /// Free text, usually an SPDX or Creative Commons name.
    #[must_use]
    pub fn license(&self, entry: u32) -> Option<&'a str> {
        self.text(Dictionary::License, &self.license, entry)
    }

    fn text(&self, of: Dictionary, column: &Column<'a>, entry: u32) -> Option<&'a str> {
        let place = self.code(column, entry).checked_sub(1)?;
        self.texts.get(self.dictionary(of).start + place)
    }

    /// The places of a dictionary in `texts`.
    pub(crate) fn dictionary(&self, of: Dictionary) -> std::ops::Range<u32> {
        let bound = |place: usize| self.dictionaries.get(place).copied().unwrap_or(0);
        bound(of as usize)..bound(of as usize + 1)
    }

    /// Ascending by width, then height.
    #[must_use]
    pub fn variants(&self, entry: u32) -> Vec<Variant> {
        let base = self.dictionary(Dictionary::VariantUrl).start;
        let variant = |row: &[u8; VARIANT_ROW]| {
            let words = U32s::new(row)?;
            Some(Variant {
                width: words.get(0)?,
                height: words.get(1)?,
                url: self.texts.get(base + words.get(2)?)?.to_owned(),
            })
        };
        self.variant_sets
            .get(self.code(&self.variants, entry))
            .iter()
            .filter_map(variant)
            .collect()
    }

    /// The sections that are there, by name, and their lengths in bytes.
    pub fn sections(&self) -> impl Iterator<Item = (&'static str, usize)> + use<'a> {
        let rows = self.table.as_chunks::<TABLE_ROW>().0.iter();
        rows.filter_map(|row| {
            let row = TableRow::read(row)?;
            let length = usize::try_from(row.length).ok()?;
            Some((Kind::from_code(row.kind)?.as_str(), length))
        })
    }

    /// All entries.
    #[inline]
    #[must_use]
    pub fn table(&self) -> List<'a> {
        List {
            members: None,
            len: self.entries(),
            pictures: self.table_pictures,
            weights: self.table_weights,
            hashes: self.hashes,
        }
    }
}
