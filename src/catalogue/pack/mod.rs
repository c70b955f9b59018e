//! The builder: entries in, packed bytes out. Works in memory alone; the bytes
//! depend on the set of entries and not on their order.

mod aliases;
mod column;
mod distinct;
mod facets;
mod file;
mod fold;
mod texts;
mod urls;

pub use fold::Duplicate;

use super::error::{PackError, Reason};
use super::layout::Kind;
use super::model::Entry;
use facets::Facets;
use file::Sections;
use fold::{Order, fold};
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
pub fn pack(settings: &[u8], entries: Vec<Entry>) -> Result<Packed, PackError> {
    let order = fold(entries)?;
    let mut sections = Sections::default();
    sections.add(Kind::Settings, settings.to_vec())?;
    let hashes: Vec<u64> = order.places.iter().map(|(hash, _)| *hash).collect();
    sections.add(Kind::Hashes, file::pairs(&hashes))?;
    let ranges = urls::write(&order, &mut sections)?;

    let weights = weights(&order);
    let orientations = order.column(Kind::Orientation, |entry| {
        entry.orientation.map_or(0, |it| it as u32)
    });
    let formats = order.column(Kind::Format, |entry| entry.format.map_or(0, |it| it as u32));
    let texts = Texts::of(&order, &ranges)?;
    let facets = Facets::of(&texts, &ranges, &weights, &orientations, &formats)?;
    let pictures = facets.pictures;

    sections.column(Kind::Width, order.column(Kind::Width, |entry| entry.width))?;
    sections.column(
        Kind::Height,
        order.column(Kind::Height, |entry| entry.height),
    )?;
    sections.column(Kind::Orientation, orientations)?;
    sections.column(Kind::Format, formats)?;
    if weights.iter().any(|weight| *weight != 1) {
        sections.column(Kind::Weight, weights)?;
    }
    texts.write(&mut sections)?;
    facets.write(&mut sections)?;

    Ok(Packed {
        bytes: sections.finish(),
        entries: order.len() as u32,
        pictures,
        folded: order.duplicates.len() as u64,
        duplicates: order.duplicates,
    })
}

/// The weight of each entry, at least 1.
fn weights(order: &Order) -> Vec<u32> {
    let mut weights = order.column(Kind::Weight, |entry| u32::from(entry.weight));
    weights
        .iter_mut()
        .for_each(|weight| *weight = (*weight).max(1));
    weights
}

/// An error about the whole catalogue.
fn too_large(what: &'static str) -> PackError {
    PackError {
        entries: Vec::new(),
        reason: Reason::TooLarge(what),
    }
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
