//! Queries and forms, decoded (the URL standard's
//! `application/x-www-form-urlencoded`).

use percent_encoding::percent_decode_str;

/// The pairs of a query in the order sent; a name without `=` has no value.
/// What is no UTF-8 is lost.
pub(super) fn pairs(query: &str) -> Vec<(String, Option<String>)> {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => (unescape(name), Some(unescape(value))),
        None => (unescape(pair), None),
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(pair).collect()
}

/// A text with its escapes undone, `+` a space.
fn unescape(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_once_in_their_order() {
        let decoded = pairs("a=1&&b&a=x+y%2Bz&%E7%8C%AB=%2541&c=d=e&f=");
        let expected = [
            ("a", Some("1")),
            ("b", None),
            ("a", Some("x y+z")),
            ("猫", Some("%41")),
            ("c", Some("d=e")),
            ("f", Some("")),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
        assert_eq!(decoded, expected);
        assert!(pairs("").is_empty());
    }
}
