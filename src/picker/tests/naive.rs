use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::testing::*;
use super::super::{Conditions, Picker, Picture, SizeBounds};
use crate::catalogue::{Catalogue, Entry, FacetKind};

const CATEGORIES: [&str; 6] = ["a", "a b", "a/b", "a/b/c", "ab", "d"];
const TAGS: [&str; 4] = ["one", "two", "three", "four"];
const LISTS: [&str; 2] = ["landscape", "portrait"];

/// Conditions by name.
#[derive(Clone, Debug)]
struct Wish {
    categories: Vec<&'static str>,
    tags: Vec<Vec<&'static str>>,
    not_tags: Vec<&'static str>,
    orientation: Option<&'static str>,
    webp: bool,
    size: SizeBounds,
    /// Every so many pictures one is not wanted.
    not: Option<usize>,
}

impl Wish {
    /// `None` when a name is not in the catalogue.
    fn resolve(&self, catalogue: Catalogue<'_>) -> Option<Conditions> {
        let all = |kind, names: &[&str]| {
            let facets = names.iter().map(|name| catalogue.facet(kind, name));
            facets.collect::<Option<Vec<_>>>()
        };
        let one = |kind, name| Some(Some(catalogue.facet(kind, name)?));
        Some(Conditions {
            categories: all(FacetKind::Category, &self.categories)?,
            tags: self
                .tags
                .iter()
                .map(|group| all(FacetKind::Tag, group))
                .collect::<Option<_>>()?,
            not_tags: all(FacetKind::Tag, &self.not_tags)?,
            orientation: self
                .orientation
                .map_or(Some(None), |name| one(FacetKind::Orientation, name))?,
            format: if self.webp {
                one(FacetKind::Format, "webp")?
            } else {
                None
            },
            size: self.size,
            not: self.not.map_or(Vec::new(), |by| {
                pictures(catalogue).into_iter().step_by(by).collect()
            }),
        })
    }

    /// The same, asked of each picture in words.
    fn meets(&self, catalogue: Catalogue<'_>, entry: u32) -> bool {
        let category = catalogue.category(entry).unwrap_or("");
        let tags: Vec<_> = catalogue.tags(entry).collect();
        let known = catalogue.size(entry);
        let size = self.size;
        let least = |bound: Option<u32>, value| bound.is_none_or(|bound| bound <= value);
        let most = |bound: Option<u32>, value| bound.is_none_or(|bound| value <= bound);
        let sized = size == SizeBounds::default()
            || known.is_some_and(|(width, height)| {
                least(size.min_width, width)
                    && most(size.max_width, width)
                    && least(size.min_height, height)
                    && most(size.max_height, height)
                    && size.ratio.is_none_or(|(a, b)| {
                        let (asked, has) = (
                            f64::from(a) / f64::from(b),
                            f64::from(width) / f64::from(height),
                        );
                        (has / asked - 1.0).abs() <= 0.05 + 1e-12
                    })
            });
        let below = |name: &&str| category == *name || category.starts_with(&format!("{name}/"));
        (self.categories.is_empty() || self.categories.iter().any(below))
            && self
                .tags
                .iter()
                .all(|group| group.iter().any(|tag| tags.contains(tag)))
            && !self.not_tags.iter().any(|tag| tags.contains(tag))
            && self.orientation.is_none_or(|name| {
                catalogue
                    .orientation(entry)
                    .is_some_and(|it| it.as_str() == name)
            })
            && (!self.webp
                || catalogue
                    .format(entry)
                    .is_some_and(|it| it.as_str() == "webp"))
            && sized
    }
}

