use super::super::testing::*;
use super::super::{Conditions, Picker, Picture, SizeBounds};
use crate::catalogue::{Catalogue, Entry};

#[track_caller]
fn seeds(catalogue: Catalogue<'static>, picker: &Picker<'_>, matching: Vec<Picture>, each: u64) {
    let mut tally = Tally::of(matching);
    for seed in 0..tally.pictures.len() as u64 * each {
        tally.add(picker.seeded(seed.to_string().as_bytes()).unwrap());
    }
    fits(&tally.seen, &tally.weights(catalogue));
}

fn mixed(count: u64) -> Catalogue<'static> {
    let each = |n: u64| Entry {
        weight: 1 + (n % 4) as u16,
        width: 100 * (1 + (n % 8) as u32),
        height: 300,
        tags: if n.is_multiple_of(3) {
            vec!["t".to_owned()]
        } else {
            Vec::new()
        },
        category: Some(["a", "a/b", "c"][n as usize % 3].to_owned()),
        ..if n.is_multiple_of(5) {
            range(n, 3 + n % 7)
        } else {
            entry(n)
        }
    };
    catalogue((0..count).map(each).collect())
}

fn matching(catalogue: Catalogue<'_>, test: impl Fn(u32) -> bool) -> Vec<Picture> {
    let all = pictures(catalogue).into_iter();
    all.filter(|picture| test(picture.entry)).collect()
}

#[test]
fn seeds_are_even_over_a_thousand_entries() {
    let catalogue = catalogue((0..1000).map(entry).collect());
    seeds(catalogue, &any(catalogue), pictures(catalogue), 100);
}

#[test]
fn seeds_follow_weights_and_reach_into_ranges() {
    let catalogue = mixed(40);
    seeds(catalogue, &any(catalogue), pictures(catalogue), 500);
}

#[test]
fn seeds_of_a_list_are_even() {
    let catalogue = mixed(60);
    let conditions = Conditions {
        categories: ["c", "a/b", "a"]
            .map(|name| category(catalogue, name))
            .to_vec(),
        ..Default::default()
    };
    seeds(
        catalogue,
        &picker(catalogue, conditions),
        pictures(catalogue),
        300,
    );
    let conditions = Conditions {
        tags: vec![vec![tag(catalogue, "t")]],
        ..Default::default()
    };
    let tagged = matching(catalogue, |entry| catalogue.tags(entry).next().is_some());
    seeds(catalogue, &picker(catalogue, conditions), tagged, 500);
}

#[test]
fn filtered_seeds_are_even() {
    // One candidate in eight, then about one in a hundred: most of the former
    // come from attempts, half of the latter from the exact pass.
    for (count, min_width, each) in [(60, 800, 1000), (800, 795, 100)] {
        let catalogue = mixed(count);
        let size = SizeBounds {
            min_width: Some(min_width),
            ..Default::default()
        };
        let not = pictures(catalogue)
            .into_iter()
            .step_by(2)
            .collect::<Vec<_>>();
        let mut left = matching(catalogue, |entry| {
            catalogue.size(entry).unwrap().0 >= min_width
        });
        left.retain(|picture| !not.contains(picture));
        let picker = picker(
            catalogue,
            Conditions {
                size,
                not,
                ..Default::default()
            },
        );
        seeds(catalogue, &picker, left, each);
    }
}

#[test]
fn pairs_of_a_seed_are_successive_draws() {
    let weights = [1, 2, 3, 6].map(|weight| Entry {
        weight,
        ..entry(weight)
    });
    let catalogue = catalogue(weights.to_vec());
    let picker = any(catalogue);
    let weight = |entry| catalogue.weight(entry) as f64;
    let (mut seen, mut odds) = (vec![0; 16], vec![0.0; 16]);
    for seed in 0..40_000_u64 {
        let pair = picker.seeded_sample(&seed.to_le_bytes(), 2);
        seen[(pair[0].entry * 4 + pair[1].entry) as usize] += 1;
    }
    for (first, second) in (0..16).map(|n| (n / 4, n % 4)).filter(|(a, b)| a != b) {
        odds[(first * 4 + second) as usize] =
            weight(first) * weight(second) / (12.0 - weight(first));
    }
    assert!((0..4).all(|n| seen[n * 5] == 0));
    let cells = (0..16).filter(|n| n % 5 != 0);
    let (seen, odds): (Vec<_>, Vec<_>) = cells.map(|n| (seen[n], odds[n])).unzip();
    fits(&seen, &odds);
}

#[test]
fn every_place_of_a_deck_is_even() {
    let catalogue = catalogue((0..10).map(entry).collect());
    let picker = any(catalogue);
    // Of the first and the second shuffle.
    for place in [0, 3, 9, 10, 17] {
        let mut seen = vec![0; 10];
        for key in 0..20_000 {
            let card = picker.dealt(key.to_string().as_bytes(), place, 1);
            seen[card[0].entry as usize] += 1;
        }
        uniform(&seen);
    }
}

#[test]
fn every_order_of_a_small_deck_is_even() {
    for (size, orders) in [(2, 2), (3, 6), (4, 24), (5, 120), (6, 720)] {
        let catalogue = catalogue((0..size).map(entry).collect());
        let picker = any(catalogue);
        let mut seen = std::collections::BTreeMap::new();
        for key in 0..orders * 50_u64 {
            let deck = picker.dealt(&key.to_le_bytes(), 0, size);
            let order: Vec<_> = deck.iter().map(|card| card.entry).collect();
            *seen.entry(order).or_default() += 1;
        }
        assert_eq!(seen.len() as u64, orders, "orders of {size}");
        uniform(&seen.into_values().collect::<Vec<_>>());
    }
}

#[test]
fn neighbours_in_a_deck_are_unrelated() {
    let catalogue = catalogue((0..500).map(entry).collect());
    let picker = any(catalogue);
    let mut steps = vec![0; 499];
    for key in 0..40_u64 {
        let deck = picker.dealt(&key.to_le_bytes(), 0, 500);
        for pair in deck.windows(2) {
            steps[((pair[1].entry + 499 - pair[0].entry) % 500) as usize % 499] += 1;
        }
    }
    // ±1 to ±499 modulo 500; the remainder 499 stands for a step of 0.
    uniform(&steps);
}

#[test]
fn decks_of_two_keys_agree_in_one_place_on_average() {
    let catalogue = catalogue((0..1000).map(entry).collect());
    let picker = any(catalogue);
    let first = picker.dealt(b"0", 0, 1000);
    let mut agreeing = 0;
    for key in 1..=200 {
        let other = picker.dealt(key.to_string().as_bytes(), 0, 1000);
        agreeing += first.iter().zip(&other).filter(|(a, b)| a == b).count();
    }
    // Poisson with mean 200.
    assert!((150..250).contains(&agreeing), "{agreeing}");
}
