//! A row less single pictures: those not wanted, and those picked already.

use std::ops::Range;

use super::Picture;
use super::line::{Line, Measure, Part};
use crate::catalogue::Catalogue;

/// A row of pictures with some taken out, exactly: what is left keeps its
/// order and its weights.
pub(super) struct Rest<'l, 'a> {
    catalogue: &'a Catalogue<'a>,
    line: Line<'l, 'a>,
    by: Measure,
    total: u64,
    /// By `start`; a few dozen at most, so they are searched one by one.
    holes: Vec<Hole>,
}

struct Hole {
    picture: Picture,
    hash: u64,
    start: u64,
    width: u64,
}

impl<'l, 'a> Rest<'l, 'a> {
    pub(super) fn new(catalogue: &'a Catalogue<'a>, line: Line<'l, 'a>, by: Measure) -> Self {
        Self {
            catalogue,
            line,
            by,
            total: line.total(by),
            holes: Vec::new(),
        }
    }

    pub(super) fn without(mut self, pictures: &[Picture]) -> Self {
        for picture in pictures {
            self.remove(*picture);
        }
        self
    }

    /// Takes a picture out; nothing happens when it is not in the row.
    pub(super) fn remove(&mut self, picture: Picture) {
        let Picture { entry, member } = picture;
        if member >= self.catalogue.count(entry) {
            return;
        }
        let Some(before) = self.line.before(self.by, entry) else {
            return;
        };
        let width = self.by.of(self.catalogue, entry);
        let start = before + member * width;
        let at = self.holes.partition_point(|hole| hole.start < start);
        if self.holes.get(at).is_some_and(|hole| hole.start == start) {
            return;
        }
        let hole = Hole {
            picture,
            hash: self.catalogue.hash(entry),
            start,
            width,
        };
        self.total -= width;
        self.holes.insert(at, hole);
    }

    pub(super) fn catalogue(&self) -> &Catalogue<'a> {
        self.catalogue
    }

    pub(super) fn line(&self) -> Line<'l, 'a> {
        self.line
    }

    /// What all pictures left count together.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The picture left that the `unit`-th (from 0) falls on.
    pub(super) fn nth(&self, mut unit: u64) -> Option<Picture> {
        for hole in &self.holes {
            if unit < hole.start {
                break;
            }
            unit += hole.width;
        }
        self.line.nth(self.by, unit)
    }

    /// What the pictures left at these places of a part of the row count
    /// together, the holes aside.
    pub(super) fn sum(&self, part: Part<'_, '_>, places: &Range<u32>) -> u64 {
        part.before(self.by, places.end) - part.before(self.by, places.start)
    }

    /// What was taken out of entries with these hashes.
    pub(super) fn taken(&self, hashes: Range<u64>) -> u64 {
        let holes = self.holes.iter();
        let taken = holes.filter(|hole| hashes.contains(&hole.hash));
        taken.map(|hole| hole.width).sum()
    }

    /// How many members of the entry are left.
    pub(super) fn members(&self, entry: u32) -> u64 {
        self.catalogue.count(entry) - self.holes_in(entry).count() as u64
    }

    /// The `k`-th (from 0) member left of the entry.
    pub(super) fn member(&self, entry: u32, mut k: u64) -> u64 {
        // Within an entry the order by start is the order of members.
        for hole in self.holes_in(entry) {
            k += u64::from(hole.picture.member <= k);
        }
        k
    }

    fn holes_in(&self, entry: u32) -> impl Iterator<Item = &Hole> {
        self.holes
            .iter()
            .filter(move |hole| hole.picture.entry == entry)
    }
}
