//! Pictures that a list has twice under one address: in a numbered range, and
//! by themselves. Both stay, since each has an id that callers may have kept.

use std::collections::HashMap;

use edgepick::catalogue::Entry;

use super::place;
use crate::source::Origins;

/// How many ranges with one beginning, and lengths of beginnings, are looked
/// at: lists have few of either.
const MOST: usize = 32;

/// What follows a range's beginning.
struct Range<'e> {
    entry: usize,
    first: u64,
    last: u64,
    /// Digits to pad to with zeros; 0 for none.
    pad: usize,
    tail: &'e str,
}

impl<'e> Range<'e> {
    /// A range and what stands before it; `None` for a single address.
    fn read(entry: usize, url: &'e str) -> Option<(&'e str, Self)> {
        let (head, rest) = url.split_once('{')?;
        let (numbers, tail) = rest.split_once('}')?;
        let (first, last) = numbers.split_once("..")?;
        let padded = first.len() > 1 && first.starts_with('0');
        let range = Self {
            entry,
            first: first.parse().ok()?,
            last: last.parse().ok()?,
            pad: if padded { first.len() } else { 0 },
            tail,
        };
        Some((head, range))
    }

    /// Whether one of its numbers with its end is this text.
    fn holds(&self, rest: &str) -> bool {
        let digits = rest.strip_suffix(self.tail).unwrap_or_default();
        let number = digits.parse::<u64>().ok();
        number.is_some_and(|number| {
            (self.first..=self.last).contains(&number)
                && format!("{number:0pad$}", pad = self.pad) == digits
        })
    }
}

/// A remark on each single address that a range holds too.
pub(super) fn remarks(entries: &[Entry], origins: &Origins) -> Vec<String> {
    let mut ranges: HashMap<&str, Vec<Range<'_>>> = HashMap::new();
    for (entry, Entry { url, .. }) in entries.iter().enumerate() {
        if let Some((head, range)) = Range::read(entry, url) {
            ranges.entry(head).or_default().push(range);
        }
    }
    if ranges.is_empty() {
        return Vec::new();
    }
    let mut lengths: Vec<usize> = ranges.keys().map(|head| head.len()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let holder = |url: &str| {
        lengths.iter().take(MOST).find_map(|length| {
            let (head, rest) = url.split_at_checked(*length)?;
            let mut ranges = ranges.get(head)?.iter().take(MOST);
            ranges
                .find(|range| range.holds(rest))
                .map(|range| range.entry)
        })
    };
    let remark = |(entry, Entry { url, .. }): (usize, &Entry)| {
        let range = holder(url)?;
        let (here, there) = (place(origins, entry), place(origins, range));
        Some(format!(
            "{here}: {url} is in the range at {there} too, and counts twice"
        ))
    };
    entries.iter().enumerate().filter_map(remark).collect()
}
