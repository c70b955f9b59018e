//! The builder: entries in, packed bytes out. Works in memory alone; the bytes
//! depend on the set of entries and not on their order.

mod column;
mod facets;
mod file;
mod fold;
mod texts;

pub use fold::Duplicate;

use super::error::{PackError, Reason};
use super::layout::{Kind, RangeRow};
use super::model::{Entry, Orientation};
use super::url::PictureUrl;
use facets::Facets;
use file::Sections;
use fold::{Folded, fold};
use texts::Texts;

/// A packed catalogue and what was noticed on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// What [`Catalogue::open`](super::Catalogue::open) takes.
    pub bytes: Vec<u8>,
    /// Entries, a numbered range being one.
    pub entries: u32,
    /// Pictures, numbered ranges expanded.
    pub pictures: u64,
    /// How many entries were folded into another with the same URL.
    pub folded: u64,
    /// Which ones.
    pub duplicates: Vec<Duplicate>,
}

/// Packs a site: `settings`, which is kept as it is, and its entries.
///
/// Entries with the same URL become one. It has the tags and variants of all of
/// them; of other properties the smallest value that is there (texts by bytes,
/// numbers by value, sizes by width), so that the order does not matter.
///
/// # Errors
/// The first entry that [`Entry::check`] refuses, two entries with one hash or
/// one alias, or more than the packed form can hold.
pub fn pack(settings: &[u8], mut entries: Vec<Entry>) -> Result<Packed, PackError> {
    let Folded { places, duplicates } = fold(&mut entries)?;
    let sorted: Vec<&Entry> = places
        .iter()
        .filter_map(|(_, place)| entries.get(*place as usize))
        .collect();

    let mut sections = Sections::default();
    sections.add(Kind::Settings, settings.to_vec())?;
    let mut hashes = Vec::with_capacity(places.len() * 8);
    for (hash, _) in &places {
        hashes.extend_from_slice(&hash.to_le_bytes());
    }
    sections.add(Kind::Hashes, hashes)?;

    let urls = Urls::of(&sorted)?;
    let weights: Vec<u32> = sorted.iter().map(|entry| weight(entry)).collect();
    let texts = Texts::of(&sorted);
    texts.check_aliases(&places, &urls.ranges)?;
    let facets = Facets::of(&sorted, &texts, &urls, &weights)?;
    let pictures = facets.pictures;

    sections.add(Kind::UrlOffsets, file::words(&urls.offsets))?;
    sections.add(Kind::UrlText, urls.text.into_bytes())?;
    let mut ranges = Vec::new();
    urls.ranges
        .iter()
        .for_each(|range| range.write(&mut ranges));
    sections.add(Kind::Ranges, ranges)?;
    sections.column(
        Kind::Width,
        sorted.iter().map(|entry| entry.width).collect(),
    )?;
    sections.column(
        Kind::Height,
        sorted.iter().map(|entry| entry.height).collect(),
    )?;
    sections.column(Kind::Orientation, urls.orientations)?;
    sections.column(Kind::Format, urls.formats)?;
    if weights.iter().any(|weight| *weight != 1) {
        sections.column(Kind::Weight, weights)?;
    }
    texts.write(&mut sections)?;
    facets.write(&mut sections)?;

    Ok(Packed {
        bytes: sections.finish(),
        entries: sorted.len() as u32,
        pictures,
        folded: duplicates.len() as u64,
        duplicates,
    })
}

fn weight(entry: &Entry) -> u32 {
    u32::from(entry.weight.max(1))
}

/// An error about the whole catalogue.
fn too_large(what: &'static str) -> PackError {
    PackError {
        entries: Vec::new(),
        reason: Reason::TooLarge(what),
    }
}

/// What the URLs give, in the order of the entries.
struct Urls {
    text: String,
    offsets: Vec<u32>,
    ranges: Vec<RangeRow>,
    /// Codes, from the size where the source says none.
    orientations: Vec<u32>,
    /// Codes, from the URL where the source says none.
    formats: Vec<u32>,
}

impl Urls {
    fn of(sorted: &[&Entry]) -> Result<Self, PackError> {
        let mut urls = Self {
            text: String::with_capacity(sorted.iter().map(|entry| entry.url.len()).sum()),
            offsets: Vec::with_capacity(sorted.len() + 1),
            ranges: Vec::new(),
            orientations: Vec::with_capacity(sorted.len()),
            formats: Vec::with_capacity(sorted.len()),
        };
        for (number, entry) in sorted.iter().enumerate() {
            urls.offsets.push(urls.end()?);
            let orientation = entry
                .orientation
                .or_else(|| Orientation::of(entry.width, entry.height));
            urls.orientations
                .push(orientation.map_or(0, |it| it as u32));
            let Ok(url) = PictureUrl::parse(&entry.url) else {
                continue; // `fold` has refused it.
            };
            urls.text.push_str(&url.identity());
            let format = entry.format.or_else(|| url.format());
            urls.formats.push(format.map_or(0, |it| it as u32));
            if let Some(range) = url.range() {
                urls.ranges.push(RangeRow {
                    entry: number as u32,
                    open: range.open as u32,
                    first: range.first,
                    count: range.count,
                    pad: range.pad as u32,
                    close: range.dots as u32 + 3,
                });
            }
        }
        if !sorted.is_empty() {
            urls.offsets.push(urls.end()?);
        }
        Ok(urls)
    }

    fn end(&self) -> Result<u32, PackError> {
        u32::try_from(self.text.len()).map_err(|_| too_large(Kind::UrlText.as_str()))
    }
}

#[cfg(test)]
mod tests;
