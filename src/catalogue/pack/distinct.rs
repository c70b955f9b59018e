//! Values that repeat, numbered.

use std::collections::HashMap;
use std::hash::Hash;

use super::super::layout::Kind;
use super::super::model::Entry;
use super::fold::Order;

/// Distinct values in the order in which the entries first have them, and for
/// each entry 1 + its value's place; 0 for none.
pub(super) fn distinct<'e, T: Copy + Eq + Hash>(
    order: &'e Order,
    kind: Kind,
    value: impl Fn(&'e Entry) -> Option<T>,
) -> (Vec<T>, Vec<u32>) {
    let mut seen: HashMap<T, u32> = HashMap::new();
    let mut values = Vec::new();
    let mut codes = order.column(kind, |entry| {
        let Some(value) = value(entry) else { return 0 };
        *seen.entry(value).or_insert_with(|| {
            values.push(value);
            values.len() as u32
        })
    });
    // Numbered in the order of the input; now in that of the entries.
    let mut moved = vec![0; values.len()];
    let mut ordered = Vec::with_capacity(values.len());
    for code in codes.iter_mut().filter(|code| **code != 0) {
        let old = *code as usize - 1;
        let Some(new) = moved.get_mut(old) else {
            continue;
        };
        if *new == 0 {
            ordered.extend(values.get(old));
            *new = ordered.len() as u32;
        }
        *code = *new;
    }
    (ordered, codes)
}

/// Sorts distinct texts; says for each which place it has now.
pub(super) fn sorted<'t>(texts: &[&'t str]) -> (Vec<&'t str>, Vec<u32>) {
    // Names often begin alike; the eight bytes after that decide nearly always
    // and spare a look at the texts, which lie all over the memory.
    let shared = shared(texts);
    let head = |text: &str| {
        let mut head = [0; 8];
        let tail = text.as_bytes().get(shared..).unwrap_or_default();
        head.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
        u64::from_be_bytes(head)
    };
    let texts = texts.iter().zip(0_u32..);
    let mut order: Vec<(u64, &str, u32)> =
        texts.map(|(text, old)| (head(text), *text, old)).collect();
    order.sort_unstable();
    let mut places = vec![0; order.len()];
    for (new, (_, _, old)) in (0..).zip(&order) {
        if let Some(place) = places.get_mut(*old as usize) {
            *place = new;
        }
    }
    (order.into_iter().map(|(_, text, _)| text).collect(), places)
}

/// How many bytes all texts begin with alike.
fn shared(texts: &[&str]) -> usize {
    let Some((first, others)) = texts.split_first() else {
        return 0;
    };
    others.iter().fold(first.len(), |shared, text| {
        let pairs = first.bytes().zip(text.bytes());
        pairs.take(shared).take_while(|(a, b)| a == b).count()
    })
}

/// The place of a text in a sorted dictionary that has it.
pub(super) fn place(dictionary: &[&str], text: &str) -> u32 {
    dictionary.partition_point(|other| *other < text) as u32
}

/// Codes (1 + a place, 0 for none) after the places have moved.
pub(super) fn recode(mut codes: Vec<u32>, places: &[u32]) -> Vec<u32> {
    for code in codes.iter_mut().filter(|code| **code != 0) {
        *code = places.get(*code as usize - 1).map_or(0, |place| place + 1);
    }
    codes
}
