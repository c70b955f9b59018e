//! Decks: every picture once, in an order fixed by a text, without state.

use super::dice::scale;
use super::hash::{self, Use};
use super::line::Measure;
use super::{Picker, Picture};

/// Rounds of the shuffle. Already 16 leave no trace of unevenness in the orders
/// of eight cards.
const ROUNDS: usize = 24;

impl Picker<'_> {
    /// Up to `count` cards of the deck that `key` shuffles, from the `first`-th
    /// (from 0) on, but not more than the deck has. Weights do not count.
    ///
    /// A deck has a card for every picture that matches. Behind its last card
    /// it goes on with the next shuffle of the same pictures: cards of one
    /// shuffle are distinct, but a hand that reaches into the next one may show
    /// a picture twice, as when two decks are dealt one after the other.
    #[must_use]
    pub fn dealt(&self, key: &[u8], first: u64, count: usize) -> Vec<Picture> {
        let choice = self.candidates.ruled();
        let rest = self.rest(self.exactly(choice), Measure::Pictures);
        let size = rest.total();
        let Some(number) = first.checked_div(size) else {
            return Vec::new();
        };
        let key = hash::text(key);
        let mut shuffle = Shuffle::new(key, number, size);
        let count = u64::try_from(count).unwrap_or(u64::MAX).min(size);
        (0..count)
            .map_while(|card| {
                let card = first.checked_add(card)?;
                if card / size != shuffle.number {
                    shuffle = Shuffle::new(key, card / size, size);
                }
                rest.nth(shuffle.at(card % size))
            })
            .collect()
    }
}

/// A permutation of `0..size`, computed one place at a time: the swap-or-not
/// shuffle of Hoang, Morris and Rogaway
/// (<https://www.iacr.org/archive/crypto2012/74170001/74170001.pdf>).
///
/// In each round every place has a partner, the pivot less itself, and the two
/// swap or not by a coin that both see. Unlike a Feistel network it works on
/// any size as it is, and all orders of a small deck are equally likely.
struct Shuffle {
    number: u64,
    size: u64,
    rounds: [Round; ROUNDS],
}

struct Round {
    pivot: u64,
    coin: u64,
}

impl Shuffle {
    fn new(key: u64, number: u64, size: u64) -> Self {
        let key = hash::pair(Use::Shuffle, key, number);
        let rounds = std::array::from_fn(|round| {
            let coin = hash::pair(Use::Round, key, round as u64);
            let pivot = scale(coin, size);
            Round { pivot, coin }
        });
        Self {
            number,
            size,
            rounds,
        }
    }

    /// Where the permutation sends a place below `size`.
    fn at(&self, mut place: u64) -> u64 {
        // No processor foresees the coins, so nothing here is a branch.
        for Round { pivot, coin } in &self.rounds {
            let around = if *pivot < place { self.size } else { 0 };
            let partner = pivot.wrapping_sub(place).wrapping_add(around);
            let swap = (mix(place.max(partner) ^ coin) >> 63).wrapping_neg();
            place ^= (place ^ partner) & swap;
        }
        place
    }
}

/// A number whose top bit depends on every bit given: two multiplications by
/// odd constants, those of SplitMix64, with shifts before them.
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_permutation(size: u64) {
        let shuffle = Shuffle::new(size, 0, size);
        let mut seen = vec![false; size as usize];
        for place in 0..size {
            let card = shuffle.at(place) as usize;
            assert!(!seen[card], "card {card} of {size} twice");
            seen[card] = true;
        }
    }

    #[test]
    fn small_decks_are_permutations() {
        (1..=3500).for_each(is_permutation);
    }

    #[test]
    fn medium_decks_are_permutations() {
        (3501..=5000).for_each(is_permutation);
    }

    #[test]
    fn large_decks_are_permutations() {
        [65_535, 65_536, 65_537, 99_991, 1_000_000]
            .into_iter()
            .for_each(is_permutation);
    }

    #[test]
    fn huge_decks_stay_in_range() {
        for size in [1 << 32, (1 << 63) + 1, u64::MAX] {
            let shuffle = Shuffle::new(1, 2, size);
            let mut places: Vec<_> = (0..100).chain(size - 100..size).collect();
            places = places.into_iter().map(|place| shuffle.at(place)).collect();
            assert!(places.iter().all(|place| *place < size));
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), 200);
        }
    }
}
