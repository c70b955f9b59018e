use super::super::testing::*;
use super::super::{Conditions, Picker};
use crate::catalogue::{Catalogue, Entry};

const SEEDS: u64 = 100_000;

/// What each seed means, by the hash of the URL.
fn meanings(catalogue: Catalogue<'_>, picker: &Picker<'_>) -> Vec<(u64, u64)> {
    let meaning = |seed: u64| {
        let picture = picker.seeded(seed.to_string().as_bytes()).unwrap();
        (catalogue.hash(picture.entry), picture.member)
    };
    (0..SEEDS).map(meaning).collect()
}

/// The share of seeds that mean another picture.
fn moved(before: &[(u64, u64)], after: &[(u64, u64)]) -> f64 {
    let pairs = before.iter().zip(after);
    pairs.filter(|(before, after)| before != after).count() as f64 / SEEDS as f64
}

#[track_caller]
fn between(least: f64, share: f64, most: f64) {
    assert!(
        (least..=most).contains(&share),
        "{share} not in {least}..={most}"
    );
}

#[test]
fn an_edit_of_a_thousand_entries_moves_few_seeds() {
    let entries: Vec<_> = (0..1000).map(entry).collect();
    let before = catalogue(entries.clone());
    let before = meanings(before, &any(before));
    let edit = |edit: &dyn Fn(&mut Vec<Entry>)| {
        let mut edited = entries.clone();
        edit(&mut edited);
        let edited = catalogue(edited);
        moved(&before, &meanings(edited, &any(edited)))
    };
    between(
        0.001,
        edit(&|entries| entries.push(entry("appended"))),
        0.008,
    );
    between(
        0.001,
        edit(&|entries| entries.insert(500, entry("inserted"))),
        0.008,
    );
    between(0.001, edit(&|entries| drop(entries.remove(500))), 0.008);
    between(0.0, edit(&|entries| entries.reverse()), 0.0);
}

#[test]
fn an_edit_that_changes_which_list_is_smallest_moves_few_seeds() {
    let each = |n: usize| Entry {
        category: (n < 500).then(|| "c".to_owned()),
        tags: if n.is_multiple_of(2) {
            vec!["t".to_owned()]
        } else {
            Vec::new()
        },
        ..entry(n)
    };
    let mut entries: Vec<_> = (0..1001).map(each).collect();
    let one = catalogue(entries.clone());
    // 500 in the category, 501 with the tag; then 502 and 501.
    entries.extend([0, 1].map(|n| Entry {
        category: Some("c".to_owned()),
        ..entry(format_args!("new{n}"))
    }));
    let other = catalogue(entries);
    let [before, after] = [one, other].map(|catalogue| {
        let conditions = Conditions {
            categories: vec![category(catalogue, "c")],
            tags: vec![vec![tag(catalogue, "t")]],
            ..Default::default()
        };
        meanings(catalogue, &picker(catalogue, conditions))
    });
    between(0.001, moved(&before, &after), 0.03);
}

#[test]
fn a_range_that_grows_by_one_moves_one_seed_in_its_length() {
    let [one, other] = [100, 101].map(|count| catalogue(vec![range("r", count)]));
    assert_eq!(one.hash(0), other.hash(0));
    let [before, after] = [one, other].map(|it| meanings(it, &any(it)));
    between(0.9 / 101.0, moved(&before, &after), 1.1 / 101.0);
    // Whoever moves, moves to the new picture.
    let mut pairs = before.iter().zip(&after);
    assert!(pairs.all(|(before, after)| before == after || after.1 == 100));
}
