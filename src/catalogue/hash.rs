//! The hash behind places, ids and the checksum: XXH3, 64 bits, seed 0, no
//! secret (<https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>).
//!
//! An entry's hash is that of its [identity](super::url::PictureUrl::identity).
//! Ids are part of the public interface, so the hash never changes.

use xxhash_rust::xxh3::xxh3_64;

/// The hash of an entry's identity.
pub(crate) fn url_hash(identity: &str) -> u64 {
    xxh3_64(identity.as_bytes())
}

/// The checksum of a packed catalogue.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the reference implementation (xxHash 0.8.4); the lengths cover all
    /// of its branches.
    #[test]
    fn agrees_with_the_reference() {
        let long = format!("https://h.example/{}.png", "a".repeat(300));
        let middle = format!("https://h.example/{}.png", "a".repeat(150));
        let vectors = [
            ("", 0x2d06_8005_38d3_94c2),
            ("a", 0xe6c6_32b6_1e96_4e1f),
            ("abc", 0x78af_5f94_892f_3950),
            ("https://h.example/1.jpg", 0xbec4_2888_4a07_b60c),
            ("https://h.example/h/{1..}.webp", 0xaeb3_c361_1b5f_7781),
            ("https://h.example/h/{001..}.webp", 0x6cba_422a_2656_b355),
            (
                "https://picsum.photos/id/237/200/300",
                0xd1b0_6020_7055_ccf9,
            ),
            (
                "https://upload.wikimedia.org/wikipedia/commons/thumb/a/a9/Example.jpg/1200px-Example.jpg?20130101#x",
                0x244f_778e_4234_f2ad,
            ),
            ("https://h.example/图片/猫.jpg", 0xec75_0193_49f4_00f0),
            (&middle, 0x905d_a5f8_318a_bee1),
            (&long, 0x9f0e_cbff_8410_1bb2),
        ];
        for (text, hash) in vectors {
            assert_eq!(url_hash(text), hash, "{text}");
        }
    }
}
