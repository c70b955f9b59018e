//! Writes the URLs and their ranges.

use super::super::error::PackError;
use super::super::layout::{Kind, RangeRow};
use super::super::url::Range;
use super::file::{Sections, words};
use super::fold::Order;
use super::too_large;

/// Adds the sections of URLs and ranges; gives the ranges.
pub(super) fn write(order: &Order, sections: &mut Sections) -> Result<Vec<RangeRow>, PackError> {
    let range = |number: u32| -> Option<Range> {
        let place = order.ranges.binary_search_by_key(&number, |it| it.0).ok()?;
        order.ranges.get(place).map(|(_, range)| *range)
    };
    // Lengths by entry number first: then each text can be copied to its place
    // in the order of the input.
    let mut offsets = vec![0; order.len() + usize::from(order.len() != 0)];
    for (number, entry) in order.iter() {
        let last = range(number).map_or(0, |range| range.close - (range.dots + 2));
        if let Some(length) = offsets.get_mut(number as usize + 1) {
            *length = (entry.url.len() - last) as u32;
        }
    }
    let mut end = 0_u32;
    for offset in &mut offsets {
        end = end
            .checked_add(*offset)
            .ok_or_else(|| too_large(Kind::UrlText.as_str()))?;
        *offset = end;
    }

    let mut text = vec![0; end as usize];
    let mut copy = |at: usize, part: &str| {
        if let Some(place) = text.get_mut(at..at + part.len()) {
            place.copy_from_slice(part.as_bytes());
        }
    };
    for (number, entry) in order.iter() {
        let at = offsets.get(number as usize).map_or(0, |at| *at as usize);
        let cut = range(number).map_or(entry.url.len(), |range| range.dots + 2);
        let tail = range(number).map_or(entry.url.len(), |range| range.close);
        copy(at, entry.url.get(..cut).unwrap_or_default());
        copy(at + cut, entry.url.get(tail..).unwrap_or_default());
    }
    sections.add(Kind::UrlOffsets, words(&offsets))?;
    sections.add(Kind::UrlText, text)?;

    let row = |(entry, range): &(u32, Range)| RangeRow {
        entry: *entry,
        open: range.open as u32,
        first: range.first,
        count: range.count,
        pad: range.pad as u32,
        close: range.dots as u32 + 3,
    };
    let rows: Vec<RangeRow> = order.ranges.iter().map(row).collect();
    let mut bytes = Vec::new();
    rows.iter().for_each(|row| row.write(&mut bytes));
    sections.add(Kind::Ranges, bytes)?;
    Ok(rows)
}
