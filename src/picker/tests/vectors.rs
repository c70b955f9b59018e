use super::super::testing::*;
use super::super::{Conditions, Picture, SizeBounds};
use crate::catalogue::{Catalogue, Entry};

/// Twenty entries in two categories, weighted, one of them a range of 50.
fn sample() -> Catalogue<'static> {
    let each = |n: u32| Entry {
        category: Some(["cats", "dogs/old"][n as usize % 2].to_owned()),
        tags: if n.is_multiple_of(3) {
            vec!["night".to_owned()]
        } else {
            Vec::new()
        },
        weight: 1 + n as u16 % 3,
        width: 100 * n,
        height: 100 * n.min(1),
        ..if n == 8 { range(n, 50) } else { entry(n) }
    };
    catalogue((0..20).map(each).collect())
}

fn wide_cats(catalogue: Catalogue<'_>) -> Conditions {
    Conditions {
        categories: vec![category(catalogue, "cats")],
        size: SizeBounds {
            min_width: Some(1000),
            ..Default::default()
        },
        ..Default::default()
    }
}

fn names(catalogue: Catalogue<'_>, pictures: &[Picture]) -> String {
    let name = |picture: &Picture| {
        let url = catalogue.url(picture.entry, picture.member);
        url.replace("https://pictures.example/", "")
            .replace(".webp", "")
    };
    pictures.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[test]
fn seeds_mean_these_pictures() {
    let catalogue = sample();
    let plain = any(catalogue);
    let wide = picker(catalogue, wide_cats(catalogue));
    for (seed, expected, expected_wide) in [
        ("", "8/27 18 8/12 8/31 8/6 8/24", "18 14 10 16 12"),
        ("1", "14 8/18 8/38 8/3 8/14 16", "14 12 10 16 18"),
        ("2", "8/41 8/10 8/28 2 8/38 8/26", "14 18 10 16 12"),
        ("2024-05-01", "1 8/6 19 8/23 8/3 8/50", "14 16 12 10 18"),
        (
            "a longer seed, with two \u{56fe}\u{7247} characters",
            "8/31 8/16 8/25 8/50 8/48 8/40",
            "16 10 14 18 12",
        ),
    ] {
        let pictures = plain.seeded_sample(seed.as_bytes(), 6);
        assert_eq!(names(catalogue, &pictures), expected, "{seed}");
        let pictures = wide.seeded_sample(seed.as_bytes(), 6);
        assert_eq!(names(catalogue, &pictures), expected_wide, "{seed}");
    }
}

#[test]
fn decks_are_these() {
    let catalogue = sample();
    let plain = any(catalogue);
    let wide = picker(catalogue, wide_cats(catalogue));
    for (key, first, expected, expected_wide) in [
        ("", 0, "8/32 8/3 1 8/7 8/42 13", "12 10 18 16 14"),
        ("page", 0, "8/23 8/6 8/15 9 8/46 12", "16 12 18 14 10"),
        ("page", 66, "8/35 16 8/1 7 8/36 8/19", "14 12 16 10 16"),
        (
            "page",
            1_000_000_000_000,
            "8/30 0 15 8/26 14 8/25",
            "12 18 14 16 10",
        ),
    ] {
        let pictures = plain.dealt(key.as_bytes(), first, 6);
        assert_eq!(names(catalogue, &pictures), expected, "{key} {first}");
        let pictures = wide.dealt(key.as_bytes(), first, 6);
        assert_eq!(names(catalogue, &pictures), expected_wide, "{key} {first}");
    }
}
