use super::super::testing::*;
use super::super::{Conditions, Picker, Picture, SizeBounds, draw};
use crate::catalogue::{Catalogue, Entry};

/// Draws one at a time and compares with the weights of what matches.
#[track_caller]
fn singles(catalogue: Catalogue<'static>, picker: &Picker<'_>, matching: Vec<Picture>, each: u64) {
    let mut tally = Tally::of(matching);
    let mut dice = SplitMix(7);
    for _ in 0..tally.pictures.len() as u64 * each {
        tally.add(picker.sample(&mut dice, 1)[0]);
    }
    fits(&tally.seen, &tally.weights(catalogue));
}

fn weighted(name: impl std::fmt::Display, weight: u16) -> Entry {
    Entry {
        weight,
        ..entry(name)
    }
}

fn wide() -> SizeBounds {
    SizeBounds {
        min_width: Some(1000),
        ..SizeBounds::default()
    }
}

/// `wide` wide pictures, weighted, one of them a range, among `all` entries.
fn few_are_wide(all: usize, wide: usize) -> Catalogue<'static> {
    let each = |n| Entry {
        width: if n < wide { 1200 } else { 600 },
        height: 600,
        weight: 1 + n as u16 % 5,
        ..if n == 1 { range(n, 7) } else { entry(n) }
    };
    catalogue((0..all).map(each).collect())
}

fn are_wide(catalogue: Catalogue<'_>) -> Vec<Picture> {
    let wide = |picture: &Picture| catalogue.size(picture.entry).unwrap().0 > 1000;
    pictures(catalogue).into_iter().filter(wide).collect()
}

#[test]
fn a_draw_of_all_is_a_sample_without_conditions() {
    let entries = |n: u64| match n % 3 {
        0 => range(n, n + 1),
        1 => weighted(n, 7),
        _ => entry(n),
    };
    for entries in [
        (0..50).map(entry).collect(),
        (0..50).map(|n| range(n, n + 1)).collect(),
        (0..50).map(entries).collect(),
        Vec::new(),
    ] {
        let catalogue = catalogue(entries);
        let (mut one, mut other) = (SplitMix(3), SplitMix(3));
        for _ in 0..1000 {
            let sample = any(catalogue).sample(&mut other, 1);
            assert_eq!(draw(&catalogue, &mut one), sample.first().copied());
        }
    }
}

#[test]
fn uniform_over_entries() {
    let catalogue = catalogue((0..1000).map(entry).collect());
    singles(catalogue, &any(catalogue), pictures(catalogue), 100);
}

#[test]
fn uniform_over_pictures_of_ranges() {
    let entries = (0..20).map(|n| {
        if n % 4 == 0 {
            range(n, n + 1)
        } else {
            entry(n)
        }
    });
    let catalogue = catalogue(entries.collect());
    assert_eq!(pictures(catalogue).len(), 15 + 1 + 5 + 9 + 13 + 17);
    singles(catalogue, &any(catalogue), pictures(catalogue), 1000);
}

#[test]
fn weights_are_per_picture() {
    let mut entries: Vec<_> = (1..=30).map(|n| weighted(n, n)).collect();
    entries.extend([
        Entry {
            weight: 5,
            ..range("r", 12)
        },
        range("s", 9),
    ]);
    let catalogue = catalogue(entries);
    singles(catalogue, &any(catalogue), pictures(catalogue), 2000);
}

#[test]
fn filtered_by_sampling() {
    let catalogue = few_are_wide(60, 30);
    let picker = picker(
        catalogue,
        Conditions {
            size: wide(),
            ..Default::default()
        },
    );
    singles(catalogue, &picker, are_wide(catalogue), 1000);
}

#[test]
fn filtered_by_the_exact_pass() {
    // About one draw in 3,000 is wide: hardly any comes from sampling.
    let catalogue = few_are_wide(20_000, 7);
    let picker = picker(
        catalogue,
        Conditions {
            size: wide(),
            ..Default::default()
        },
    );
    singles(catalogue, &picker, are_wide(catalogue), 500);
}

#[test]
fn several_categories_draw_as_one() {
    let of = |n: u16| Entry {
        category: Some(["a", "a/b", "c", "d"][usize::from(n) % 4].to_owned()),
        ..weighted(n, 1 + n % 3)
    };
    let catalogue = catalogue((0..80).map(of).collect());
    let facets = ["a/b", "d", "a", "d"].map(|name| category(catalogue, name));
    let categories = facets.to_vec();
    let matching = pictures(catalogue)
        .into_iter()
        .filter(|picture| catalogue.category(picture.entry) != Some("c"));
    let matching: Vec<_> = matching.collect();
    assert_eq!(matching.len(), 60);
    let picker = picker(
        catalogue,
        Conditions {
            categories,
            ..Default::default()
        },
    );
    singles(catalogue, &picker, matching, 500);
}

