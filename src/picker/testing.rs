//! What the tests share: a generator, statistics, catalogues.

use super::line::Measure;
use super::{Conditions, Dice, Picker, Picture};
use crate::catalogue::{Catalogue, Entry, Facet, FacetKind, pack};

/// SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>).
pub(super) struct SplitMix(pub(super) u64);

impl Dice for SplitMix {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let bits = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ bits >> 31
    }
}

impl Picker<'_> {
    /// How many pictures match, members of ranges counted each.
    pub(super) fn matches(&self) -> u64 {
        let line = self.exactly(self.candidates.smallest());
        self.rest(line, Measure::Pictures).total()
    }

    /// The picture that a seed means; none when none matches.
    pub(super) fn seeded(&self, seed: &[u8]) -> Option<Picture> {
        self.seeded_sample(seed, 1).pop()
    }
}

/// Asserts that counts are as likely as not under these odds: Pearson's
/// chi-square, normalised by Wilson and Hilferty, within four deviations (one
/// good sampler in 16,000 fails, and a fixed seed then always or never does).
#[track_caller]
pub(super) fn fits(seen: &[u64], odds: &[f64]) {
    assert_eq!(seen.len(), odds.len());
    let draws: u64 = seen.iter().sum();
    let scale = draws as f64 / odds.iter().sum::<f64>();
    let least = odds.iter().fold(f64::MAX, |a, b| a.min(*b)) * scale;
    assert!(least >= 5.0, "too few draws: {least} expected in a cell");
    let squares = seen.iter().zip(odds).map(|(seen, odds)| {
        let expected = odds * scale;
        (*seen as f64 - expected).powi(2) / expected
    });
    let (square, free) = (squares.sum::<f64>(), (seen.len() - 1) as f64);
    let spread = 2.0 / (9.0 * free);
    let deviations = ((square / free).cbrt() - (1.0 - spread)) / spread.sqrt();
    assert!(
        deviations.abs() < 4.0,
        "chi-square {square:.1} on {free} degrees is {deviations:.1} deviations away"
    );
}

#[track_caller]
pub(super) fn uniform(seen: &[u64]) {
    fits(seen, &vec![1.0; seen.len()]);
}

/// A packed catalogue that lives as long as the test.
pub(super) fn catalogue(entries: Vec<Entry>) -> Catalogue<'static> {
    let bytes = pack(b"", entries).unwrap().bytes.leak();
    Catalogue::open(bytes).unwrap().0
}

/// A picture called `name`.
pub(super) fn entry(name: impl std::fmt::Display) -> Entry {
    Entry {
        url: format!("https://pictures.example/{name}.webp"),
        ..Entry::default()
    }
}

/// A range of `count` pictures called `name`.
pub(super) fn range(name: impl std::fmt::Display, count: u64) -> Entry {
    entry(format_args!("{name}/{{1..{count}}}"))
}

/// Pickers borrow their catalogue.
pub(super) fn lasting(catalogue: Catalogue<'static>) -> &'static Catalogue<'static> {
    Box::leak(Box::new(catalogue))
}

pub(super) fn picker(catalogue: Catalogue<'static>, conditions: Conditions) -> Picker<'static> {
    Picker::new(lasting(catalogue), &conditions)
}

/// A picker that asks for nothing.
pub(super) fn any(catalogue: Catalogue<'static>) -> Picker<'static> {
    picker(catalogue, Conditions::default())
}

pub(super) fn category(catalogue: Catalogue<'_>, name: &str) -> Facet {
    catalogue.facet(FacetKind::Category, name).unwrap()
}

pub(super) fn tag(catalogue: Catalogue<'_>, name: &str) -> Facet {
    catalogue.facet(FacetKind::Tag, name).unwrap()
}

/// All pictures of a catalogue.
pub(super) fn pictures(catalogue: Catalogue<'_>) -> Vec<Picture> {
    let members = |entry| (0..catalogue.count(entry)).map(move |member| Picture { entry, member });
    (0..catalogue.entries()).flat_map(members).collect()
}

/// Counts what falls on each of these pictures, and asserts that nothing else
/// does.
pub(super) struct Tally {
    pub(super) pictures: Vec<Picture>,
    pub(super) seen: Vec<u64>,
}

impl Tally {
    pub(super) fn of(mut pictures: Vec<Picture>) -> Self {
        pictures.sort_unstable();
        let seen = vec![0; pictures.len()];
        Self { pictures, seen }
    }

    #[track_caller]
    pub(super) fn add(&mut self, picture: Picture) {
        let place = self.pictures.binary_search(&picture);
        self.seen[place.expect("a picture that does not match")] += 1;
    }

    /// Each picture's weight.
    pub(super) fn weights(&self, catalogue: Catalogue<'_>) -> Vec<f64> {
        let weight = |picture: &Picture| catalogue.weight(picture.entry) as f64;
        self.pictures.iter().map(weight).collect()
    }
}
