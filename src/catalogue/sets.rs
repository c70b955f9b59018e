//! Sets of rows that several entries may share.

use super::bytes::U32s;

/// Sets standing one after the other; the offsets are one more than they.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sets<'a, const ROW: usize> {
    pub(crate) offsets: U32s<'a>,
    pub(crate) rows: &'a [[u8; ROW]],
}

impl<'a, const ROW: usize> Sets<'a, ROW> {
    /// The rows of the set with that number, counted from 1; none for 0.
    pub(crate) fn get(self, number: u32) -> &'a [[u8; ROW]] {
        let rows = || {
            let place = number.checked_sub(1)? as usize;
            let from = self.offsets.get(place)? as usize;
            let to = self.offsets.get(place + 1)? as usize;
            self.rows.get(from..to)
        };
        rows().unwrap_or_default()
    }

    pub(crate) fn len(self) -> usize {
        self.offsets.len().saturating_sub(1)
    }
}
