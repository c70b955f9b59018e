//! Facets: the lists of entries that have something in common.

use super::bytes::U64s;
use super::layout::{Dictionary, FacetRow, NONE};
use super::list::List;
use super::model::{Format, Orientation};
use super::view::Catalogue;

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
}
