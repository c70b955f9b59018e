//! Entries, ranges, and the dictionaries' texts.

use super::super::bytes::Texts;
use super::super::error::Damaged;
use super::super::hash::url_hash;
use super::super::layout::{DICTIONARIES, Dictionary, Kind, RANGE_ROW, RangeRow};
use super::super::url::PictureUrl;
use super::super::view::Catalogue;
use super::damaged;
use super::sections::Sections;

/// Hashes, URLs and ranges.
pub(super) fn entries<'a>(
    catalogue: &mut Catalogue<'a>,
    sections: &Sections<'a>,
) -> Result<(), Damaged> {
    let hashes = sections.part(Kind::Hashes);
    catalogue.hashes = hashes.u64s()?;
    if u32::try_from(catalogue.hashes.len()).is_err() {
        return damaged(hashes.at, "at most 4294967295 entries");
    }
    catalogue.urls = texts(
        sections,
        (Kind::UrlOffsets, Kind::UrlText),
        catalogue.hashes.len(),
    )?;
    let mut before = None;
    for (entry, hash) in (0..).zip(catalogue.hashes.iter()) {
        let at = || hashes.row_at(entry as usize, 8);
        if before.is_some_and(|before| before >= hash) {
            return damaged(at(), "a hash above the one before");
        }
        if url_hash(catalogue.urls.get(entry).unwrap_or_default()) != hash {
            return damaged(at(), "the hash of the entry's URL");
        }
        before = Some(hash);
    }

    let ranges = sections.part(Kind::Ranges);
    catalogue.ranges = ranges.rows()?;
    let mut before = None;
    for (place, row) in catalogue.ranges.iter().enumerate() {
        let at = ranges.row_at(place, RANGE_ROW);
        let range = RangeRow::read(row).unwrap_or_default();
        let known = (range.entry as usize) < catalogue.hashes.len();
        if !known || before.is_some_and(|before| before >= range.entry) {
            return damaged(at, "an entry above the one before");
        }
        if !agrees(range, catalogue.urls.get(range.entry).unwrap_or_default()) {
            return damaged(at, "a range as the entry's URL has it");
        }
        before = Some(range.entry);
    }
    Ok(())
}

/// Whether a row says what the range in an identity says.
fn agrees(row: RangeRow, identity: &str) -> bool {
    let whole = || {
        let last = row.first.checked_add(row.count.checked_sub(1)?)?;
        let dots = (row.close as usize).checked_sub(1)?;
        let (head, tail) = identity.split_at_checked(dots)?;
        let pad = (row.pad <= 20).then_some(row.pad as usize)?;
        Some(format!("{head}{last:0pad$}{tail}"))
    };
    let Some(whole) = whole() else { return false };
    let parsed = PictureUrl::parse(&whole).ok().and_then(|url| url.range());
    parsed.is_some_and(|range| {
        range.open == row.open as usize
            && range.dots + 3 == row.close as usize
            && range.first == row.first
            && range.count == row.count
            && range.pad == row.pad as usize
    })
}

/// The dictionaries' lengths and texts.
pub(super) fn dictionaries<'a>(
    catalogue: &mut Catalogue<'a>,
    sections: &Sections<'a>,
) -> Result<(), Damaged> {
    let part = sections.part(Kind::Dictionaries);
    let lengths = part.u32s()?;
    if lengths.len() != 0 && lengths.len() != DICTIONARIES {
        return damaged(part.at, "the lengths of 8 dictionaries");
    }
    let mut end = 0_u32;
    let bounds = catalogue.dictionaries.iter_mut().skip(1);
    for (bound, length) in bounds.zip(lengths.iter()) {
        let Some(sum) = end.checked_add(length) else {
            return damaged(part.at, "at most 4294967295 texts");
        };
        end = sum;
        *bound = end;
    }
    catalogue.texts = texts(sections, (Kind::TextOffsets, Kind::Text), end as usize)?;
    let offsets = sections.part(Kind::TextOffsets);
    for of in [Dictionary::Category, Dictionary::Tag, Dictionary::Alias] {
        let places = catalogue.dictionary(of);
        let mut before = None;
        for place in places {
            let text = catalogue.texts.get(place);
            if before.is_some_and(|before| before >= text) {
                let at = offsets.row_at(place as usize, 4);
                return damaged(at, "the offset of a text above the one before");
            }
            before = Some(text);
        }
    }
    Ok(())
}

/// Texts, none of them empty.
fn texts<'a>(
    sections: &Sections<'a>,
    (offsets, text): (Kind, Kind),
    count: usize,
) -> Result<Texts<'a>, Damaged> {
    let (offset_part, text_part) = (sections.part(offsets), sections.part(text));
    let offsets = offset_part.u32s()?;
    let text = match str::from_utf8(text_part.bytes) {
        Ok(text) => text,
        Err(error) => return damaged(text_part.at + error.valid_up_to() as u64, "UTF-8"),
    };
    if offsets.len() != count.saturating_add(usize::from(count != 0)) {
        let expected = format!("one offset more than the {count} texts");
        return damaged(offset_part.at, expected);
    }
    let mut before = None;
    for (place, offset) in offsets.iter().enumerate() {
        let right = match before {
            None => offset == 0,
            Some(before) => before < offset && text.is_char_boundary(offset as usize),
        };
        if !right {
            return damaged(
                offset_part.row_at(place, 4),
                "an offset above the one before, at the start of a character",
            );
        }
        before = Some(offset);
    }
    if before.unwrap_or(0) as usize != text.len() {
        return damaged(text_part.at, "a text that ends at the last offset");
    }
    Ok(Texts { offsets, text })
}