fn check(catalogue: Catalogue<'static>, wish: &Wish) {
    let Some(conditions) = wish.resolve(catalogue) else {
        return;
    };
    let all = pictures(catalogue).into_iter();
    let expected: BTreeSet<_> = all
        .filter(|picture| wish.meets(catalogue, picture.entry) && !conditions.not.contains(picture))
        .collect();
    let new = || Picker::new(lasting(catalogue), &conditions);
    let set = |picks: &[Picture]| {
        let set: BTreeSet<_> = picks.iter().copied().collect();
        assert_eq!(set.len(), picks.len(), "a picture twice: {wish:?}");
        set
    };
    let picker = new();
    for picture in pictures(catalogue) {
        let accepted = picker.accepts(picture);
        assert_eq!(
            accepted,
            expected.contains(&picture),
            "{picture:?} {wish:?}"
        );
        let gone = Picture {
            member: catalogue.count(picture.entry),
            ..picture
        };
        assert!(!picker.accepts(gone), "{gone:?}");
    }
    let count = expected.len();
    assert_eq!(new().matches(), count as u64, "{wish:?}");
    let mut dice = SplitMix(count as u64);
    assert_eq!(
        set(&new().sample(&mut dice, count + 3)),
        expected,
        "{wish:?}"
    );
    let seeded = new().seeded_sample(b"seed", count + 3);
    assert_eq!(set(&seeded), expected, "{wish:?}");
    let deck = new().dealt(b"key", 0, count + 3);
    assert_eq!(set(&deck), expected, "{wish:?}");

    for few in [1, 2, count / 2] {
        let few = few.min(count);
        assert_eq!(new().seeded_sample(b"seed", few), seeded[..few], "{wish:?}");
        assert!(
            set(&new().sample(&mut dice, few)).is_subset(&expected),
            "{wish:?}"
        );
    }
    assert_eq!(new().seeded(b"seed"), seeded.first().copied(), "{wish:?}");
    assert_eq!(
        !new().sample(&mut dice, 1).is_empty(),
        count > 0,
        "{wish:?}"
    );
    let size = count as u64;
    let again = new().dealt(b"key", size, count);
    assert_eq!(set(&again), expected, "the second shuffle of {wish:?}");
    let endless: Vec<_> = deck.iter().chain(&again).copied().collect();
    for first in [0, 1, size / 2, size.saturating_sub(1)] {
        let hand = new().dealt(b"key", first, 5);
        let cards = endless.iter().skip(first as usize).take(count.min(5));
        assert!(hand.iter().eq(cards), "{first} of {wish:?}");
    }
}

/// An entry without its name.
fn an_entry() -> impl Strategy<Value = Entry> {
    let count = prop_oneof![5 => Just(0), 1 => 1..6_u64];
    let category = prop::option::of(prop::sample::select(&CATEGORIES[..]));
    let tags = prop::sample::subsequence(&TAGS[..], 0..=4);
    let size = prop_oneof![Just((0, 0)), (1..6_u32, 1..6_u32)];
    let weight = prop_oneof![3 => Just(1), 1 => 1..9_u16];
    let extension = prop::sample::select(&["webp", "png", ""][..]);
    (count, category, tags, size, weight, extension).prop_map(
        |(count, category, tags, (width, height), weight, extension)| Entry {
            url: match count {
                0 => format!("/picture.{extension}"),
                _ => format!("/{{1..{count}}}.{extension}"),
            },
            category: category.map(str::to_owned),
            tags: tags.into_iter().map(str::to_owned).collect(),
            width,
            height,
            weight,
            ..Entry::default()
        },
    )
}

fn entries(count: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec(an_entry(), count).prop_map(|mut entries| {
        for (number, entry) in entries.iter_mut().enumerate() {
            entry.url = format!("https://pictures.example/{number}{}", entry.url);
        }
        entries
    })
}

