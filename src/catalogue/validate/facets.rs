//! Facets and sums.

use super::super::bytes::U64s;
use super::super::error::Damaged;
use super::super::facet::Facet;
use super::super::layout::{Dictionary, FACET_ROW, FacetRow, Kind, NONE, RangeRow};
use super::super::list::List;
use super::super::model::{Format, Orientation};
use super::super::view::Catalogue;
use super::damaged;
use super::sections::{Part, Sections};

/// The sums of the whole table.
pub(super) fn table<'a>(
    catalogue: &mut Catalogue<'a>,
    sections: &Sections<'a>,
) -> Result<(), Damaged> {
    let entries = catalogue.entries();
    let mut ranges = catalogue
        .ranges
        .iter()
        .filter_map(RangeRow::read)
        .peekable();
    let mut counts = (0..entries).map(|entry| {
        let range = ranges.next_if(|range| range.entry == entry);
        range.map_or(1, |range| range.count)
    });
    let part = sections.part(Kind::TablePictures);
    catalogue.table_pictures = whole(part, !catalogue.ranges.is_empty(), entries)?;
    if let Some(sums) = catalogue.table_pictures {
        check(part, 0, sums, counts.by_ref().map(Some))?;
    }
    let part = sections.part(Kind::TableWeights);
    catalogue.table_weights = whole(part, catalogue.weight.is_some(), entries)?;
    if let Some(sums) = catalogue.table_weights {
        let units =
            (0..entries).map(|entry| catalogue.count(entry).checked_mul(catalogue.weight(entry)));
        check(part, 0, sums, units)?;
    }
    Ok(())
}

/// A table's sums: there when they are needed, one an entry.
fn whole(part: Part<'_>, needed: bool, entries: u32) -> Result<Option<U64s<'_>>, Damaged> {
    let sums = part.u64s()?;
    let length = if needed { entries as usize } else { 0 };
    if sums.len() != length {
        return damaged(part.at, format!("{length} sums"));
    }
    Ok(needed.then_some(sums))
}

/// Each sum is the one before and its own number.
fn check(
    part: Part<'_>,
    start: usize,
    sums: U64s<'_>,
    numbers: impl Iterator<Item = Option<u64>>,
) -> Result<(), Damaged> {
    let mut sum = Some(0_u64);
    for (place, (stored, number)) in sums.iter().zip(numbers).enumerate() {
        sum = sum
            .zip(number)
            .and_then(|(sum, number)| sum.checked_add(number))
            .filter(|sum| *sum == stored);
        if sum.is_none() {
            let at = part.row_at(start + place, 8);
            return damaged(at, "the sum of the numbers up to here");
        }
    }
    Ok(())
}

/// How far the pools are used.
#[derive(Default)]
struct Used {
    members: u32,
    pictures: u32,
    weights: u32,
}

impl Used {
    /// Refuses pools that hold more than the facets use.
    fn all(&self, catalogue: &Catalogue<'_>, sections: &Sections<'_>) -> Result<(), Damaged> {
        let (pictures, weights) = (&catalogue.facet_pictures, &catalogue.facet_weights);
        for (kind, used, length) in [
            (Kind::Members, self.members, catalogue.members.len()),
            (Kind::FacetPictures, self.pictures, pictures.len()),
            (Kind::FacetWeights, self.weights, weights.len()),
        ] {
            if used as usize != length {
                let accepted = format!("no more than the facets use of {}", kind.as_str());
                return damaged(sections.part(kind).at, accepted);
            }
        }
        Ok(())
    }
}

/// The directory, the members and their sums.
pub(super) fn facets<'a>(
    catalogue: &mut Catalogue<'a>,
    sections: &Sections<'a>,
) -> Result<(), Damaged> {
    let part = sections.part(Kind::Facets);
    catalogue.facets = part.rows()?;
    catalogue.members = sections.part(Kind::Members).u32s()?;
    catalogue.facet_pictures = sections.part(Kind::FacetPictures).u64s()?;
    catalogue.facet_weights = sections.part(Kind::FacetWeights).u64s()?;
    directory(catalogue, part)?;

    let mut used = Used::default();
    for facet in 0..catalogue.facets.len() as u32 {
        let at = part.row_at(facet as usize, FACET_ROW);
        lists(catalogue, sections, Facet(facet), &mut used, at)?;
    }
    used.all(catalogue, sections)
}

