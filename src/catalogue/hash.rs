//! The hash behind places, ids and the checksum: XXH3, 64 bits, seed 0, no
//! secret (<https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>).
//!
//! Ids are part of the public interface, so the hash never changes.

use xxhash_rust::xxh3::xxh3_64;

/// The hash of an entry's identity text, see
/// [`PictureUrl::identity`](super::url::PictureUrl::identity).
#[must_use]
pub fn url_hash(identity: &str) -> u64 {
    xxh3_64(identity.as_bytes())
}

/// The checksum of a packed catalogue.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}