#[test]
fn overlapping_tags_are_not_counted_twice() {
    let of = |n: u16| Entry {
        tags: ["x", "y"]
            .iter()
            .zip([2, 3])
            .filter(|(_, by)| n.is_multiple_of(*by))
            .map(|(tag, _)| (*tag).to_owned())
            .collect(),
        ..entry(n)
    };
    let catalogue = catalogue((0..60).map(of).collect());
    let tags = vec![["x", "y"].map(|name| tag(catalogue, name)).to_vec()];
    let tagged = |picture: &Picture| catalogue.tags(picture.entry).next().is_some();
    let matching: Vec<_> = pictures(catalogue).into_iter().filter(tagged).collect();
    assert_eq!(matching.len(), 40);
    let picker = picker(
        catalogue,
        Conditions {
            tags,
            ..Default::default()
        },
    );
    singles(catalogue, &picker, matching, 1000);
}

#[test]
fn exclusions_leave_the_others_even() {
    let mut entries: Vec<_> = (1..=10).map(|n| weighted(n, n)).collect();
    entries.push(Entry {
        weight: 3,
        ..range("r", 10)
    });
    let catalogue = catalogue(entries);
    let all = pictures(catalogue);
    let (not, matching): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|picture| (picture.entry + picture.member as u32).is_multiple_of(3));
    assert!(not.iter().any(|picture| picture.member > 0));
    let picker = picker(
        catalogue,
        Conditions {
            not,
            ..Default::default()
        },
    );
    singles(catalogue, &picker, matching, 2000);
}

/// The exact probability of every ordered sample of `count` of these weights.
fn successive(weights: &[f64], count: usize) -> Vec<(Vec<usize>, f64)> {
    let mut samples = vec![(Vec::new(), 1.0)];
    for _ in 0..count {
        let grow = |(drawn, odds): &(Vec<usize>, f64)| -> Vec<_> {
            let left = (0..weights.len()).filter(|n| !drawn.contains(n));
            let total: f64 = left.clone().map(|n| weights[n]).sum();
            left.map(|n| ([&drawn[..], &[n]].concat(), odds * weights[n] / total))
                .collect()
        };
        samples = samples.iter().flat_map(grow).collect();
    }
    samples
}

/// Draws ordered samples and compares with successive sampling.
#[track_caller]
fn samples(
    catalogue: Catalogue<'static>,
    picker: &Picker<'_>,
    of: &Tally,
    count: usize,
    rounds: u64,
) {
    let mut expected = successive(&of.weights(catalogue), count);
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    let mut seen = vec![0; expected.len()];
    let mut dice = SplitMix(11);
    for _ in 0..rounds {
        let drawn = picker.sample(&mut dice, count);
        let drawn = drawn
            .iter()
            .map(|picture| of.pictures.binary_search(picture).unwrap());
        let drawn: Vec<_> = drawn.collect();
        let place = expected.binary_search_by(|(sample, _)| sample.cmp(&drawn));
        seen[place.expect("distinct pictures, as many as asked for")] += 1;
    }
    let odds: Vec<_> = expected.iter().map(|(_, odds)| *odds).collect();
    fits(&seen, &odds);
}

#[test]
fn the_order_of_two_of_two_is_even() {
    let catalogue = catalogue(vec![entry("a"), entry("b")]);
    let tally = Tally::of(pictures(catalogue));
    samples(catalogue, &any(catalogue), &tally, 2, 10_000);
}

#[test]
fn every_order_of_five_of_ten_is_even() {
    let catalogue = catalogue(vec![entry("a"), range("r", 4), entry("b"), range("s", 4)]);
    let tally = Tally::of(pictures(catalogue));
    samples(catalogue, &any(catalogue), &tally, 5, 30_240 * 6);
}

#[test]
fn weighted_samples_are_successive_draws() {
    let entries = [1, 2, 3, 10].map(|weight| weighted(weight, weight));
    let mut entries = entries.to_vec();
    entries.push(Entry {
        weight: 4,
        ..range("r", 2)
    });
    let catalogue = catalogue(entries);
    let tally = Tally::of(pictures(catalogue));
    for count in [2, 3] {
        samples(catalogue, &any(catalogue), &tally, count, 60_000);
    }
}

#[test]
fn filtered_samples_are_successive_draws() {
    // From mostly sampling to mostly the exact pass, with switches in between.
    for all in [20, 60, 150, 4000] {
        let catalogue = few_are_wide(all, 5);
        let tally = Tally::of(are_wide(catalogue));
        let picker = picker(
            catalogue,
            Conditions {
                size: wide(),
                ..Default::default()
            },
        );
        samples(catalogue, &picker, &tally, 2, 20_000);
    }
}

#[test]
fn a_sample_skips_what_is_excluded() {
    let catalogue = few_are_wide(60, 5);
    let mut tally = Tally::of(are_wide(catalogue));
    let not = tally.pictures.split_off(6);
    let picker = picker(
        catalogue,
        Conditions {
            size: wide(),
            not,
            ..Default::default()
        },
    );
    samples(catalogue, &picker, &tally, 3, 40_000);
}
