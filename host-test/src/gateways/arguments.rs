//! Values that the command lines of emulators share.

use std::time::Duration;

use serde::de::IgnoredAny;

/// Seconds, with a fraction if need be, more than 0 and at most a day.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .filter(|seconds| *seconds > 0.0 && *seconds <= 86_400.0)
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "accepted: seconds such as 3 or 0.5, at most 86400".to_owned())
}

/// JSON, as it was given.
pub(super) fn json(text: &str) -> Result<String, String> {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(e) => Err(format!("accepted: JSON ({e})")),
    }
}

/// A name, and after `=` its value.
pub(super) fn with_default(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    if name.is_empty() {
        return Err("accepted: NAME or NAME=DEFAULT".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_values_or_say_what_is_accepted() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["0", "-1", "nan", "inf", "90000", "x"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
        assert_eq!(json(" {}").as_deref(), Ok(" {}"));
        assert!(json("{").is_err());
        assert_eq!(
            with_default("a=b=c"),
            Ok(("a".to_owned(), "b=c".to_owned()))
        );
        assert_eq!(with_default("a"), Ok(("a".to_owned(), String::new())));
        assert!(with_default("=x").is_err());
    }
}
