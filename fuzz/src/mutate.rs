//! Changes to inputs that leave them JSON. Bytes changed blindly seldom do, and
//! then show no more than what the parser refuses.

use edgepick::picker::Dice;
use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Value, json};

use crate::site::SplitMix;
use crate::{Way, parts};

/// A third of all changes is libFuzzer's own.
pub(crate) fn mutate(ways: &[Way], data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut dice = SplitMix(seed.into());
    let changed = (dice.below(3) > 0).then(|| changed(ways, &data[..size], &mut dice));
    match changed.flatten().filter(|changed| changed.len() <= most) {
        Some(changed) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => fuzzer_mutate(data, size, most),
    }
}

fn changed(ways: &[Way], input: &[u8], dice: &mut SplitMix) -> Option<Vec<u8>> {
    let (event, way) = parts(input);
    let mut event: Option<Value> = serde_json::from_slice(event).ok();
    let way = way.or_else(|| ways.get(dice.below(ways.len() as u64) as usize).cloned());
    let mut way = serde_json::to_value(way).ok()?;
    match &mut event {
        Some(event) if dice.below(8) > 0 => change(event, dice),
        _ => change(&mut way, dice),
    }
    let mut changed = match &event {
        Some(event) => event.to_string().into_bytes(),
        None => parts(input).0.to_vec(),
    };
    changed.push(0);
    changed.extend(way.to_string().bytes());
    Some(changed)
}

/// Changes one place of a document.
fn change(document: &mut Value, dice: &mut SplitMix) {
    let places = count(document);
    let another = nth(document, &mut dice.below(places)).map(|place| place.clone());
    let Some(place) = nth(document, &mut dice.below(places)) else {
        return;
    };
    match (dice.below(8), place) {
        (0, place) => *place = leaf(dice),
        (1, place) => *place = another.unwrap_or_default(),
        (2, place) => *place = json!([place.take(), another]),
        (_, Value::String(text)) => {
            let mut bytes = std::mem::take(text).into_bytes();
            let (size, most) = (bytes.len(), bytes.len() + 40);
            bytes.resize(most, 0);
            let size = fuzzer_mutate(&mut bytes, size, most);
            bytes.truncate(size);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        (_, Value::Array(values)) if values.is_empty() => values.extend(another),
        (even, Value::Array(values)) => {
            let at = dice.below(values.len() as u64) as usize;
            if even % 2 == 0 {
                values.remove(at);
            } else {
                values.push(values[at].clone());
            }
        }
        (even, Value::Object(members)) => {
            let at = dice.below(members.len() as u64) as usize;
            let Some(name) = members.keys().nth(at).cloned() else {
                return;
            };
            if even % 2 == 0 {
                members.remove(&name);
            } else {
                members.insert(name, leaf(dice));
            }
        }
        (_, place) => *place = leaf(dice),
    }
}

fn leaf(dice: &mut SplitMix) -> Value {
    const TEXTS: [&str; 16] = [
        "",
        "/",
        "//",
        "/..",
        "/%",
        "/%ff",
        "%2F",
        "?",
        "#",
        "GET",
        "true",
        "a\r\nb: c",
        "\u{0}",
        "猫/犬",
        "é, \u{1F431}",
        "aGk=",
    ];
    match dice.below(8) {
        0 => Value::Null,
        1 => true.into(),
        2 => false.into(),
        3 => dice.next_u64().into(),
        4 => (dice.below(400) as i64 - 200).into(),
        5 => json!([]),
        6 => json!({}),
        _ => TEXTS[dice.below(TEXTS.len() as u64) as usize].into(),
    }
}

fn count(value: &Value) -> u64 {
    1 + match value {
        Value::Array(values) => values.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

fn nth<'v>(value: &'v mut Value, n: &mut u64) -> Option<&'v mut Value> {
    if *n == 0 {
        return Some(value);
    }
    *n -= 1;
    match value {
        Value::Array(values) => values.iter_mut().find_map(|value| nth(value, n)),
        Value::Object(members) => members.values_mut().find_map(|value| nth(value, n)),
        _ => None,
    }
}
