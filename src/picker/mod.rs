//! Picks: random, seeded, dealt, counted, over one candidate list.
//!
//! A [`Picker`] is made for one request. Every pick is of one *candidate list*,
//! the table or one facet; what it draws is tested for the other conditions,
//! and after a bounded number of misses the *exact pass* finds everything that
//! matches. Every distribution is exact, the usual cost does not grow with the
//! catalogue, and the worst cost is that of one exact pass however many
//! pictures are asked for.

mod candidates;
mod conditions;
mod deck;
mod dice;
mod exact;
mod hash;
mod line;
mod matches;
mod random;
mod rest;
mod seed;
mod size;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;

pub use conditions::Conditions;
pub use dice::{Dice, FORESEEN};
pub use random::draw;
pub use size::SizeBounds;

use crate::catalogue::Catalogue;
use candidates::{Candidates, Choice};
use line::{Line, Measure};
use matches::Matches;
use rest::Rest;

/// One picture of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Picture {
    /// The entry's number.
    pub entry: u32,
    /// The place in a numbered range, from 0; 0 for a single picture.
    pub member: u64,
}

/// Picks pictures that meet conditions from a catalogue.
pub struct Picker<'a> {
    candidates: Candidates<'a>,
    not: Vec<Picture>,
    /// The exact pass, made when first needed. It leaves `not` to [`Rest`].
    exact: OnceCell<Matches<'a>>,
}

impl<'a> Picker<'a> {
    /// A picker for these conditions; their facets are the catalogue's.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue<'a>, conditions: &Conditions) -> Self {
        Self {
            candidates: Candidates::new(catalogue, conditions),
            not: conditions.not.clone(),
            exact: OnceCell::new(),
        }
    }

    /// Whether this picture exists and matches.
    #[must_use]
    pub fn accepts(&self, picture: Picture) -> bool {
        picture.member < self.candidates.catalogue.count(picture.entry)
            && self.candidates.meets(picture.entry, None)
            && !self.not.contains(&picture)
    }

    /// A row without the pictures that are not wanted.
    fn rest<'l>(&self, line: Line<'l, 'a>, by: Measure) -> Rest<'l, 'a> {
        Rest::new(self.candidates.catalogue, line, by).without(&self.not)
    }

    /// The row of everything that meets the conditions on entries: the chosen
    /// list itself if there are no others.
    fn exactly(&self, choice: Choice) -> Line<'_, 'a> {
        if !self.candidates.further(choice) {
            return self.candidates.line(choice);
        }
        Line::Matches(self.exact.get_or_init(|| {
            let found = exact::pass(&self.candidates);
            Matches::new(self.candidates.catalogue, found)
        }))
    }
}
