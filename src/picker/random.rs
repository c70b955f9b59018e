//! Uniform and weighted draws.

use super::dice::{Dice, scale};
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
    let unit = dice.below(total);
    if table.len() > NEAR
        && table.is_plain()
        && let Some(foreseen) = dice.foresee()
    {
        catalogue.fetch_urls(foreseen.map(|bits| entry(bits, total)));
    }
    Measure::Weight.nth(&table, unit)
}

/// The entry of a plain table that bits lead to, but for those rare ones that
/// [`Dice::below`] rejects.
fn entry(bits: u64, entries: u64) -> u32 {
    scale(bits, entries) as u32
}

/// Entries of a catalogue whose URLs stay in a processor's cache. Each URL of a
/// larger one comes from memory, which takes as long as a tenth of the answer;
/// many at once come in little more time than one.
const NEAR: u32 = 1 << 13;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picker::FORESEEN;
    use crate::picker::testing::{SplitMix, catalogue, entry as picture};

    /// Knows its numbers in advance.
    struct Foreseeing {
        numbers: [u64; FORESEEN],
        next: usize,
        asked: usize,
    }

    impl Dice for Foreseeing {
        fn next_u64(&mut self) -> u64 {
            self.next += 1;
            self.numbers[self.next - 1]
        }

        fn foresee(&mut self) -> Option<[u64; FORESEEN]> {
            self.asked += 1;
            (self.asked == 1).then_some(self.numbers)
        }
    }

    #[test]
    fn what_is_fetched_is_what_is_drawn() {
        for entries in [u64::from(NEAR), u64::from(NEAR) + 1] {
            let catalogue = catalogue((0..entries).map(picture).collect());
            let mut source = SplitMix(5);
            let numbers = std::array::from_fn(|_| source.next_u64());
            let mut dice = Foreseeing {
                numbers,
                next: 0,
                asked: 0,
            };
            for bits in numbers {
                let drawn = draw(&catalogue, &mut dice).unwrap();
                assert_eq!(drawn.entry, entry(bits, entries));
            }
            assert_eq!(dice.asked > 0, entries > u64::from(NEAR));
        }
    }
}