/// One facet's members and sums; its row stands at byte `at`.
fn lists(
    catalogue: &Catalogue<'_>,
    sections: &Sections<'_>,
    facet: Facet,
    used: &mut Used,
    at: u64,
) -> Result<(), Damaged> {
    let Some(row) = catalogue.facet_row(facet) else {
        return Ok(());
    };
    if row.count == 0 || row.count > catalogue.entries() {
        return damaged(at + 8, "the number of a facet's entries");
    }
    if row.count == catalogue.entries() {
        if [row.members, row.pictures, row.weights] != [NONE; 3] {
            return damaged(at + 12, "no members, for the facet holds every entry,");
        }
        return Ok(());
    }
    let length = catalogue.members.len();
    claim(&mut used.members, row.members, row.count, length, at + 12)?;
    if row.pictures != NONE {
        let length = catalogue.facet_pictures.len();
        claim(&mut used.pictures, row.pictures, row.count, length, at + 16)?;
    }
    if row.weights != NONE {
        let length = catalogue.facet_weights.len();
        claim(&mut used.weights, row.weights, row.count, length, at + 20)?;
    }
    members(catalogue, sections, row)?;
    sums(catalogue, sections, row, catalogue.list(facet), at)
}

/// One row for each category and each tag, then orientations and formats by
/// name.
fn directory(catalogue: &mut Catalogue<'_>, part: Part<'_>) -> Result<(), Damaged> {
    let named = |row: &FacetRow| match row.kind {
        2 => Orientation::from_code(u8::try_from(row.code).ok()?).map(Orientation::as_str),
        3 => Format::from_code(u8::try_from(row.code).ok()?).map(Format::as_str),
        _ => None,
    };
    let mut kinds = [0_u32; 4];
    let mut before: Option<FacetRow> = None;
    for (place, row) in catalogue.facets.iter().enumerate() {
        let Some(row) = FacetRow::read(row) else {
            continue;
        };
        let same = before.filter(|before| before.kind == row.kind);
        let follows = match row.kind {
            0 | 1 => row.code == same.map_or(0, |before| before.code + 1),
            _ => named(&row).is_some() && same.is_none_or(|before| named(&before) < named(&row)),
        };
        let ordered = before.is_none_or(|before| before.kind <= row.kind);
        let kind = kinds.get_mut(row.kind as usize);
        let Some(kind) = kind.filter(|_| follows && ordered) else {
            let at = part.row_at(place, FACET_ROW);
            return damaged(at, "a facet that follows the one before");
        };
        *kind += 1;
        before = Some(row);
    }
    let [categories, tags, ..] = kinds;
    let length = |of| catalogue.dictionary(of).len() as u32;
    if (categories, tags) != (length(Dictionary::Category), length(Dictionary::Tag)) {
        return damaged(part.at, "a facet for each category and tag");
    }
    let mut end = 0;
    for (bound, count) in catalogue.facet_kinds.iter_mut().skip(1).zip(kinds) {
        end += count;
        *bound = end;
    }
    Ok(())
}

/// Takes the next part of a pool.
fn claim(used: &mut u32, start: u32, count: u32, length: usize, at: u64) -> Result<(), Damaged> {
    let end = used
        .checked_add(count)
        .filter(|end| *end as usize <= length);
    match end {
        Some(end) if start == *used => {
            *used = end;
            Ok(())
        }
        _ => damaged(
            at,
            format!("the index {used} and {count} numbers from there on"),
        ),
    }
}

fn members(
    catalogue: &Catalogue<'_>,
    sections: &Sections<'_>,
    row: FacetRow,
) -> Result<(), Damaged> {
    let start = row.members as usize;
    let members = catalogue.members.cut(start..start + row.count as usize);
    let mut before = None;
    for (place, entry) in members.unwrap_or_default().iter().enumerate() {
        if entry >= catalogue.entries() || before.is_some_and(|before| before >= entry) {
            let at = sections.part(Kind::Members).row_at(start + place, 4);
            return damaged(at, "an entry above the one before");
        }
        before = Some(entry);
    }
    Ok(())
}

fn sums(
    catalogue: &Catalogue<'_>,
    sections: &Sections<'_>,
    row: FacetRow,
    list: List<'_>,
    at: u64,
) -> Result<(), Damaged> {
    let table = catalogue.table();
    let members = || (0..list.len()).filter_map(|place| list.entry(place));
    let count = |entry: u32| table.pictures_before(entry + 1) - table.pictures_before(entry);
    let units = |entry: u32| table.weight_before(entry + 1) - table.weight_before(entry);
    match list.pictures {
        Some(sums) => {
            let part = sections.part(Kind::FacetPictures);
            check(
                part,
                row.pictures as usize,
                sums,
                members().map(|e| Some(count(e))),
            )?;
        }
        None if catalogue.table_pictures.is_none() => {}
        None if members().all(|entry| count(entry) == 1) => {}
        None => return damaged(at + 16, "sums, for there are ranges in the facet,"),
    }
    match list.weights {
        Some(sums) => {
            let part = sections.part(Kind::FacetWeights);
            check(
                part,
                row.weights as usize,
                sums,
                members().map(|e| Some(units(e))),
            )
        }
        None if catalogue.table_weights.is_none() => Ok(()),
        None if members().all(|entry| units(entry) == count(entry)) => Ok(()),
        None => damaged(at + 20, "sums, for there are weights in the facet,"),
    }
}
