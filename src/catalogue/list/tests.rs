use proptest::prelude::*;

use super::super::Catalogue;
use super::super::testing::{config, entries, lists, packed};
use super::*;

/// Every picture of a list as its place, member and weight, in order.
fn pictures(catalogue: &Catalogue<'_>, list: &List<'_>) -> Vec<(u32, u64, u64)> {
    let mut all = Vec::new();
    for place in 0..list.len() {
        let entry = list.entry(place).unwrap();
        for member in 0..catalogue.count(entry) {
            all.push((place, member, catalogue.weight(entry)));
        }
    }
    all
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn lists_answer_as_a_walk_does(all in entries(), probe in 0..45_u32, hash: u64) {
        let bytes = packed(all);
        let (catalogue, _) = Catalogue::open(&bytes).unwrap();
        for list in lists(&catalogue) {
            let members: Vec<u32> = (0..list.len()).map(|place| list.entry(place).unwrap()).collect();
            prop_assert!(members.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(list.entry(list.len()), None);
            prop_assert_eq!(list.is_empty(), members.is_empty());
            prop_assert_eq!(list.contains(probe), members.contains(&probe));
            for from in 0..=list.len() + 1 {
                let found = (from..list.len()).find(|place| members[*place as usize] >= probe);
                prop_assert_eq!(list.seek(from, probe), found.unwrap_or(list.len()));
                for hash in [hash, catalogue.hash(probe)] {
                    let first = (from..list.len())
                        .find(|place| catalogue.hash(members[*place as usize]) >= hash);
                    let places = from..list.len();
                    prop_assert_eq!(list.partition(places, hash), first.unwrap_or(list.len()));
                }
            }

            let pictures = pictures(&catalogue, &list);
            for place in 0..=list.len() {
                let before = pictures.iter().filter(|picture| picture.0 < place);
                prop_assert_eq!(list.pictures_before(place), before.clone().count() as u64);
                prop_assert_eq!(list.weight_before(place), before.map(|picture| picture.2).sum::<u64>());
            }
            let mut unit = 0;
            for (k, (place, member, weight)) in (0..).zip(&pictures) {
                prop_assert_eq!(list.nth_picture(k), Some((*place, *member)));
                for at in [unit, unit + weight / 2, unit + weight - 1] {
                    prop_assert_eq!(list.nth_weight(at), Some((*place, *member)));
                }
                unit += weight;
            }
            prop_assert_eq!(list.nth_picture(pictures.len() as u64), None);
            prop_assert_eq!(list.nth_weight(unit), None);
        }
    }
}

#[test]
fn a_list_of_nothing_has_no_place() {
    let bytes = packed(Vec::new());
    let (catalogue, _) = Catalogue::open(&bytes).unwrap();
    let list = catalogue.table();
    assert!(list.is_empty());
    assert_eq!((list.seek(0, 0), list.contains(0)), (0, false));
    assert_eq!((list.nth_picture(0), list.nth_weight(0)), (None, None));
    assert_eq!((list.pictures_before(9), list.weight_before(9)), (0, 0));
    assert_eq!(list.partition(0..9, 1), 0);
}
