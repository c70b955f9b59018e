//! Messages that a caller's body makes.

use bytes::Bytes;

/// The lines of a body that are not empty; `refresh` where there are none.
pub(super) fn messages(body: &Bytes) -> Vec<String> {
    let body = String::from_utf8_lossy(body);
    let lines = body.lines().filter(|line| !line.is_empty());
    let mut messages: Vec<String> = lines.map(str::to_owned).collect();
    if messages.is_empty() {
        messages.push("refresh".to_owned());
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_at_least() {
        for (body, expected) in [
            ("", &["refresh"][..]),
            ("\n", &["refresh"]),
            ("a\n\n猫\r\n", &["a", "猫"]),
        ] {
            assert_eq!(messages(&Bytes::from(body)), expected);
        }
    }
}