fn a_wish() -> impl Strategy<Value = Wish> {
    let tag = || prop::sample::select(&TAGS[..]);
    let categories = prop_oneof![
        Just(Vec::new()),
        prop::collection::vec(prop::sample::select(&CATEGORIES[..]), 1..4)
    ];
    let group =
        prop_oneof![3 => prop::collection::vec(tag(), 1), 1 => prop::collection::vec(tag(), 0..4)];
    let bound = || prop::option::weighted(0.2, 0..7_u32);
    let ratio = prop::option::weighted(0.1, (1..5_u32, 1..5_u32));
    let size = (bound(), bound(), bound(), bound(), ratio).prop_map(
        |(min_width, max_width, min_height, max_height, ratio)| SizeBounds {
            min_width,
            max_width,
            min_height,
            max_height,
            ratio,
        },
    );
    let size = prop_oneof![2 => Just(SizeBounds::default()), 1 => size];
    let tags = prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(group, 1..4)];
    let not_tags = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(tag(), 1..3)];
    let orientation = prop::option::weighted(0.3, prop::sample::select(&LISTS[..]));
    let not = prop::option::weighted(0.3, 1..7_usize);
    (
        categories,
        tags,
        not_tags,
        orientation,
        prop::bool::weighted(0.2),
        size,
        not,
    )
        .prop_map(
            |(categories, tags, not_tags, orientation, webp, size, not)| Wish {
                categories,
                tags,
                not_tags,
                orientation,
                webp,
                size,
                not,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_way_of_picking_finds_what_a_naive_filter_finds(
        entries in entries(0..40),
        wishes in prop::collection::vec(a_wish(), 5),
    ) {
        let catalogue = catalogue(entries);
        for wish in &wishes {
            check(catalogue, wish);
        }
    }
}

/// Several blocks of the exact pass, dense and sparse lists, one list that
/// holds everything, and entries to spare.
#[test]
fn the_exact_pass_finds_all_in_a_large_catalogue() {
    const N: u32 = 30_011;
    let each = |n: u32| Entry {
        category: Some(CATEGORIES[n as usize % 6].to_owned()),
        tags: TAGS
            .iter()
            .zip([2, 7, 100, 5000])
            .filter(|(_, by)| n.is_multiple_of(*by))
            .map(|(tag, _)| (*tag).to_owned())
            .collect(),
        width: n % 1000,
        height: (n % 1000).min(1) * 400,
        weight: 1 + (n % 2) as u16,
        ..if n.is_multiple_of(1500) {
            range(n, 3)
        } else {
            entry(n)
        }
    };
    let catalogue = catalogue((0..N).map(each).collect());
    let all = pictures(catalogue);
    let none = Wish {
        categories: Vec::new(),
        tags: Vec::new(),
        not_tags: Vec::new(),
        orientation: None,
        webp: true,
        size: SizeBounds::default(),
        not: None,
    };
    let widths = |min, max| SizeBounds {
        min_width: Some(min),
        max_width: Some(max),
        ..SizeBounds::default()
    };
    let wishes = [
        none.clone(),
        Wish {
            size: widths(1, 2),
            ..none.clone()
        },
        Wish {
            size: widths(500, u32::MAX),
            ..none.clone()
        },
        Wish {
            size: widths(2000, u32::MAX),
            ..none.clone()
        },
        Wish {
            tags: vec![vec!["one"], vec!["two"]],
            ..none.clone()
        },
        Wish {
            tags: vec![vec!["one"], vec!["three", "four"]],
            ..none.clone()
        },
        Wish {
            tags: vec![vec!["one", "two", "three"]],
            size: widths(10, 20),
            ..none.clone()
        },
        Wish {
            tags: vec![vec!["four"], vec!["one", "two"]],
            ..none.clone()
        },
        Wish {
            categories: vec!["a/b", "d", "a"],
            not_tags: vec!["one"],
            ..none.clone()
        },
        Wish {
            categories: vec!["ab"],
            tags: vec![vec!["one"]],
            ..none.clone()
        },
        Wish {
            not_tags: vec!["one", "two", "three"],
            orientation: Some("landscape"),
            ..none.clone()
        },
        Wish {
            tags: vec![vec!["two"]],
            orientation: Some("portrait"),
            not_tags: vec!["four"],
            ..none
        },
    ];
    for wish in wishes {
        let conditions = wish.resolve(catalogue).unwrap();
        let picker = Picker::new(lasting(catalogue), &conditions);
        let expected: Vec<_> = all
            .iter()
            .filter(|it| wish.meets(catalogue, it.entry))
            .copied()
            .collect();
        assert_eq!(picker.matches(), expected.len() as u64, "{wish:?}");
        let mut dealt = picker.dealt(b"key", 0, expected.len());
        dealt.sort_unstable();
        assert_eq!(dealt, expected, "{wish:?}");
        let Some(first) = picker.seeded(b"seed") else {
            assert!(expected.is_empty(), "{wish:?}");
            continue;
        };
        for picture in picker.seeded_sample(b"seed", 20).into_iter().chain([first]) {
            assert!(expected.contains(&picture), "{wish:?}");
        }
    }
}
