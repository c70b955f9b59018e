//! Pictures in a row: what a draw, a walk or a deal is of.

use std::ops::Range;

use super::Picture;
use super::matches::Matches;
use crate::catalogue::{Catalogue, List};

/// What a place in a row is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Every picture counts 1.
    Pictures,
    /// Every picture counts its weight.
    Weight,
}

impl Measure {
    /// What one picture of the entry counts.
    #[inline]
    pub(super) fn of(self, catalogue: &Catalogue<'_>, entry: u32) -> u64 {
        match self {
            Self::Pictures => 1,
            Self::Weight => catalogue.weight(entry),
        }
    }

    /// What the pictures at the places `0..place` of a list count together.
    #[inline]
    pub(super) fn before(self, list: &List<'_>, place: u32) -> u64 {
        match self {
            Self::Pictures => list.pictures_before(place),
            Self::Weight => list.weight_before(place),
        }
    }

    pub(super) fn nth(self, list: &List<'_>, unit: u64) -> Option<Picture> {
        let (place, member) = match self {
            Self::Pictures => list.nth_picture(unit),
            Self::Weight => list.nth_weight(unit),
        }?;
        let entry = list.entry(place)?;
        Some(Picture { entry, member })
    }
}

/// Distinct pictures in a row.
#[derive(Clone, Copy)]
pub(super) enum Line<'l, 'a> {
    /// Disjoint lists, one after the other.
    Lists(&'l [List<'a>]),
    /// What the exact pass found.
    Matches(&'l Matches<'a>),
}

impl<'l, 'a> Line<'l, 'a> {
    /// The parts of the row, in each of which the entries ascend.
    pub(super) fn parts(self) -> impl Iterator<Item = Part<'l, 'a>> {
        let (lists, matches) = match self {
            Self::Lists(lists) => (lists, None),
            Self::Matches(matches) => (&[][..], Some(matches)),
        };
        let lists = lists.iter().map(Part::List);
        lists.chain(matches.map(Part::Matches))
    }

    /// What all pictures count together.
    pub(super) fn total(self, by: Measure) -> u64 {
        self.parts().map(|part| part.total(by)).sum()
    }

    /// The picture that the `unit`-th (from 0) falls on.
    pub(super) fn nth(self, by: Measure, mut unit: u64) -> Option<Picture> {
        for part in self.parts() {
            let total = part.total(by);
            if unit < total {
                return part.nth(by, unit);
            }
            unit -= total;
        }
        None
    }

    /// What the pictures of all entries before this one count together; `None`
    /// when it is not in the row.
    pub(super) fn before(self, by: Measure, entry: u32) -> Option<u64> {
        let mut before = 0;
        for part in self.parts() {
            if let Some(place) = part.find(entry) {
                return Some(before + part.before(by, place));
            }
            before += part.total(by);
        }
        None
    }
}

/// A part of a row, by places.
#[derive(Clone, Copy)]
pub(super) enum Part<'l, 'a> {
    List(&'l List<'a>),
    /// A place is an entry, whether it matches or not.
    Matches(&'l Matches<'a>),
}

impl Part<'_, '_> {
    pub(super) fn len(self) -> u32 {
        match self {
            Self::List(list) => list.len(),
            Self::Matches(matches) => matches.table().len(),
        }
    }

    pub(super) fn entry(self, place: u32) -> Option<u32> {
        match self {
            Self::List(list) => list.entry(place),
            Self::Matches(_) => Some(place),
        }
    }

    /// The place of an entry.
    fn find(self, entry: u32) -> Option<u32> {
        match self {
            Self::List(list) => {
                let place = list.seek(0, entry);
                (list.entry(place) == Some(entry)).then_some(place)
            }
            Self::Matches(matches) => matches.contains(entry).then_some(entry),
        }
    }

    /// The first of the places whose entry's hash is at least `hash`.
    pub(super) fn partition(self, places: Range<u32>, hash: u64) -> u32 {
        match self {
            Self::List(list) => list.partition(places, hash),
            Self::Matches(matches) => matches.table().partition(places, hash),
        }
    }

    /// What the pictures at the places `0..place` count together.
    pub(super) fn before(self, by: Measure, place: u32) -> u64 {
        match self {
            Self::List(list) => by.before(list, place),
            Self::Matches(matches) => matches.before(by, place),
        }
    }

    fn total(self, by: Measure) -> u64 {
        self.before(by, self.len())
    }

    fn nth(self, by: Measure, unit: u64) -> Option<Picture> {
        match self {
            Self::List(list) => by.nth(list, unit),
            Self::Matches(matches) => matches.nth(by, unit),
        }
    }
}
