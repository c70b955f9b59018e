//! The whole check of packed bytes. What passes it can be read without any
//! further care: no accessor fails or leaves its section.
//!
//! Checked are the header, the checksum, the place of every section, every
//! offset, order, index and text, each URL's hash, and all sums. Not checked is
//! whether the facets' members have the property: no reader relies on it.

mod columns;
mod facets;
mod sections;
mod texts;

use std::borrow::Cow;

use super::error::Damaged;
use super::layout::Kind;
use super::view::Catalogue;
use sections::Sections;

impl<'a> Catalogue<'a> {
    /// Checks packed bytes; gives the catalogue in them and the settings, the
    /// bytes that [`pack()`](super::pack()) was given. Takes time linear in the
    /// length, but for sparse columns and numbered ranges, whose entries are
    /// found by halving.
    ///
    /// # Errors
    /// The first place that is not as it should be.
    pub fn open(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Damaged> {
        let sections = Sections::read(bytes)?;
        let mut catalogue = Self {
            table: sections.table,
            ..Self::default()
        };
        texts::entries(&mut catalogue, &sections)?;
        texts::dictionaries(&mut catalogue, &sections)?;
        columns::sets(&mut catalogue, &sections)?;
        columns::columns(&mut catalogue, &sections)?;
        columns::aliases(&mut catalogue, &sections)?;
        facets::table(&mut catalogue, &sections)?;
        facets::facets(&mut catalogue, &sections)?;
        Ok((catalogue, sections.part(Kind::Settings).bytes))
    }
}

fn damaged<T>(offset: u64, expected: impl Into<Cow<'static, str>>) -> Result<T, Damaged> {
    Err(Damaged {
        offset,
        expected: expected.into(),
        version: None,
    })
}

#[cfg(test)]
mod places;
#[cfg(test)]
mod tests;
