//! Columns, the sets that some of them name, and aliases.

use super::super::bytes::U32s;
use super::super::column::Column;
use super::super::error::Damaged;
use super::super::layout::{COLUMN_HEADER, Dictionary, Kind, VARIANT_ROW};
use super::super::model::{Format, Orientation};
use super::super::sets::Sets;
use super::super::view::Catalogue;
use super::damaged;
use super::sections::{Part, Sections};

/// Tag sets and variant sets.
pub(super) fn sets<'a>(
    catalogue: &mut Catalogue<'a>,
    sections: &Sections<'a>,
) -> Result<(), Damaged> {
    let tags = catalogue.dictionary(Dictionary::Tag).len() as u32;
    catalogue.tag_sets = set(
        sections,
        (Kind::TagSetOffsets, Kind::TagSets),
        |row: &[u8; 4]| u32::from_le_bytes(*row) < tags,
        |a, b| u32::from_le_bytes(*a) < u32::from_le_bytes(*b),
    )?;
    let urls = catalogue.dictionary(Dictionary::VariantUrl).len() as u32;
    let word = |row: &[u8; VARIANT_ROW], place| {
        let words = U32s::new(row).unwrap_or_default();
        words.get(place).unwrap_or(u32::MAX)
    };
    let size = |row: &[u8; VARIANT_ROW]| (word(row, 0), word(row, 1));
    catalogue.variant_sets = set(
        sections,
        (Kind::VariantSetOffsets, Kind::VariantSets),
        |row| word(row, 2) < urls,
        |a, b| size(a) <= size(b),
    )?;
    Ok(())
}

/// Sets, none of them empty, their rows right and in order.
fn set<'a, const ROW: usize>(
    sections: &Sections<'a>,
    (offsets, rows): (Kind, Kind),
    right: impl Fn(&[u8; ROW]) -> bool,
    ordered: impl Fn(&[u8; ROW], &[u8; ROW]) -> bool,
) -> Result<Sets<'a, ROW>, Damaged> {
    let (offset_part, row_part) = (sections.part(offsets), sections.part(rows));
    let sets = Sets {
        offsets: offset_part.u32s()?,
        rows: row_part.rows::<ROW>()?,
    };
    let mut before = None;
    for (place, offset) in sets.offsets.iter().enumerate() {
        if before.map_or(offset != 0, |before| before >= offset) {
            return damaged(
                offset_part.row_at(place, 4),
                "an offset above the one before",
            );
        }
        before = Some(offset);
    }
    if before.unwrap_or(0) as usize != sets.rows.len() {
        return damaged(row_part.at, "rows that end at the last offset");
    }
    let mut start = 0;
    for number in 1..=sets.len() as u32 {
        let set = sets.get(number);
        let ascending = set.is_sorted_by(&ordered);
        if !ascending || !set.iter().all(&right) {
            let at = row_part.row_at(start, ROW);
            return damaged(at, "a set in ascending order of what its dictionary has");
        }
        start += set.len();
    }
    Ok(sets)
}

/// All columns: their form, their listed entries, the bounds of their values.
pub(super) fn columns<'a>(
    catalogue: &mut Catalogue<'a>,
    sections: &Sections<'a>,
) -> Result<(), Damaged> {
    let entries = catalogue.entries();
    let read = |kind: Kind, least: u32, most: u32| -> Result<Option<Column<'a>>, Damaged> {
        let part = sections.part(kind);
        if part.bytes.is_empty() {
            return Ok(None);
        }
        column(part, entries, least..=most).map(Some)
    };
    let coded = |kind, most| read(kind, 0, most).map(Option::unwrap_or_default);
    let texts = |kind, of| coded(kind, catalogue.dictionary(of).len() as u32);
    let orientations = Orientation::ALL.map(|it| it as u32);
    let formats = Format::ALL.map(|it| it as u32);

    let width = coded(Kind::Width, u32::MAX)?;
    let height = coded(Kind::Height, u32::MAX)?;
    let orientation = coded(
        Kind::Orientation,
        orientations.into_iter().max().unwrap_or(0),
    )?;
    let format = coded(Kind::Format, formats.into_iter().max().unwrap_or(0))?;
    let weight = read(Kind::Weight, 1, u32::from(u16::MAX))?;
    let category = texts(Kind::Category, Dictionary::Category)?;
    let title = texts(Kind::Title, Dictionary::Title)?;
    let author = texts(Kind::Author, Dictionary::Author)?;
    let source = texts(Kind::Source, Dictionary::Source)?;
    let license = texts(Kind::License, Dictionary::License)?;
    let alias = texts(Kind::Alias, Dictionary::Alias)?;
    let tags = coded(Kind::Tags, catalogue.tag_sets.len() as u32)?;
    let variants = coded(Kind::Variants, catalogue.variant_sets.len() as u32)?;
    *catalogue = Catalogue {
        width,
        height,
        orientation,
        format,
        weight,
        category,
        tags,
        title,
        author,
        source,
        license,
        alias,
        variants,
        ..*catalogue
    };
    Ok(())
}

fn column(
    part: Part<'_>,
    entries: u32,
    bounds: std::ops::RangeInclusive<u32>,
) -> Result<Column<'_>, Damaged> {
    let Some(column) = Column::read(part.bytes, entries) else {
        return damaged(part.at, "the header of a column and as much as it says");
    };
    let mut before = None;
    for (place, entry) in column
        .listed
        .into_iter()
        .flat_map(|it| it.iter())
        .enumerate()
    {
        if entry >= entries || before.is_some_and(|before| before >= entry) {
            let at = part.row_at(place, 4) + COLUMN_HEADER as u64;
            return damaged(at, "an entry above the one before");
        }
        before = Some(entry);
    }
    let default = column.listed.map(|_| column.default);
    if !column
        .stored()
        .chain(default)
        .all(|value| bounds.contains(&value))
    {
        let expected = format!(
            "a column of values from {} to {}",
            bounds.start(),
            bounds.end()
        );
        return damaged(part.at, expected);
    }
    Ok(column)
}

/// Each alias belongs to one entry, which has it.
pub(super) fn aliases<'a>(
    catalogue: &mut Catalogue<'a>,
    sections: &Sections<'a>,
) -> Result<(), Damaged> {
    let part = sections.part(Kind::AliasEntries);
    let owners = part.u32s()?;
    if owners.len() != catalogue.dictionary(Dictionary::Alias).len() {
        return damaged(part.at, "an entry for each alias");
    }
    for (code, entry) in (1..).zip(owners.iter()) {
        if entry >= catalogue.entries() || catalogue.alias.get(entry) != code {
            let at = part.row_at(code as usize - 1, 4);
            return damaged(at, "the entry with the alias");
        }
    }
    if catalogue.alias.others_than_zero(catalogue.entries()) != owners.len() {
        return damaged(sections.part(Kind::Alias).at, "each alias once");
    }
    catalogue.alias_entries = owners;
    Ok(())
}
