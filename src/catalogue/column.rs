//! A column: entry to number, dense or sparse.

use super::bytes::{U16s, U32s};
use super::layout::{COLUMN_HEADER, DENSE, SPARSE};

/// A column read in place; by default one in which all are 0.
#[derive(Clone, Copy, Default)]
pub(crate) struct Column<'a> {
    /// The listed entries of a sparse column; `None` for a dense one.
    pub(crate) listed: Option<U32s<'a>>,
    pub(crate) default: u32,
    values: Values<'a>,
}

#[derive(Clone, Copy)]
enum Values<'a> {
    One(&'a [u8]),
    Two(U16s<'a>),
    Four(U32s<'a>),
}

impl Default for Values<'_> {
    fn default() -> Self {
        Self::One(&[])
    }
}

impl Values<'_> {
    #[inline]
    fn get(self, place: usize) -> Option<u32> {
        match self {
            Self::One(values) => values.get(place).map(|value| u32::from(*value)),
            Self::Two(values) => values.get(place).map(u32::from),
            Self::Four(values) => values.get(place),
        }
    }

    fn len(self) -> usize {
        match self {
            Self::One(values) => values.len(),
            Self::Two(values) => values.len(),
            Self::Four(values) => values.len(),
        }
    }
}

impl<'a> Column<'a> {
    /// The column in a section of a catalogue with `entries` entries; `None`
    /// when header and length do not agree. The values are not looked at.
    pub(crate) fn read(section: &'a [u8], entries: u32) -> Option<Self> {
        let (header, body) = section.split_at_checked(COLUMN_HEADER)?;
        let words = U32s::new(header)?;
        let (default, count) = (words.get(1)?, words.get(2)?);
        let (&[encoding, width, 0, 0], 0) = (header.first_chunk()?, words.get(3)?) else {
            return None;
        };
        let (listed, values) = match encoding {
            DENSE if count == entries && default == 0 => (None, body),
            SPARSE => {
                let (listed, values) =
                    body.split_at_checked(usize::try_from(u64::from(count) * 4).ok()?)?;
                (Some(U32s::new(listed)?), values)
            }
            _ => return None,
        };
        let values = match width {
            1 => Values::One(values),
            2 => Values::Two(U16s::new(values)?),
            4 => Values::Four(U32s::new(values)?),
            _ => return None,
        };
        (values.len() == count as usize).then_some(Self {
            listed,
            default,
            values,
        })
    }

    /// The entry's value, 0 when it has none.
    #[inline]
    pub(crate) fn get(&self, entry: u32) -> u32 {
        let Some(listed) = self.listed else {
            return self.values.get(entry as usize).unwrap_or(0);
        };
        let place = listed.partition_point(|other| other < entry);
        if listed.get(place) == Some(entry) {
            self.values.get(place).unwrap_or(0)
        } else {
            self.default
        }
    }

    /// Copies the values of the entries from `first` on, 0 where there is none:
    /// in order, several times faster than one by one.
    pub(crate) fn copy(&self, first: u32, to: &mut [u32]) {
        if let Some(listed) = self.listed {
            to.fill(self.default);
            for (offset, value) in self.listed_from(listed, first, to.len()) {
                if let Some(to) = to.get_mut(offset) {
                    *to = value;
                }
            }
            return;
        }
        to.fill(0);
        let (first, len) = (first as usize, self.values.len());
        let run = first.min(len)..len.min(first + to.len());
        match self.values {
            Values::One(values) => {
                let values = values.get(run).unwrap_or_default();
                copy(values.iter().map(|value| u32::from(*value)), to);
            }
            Values::Two(values) => copy(
                values.cut(run).unwrap_or_default().iter().map(u32::from),
                to,
            ),
            Values::Four(values) => copy(values.cut(run).unwrap_or_default().iter(), to),
        }
    }

    /// Clears the bits of entries whose value is not from the first bound to the
    /// second. The lowest bit of the first word stands for the entry `first`;
    /// bits of entries that do not exist are 0.
    pub(crate) fn keep_within(&self, first: u32, bounds: (u32, u32), bits: &mut [u64]) {
        if let Some(listed) = self.listed {
            let unlisted = inside(self.default, bounds);
            let mut kept: Vec<u64> = vec![if unlisted { u64::MAX } else { 0 }; bits.len()];
            for (offset, value) in self.listed_from(listed, first, bits.len() * 64) {
                let differs = inside(value, bounds) != unlisted;
                if let Some(word) = kept.get_mut(offset / 64) {
                    *word ^= u64::from(differs) << (offset % 64);
                }
            }
            bits.iter_mut()
                .zip(kept)
                .for_each(|(word, kept)| *word &= kept);
            return;
        }
        let (first, len) = (first as usize, self.values.len());
        if len == 0 && inside(0, bounds) {
            return;
        }
        match self.values {
            Values::One(values) => {
                let runs = values.get(first..).unwrap_or_default().chunks(64);
                let runs = runs.map(|run| run.iter().map(|value| u32::from(*value)));
                keep_within(runs, bounds, bits);
            }
            Values::Two(values) => {
                let runs = values.cut(first..len).unwrap_or_default().chunks(64);
                keep_within(runs.map(|run| run.iter().map(u32::from)), bounds, bits);
            }
            Values::Four(values) => {
                let runs = values.cut(first..len).unwrap_or_default().chunks(64);
                keep_within(runs.map(U32s::iter), bounds, bits);
            }
        }
    }

    /// The listed ones of `len` entries from `first` on: how far from `first`
    /// each is, and its value.
    fn listed_from(
        &self,
        listed: U32s<'a>,
        first: u32,
        len: usize,
    ) -> impl Iterator<Item = (usize, u32)> {
        let place = listed.partition_point(|entry| entry < first);
        let places = place..listed.len();
        let listed = listed.cut(places.clone()).unwrap_or_default();
        let offsets = listed.iter().map(move |entry| (entry - first) as usize);
        let values = self.values;
        offsets
            .zip(places)
            .take_while(move |(offset, _)| *offset < len)
            .filter_map(move |(offset, place)| Some((offset, values.get(place)?)))
    }

    /// The stored values, in the order of their entries.
    pub(crate) fn stored(self) -> impl Iterator<Item = u32> + use<'a> {
        (0..self.values.len()).filter_map(move |place| self.values.get(place))
    }

    /// How many of the entries have a value.
    pub(crate) fn others_than_zero(self, entries: u32) -> usize {
        let stored = self.stored().filter(|value| *value != 0).count();
        match self.listed {
            Some(listed) if self.default != 0 => stored + entries as usize - listed.len(),
            _ => stored,
        }
    }
}

/// Whether a value is at least the first and at most the second bound.
#[inline]
fn inside(value: u32, (least, most): (u32, u32)) -> bool {
    (least <= value) & (value <= most)
}

fn copy(values: impl Iterator<Item = u32>, to: &mut [u32]) {
    for (to, value) in to.iter_mut().zip(values) {
        *to = value;
    }
}

/// Clears the bits, one for each value, of those outside the bounds. A run has
/// the values of a word.
fn keep_within<Run: DoubleEndedIterator<Item = u32>>(
    mut runs: impl Iterator<Item = Run>,
    bounds: (u32, u32),
    bits: &mut [u64],
) {
    for word in bits {
        let Some(run) = runs.next() else {
            *word = 0;
            continue;
        };
        if *word != 0 {
            let kept = run.rev().map(|value| u64::from(inside(value, bounds)));
            *word &= kept.fold(0, |kept, bit| kept << 1 | bit);
        }
    }
}
