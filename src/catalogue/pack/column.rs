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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::column::Column;
    use super::super::super::testing::config;
    use super::*;

    fn read_back(values: &[u32]) -> Vec<u32> {
        let bytes = column(values);
        if bytes.is_empty() {
            return vec![0; values.len()];
        }
        let entries = values.len() as u32;
        let column = Column::read(&bytes, entries).unwrap();
        assert_eq!(
            column.others_than_zero(entries),
            values.iter().filter(|value| **value != 0).count()
        );
        (0..entries).map(|entry| column.get(entry)).collect()
    }

    #[test]
    fn each_form_where_it_is_smaller() {
        // Values, and the length of the section behind its header.
        let rows = [
            (vec![], None),
            (vec![0; 9], None),
            (vec![7; 1000], Some(0)),
            (vec![u32::MAX; 1000], Some(0)),
            ((0..256).collect(), Some(256)),
            ((1..257).collect(), Some(512)),
            ((0..65_537).collect(), Some(65_537 * 4)),
            // One exception costs five bytes.
            ([vec![7; 5], vec![8]].concat(), Some(5)),
            ([vec![7; 4], vec![8]].concat(), Some(5)),
            ([vec![7; 4], vec![300]].concat(), Some(6)),
            ([vec![300; 4], vec![7]].concat(), Some(5)),
        ];
        for (values, length) in rows {
            let bytes = column(&values);
            let header = length.map_or(0, |length| length + 16);
            assert_eq!(bytes.len(), header, "{:?}", values.first());
            assert_eq!(read_back(&values), values);
        }
    }

    proptest! {
        #![proptest_config(config(256))]

        #[test]
        fn all_values_come_back(
            usual in any::<u32>(),
            values in proptest::collection::vec((0..9_u8, any::<u32>()), 0..80),
            shift in 0..32_u32
        ) {
            for often in [0, 3, 8, 9] {
                let pick = |(which, other): &(u8, u32)| if *which < often { usual >> shift } else { other >> shift };
                let values: Vec<u32> = values.iter().map(pick).collect();
                prop_assert_eq!(read_back(&values), values);
            }
        }

        #[test]
        fn a_run_of_values_is_read_as_each_of_them(
            usual in 0..9_u32,
            others in proptest::collection::vec((0..9_u8, 0..9_u32), 1..400),
            scale in prop_oneof![Just(1), Just(1000), Just(100_000)],
            (first, len) in (0..300_usize, 1..200_usize),
            bounds in (0..9_u32, 0..9_u32),
            bits in proptest::collection::vec(any::<u64>(), 3)
        ) {
            for often in [0, 8, 9] {
                let pick = |(which, other): &(u8, u32)| if *which < often { usual } else { *other };
                let values: Vec<u32> = others.iter().map(|other| pick(other) * scale).collect();
                let bytes = column(&values);
                let column = match bytes.as_slice() {
                    [] => Column::default(),
                    bytes => Column::read(bytes, values.len() as u32).unwrap(),
                };
                let first = first.min(values.len());
                let len = len.min(values.len() - first);
                let mut copied = vec![7; len];
                column.copy(first as u32, &mut copied);
                prop_assert_eq!(&copied, &values[first..first + len]);

                let bounds = (bounds.0 * scale, bounds.1 * scale);
                let bit = |bits: &[u64], n: usize| bits[n / 64] >> (n % 64) & 1 == 1;
                let mut before = bits.clone();
                for n in (0..192).filter(|n| first + n >= values.len()) {
                    before[n / 64] &= !(1 << (n % 64));
                }
                let mut after = before.clone();
                column.keep_within(first as u32, bounds, &mut after);
                for n in 0..192 {
                    let inside = values.get(first + n).is_some_and(|it| (bounds.0..=bounds.1).contains(it));
                    prop_assert_eq!(bit(&after, n), bit(&before, n) && inside, "bit {}", n);
                }
            }
        }
    }
}
