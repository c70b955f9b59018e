//! What commands tell people.

use std::fmt::Write as _;

use super::output;
use crate::input::Prepared;
use crate::inspect::{Facet, Site};

/// How many names of a kind are shown.
const SHOWN: usize = 8;

/// What was noticed while reading, on standard error.
pub(super) fn remarks(prepared: &Prepared) {
    let mut text = String::new();
    if !prepared.problems.is_empty() {
        let left_out = count(prepared.problems.total(), "line");
        let _ = writeln!(text, "{}\nleft out {left_out}", prepared.problems);
    }
    for warning in &prepared.warnings {
        let _ = writeln!(text, "{warning}");
    }
    for conflict in prepared.conflicts.iter().take(SHOWN) {
        let _ = writeln!(text, "{conflict}");
    }
    if let Some(more) = prepared.conflicts.len().checked_sub(SHOWN + 1) {
        let more = count(more as u64 + 1, "such duplicate");
        let _ = writeln!(text, "and {more} more");
    }
    output::tell(&text);
}

/// A line of a summary.
pub(super) fn row(text: &mut String, name: &str, value: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "  {name:<12} {value}");
}

/// What a site holds.
pub(super) fn site(text: &mut String, site: &Site) {
    let mut pictures = number(site.pictures);
    if site.ranges > 0 {
        let (entries, ranges) = (
            count(site.entries.into(), "entry"),
            count(site.ranges.into(), "range"),
        );
        let _ = write!(pictures, " in {entries}, {ranges} among them");
    }
    if site.weighted {
        pictures.push_str(", weighted");
    }
    row(text, "pictures", &pictures);
    for (name, facets) in [
        ("categories", &site.categories),
        ("tags", &site.tags),
        ("orientations", &site.orientations),
        ("formats", &site.formats),
    ] {
        row(text, name, &names(facets));
    }
    for (i, setting) in site.settings.iter().enumerate() {
        let name = if i == 0 { "settings" } else { "" };
        row(text, name, &format!("{} = {}", setting.key, setting.value));
    }
    if site.settings.is_empty() {
        row(text, "settings", "all default");
    }
}

/// How many there are, and the largest of them.
fn names(facets: &[Facet]) -> String {
    let mut largest: Vec<_> = facets.iter().collect();
    largest.sort_by_key(|facet| std::cmp::Reverse(facet.pictures));
    let shown = largest.iter().take(SHOWN);
    let shown: Vec<_> = shown
        .map(|facet| format!("{} {}", facet.name, number(facet.pictures)))
        .collect();
    let more = if largest.len() > SHOWN { ", …" } else { "" };
    match facets.len() {
        0 => "none".to_owned(),
        some => format!("{} ({}{more})", number(some as u64), shown.join(", ")),
    }
}

/// The size of a component and of its parts.
pub(super) fn bytes(all: usize, component: usize, site: usize) -> String {
    let [all, component, site] = [all, component, site].map(|bytes| number(bytes as u64));
    format!("{all} ({component} component, {site} site)")
}

/// A number of things.
pub(super) fn count(n: u64, one: &str) -> String {
    let many = match one.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{one}s"),
    };
    format!("{} {}", number(n), if n == 1 { one } else { &many })
}

/// A number with a comma between thousands.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(number(n), text);
        }
    }

    #[test]
    fn things_are_counted() {
        assert_eq!(count(1, "entry"), "1 entry");
        assert_eq!(count(2_000, "entry"), "2,000 entries");
        assert_eq!(count(0, "duplicate"), "0 duplicates");
    }

    #[test]
    fn the_largest_names_are_shown() {
        let facets: Vec<_> = (1..=10)
            .map(|n| Facet {
                name: format!("c{n}"),
                pictures: n,
            })
            .collect();
        assert_eq!(names(&[]), "none");
        assert_eq!(names(facets.get(..2).unwrap()), "2 (c2 2, c1 1)");
        assert_eq!(
            names(&facets),
            "10 (c10 10, c9 9, c8 8, c7 7, c6 6, c5 5, c4 4, c3 3, …)"
        );
    }
}
