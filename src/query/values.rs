//! The values of parameters: what each text means, `None` where it means
//! nothing.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::catalogue::Orientation;
use crate::settings::AnswerType;

/// Most names in one list of tags or ids.
pub const MOST_LISTED: usize = 50;

/// Most categories at once: each is a candidate list that a seed walks.
pub const MOST_CATEGORIES: usize = 20;

/// Most bytes of a seed or of a deck's key.
pub const MOST_TEXT: usize = 256;

/// The form of an answer.
#[must_use]
pub fn answer_type(text: &str) -> Option<AnswerType> {
    Some(match text.to_ascii_lowercase().as_str() {
        "302" | "redirect" => AnswerType::Found,
        "307" => AnswerType::TemporaryRedirect,
        "json" => AnswerType::Json,
        "text" | "url" => AnswerType::Text,
        "html" => AnswerType::Html,
        _ => return None,
    })
}

/// How a picture is to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrientationWish {
    /// So.
    Is(Orientation),
    /// However.
    Any,
    /// As the caller's screen does.
    Auto,
}

/// The words for orientations; the same in paths and parameters.
pub const ORIENTATIONS: [(&str, OrientationWish); 9] = [
    ("landscape", OrientationWish::Is(Orientation::Landscape)),
    ("portrait", OrientationWish::Is(Orientation::Portrait)),
    ("square", OrientationWish::Is(Orientation::Square)),
    ("any", OrientationWish::Any),
    ("auto", OrientationWish::Auto),
    ("h", OrientationWish::Is(Orientation::Landscape)),
    ("pc", OrientationWish::Is(Orientation::Landscape)),
    ("v", OrientationWish::Is(Orientation::Portrait)),
    ("mobile", OrientationWish::Is(Orientation::Portrait)),
];

/// How a picture is to lie, by its word.
#[must_use]
pub fn orientation(text: &str) -> Option<OrientationWish> {
    ORIENTATIONS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text))
        .map(|(_, wish)| *wish)
}

/// A period during which an answer does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Every {
    Hour,
    Day,
    Week,
    /// 1 to 604,800.
    Seconds(u32),
}

/// A period by its word or its seconds.
#[must_use]
pub fn every(text: &str) -> Option<Every> {
    Some(match text.to_ascii_lowercase().as_str() {
        "hour" => Every::Hour,
        "day" => Every::Day,
        "week" => Every::Week,
        seconds => Every::Seconds(number(seconds, 1..=604_800)?),
    })
}

/// A whole number in decimal digits.
#[must_use]
pub fn number<T: FromStr + PartialOrd>(text: &str, range: RangeInclusive<T>) -> Option<T> {
    // `parse` alone would take a leading plus sign.
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|n| range.contains(n))
}

/// A seed or a deck's key.
#[must_use]
pub fn text(text: &str) -> Option<String> {
    (text.len() <= MOST_TEXT).then(|| text.to_owned())
}

/// Width to height.
#[must_use]
pub fn ratio(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once(':')?;
    Some((number(width, 1..=10_000)?, number(height, 1..=10_000)?))
}

/// Conditions on tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Every group holds; within a group one tag is enough.
    pub all: Vec<Vec<String>>,
    /// None of these.
    pub not: Vec<String>,
}

impl Tags {
    /// Adds what one value says: `a,b` both, `a|b` either, `-a` not. `None`
    /// for a lone `-`, for `-a|b`, and beyond [`MOST_LISTED`] tags.
    #[must_use]
    pub fn add(&mut self, text: &str) -> Option<()> {
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match part.strip_prefix('-') {
                Some(tag) if tag.is_empty() || tag.contains('|') => return None,
                Some(tag) => self.not.push(tag.to_owned()),
                None => {
                    let mut group: Vec<String> = part
                        .split('|')
                        .map(str::trim)
                        .filter(|tag| !tag.is_empty())
                        .map(str::to_owned)
                        .collect();
                    if group.is_empty() || group.iter().any(|tag| tag.starts_with('-')) {
                        return None;
                    }
                    group.sort_unstable();
                    group.dedup();
                    if !self.all.contains(&group) {
                        self.all.push(group);
                    }
                }
            }
        }
        let tags = self.not.len() + self.all.iter().map(Vec::len).sum::<usize>();
        (tags <= MOST_LISTED).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_only() {
        assert_eq!(number("7", 1..=50), Some(7u8));
        for text in [
            "", "0", "51", "256", "+7", "-7", " 7", "7 ", "7.0", "0x7", "٧",
        ] {
            assert_eq!(number::<u8>(text, 1..=50), None, "{text:?}");
        }
        assert_eq!(number("18446744073709551615", 0..=u64::MAX), Some(u64::MAX));
        assert_eq!(number::<u64>("18446744073709551616", 0..=u64::MAX), None);
    }

    #[test]
    fn tags_compose() {
        let mut tags = Tags::default();
        tags.add("sky, sea|lake ,-night").unwrap();
        tags.add("lake|sea").unwrap();
        assert_eq!(tags.all, [vec!["sky"], vec!["lake", "sea"]]);
        assert_eq!(tags.not, ["night"]);
        for text in ["-", "-a|b", "a|-b", "|"] {
            assert_eq!(Tags::default().add(text), None, "{text:?}");
        }
        let many: Vec<_> = (0..51).map(|i| format!("t{i}")).collect();
        assert_eq!(Tags::default().add(&many.join(",")), None);
    }

    #[test]
    fn periods_and_ratios() {
        assert_eq!(every("Day"), Some(Every::Day));
        assert_eq!(every("86400"), Some(Every::Seconds(86_400)));
        assert_eq!(every("604801"), None);
        assert_eq!(every("month"), None);
        assert_eq!(ratio("16:9"), Some((16, 9)));
        for text in ["16", "16:", "0:9", "16:9:1", "1.5:1", "10001:1"] {
            assert_eq!(ratio(text), None, "{text}");
        }
    }
}
