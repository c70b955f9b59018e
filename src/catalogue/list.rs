//! A sorted list of entries with its sums: what every pick is of.

use std::fmt;
use std::ops::Range;

use super::bytes::{U32s, U64s};

/// A sorted list of entry numbers with its prefix sums: the whole table, or a
/// facet. Places in it are `0..len()`.
#[derive(Clone, Copy)]
pub struct List<'a> {
    /// `None`: every entry, in order.
    pub(crate) members: Option<U32s<'a>>,
    pub(crate) len: u32,
    /// `None`: each entry is one picture.
    pub(crate) pictures: Option<U64s<'a>>,
    /// `None`: each picture weighs 1.
    pub(crate) weights: Option<U64s<'a>>,
    pub(crate) hashes: U64s<'a>,
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("len", &self.len)
            .field("pictures", &self.pictures_before(self.len))
            .finish_non_exhaustive()
    }
}

impl List<'_> {
    /// How many entries are in the list.
    #[inline]
    #[must_use]
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entry number at a place.
    #[inline]
    #[must_use]
    pub fn entry(&self, place: u32) -> Option<u32> {
        match self.members {
            None => (place < self.len).then_some(place),
            Some(members) => members.get(place as usize),
        }
    }

    /// Visits the entries at these places, in order.
    #[inline]
    pub(crate) fn visit(&self, places: Range<u32>, visit: impl FnMut(u32)) {
        match self.members {
            None => places.for_each(visit),
            Some(members) => {
                let places = places.start as usize..places.end as usize;
                let cut = members.cut(places).unwrap_or_default();
                cut.iter().for_each(visit);
            }
        }
    }

    /// The first place in `from..len()` whose entry number is at least `entry`,
    /// found by galloping from `from`; `len()` when there is none.
    #[inline]
    #[must_use]
    pub fn seek(&self, from: u32, entry: u32) -> u32 {
        if self.members.is_none() {
            return from.max(entry).min(self.len);
        }
        if from >= self.len || self.entry(from).is_some_and(|found| found >= entry) {
            return from.min(self.len);
        }
        // Everything up to `low` is smaller.
        let (mut low, mut step) = (from, 1_u32);
        let high = loop {
            let next = low.saturating_add(step);
            match self.entry(next) {
                Some(found) if found < entry => low = next,
                Some(_) => break next,
                None => break self.len,
            }
            step = step.saturating_mul(2);
        };
        self.search(low + 1..high, |found| found < entry)
    }

    /// Whether the entry is in the list.
    #[inline]
    #[must_use]
    pub fn contains(&self, entry: u32) -> bool {
        let place = match self.members {
            None => entry,
            Some(_) => self.search(0..self.len, |found| found < entry),
        };
        self.entry(place) == Some(entry)
    }

    /// Whether every entry is one picture of weight 1.
    #[inline]
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.pictures.is_none() && self.weights.is_none()
    }

    /// The sum of pictures over places `0..place`; `place` up to `len()`.
    #[inline]
    #[must_use]
    pub fn pictures_before(&self, place: u32) -> u64 {
        let place = place.min(self.len);
        match (self.pictures, place) {
            (None, _) => u64::from(place),
            (Some(_), 0) => 0,
            (Some(sums), _) => sums.get(place as usize - 1).unwrap_or(0),
        }
    }

    /// The sum of weight x pictures over places `0..place`; `place` up to
    /// `len()`.
    #[inline]
    #[must_use]
    pub fn weight_before(&self, place: u32) -> u64 {
        let place = place.min(self.len);
        match (self.weights, place) {
            (None, _) => self.pictures_before(place),
            (Some(_), 0) => 0,
            (Some(sums), _) => sums.get(place as usize - 1).unwrap_or(0),
        }
    }

    /// The place and member of the `k`-th picture (from 0) of the list.
    #[inline]
    #[must_use]
    pub fn nth_picture(&self, k: u64) -> Option<(u32, u64)> {
        let Some(sums) = self.pictures else {
            let place = u32::try_from(k).ok()?;
            return (place < self.len).then_some((place, 0));
        };
        let place = place_of(sums, k)?;
        Some((place, k.checked_sub(self.pictures_before(place))?))
    }

    /// The place and member that the `w`-th unit of weight falls on.
    #[inline]
    #[must_use]
    pub fn nth_weight(&self, w: u64) -> Option<(u32, u64)> {
        let Some(sums) = self.weights else {
            return self.nth_picture(w);
        };
        let place = place_of(sums, w)?;
        let before = self.weight_before(place);
        let pictures = self.pictures_before(place + 1) - self.pictures_before(place);
        let weight = (self.weight_before(place + 1) - before).checked_div(pictures)?;
        Some((place, (w - before).checked_div(weight)?))
    }

    /// The first place whose entry's hash is at least `hash`, among `places`;
    /// the end of `places` when there is none.
    #[inline]
    #[must_use]
    pub fn partition(&self, places: Range<u32>, hash: u64) -> u32 {
        let end = places.end.min(self.len);
        self.search(places.start.min(end)..end, |entry| {
            self.hashes
                .get(entry as usize)
                .is_some_and(|found| found < hash)
        })
    }

    /// The first of `places` whose entry does not meet `test`, by halving.
    #[inline]
    fn search(&self, places: Range<u32>, mut test: impl FnMut(u32) -> bool) -> u32 {
        let (mut low, mut high) = (places.start, places.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle).is_some_and(&mut test) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The first place whose sum is above `unit`.
#[inline]
fn place_of(sums: U64s<'_>, unit: u64) -> Option<u32> {
    let place = sums.partition_point(|sum| sum <= unit);
    (place < sums.len())
        .then_some(place)
        .and_then(|place| u32::try_from(place).ok())
}

#[cfg(test)]
mod tests;
