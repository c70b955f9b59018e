//! The zero-copy reader: every question about a packed catalogue, answered in
//! place. [`Catalogue::open`] checks the whole of it once; after that nothing
//! here can fail.

use std::borrow::Cow;
use std::fmt;

use super::bytes::{Texts, U32s, U64s};
use super::column::Column;
use super::id::{id_text, parse_id, parse_number};
use super::layout::{
    DICTIONARIES, Dictionary, FACET_ROW, FacetRow, Kind, NONE, RANGE_ROW, RangeRow, TABLE_ROW,
    TableRow, VARIANT_ROW,
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

/// What a facet collects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FacetKind {
    Category = 0,
    Tag = 1,
    Orientation = 2,
    Format = 3,
}

impl FacetKind {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Category, Self::Tag, Self::Orientation, Self::Format];
}

/// The place of a facet in the catalogue's directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet(pub u32);

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

    /// The entry with this hash.
    #[must_use]
    pub fn find(&self, hash: u64) -> Option<u32> {
        let place = self.hashes.partition_point(|other| other < hash);
        (self.hashes.get(place)? == hash).then_some(place as u32)
    }

    /// The entry with this alias.
    #[must_use]
    pub fn find_alias(&self, alias: &str) -> Option<u32> {
        let place = self.find_text(Dictionary::Alias, alias)?;
        self.alias_entries.get(place as usize)
    }

    /// The id of the `member`-th picture (from 0) of the entry: see
    /// [`id_text`]; for a member of a range `<id>-<number>`, with the number
    /// as it counts in the URL.
    #[must_use]
    pub fn picture_id(&self, entry: u32, member: u64) -> String {
        let id = id_text(self.hash(entry));
        match self.first(entry) {
            Some(first) => format!("{id}-{}", first.saturating_add(member)),
            None => id,
        }
    }

    /// The entry and member that an id means, or else an alias; members of a
    /// range are `<id>-<number>` and `<alias>-<number>`.
    #[must_use]
    pub fn find_picture(&self, text: &str) -> Option<(u32, u64)> {
        let by_id = || {
            let (hash, number) = parse_id(text)?;
            self.member(self.find(hash)?, number)
        };
        let by_alias = || self.member(self.find_alias(text)?, None);
        let by_member = || {
            let (alias, number) = text.rsplit_once('-')?;
            let number = parse_number(number.as_bytes())?;
            self.member(self.find_alias(alias)?, Some(number))
        };
        by_id().or_else(by_alias).or_else(by_member)
    }

    /// The entry with the member that has this number; ranges need one, single
    /// pictures have none.
    fn member(&self, entry: u32, number: Option<u64>) -> Option<(u32, u64)> {
        match (self.first(entry), number) {
            (None, None) => Some((entry, 0)),
            (Some(first), Some(number)) => {
                let member = number.checked_sub(first)?;
                (member < self.count(entry)).then_some((entry, member))
            }
            _ => None,
        }
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

    /// The place of a text in a dictionary.
    fn find_text(&self, of: Dictionary, text: &str) -> Option<u32> {
        let places = self.dictionary(of);
        let (mut low, mut high) = (places.start, places.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.texts.get(middle)?.cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle - places.start),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
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

    /// The facet of that name: a category path, a tag, an orientation's or
    /// format's word.
    #[must_use]
    pub fn facet(&self, kind: FacetKind, name: &str) -> Option<Facet> {
        let dictionary = match kind {
            FacetKind::Category => Dictionary::Category,
            FacetKind::Tag => Dictionary::Tag,
            // At most one for each of a handful of words.
            FacetKind::Orientation | FacetKind::Format => {
                return self
                    .facets(kind)
                    .find(|facet| self.facet_name(*facet) == name);
            }
        };
        let place = self.find_text(dictionary, name)?;
        Some(Facet(self.facets_of(kind).start + place))
    }

    /// All facets of a kind, in the order of their names.
    pub fn facets(&self, kind: FacetKind) -> impl Iterator<Item = Facet> + use<'a> {
        self.facets_of(kind).map(Facet)
    }

    fn facets_of(&self, kind: FacetKind) -> std::ops::Range<u32> {
        let bound = |place: usize| self.facet_kinds.get(place).copied().unwrap_or(0);
        bound(kind as usize)..bound(kind as usize + 1)
    }

    /// What the facet collects; `None` when there is no such facet.
    #[must_use]
    pub fn facet_kind(&self, facet: Facet) -> Option<FacetKind> {
        FacetKind::ALL
            .into_iter()
            .find(|kind| self.facets_of(*kind).contains(&facet.0))
    }

    /// A category path, a tag, an orientation's or format's word; empty when
    /// there is no such facet.
    #[must_use]
    pub fn facet_name(&self, facet: Facet) -> &'a str {
        let name = || {
            let code = self.facet_row(facet)?.code;
            let text = |of| self.texts.get(self.dictionary(of).start + code);
            match self.facet_kind(facet)? {
                FacetKind::Category => text(Dictionary::Category),
                FacetKind::Tag => text(Dictionary::Tag),
                FacetKind::Orientation => Some(Orientation::from_code(code as u8)?.as_str()),
                FacetKind::Format => Some(Format::from_code(code as u8)?.as_str()),
            }
        };
        name().unwrap_or_default()
    }

    pub(crate) fn facet_row(&self, facet: Facet) -> Option<FacetRow> {
        FacetRow::read(self.facets.get(facet.0 as usize)?)
    }

    /// The entries of a facet; none when there is no such facet.
    #[must_use]
    pub fn list(&self, facet: Facet) -> List<'a> {
        let Some(row) = self.facet_row(facet) else {
            return List {
                members: None,
                len: 0,
                pictures: None,
                weights: None,
                hashes: self.hashes,
            };
        };
        if row.members == NONE {
            return self.table();
        }
        let from = |start: u32| start as usize..start as usize + row.count as usize;
        let sums = |sums: U64s<'a>, start: u32| (start != NONE).then(|| sums.cut(from(start)))?;
        List {
            members: Some(self.members.cut(from(row.members)).unwrap_or_default()),
            len: row.count,
            pictures: sums(self.facet_pictures, row.pictures),
            weights: sums(self.facet_weights, row.weights),
            hashes: self.hashes,
        }
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
