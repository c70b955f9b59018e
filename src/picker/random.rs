//! Uniform and weighted draws.

use super::dice::Dice;
use super::line::Measure;
use super::{Picker, Picture};
use crate::catalogue::Catalogue;

/// Look-ups in lists before the exact pass: so many, and one for every so many
/// entries. They cost a tenth of the pass, and spare it unless one candidate in
/// hundreds matches.
const LOOKUPS: usize = 64;
const ENTRIES_PER_LOOKUP: usize = 512;

/// A random picture of all, in proportion to their weights; `None` where there
/// is none. What [`Picker::sample`] draws where there are no conditions.
pub fn draw(catalogue: &Catalogue<'_>, dice: &mut (impl Dice + ?Sized)) -> Option<Picture> {
    let table = catalogue.table();
    let total = Measure::Weight.before(&table, table.len());
    Measure::Weight.nth(&table, dice.below(total))
}

impl Picker<'_> {
    /// `count` distinct random pictures in the order drawn, all there are if
    /// fewer: successive draws, each from those not drawn yet, in proportion to
    /// their weights.
    pub fn sample(&self, dice: &mut (impl Dice + ?Sized), count: usize) -> Vec<Picture> {
        let candidates = &self.candidates;
        let choice = candidates.smallest();
        let mut rest = self.rest(candidates.line(choice), Measure::Weight);
        let mut further = candidates.further(choice);
        let entries = candidates.catalogue.entries() as usize;
        let mut misses = (LOOKUPS + entries / ENTRIES_PER_LOOKUP) / candidates.lists();
        let mut picks = Vec::with_capacity(count.min(entries));
        while picks.len() < count {
            if further && misses == 0 {
                // A draw by rejection and one from the exact pass have the same
                // distribution, so the change may come at any point.
                further = false;
                rest = self
                    .rest(self.exactly(choice), Measure::Weight)
                    .without(&picks);
            }
            let Some(picture) = rest.nth(dice.below(rest.total())) else {
                break;
            };
            if further && !candidates.meets(picture.entry, choice) {
                misses -= 1;
                continue;
            }
            picks.push(picture);
            if picks.len() < count {
                rest.remove(picture);
            }
        }
        picks
    }
}
