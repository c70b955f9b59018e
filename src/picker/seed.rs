//! Picks fixed by a text.
//!
//! Entries stand in the order of their hashes, so they are the leaves of a
//! binary trie of these hashes' bits. A seed walks it from the root: at each
//! node with entries on both sides it goes left with the probability (weight
//! left) / (weight both), decided by a hash of the seed and the node. An entry
//! that comes or goes changes these quotients a little, and only on its own
//! path, so nearly all seeds stay where they were. Within a numbered range
//! jump consistent hashing does the same.

use std::ops::Range;

use super::dice::scale;
use super::hash::{self, Use};
use super::line::Measure;
use super::rest::Rest;
use super::{Picker, Picture};

/// Walks of one list before the exact pass. A constant, not a share of the
/// catalogue: it is part of what a seed means.
const WALKS: usize = 64;

impl Picker<'_> {
    /// The `count` distinct pictures that a seed means, all there are if fewer.
    /// Over all seeds the first is each with a probability proportional to its
    /// weight; a smaller count gives the beginning of a larger one's.
    #[must_use]
    pub fn seeded_sample(&self, seed: &[u8], count: usize) -> Vec<Picture> {
        let seed = hash::text(seed);
        let candidates = &self.candidates;
        let choice = candidates.ruled();
        let line = candidates.line(choice);
        // What is excluded stays in at first, as a miss: so an exclusion moves
        // only the seeds that meant it.
        let mut rest = Rest::new(candidates.catalogue, line, Measure::Weight);
        let mut exact = false;
        let mut misses = WALKS / line.parts().count().max(1);
        let mut picks = Vec::new();
        // Enough attempts for any answer; a count without end ends with `rest`.
        for attempt in 0.. {
            if picks.len() >= count {
                break;
            }
            if !exact && misses == 0 {
                exact = true;
                rest = self
                    .rest(self.exactly(choice), Measure::Weight)
                    .without(&picks);
            }
            let Some(picture) = walk(&rest, hash::pair(Use::Attempt, seed, attempt)) else {
                break;
            };
            if exact {
                rest.remove(picture);
            } else if self.not.contains(&picture)
                || picks.contains(&picture)
                || !candidates.meets(picture.entry, choice)
            {
                misses -= 1;
                continue;
            }
            picks.push(picture);
        }
        picks
    }
}

/// Walks the trie of what is left, from the root to a picture.
fn walk(rest: &Rest<'_, '_>, key: u64) -> Option<Picture> {
    let mut total = rest.total();
    if total == 0 {
        return None;
    }
    // What of each part of the row is below the node, and where it divides.
    let parts = rest.line().parts();
    let mut runs: Vec<_> = parts.map(|part| (part, 0..part.len(), 0)).collect();
    let several =
        |runs: &[(_, Range<u32>, _)]| runs.iter().map(|run| run.1.len()).sum::<usize>() > 1;
    // The hashes below the node begin with the bits of `prefix` above `bit`.
    let (mut prefix, mut bit) = (0_u64, 1_u64 << 63);
    while bit != 0 && several(&runs) {
        // The first hash on the right names the node: no other has the same.
        let node = prefix | bit;
        let mut left = 0;
        for (part, places, middle) in &mut runs {
            *middle = part.partition(places.clone(), node);
            left += rest.sum(*part, &(places.start..*middle));
        }
        left -= rest.taken(prefix..node);
        let go_left =
            left == total || (left > 0 && scale(hash::pair(Use::Node, key, node), total) < left);
        if go_left {
            total = left;
        } else {
            total -= left;
            prefix = node;
        }
        runs.retain_mut(|(_, places, middle)| {
            if go_left {
                places.end = *middle;
            } else {
                places.start = *middle;
            }
            places.start < places.end
        });
        bit >>= 1;
    }
    let (part, places, _) = runs.first()?;
    let entry = part.entry(places.start)?;
    let key = hash::pair(Use::Member, key, rest.catalogue().hash(entry));
    let member = rest.member(entry, jump(key, rest.members(entry)));
    Some(Picture { entry, member })
}

/// The bucket of `0..buckets` for a key by jump consistent hashing
/// (<https://arxiv.org/abs/1406.2294>): when a bucket is added, one key in
/// `buckets` moves, into the new one. The published code decides by 31 bits of
/// the generator; ranges may be longer than that, so this takes 53.
fn jump(mut key: u64, buckets: u64) -> u64 {
    const SCALE: f64 = (1_u64 << 53) as f64;
    let (mut bucket, mut next) = (0, 0);
    while next < buckets {
        bucket = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let quotient = SCALE / ((key >> 11) + 1) as f64;
        // Rounding may lose the step, but never the way forwards.
        next = (((bucket + 1) as f64 * quotient) as u64).max(bucket + 1);
    }
    bucket
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fits, uniform};
    use super::*;

    const KEYS: u64 = 100_000;

    fn keys() -> impl Iterator<Item = u64> {
        (0..KEYS).map(|key| hash::pair(Use::Member, key, 0))
    }

    #[test]
    fn buckets_are_even() {
        for buckets in [1, 2, 10, 1000] {
            let mut seen = vec![0; buckets as usize + 1];
            keys().for_each(|key| seen[jump(key, buckets) as usize] += 1);
            assert_eq!(seen.pop(), Some(0));
            if buckets > 1 {
                uniform(&seen);
            }
        }
    }

    #[test]
    fn buckets_of_long_ranges_are_even_to_the_last_digit() {
        for buckets in [1_000_000_000, 1 << 45] {
            let (mut high, mut low) = (vec![0; 100], vec![0; 100]);
            for key in keys() {
                let bucket = jump(key, buckets);
                high[(u128::from(bucket) * 100 / u128::from(buckets)) as usize] += 1;
                low[bucket as usize % 100] += 1;
            }
            uniform(&high);
            uniform(&low);
        }
    }

    #[test]
    fn any_number_of_buckets_comes_to_an_end() {
        for key in [0, 1, u64::MAX] {
            assert_eq!(jump(key, 0), 0);
            assert_eq!(jump(key, 1), 0);
            assert!(jump(key, u64::MAX) < u64::MAX);
        }
    }

    #[test]
    fn another_bucket_takes_its_share_and_moves_nothing_else() {
        for buckets in [1, 2, 9, 100] {
            let moved: Vec<_> = keys()
                .filter(|key| jump(*key, buckets) != jump(*key, buckets + 1))
                .collect();
            assert!(moved.iter().all(|key| jump(*key, buckets + 1) == buckets));
            let stayed = KEYS - moved.len() as u64;
            fits(&[moved.len() as u64, stayed], &[1.0, buckets as f64]);
        }
    }

    #[test]
    fn keys_fall_into_these_buckets() {
        let buckets =
            [0, 1, 2, 3, u64::MAX].map(|key| [10, 833, 1_000_000_000].map(|n| jump(key, n)));
        let expected = [
            [0, 0, 0],
            [6, 549, 262_355_607],
            [6, 338, 736_532_122],
            [8, 198, 535_064_815],
            [9, 313, 699_554_689],
        ];
        assert_eq!(buckets, expected);
    }
}
