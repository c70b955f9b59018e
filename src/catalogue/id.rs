//! The text form of ids: RFC 4648 base32 (section 6) of the hash's eight bytes,
//! most significant first, lower case, without padding; 13 characters. A member
//! of a numbered range is `<id>-<number>`.

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Characters in the text form of a hash: 64 bits, five a character.
const LENGTH: usize = 13;

/// The text form of a hash.
pub(crate) fn id_text(hash: u64) -> String {
    // 13 characters hold 65 bits; the last one is zero.
    let bits = (0..LENGTH as u32).map(|place| match 59_u32.checked_sub(5 * place) {
        Some(behind) => hash >> behind,
        None => hash << 1,
    });
    let letters = bits.filter_map(|bits| ALPHABET.get(bits as usize & 31).copied());
    let mut text = String::with_capacity(LENGTH);
    text.extend(letters.map(char::from));
    text
}

/// The hash, and the number in the URL for a member of a range, that an id's
/// text means.
///
/// Only the spelling that [`id_text`] gives is an id, in lower or upper case,
/// and numbers have no sign and no leading zeros: one picture has one id.
pub(crate) fn parse_id(text: &str) -> Option<(u64, Option<u64>)> {
    let (letters, rest) = text.as_bytes().split_at_checked(LENGTH)?;
    let bits = letters.iter().try_fold(0_u128, |bits, letter| {
        Some(bits << 5 | u128::from(value(*letter)?))
    })?;
    if bits & 1 != 0 {
        return None;
    }
    let hash = u64::try_from(bits >> 1).ok()?;
    match rest {
        [] => Some((hash, None)),
        [b'-', number @ ..] => Some((hash, Some(parse_number(number)?))),
        _ => None,
    }
}

fn value(letter: u8) -> Option<u8> {
    match letter {
        b'a'..=b'z' => Some(letter - b'a'),
        b'A'..=b'Z' => Some(letter - b'A'),
        b'2'..=b'7' => Some(letter - b'2' + 26),
        _ => None,
    }
}

/// A whole number as ids write it: digits only, no leading zeros.
pub(crate) fn parse_number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || (digits.len() > 1 && digits.first() == Some(&b'0')) {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_base32_of_the_bytes() {
        // Each is `base32` of the eight bytes, lower case, without `=`.
        let vectors = [
            (0, "aaaaaaaaaaaaa"),
            (1, "aaaaaaaaaaaac"),
            (u64::MAX, "7777777777776"),
            (0x0123_4567_89ab_cdef, "aerukz4jvpg66"),
            (0xd1b0_6020_7055_ccf9, "2gygaidqkxgps"),
            (0x9f0e_cbff_8410_1bb2, "t4hmx74ecan3e"),
        ];
        for (hash, text) in vectors {
            assert_eq!(id_text(hash), text);
            assert_eq!(parse_id(text), Some((hash, None)));
            assert_eq!(parse_id(&text.to_uppercase()), Some((hash, None)));
            let member = format!("{text}-18446744073709551615");
            assert_eq!(parse_id(&member), Some((hash, Some(u64::MAX))));
            assert_eq!(parse_id(&format!("{text}-0")), Some((hash, Some(0))));
        }
    }

    #[test]
    fn only_one_spelling_is_an_id() {
        for text in [
            "",
            "aaaaaaaaaaaa",
            "aaaaaaaaaaaaaa",
            "aaaaaaaaaaaab",
            "aaaaaaaaaaaa1",
            "aaaaaaaaaaaa=",
            "aaaaaaaaaaaaa-",
            "aaaaaaaaaaaaa--1",
            "aaaaaaaaaaaaa-+1",
            "aaaaaaaaaaaaa-01",
            "aaaaaaaaaaaaa-00",
            "aaaaaaaaaaaaa-1a",
            "aaaaaaaaaaaaa-18446744073709551616",
            "aaaaaaaaaaaaa_1",
            " aaaaaaaaaaaaa",
            "猫猫猫猫猫猫猫猫猫猫猫猫猫",
            "aaaaaaaaaaaa猫",
        ] {
            assert_eq!(parse_id(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #![proptest_config(super::super::testing::config(256))]

        #[test]
        fn every_text_that_is_an_id_is_its_own_spelling(text in "[a-zA-Z2-7]{13}") {
            if let Some((hash, None)) = parse_id(&text) {
                assert_eq!(id_text(hash), text.to_lowercase());
            }
        }

        #[test]
        fn every_hash_comes_back(hash: u64) {
            assert_eq!(parse_id(&id_text(hash)), Some((hash, None)));
        }
    }
}
