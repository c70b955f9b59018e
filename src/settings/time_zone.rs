//! The clock that hours, days and weeks are those of.

use serde::{Deserialize, Serialize};

/// A fixed offset from UTC, written `+HH:MM` or `-HH:MM`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeZone {
    /// East of Greenwich is positive; within 18 hours.
    minutes: i32,
}

impl TimeZone {
    /// Seconds to add to UTC.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.minutes) * 60
    }
}

impl std::str::FromStr for TimeZone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || {
            format!(
                "time zone {text:?}: accepted are fixed offsets from -18:00 to +18:00 such as +08:00"
            )
        };
        if text == "Z" {
            return Ok(Self::default());
        }
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(refuse()),
        };
        let (hours, minutes) = rest.split_once(':').ok_or_else(refuse)?;
        let digits = |text: &str| {
            (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()))
                .then(|| text.parse::<i32>().ok())
                .flatten()
        };
        match (digits(hours), digits(minutes)) {
            (Some(h), Some(m)) if m < 60 && h * 60 + m <= 18 * 60 => Ok(Self {
                minutes: sign * (h * 60 + m),
            }),
            _ => Err(refuse()),
        }
    }
}

impl std::fmt::Display for TimeZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl Serialize for TimeZone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zones() {
        for (text, seconds) in [
            ("+00:00", 0),
            ("Z", 0),
            ("+08:00", 28_800),
            ("-03:30", -12_600),
            ("+18:00", 64_800),
        ] {
            assert_eq!(
                text.parse::<TimeZone>().unwrap().seconds(),
                seconds,
                "{text}"
            );
        }
        for text in [
            "",
            "8",
            "+8:00",
            "+08",
            "+08:60",
            "+18:01",
            "UTC",
            "\u{ff0b}08:00",
            "+0a:00",
        ] {
            assert!(text.parse::<TimeZone>().is_err(), "{text}");
        }
        assert_eq!("-03:30".parse::<TimeZone>().unwrap().to_string(), "-03:30");
    }
}
