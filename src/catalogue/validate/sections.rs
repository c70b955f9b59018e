//! Header and section table.

use super::super::bytes::{U32s, U64s};
use super::super::error::Damaged;
use super::super::hash::checksum;
use super::super::layout::{
    ALIGNMENT, CHECKED_FROM, CHECKSUM_AT, COUNT_AT, HEADER, Kind, LENGTH_AT, MAGIC, TABLE_ROW,
    TableRow, VERSION, VERSION_AT,
};
use super::damaged;

/// A section and where it stands; without bytes when it is absent.
#[derive(Clone, Copy, Default)]
pub(super) struct Part<'a> {
    pub(super) at: u64,
    pub(super) bytes: &'a [u8],
}

impl<'a> Part<'a> {
    pub(super) fn u32s(self) -> Result<U32s<'a>, Damaged> {
        U32s::new(self.bytes).map_or_else(|| self.cut(4), Ok)
    }

    pub(super) fn u64s(self) -> Result<U64s<'a>, Damaged> {
        U64s::new(self.bytes).map_or_else(|| self.cut(8), Ok)
    }

    pub(super) fn rows<const N: usize>(self) -> Result<&'a [[u8; N]], Damaged> {
        match self.bytes.as_chunks::<N>() {
            (rows, []) => Ok(rows),
            _ => self.cut(N),
        }
    }

    fn cut<T>(self, size: usize) -> Result<T, Damaged> {
        damaged(self.at, format!("a section of whole rows of {size} bytes"))
    }

    /// Where the `place`-th row of `size` bytes stands.
    pub(super) fn row_at(self, place: usize, size: usize) -> u64 {
        self.at + place as u64 * size as u64
    }
}

/// The sections of a file whose checksum is right.
pub(super) struct Sections<'a> {
    pub(super) table: &'a [u8],
    parts: Vec<(Kind, Part<'a>)>,
}

impl<'a> Sections<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Damaged> {
        if bytes.get(..MAGIC.len()) != Some(MAGIC) {
            return damaged(0, "the text edgepick");
        }
        let header = || {
            let header = bytes.get(..HEADER)?;
            Some((U32s::new(header)?, U64s::new(header)?))
        };
        let Some((words, pairs)) = header() else {
            return damaged(bytes.len() as u64, "a header of 32 bytes");
        };
        let version = words.get(VERSION_AT / 4).unwrap_or(0);
        if version != VERSION {
            return Err(Damaged {
                offset: VERSION_AT as u64,
                expected: format!("version {VERSION}").into(),
                version: Some(version),
            });
        }
        if pairs.get(LENGTH_AT / 8) != Some(bytes.len() as u64) {
            let expected = format!("the length of the file, {},", bytes.len());
            return damaged(LENGTH_AT as u64, expected);
        }
        let sum = checksum(bytes.get(CHECKED_FROM..).unwrap_or_default());
        if pairs.get(CHECKSUM_AT / 8) != Some(sum) {
            let expected = format!("the checksum of what follows, {sum:#018x},");
            return damaged(CHECKSUM_AT as u64, expected);
        }
        let count = words.get(COUNT_AT / 4).unwrap_or(0) as usize;
        let table = count
            .checked_mul(TABLE_ROW)
            .and_then(|length| bytes.get(HEADER..)?.get(..length));
        let Some(table) = table else {
            return damaged(COUNT_AT as u64, "a number of sections that fit");
        };
        let parts = parts(bytes, table)?;
        Ok(Self { table, parts })
    }

    pub(super) fn part(&self, kind: Kind) -> Part<'a> {
        self.parts
            .iter()
            .find(|(other, _)| *other == kind)
            .map_or_else(Part::default, |(_, part)| *part)
    }
}

/// Every section where it must stand, with nothing but zeros between.
fn parts<'a>(bytes: &'a [u8], table: &'a [u8]) -> Result<Vec<(Kind, Part<'a>)>, Damaged> {
    let mut parts: Vec<(Kind, Part<'a>)> = Vec::new();
    let mut end = HEADER + table.len();
    for (place, row) in table.as_chunks::<TABLE_ROW>().0.iter().enumerate() {
        let row_at = (HEADER + place * TABLE_ROW) as u64;
        let row = TableRow::read(row);
        let kind = row.and_then(|row| Some((row, Kind::from_code(row.kind)?)));
        let Some((row, kind)) = kind else {
            return damaged(row_at, "the code of a kind of section");
        };
        if parts.last().is_some_and(|(before, _)| *before >= kind) {
            return damaged(row_at, "a kind of section above the one before");
        }
        if row.zero != 0 {
            return damaged(row_at + 4, "0");
        }
        let Some(start) = end.checked_next_multiple_of(ALIGNMENT) else {
            return damaged(row_at, "a section within 4 GiB");
        };
        if row.offset != start as u64 {
            return damaged(row_at + 8, format!("the offset {start}"));
        }
        let section = usize::try_from(row.length)
            .ok()
            .and_then(|length| bytes.get(start..)?.get(..length))
            .filter(|section| !section.is_empty());
        let Some(section) = section else {
            return damaged(row_at + 16, "a length above 0 within the file");
        };
        let gap = bytes.get(end..start).unwrap_or_default();
        if gap.iter().any(|byte| *byte != 0) {
            return damaged(end as u64, "zero bytes up to the next section");
        }
        let at = row.offset;
        parts.push((kind, Part { at, bytes: section }));
        end = start + section.len();
    }
    if end != bytes.len() {
        return damaged(end as u64, "the end of the file");
    }
    Ok(parts)
}
