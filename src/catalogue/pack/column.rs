//! Writes a column in the smaller of its two forms.

use super::super::layout::{DENSE, SPARSE};

/// The section of a column with these values; empty when all are 0.
pub(super) fn column(values: &[u32]) -> Vec<u8> {
    if values.iter().all(|value| *value == 0) {
        return Vec::new();
    }
    // The sparse form is smaller only when more than half of the values are the
    // same, so the one value that can be a majority is the only candidate.
    let default = majority(values);
    let others = || values.iter().copied().filter(|value| *value != default);
    let listed = others().count();
    let dense_width = width(values.iter().copied());
    let sparse_width = width(others());
    if listed * (4 + sparse_width) < values.len() * dense_width {
        let mut bytes = header(SPARSE, sparse_width, default, listed);
        for (entry, value) in (0_u32..).zip(values) {
            if *value != default {
                bytes.extend_from_slice(&entry.to_le_bytes());
            }
        }
        others().for_each(|value| push(&mut bytes, value, sparse_width));
        bytes
    } else {
        let mut bytes = header(DENSE, dense_width, 0, values.len());
        bytes.reserve(values.len() * dense_width);
        values
            .iter()
            .for_each(|value| push(&mut bytes, *value, dense_width));
        bytes
    }
}

/// The value that more than half of them have, if there is one (Boyer and
/// Moore's vote).
fn majority(values: &[u32]) -> u32 {
    let mut vote = (0, 0_usize);
    for value in values {
        vote = match vote {
            (_, 0) => (*value, 1),
            (leader, votes) if leader == *value => (leader, votes + 1),
            (leader, votes) => (leader, votes - 1),
        };
    }
    vote.0
}

fn width(values: impl Iterator<Item = u32>) -> usize {
    match values.max().unwrap_or(0) {
        0..=0xFF => 1,
        0x100..=0xFFFF => 2,
        _ => 4,
    }
}

fn header(encoding: u8, width: usize, default: u32, count: usize) -> Vec<u8> {
    let mut bytes = vec![encoding, width as u8, 0, 0];
    bytes.extend_from_slice(&default.to_le_bytes());
    bytes.extend_from_slice(&(count as u32).to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes
}

fn push(bytes: &mut Vec<u8>, value: u32, width: usize) {
    bytes.extend(value.to_le_bytes().iter().take(width));
}
