//! Ids of the forms that platforms give out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// 8-4-4-4-12 hexadecimal digits.
pub(crate) fn uuid() -> String {
    Uuid::new_v4().to_string()
}

/// Hexadecimal digits, at most 32.
pub(crate) fn hex(digits: usize) -> String {
    let mut id = Uuid::new_v4().simple().to_string();
    // Where it is short, the digits that say which kind of UUID it is stay out.
    id.split_off(32_usize.saturating_sub(digits))
}

/// 16 characters of base64, the last of them `=`.
pub(crate) fn short() -> String {
    let id: Vec<u8> = Uuid::new_v4().into_bytes().into_iter().take(11).collect();
    STANDARD.encode(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_form_and_differ() {
        assert_eq!(uuid().len(), 36);
        for digits in [8, 24, 32] {
            let id = hex(digits);
            assert_eq!(id.len(), digits);
            assert!(id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
            assert_ne!(id, hex(digits));
        }
        let id = short();
        assert_eq!((id.len(), id.find('=')), (16, Some(15)), "{id}");
        assert_ne!(id, short());
    }
}
