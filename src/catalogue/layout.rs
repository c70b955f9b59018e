//! The packed form, byte for byte.
//!
//! Every number is little-endian. Sections start at multiples of 8 bytes from
//! the start of the file, but readers must not rely on the alignment of the
//! memory they are given.
//!
//! # Header, 32 bytes
//! | offset | type | what |
//! |---|---|---|
//! | 0 | 8 bytes | the text `edgepick` |
//! | 8 | u64 | checksum: [XXH3-64](super::hash) of everything from offset 16 on |
//! | 16 | u32 | version of the layout, 1 |
//! | 20 | u32 | number of sections |
//! | 24 | u64 | length of the whole file |
//!
//! # Section table, 24 bytes a section
//! | offset | type | what |
//! |---|---|---|
//! | 0 | u32 | kind: the number before its name below; ascending |
//! | 4 | u32 | 0 |
//! | 8 | u64 | offset from the start of the file |
//! | 16 | u64 | length |
//!
//! The first section follows the table, each other the one before, with as many
//! zero bytes between them as the alignment needs. A section that would be
//! empty is absent. Nothing follows the last section.
//!
//! # Entries
//! Entries stand in the order of their hashes; an entry's place is its
//! number, `n` is how many there are.
//!
//! | section | content |
//! |---|---|
//! | 1 settings | bytes that this module does not read |
//! | 2 hashes | `n` x u64, ascending, each once |
//! | 3 url offsets | `n + 1` x u32 into url text, ascending, from 0 to its length |
//! | 4 url text | UTF-8: each entry's [identity](super::url::PictureUrl::identity); its hash is the entry's |
//! | 5 ranges | rows of 32 bytes, ascending by entry, see below |
//!
//! A row of *ranges*: u32 entry, u32 offset of `{` in the identity, u64 first
//! number, u64 count, u32 digits to pad to with zeros (0: none), u32 offset
//! behind `}` in the identity.
//!
//! # Columns
//! Every column maps an entry to a number. Where it is 0 the entry lacks the
//! property. A column in which all are 0 is absent.
//!
//! | offset | type | what |
//! |---|---|---|
//! | 0 | u8 | 1: dense, 2: sparse |
//! | 1 | u8 | bytes a value: 1, 2 or 4 |
//! | 2 | u16 | 0 |
//! | 4 | u32 | sparse: the value of all entries that are not listed; dense: 0 |
//! | 8 | u32 | number of values; dense: `n` |
//! | 12 | u32 | 0 |
//! | 16 | u32 each | sparse only: the listed entries, ascending |
//! | then | 1, 2 or 4 bytes each | the values |
//!
//! | column | value |
//! |---|---|
//! | 6 width, 7 height | pixels, both or none |
//! | 8 orientation | [`Orientation`](super::Orientation)'s code |
//! | 9 format | [`Format`](super::Format)'s code |
//! | 10 weight | 1 to 65,535; absent when all are 1 |
//! | 11 category, 13 title, 14 author, 15 source, 16 license, 17 alias | 1 + place in that dictionary |
//! | 12 tags | 1 + place among the tag sets |
//! | 18 variants | 1 + place among the variant sets |
//!
//! # Texts
//! | section | content |
//! |---|---|
//! | 19 dictionaries | 8 x u32: how many texts the dictionaries category, tag, title, author, source, license, alias and variant URL have |
//! | 20 text offsets | u32 into text, one more than there are texts |
//! | 21 text | UTF-8: the dictionaries' texts in that order, each text once; categories, tags and aliases ascending by bytes, others in the order in which entries first have them |
//! | 22 tag set offsets | u32 into tag sets, one more than there are sets |
//! | 23 tag sets | u32: places in the dictionary of tags, ascending within a set |
//! | 24 variant set offsets | u32 into variant sets, one more than there are sets |
//! | 25 variant sets | rows of 12 bytes, u32 each: width, height, place in the dictionary of variant URLs; ascending by width, height and the URL's text within a set |
//! | 26 alias entries | u32: the entry of each text of the dictionary of aliases |
//!
//! The dictionary of categories holds every category with all above it: `a` and
//! `a/b` for an entry in `a/b`.
//!
//! # Facets
//! | section | content |
//! |---|---|
//! | 27 facets | rows of 24 bytes: categories, tags, orientations, formats, each kind ascending by name |
//! | 28 members | u32: the entries of the facets, ascending within each |
//! | 29 facet pictures | u64: sums of pictures |
//! | 30 facet weights | u64: sums of weight x pictures |
//! | 31 table pictures | `n` x u64: sums of pictures, when there are ranges |
//! | 32 table weights | `n` x u64: sums of weight x pictures, when there are weights |
//!
//! A row of *facets*, u32 each: kind (0 category, 1 tag, 2 orientation, 3
//! format); place in the dictionary, or code; number of entries; index in
//! *members*; index in *facet pictures*; index in *facet weights*. An index of
//! 0xFFFF_FFFF means that nothing is stored: for members, that the facet holds
//! every entry (its sums are the table's); for pictures, that no entry in it is
//! a range; for weights, that all of them are 1. A sum stands for its own place
//! and all before it in the same list.

use super::bytes::{U32s, U64s};

