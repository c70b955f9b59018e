//! The hashes behind everything deterministic: XXH3, 64 bits
//! (<https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>).
//!
//! Seeds and decks are promised to stay, so these never change.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// What a hash of two numbers is for. The number is XXH3's own seed, so that
/// no two uses ever share a value.
#[derive(Clone, Copy)]
#[repr(u64)]
pub(super) enum Use {
    /// A seed and the number of the attempt.
    Attempt = 1,
    /// An attempt and a node of the trie.
    Node = 2,
    /// An attempt and the hash of a range.
    Member = 3,
    /// A deck's key and the number of the shuffle.
    Shuffle = 4,
    /// A shuffle and the number of the round.
    Round = 5,
}

/// The hash of a seed's or a deck's text.
pub(super) fn text(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// The hash of two numbers: of `a` and then `b`, little-endian.
#[inline]
pub(super) fn pair(of: Use, a: u64, b: u64) -> u64 {
    let bytes = (u128::from(b) << 64 | u128::from(a)).to_le_bytes();
    xxh3_64_with_seed(&bytes, of as u64)
}
