//! What the exact pass found: a set of entries that counts and finds.

use std::cell::OnceCell;

use super::Picture;
use super::line::Measure;
use crate::catalogue::{Catalogue, List};

/// Entries to a word of the set.
pub(super) const WORD: u32 = u64::BITS;
/// Words between two running sums.
const GROUP: usize = 8;

/// A set of entries, one bit each, in their order.
pub(super) struct Matches<'a> {
    catalogue: &'a Catalogue<'a>,
    words: Vec<u64>,
    pictures: OnceCell<Vec<u64>>,
    weights: OnceCell<Vec<u64>>,
}

impl<'a> Matches<'a> {
    /// The set with these bits: entry `e` is bit `e % 64` of word `e / 64`.
    pub(super) fn new(catalogue: &'a Catalogue<'a>, words: Vec<u64>) -> Self {
        Self {
            catalogue,
            words,
            pictures: OnceCell::new(),
            weights: OnceCell::new(),
        }
    }

    /// All entries of the catalogue.
    pub(super) fn table(&self) -> List<'a> {
        self.catalogue.table()
    }

    pub(super) fn contains(&self, entry: u32) -> bool {
        let word = self.words.get((entry / WORD) as usize);
        word.is_some_and(|word| word >> (entry % WORD) & 1 == 1)
    }

    pub(super) fn total(&self, by: Measure) -> u64 {
        self.sums(by).last().copied().unwrap_or(0)
    }

    /// The picture that the `unit`-th (from 0) falls on.
    pub(super) fn nth(&self, by: Measure, unit: u64) -> Option<Picture> {
        let sums = self.sums(by);
        let group = sums.partition_point(|sum| *sum <= unit).checked_sub(1)?;
        let mut left = unit - sums.get(group)?;
        for (at, word) in self.words.iter().enumerate().skip(group * GROUP) {
            let here = self.word(by, at, *word);
            if left >= here {
                left -= here;
                continue;
            }
            for entry in entries(at, *word) {
                let one = by.of(self.catalogue, entry);
                let member = left / one.max(1);
                let count = self.catalogue.count(entry);
                if member < count {
                    return Some(Picture { entry, member });
                }
                left -= one * count;
            }
        }
        None
    }

    /// What the pictures of all entries below this one count together.
    pub(super) fn before(&self, by: Measure, entry: u32) -> u64 {
        let last = (entry / WORD) as usize;
        let Some(word) = self.words.get(last) else {
            return self.total(by);
        };
        let group = last / GROUP;
        let sum = self.sums(by).get(group).copied().unwrap_or(0);
        let between = self.words.iter().enumerate();
        let between = between.take(last).skip(group * GROUP);
        let below = word & !(u64::MAX << (entry % WORD));
        sum + between
            .map(|(at, word)| self.word(by, at, *word))
            .sum::<u64>()
            + self.word(by, last, below)
    }

    /// The sums of all groups before each, and of all at the end.
    fn sums(&self, by: Measure) -> &[u64] {
        let cell = match by {
            Measure::Weight if self.catalogue.weighted() => &self.weights,
            _ => &self.pictures,
        };
        cell.get_or_init(|| {
            let mut sum = 0;
            let mut sums = vec![0];
            for (group, words) in self.words.chunks(GROUP).enumerate() {
                for (at, word) in words.iter().enumerate() {
                    sum += self.word(by, group * GROUP + at, *word);
                }
                sums.push(sum);
            }
            sums
        })
    }

    /// What the entries with these bits of word `at` count.
    fn word(&self, by: Measure, at: usize, bits: u64) -> u64 {
        let table = self.table();
        let start = at as u32 * WORD;
        let end = start.saturating_add(WORD).min(table.len());
        let all = by.before(&table, end) - by.before(&table, start);
        if all == u64::from(end - start) {
            // Each of them counts 1, as nothing counts less.
            return u64::from(bits.count_ones());
        }
        entries(at, bits)
            .map(|entry| self.catalogue.count(entry) * by.of(self.catalogue, entry))
            .sum()
    }
}

/// The entries with these bits of word `at`, ascending.
pub(super) fn entries(at: usize, mut bits: u64) -> impl Iterator<Item = u32> {
    let start = at as u32 * WORD;
    std::iter::from_fn(move || {
        let bit = (bits != 0).then(|| bits.trailing_zeros())?;
        bits &= bits - 1;
        Some(start + bit)
    })
}
