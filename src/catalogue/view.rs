//! The zero-copy reader: every question about a packed catalogue, answered in
//! place.

use super::model::{Format, Orientation, Variant};

/// A packed catalogue, read in place. Cheap to copy: slices only.
///
/// An *entry number* (`u32`) is a place in the order of the entries' hashes;
/// the numbers of a catalogue of `n` entries are `0..n`. Methods given a number
/// outside answer as for an entry without that property.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue<'a> {
    _bytes: &'a [u8],
}

/// What a facet collects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FacetKind {
    Category,
    Tag,
    Orientation,
    Format,
}

/// The place of a facet in the catalogue's directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet(pub u32);

/// A sorted list of entry numbers with its prefix sums: the whole table, or a
/// facet. Places in it are `0..len()`.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    _bytes: &'a [u8],
}

impl<'a> Catalogue<'a> {
    /// How many entries; a numbered range is one.
    pub fn entries(&self) -> u32 { unimplemented!() }
    /// How many pictures, ranges expanded.
    pub fn pictures(&self) -> u64 { unimplemented!() }
    /// Whether any picture weighs more than 1.
    pub fn weighted(&self) -> bool { unimplemented!() }
    /// The 64-bit hash that places and names the entry.
    pub fn hash(&self, entry: u32) -> u64 { unimplemented!() }
    /// The entry with this hash.
    pub fn find(&self, hash: u64) -> Option<u32> { unimplemented!() }
    /// The entry with this alias.
    pub fn find_alias(&self, alias: &str) -> Option<u32> { unimplemented!() }
    /// How many pictures the entry holds: 1, or the range's count.
    pub fn count(&self, entry: u32) -> u64 { unimplemented!() }
    /// The weight of each picture of the entry, 1 to 65,535.
    pub fn weight(&self, entry: u32) -> u64 { unimplemented!() }
    /// `FIRST` of a range; `None` for a single picture.
    pub fn first(&self, entry: u32) -> Option<u64> { unimplemented!() }
    /// The URL of the `member`-th picture (from 0) of the entry.
    pub fn url(&self, entry: u32, member: u64) -> std::borrow::Cow<'a, str> { unimplemented!() }
    /// Width and height in pixels.
    pub fn size(&self, entry: u32) -> Option<(u32, u32)> { unimplemented!() }
    #[expect(missing_docs, reason = "stub")]
    pub fn orientation(&self, entry: u32) -> Option<Orientation> { unimplemented!() }
    #[expect(missing_docs, reason = "stub")]
    pub fn format(&self, entry: u32) -> Option<Format> { unimplemented!() }
    #[expect(missing_docs, reason = "stub")]
    pub fn category(&self, entry: u32) -> Option<&'a str> { unimplemented!() }
    /// In the order of their text.
    pub fn tags(&self, entry: u32) -> impl Iterator<Item = &'a str> + use<'a> { std::iter::empty() }
    #[expect(missing_docs, reason = "stub")]
    pub fn alias(&self, entry: u32) -> Option<&'a str> { unimplemented!() }
    #[expect(missing_docs, reason = "stub")]
    pub fn title(&self, entry: u32) -> Option<&'a str> { unimplemented!() }
    #[expect(missing_docs, reason = "stub")]
    pub fn author(&self, entry: u32) -> Option<&'a str> { unimplemented!() }
    #[expect(missing_docs, reason = "stub")]
    pub fn source(&self, entry: u32) -> Option<&'a str> { unimplemented!() }
    #[expect(missing_docs, reason = "stub")]
    pub fn license(&self, entry: u32) -> Option<&'a str> { unimplemented!() }
    /// Ascending by width, then height.
    pub fn variants(&self, entry: u32) -> Vec<Variant> { unimplemented!() }
    /// The facet of that name: a category path, a tag, an orientation's or
    /// format's word.
    pub fn facet(&self, kind: FacetKind, name: &str) -> Option<Facet> { unimplemented!() }
    /// All facets of a kind, in the order of their names.
    pub fn facets(&self, kind: FacetKind) -> impl Iterator<Item = Facet> + use<'a> { std::iter::empty() }
    #[expect(missing_docs, reason = "stub")]
    pub fn facet_kind(&self, facet: Facet) -> Option<FacetKind> { unimplemented!() }
    #[expect(missing_docs, reason = "stub")]
    pub fn facet_name(&self, facet: Facet) -> &'a str { unimplemented!() }
    /// The entries of a facet.
    pub fn list(&self, facet: Facet) -> List<'a> { unimplemented!() }
    /// All entries.
    pub fn table(&self) -> List<'a> { unimplemented!() }
}

impl<'a> List<'a> {
    /// How many entries are in the list.
    pub fn len(&self) -> u32 { unimplemented!() }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool { unimplemented!() }
    /// The entry number at a place.
    pub fn entry(&self, place: u32) -> Option<u32> { unimplemented!() }
    /// The first place in `from..len()` whose entry number is at least `entry`,
    /// found by galloping from `from`; `len()` when there is none.
    pub fn seek(&self, from: u32, entry: u32) -> u32 { unimplemented!() }
    /// Whether the entry is in the list.
    pub fn contains(&self, entry: u32) -> bool { unimplemented!() }
    /// The sum of pictures over places `0..place`; `place` up to `len()`.
    pub fn pictures_before(&self, place: u32) -> u64 { unimplemented!() }
    /// The sum of weight x pictures over places `0..place`; `place` up to `len()`.
    pub fn weight_before(&self, place: u32) -> u64 { unimplemented!() }
    /// The place and member of the `k`-th picture (from 0) of the list.
    pub fn nth_picture(&self, k: u64) -> Option<(u32, u64)> { unimplemented!() }
    /// The place and member that the `w`-th unit of weight falls on.
    pub fn nth_weight(&self, w: u64) -> Option<(u32, u64)> { unimplemented!() }
    /// The first place whose entry's hash is at least `hash`, among `places`.
    pub fn partition(&self, places: std::ops::Range<u32>, hash: u64) -> u32 { unimplemented!() }
}
