//! Randomness, injected.

/// How many calls a source of randomness may know in advance.
pub const FORESEEN: usize = 32;

/// A source of randomness. The component fills it from `wasi:random`, tests
/// from a generator with a fixed seed.
pub trait Dice {
    /// 64 independent uniform bits.
    fn next_u64(&mut self) -> u64;

    /// The bits of calls to come, once, where a source knows many in advance.
    /// What they lead to may be fetched, and nothing else.
    fn foresee(&mut self) -> Option<[u64; FORESEEN]> {
        None
    }

    /// A uniform number below `n`; 0 when `n` is 0.
    ///
    /// Lemire's rejection (<https://arxiv.org/abs/1805.10941>): no remainder of
    /// a division ever reaches the result, so no number is favoured.
    fn below(&mut self, n: u64) -> u64 {
        let mut product = wide(self.next_u64(), n);
        if low(product) < n {
            let rejected = n.wrapping_neg() % n;
            // Each round fails with a probability below 1/2. The bound only
            // keeps a broken source from holding the request for ever.
            for _ in 0..64 {
                if low(product) >= rejected {
                    break;
                }
                product = wide(self.next_u64(), n);
            }
        }
        high(product)
    }
}

/// `fraction` / 2^64 of `whole`, rounded down.
pub(super) fn scale(fraction: u64, whole: u64) -> u64 {
    high(wide(fraction, whole))
}

fn wide(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

fn low(product: u128) -> u64 {
    product as u64
}

fn high(product: u128) -> u64 {
    (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SplitMix, uniform};
    use super::*;

    /// Says the same numbers again and again.
    struct Script(Vec<u64>, usize);

    impl Dice for Script {
        fn next_u64(&mut self) -> u64 {
            self.1 += 1;
            self.0[(self.1 - 1) % self.0.len()]
        }
    }

    #[test]
    fn below_is_uniform() {
        for n in [2, 3, 7, 10, 1000] {
            let mut dice = SplitMix(n);
            let mut seen = vec![0; n as usize];
            for _ in 0..n * 1000 {
                seen[dice.below(n) as usize] += 1;
            }
            uniform(&seen);
        }
    }

    #[test]
    fn below_rejects_what_would_be_counted_twice() {
        // Of three, the value 0 is one of 2^64 mod 3 = 1 too many.
        assert_eq!(Script(vec![0, u64::MAX], 0).below(3), 2);
        // 2^63 + 1 leaves nearly half of all draws over, 0 but not 1 and 3.
        let n = (1 << 63) + 1;
        assert_eq!(Script(vec![1, 3], 0).below(n), 0);
        assert_eq!(Script(vec![0, 3], 0).below(n), 1);
    }

    #[test]
    fn below_ends_whatever_the_source() {
        assert_eq!(Script(vec![0], 0).below(3), 0);
        for n in [0, 1] {
            assert_eq!(Script(vec![u64::MAX], 0).below(n), 0);
        }
    }
}