pub(crate) const MAGIC: &[u8; 8] = b"edgepick";
pub(crate) const VERSION: u32 = 1;
pub(crate) const HEADER: usize = 32;
/// Where the checksum stands, and from where on it counts.
pub(crate) const CHECKSUM_AT: usize = 8;
pub(crate) const CHECKED_FROM: usize = 16;
pub(crate) const VERSION_AT: usize = 16;
pub(crate) const COUNT_AT: usize = 20;
pub(crate) const LENGTH_AT: usize = 24;
pub(crate) const TABLE_ROW: usize = 24;
pub(crate) const ALIGNMENT: usize = 8;
pub(crate) const COLUMN_HEADER: usize = 16;
pub(crate) const DENSE: u8 = 1;
pub(crate) const SPARSE: u8 = 2;
pub(crate) const RANGE_ROW: usize = 32;
pub(crate) const FACET_ROW: usize = 24;
pub(crate) const VARIANT_ROW: usize = 12;
/// The index that says that a facet stores nothing.
pub(crate) const NONE: u32 = u32::MAX;
pub(crate) const DICTIONARIES: usize = 8;

macro_rules! kinds {
    ($($kind:ident = $code:literal $name:literal,)*) => {
        /// What a section holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u32)]
        pub(crate) enum Kind { $($kind = $code,)* }

        impl Kind {
            /// All of them, ascending.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The name that people read.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    Settings = 1 "settings",
    Hashes = 2 "hashes",
    UrlOffsets = 3 "url offsets",
    UrlText = 4 "url text",
    Ranges = 5 "ranges",
    Width = 6 "width",
    Height = 7 "height",
    Orientation = 8 "orientation",
    Format = 9 "format",
    Weight = 10 "weight",
    Category = 11 "category",
    Tags = 12 "tags",
    Title = 13 "title",
    Author = 14 "author",
    Source = 15 "source",
    License = 16 "license",
    Alias = 17 "alias",
    Variants = 18 "variants",
    Dictionaries = 19 "dictionaries",
    TextOffsets = 20 "text offsets",
    Text = 21 "text",
    TagSetOffsets = 22 "tag set offsets",
    TagSets = 23 "tag sets",
    VariantSetOffsets = 24 "variant set offsets",
    VariantSets = 25 "variant sets",
    AliasEntries = 26 "alias entries",
    Facets = 27 "facets",
    Members = 28 "members",
    FacetPictures = 29 "facet pictures",
    FacetWeights = 30 "facet weights",
    TablePictures = 31 "table pictures",
    TableWeights = 32 "table weights",
}

impl Kind {
    /// The kind with this code in the packed form.
    pub(crate) fn from_code(code: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| *kind as u32 == code)
    }
}

/// The dictionaries, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dictionary {
    Category,
    Tag,
    Title,
    Author,
    Source,
    License,
    Alias,
    VariantUrl,
}

/// A row of the section table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableRow {
    pub(crate) kind: u32,
    pub(crate) zero: u32,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

impl TableRow {
    pub(crate) fn read(row: &[u8; TABLE_ROW]) -> Option<Self> {
        let (head, tail) = row.split_at_checked(8)?;
        let (head, tail) = (U32s::new(head)?, U64s::new(tail)?);
        Some(Self {
            kind: head.get(0)?,
            zero: head.get(1)?,
            offset: tail.get(0)?,
            length: tail.get(1)?,
        })
    }
}

/// A row of the section *ranges*.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RangeRow {
    pub(crate) entry: u32,
    pub(crate) open: u32,
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) pad: u32,
    pub(crate) close: u32,
}

impl RangeRow {
    #[inline]
    pub(crate) fn read(row: &[u8; RANGE_ROW]) -> Option<Self> {
        let words = U32s::new(row)?;
        let pairs = U64s::new(row)?;
        Some(Self {
            entry: words.get(0)?,
            open: words.get(1)?,
            first: pairs.get(1)?,
            count: pairs.get(2)?,
            pad: words.get(6)?,
            close: words.get(7)?,
        })
    }

    pub(crate) fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.entry.to_le_bytes());
        to.extend_from_slice(&self.open.to_le_bytes());
        to.extend_from_slice(&self.first.to_le_bytes());
        to.extend_from_slice(&self.count.to_le_bytes());
        to.extend_from_slice(&self.pad.to_le_bytes());
        to.extend_from_slice(&self.close.to_le_bytes());
    }
}

/// A row of the section *facets*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FacetRow {
    pub(crate) kind: u32,
    pub(crate) code: u32,
    pub(crate) count: u32,
    pub(crate) members: u32,
    pub(crate) pictures: u32,
    pub(crate) weights: u32,
}

impl FacetRow {
    #[inline]
    pub(crate) fn read(row: &[u8; FACET_ROW]) -> Option<Self> {
        let words = U32s::new(row)?;
        Some(Self {
            kind: words.get(0)?,
            code: words.get(1)?,
            count: words.get(2)?,
            members: words.get(3)?,
            pictures: words.get(4)?,
            weights: words.get(5)?,
        })
    }

    pub(crate) fn write(self, to: &mut Vec<u8>) {
        for word in [
            self.kind,
            self.code,
            self.count,
            self.members,
            self.pictures,
            self.weights,
        ] {
            to.extend_from_slice(&word.to_le_bytes());
        }
    }
}
