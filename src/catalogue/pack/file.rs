//! Puts the sections together.

use super::super::error::PackError;
use super::super::hash::checksum;
use super::super::layout::{ALIGNMENT, HEADER, Kind, MAGIC, TABLE_ROW, VERSION};
use super::column::column;
use super::too_large;

/// The sections of a file, in any order until it is finished.
#[derive(Default)]
pub(super) struct Sections(Vec<(Kind, Vec<u8>)>);

impl Sections {
    /// Adds a section; an empty one is left out.
    pub(super) fn add(&mut self, kind: Kind, bytes: Vec<u8>) -> Result<(), PackError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(too_large(kind.as_str()));
        }
        if !bytes.is_empty() {
            self.0.push((kind, bytes));
        }
        Ok(())
    }

    /// Adds the section of a column.
    pub(super) fn column(&mut self, kind: Kind, values: Vec<u32>) -> Result<(), PackError> {
        self.add(kind, column(&values))
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.0.sort_unstable_by_key(|(kind, _)| *kind);
        let mut end = HEADER + self.0.len() * TABLE_ROW;
        let mut rows = Vec::with_capacity(end - HEADER);
        for (kind, section) in &self.0 {
            let start = end.next_multiple_of(ALIGNMENT);
            end = start + section.len();
            rows.extend_from_slice(&(*kind as u64).to_le_bytes());
            rows.extend_from_slice(&(start as u64).to_le_bytes());
            rows.extend_from_slice(&(section.len() as u64).to_le_bytes());
        }
        // The checksum counts all that follows it, so it is found last.
        let mut checked = Vec::with_capacity(end);
        checked.extend_from_slice(MAGIC);
        checked.extend_from_slice(&[0; 8]);
        checked.extend_from_slice(&VERSION.to_le_bytes());
        checked.extend_from_slice(&(self.0.len() as u32).to_le_bytes());
        checked.extend_from_slice(&(end as u64).to_le_bytes());
        checked.extend_from_slice(&rows);
        for (_, section) in self.0 {
            checked.resize(checked.len().next_multiple_of(ALIGNMENT), 0);
            checked.extend_from_slice(&section);
        }
        seal(&mut checked);
        checked
    }
}

/// Writes the checksum into a finished file.
pub(crate) fn seal(file: &mut [u8]) {
    use super::super::layout::{CHECKED_FROM, CHECKSUM_AT};
    let sum = checksum(file.get(CHECKED_FROM..).unwrap_or_default());
    if let Some(place) = file.get_mut(CHECKSUM_AT..CHECKED_FROM) {
        place.copy_from_slice(&sum.to_le_bytes());
    }
}

/// Numbers as bytes.
pub(super) fn words(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

/// Numbers as bytes.
pub(super) fn pairs(numbers: &[u64]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}
