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
