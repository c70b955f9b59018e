//! What a component holds, read from the file alone.
//!
//! A baked site is found in the component itself: the memory it starts with is
//! put together from its data segments, and the packed site in it is known by
//! its magic, length and checksum. So `inspect` tells what the component will
//! answer with, whoever made the file, and there is no second account of it
//! that could differ.

use edgepick::app;
use edgepick::catalogue::{Catalogue, FacetKind};
use edgepick::settings::Settings;
use serde::Serialize;

use crate::shape::{self, ShapeError};

/// What the packed form begins with.
const MAGIC: &[u8; 8] = b"edgepick";

/// Where its header has the version, and the length of the whole.
const VERSION: usize = 16;
const LENGTH: usize = 24;

/// Versions and lengths that no packed site has: those are other texts that
/// begin like the magic.
const VERSIONS: std::ops::Range<u32> = 1..1_000;
const HEADER: usize = 32;

/// What is known of a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// Bytes of the file.
    pub bytes: usize,
    /// Bytes of the file without the packed site.
    pub component_bytes: usize,
    /// Interfaces it wants from its host.
    pub imports: Vec<String>,
    /// Interfaces it offers.
    pub exports: Vec<String>,
    /// Its site; none in a component that was not baked.
    pub site: Option<Site>,
}

/// What is known of a packed site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Site {
    /// Bytes of the packed form.
    pub bytes: usize,
    /// Ranges expanded.
    pub pictures: u64,
    /// A range is one.
    pub entries: u32,
    /// Entries that are numbered ranges.
    pub ranges: u32,
    /// Whether any picture weighs more than 1.
    pub weighted: bool,
    /// Categories, a category counting all below it.
    pub categories: Vec<Facet>,
    /// Tags.
    pub tags: Vec<Facet>,
    /// Orientations.
    pub orientations: Vec<Facet>,
    /// Formats.
    pub formats: Vec<Facet>,
    /// Settings that differ from the default.
    pub settings: Vec<Setting>,
    /// All settings.
    #[serde(skip)]
    pub all_settings: Settings,
    /// Parts of the packed form, in its order.
    pub sections: Vec<Section>,
}

/// A group of pictures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facet {
    /// As callers name it.
    pub name: String,
    /// Ranges expanded.
    pub pictures: u64,
}

/// A setting that differs from its default.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// As `edgepick.toml` spells it.
    pub key: String,
    /// As JSON.
    pub value: serde_json::Value,
}

/// A part of the packed form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// As the layout calls it.
    pub name: &'static str,
    /// Its length.
    pub bytes: usize,
}

/// Why a file cannot be inspected.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// It is no component.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// It is a component of someone else.
    #[error(
        "not a component of edgepick: it exports {}",
        if .0.is_empty() { "nothing".to_owned() } else { .0.join(", ") }
    )]
    Foreign(Vec<String>),
    /// It holds a packed site that this program cannot read.
    #[error("{0}")]
    Damaged(String),
}

/// Reads what a component holds.
///
/// # Errors
///
/// When the bytes are no component of edgepick, or hold a packed site that is
/// damaged or of another version.
pub fn inspect(component: &[u8]) -> Result<Inspection, InspectError> {
    let imports = shape::imports(component)?;
    let exports = shape::exports(component)?;
    if !exports
        .iter()
        .any(|name| name.starts_with("edgepick:site/setup@"))
    {
        return Err(InspectError::Foreign(exports));
    }
    let mut site = None;
    for memory in shape::memories(component)? {
        site = find(memory)?;
        if site.is_some() {
            break;
        }
    }
    Ok(Inspection {
        bytes: component.len(),
        component_bytes: component.len() - site.as_ref().map_or(0, |site: &Site| site.bytes),
        imports,
        exports,
        site,
    })
}

/// What is known of a packed site by itself.
///
/// # Errors
///
/// When it is damaged or of another version.
pub fn site(packed: &[u8]) -> Result<Site, InspectError> {
    let damaged = |e: &dyn std::fmt::Display| InspectError::Damaged(e.to_string());
    let opened = app::Site::open(packed).map_err(|e| damaged(&e))?;
    let catalogue = opened.catalogue;
    let ranges = (0..catalogue.entries()).filter(|entry| catalogue.first(*entry).is_some());
    let settings = opened.settings.differing().into_iter();
    Ok(Site {
        bytes: packed.len(),
        pictures: catalogue.pictures(),
        entries: catalogue.entries(),
        ranges: ranges.count().try_into().unwrap_or(u32::MAX),
        weighted: catalogue.weighted(),
        categories: facets(&catalogue, FacetKind::Category),
        tags: facets(&catalogue, FacetKind::Tag),
        orientations: facets(&catalogue, FacetKind::Orientation),
        formats: facets(&catalogue, FacetKind::Format),
        settings: settings
            .map(|(key, value)| Setting {
                key,
                value: serde_json::from_str(&value).unwrap_or(serde_json::Value::String(value)),
            })
            .collect(),
        all_settings: opened.settings,
        sections: catalogue
            .sections()
            .map(|(name, bytes)| Section { name, bytes })
            .collect(),
    })
}

fn facets(catalogue: &Catalogue<'_>, kind: FacetKind) -> Vec<Facet> {
    catalogue
        .facets(kind)
        .map(|facet| {
            let list = catalogue.list(facet);
            Facet {
                name: catalogue.facet_name(facet).to_owned(),
                pictures: list.pictures_before(list.len()),
            }
        })
        .collect()
}

/// The packed site in a memory. The magic is also a word of our own texts: what
/// follows tells them apart, and only when nothing can be read does a likely
/// site that is damaged count.
fn find(mut memory: Vec<u8>) -> Result<Option<Site>, InspectError> {
    let likely: Vec<_> = memchr::memmem::find_iter(&memory, MAGIC)
        .filter_map(|start| Some((start, start.checked_add(length(memory.get(start..)?)?)?)))
        .collect();
    let mut damaged = None;
    for (start, end) in likely {
        if memory.len() < end {
            // Zeros at the end of a memory stand in no segment.
            memory.resize(end, 0);
        }
        match site(memory.get(start..end).unwrap_or_default()) {
            Ok(site) => return Ok(Some(site)),
            Err(e) => damaged = damaged.or(Some(e)),
        }
    }
    damaged.map_or(Ok(None), Err)
}

/// The length that a packed site's header says, if it is one.
fn length(header: &[u8]) -> Option<usize> {
    let version = header.get(VERSION..VERSION + 4)?.first_chunk()?;
    let length = header.get(LENGTH..LENGTH + 8)?.first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let likely = VERSIONS.contains(&u32::from_le_bytes(*version))
        && (HEADER..=crate::bake::MAX_SITE).contains(&length);
    likely.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::COMPONENT;
    use crate::testing::{baked, packed};

    #[test]
    fn a_baked_site_is_found_whole() {
        let component = &baked().component;
        let found = inspect(component).unwrap();
        let site = site(packed()).unwrap();
        assert_eq!(found.bytes, component.len());
        assert_eq!(found.component_bytes, component.len() - packed().len());
        assert_eq!(found.site, Some(site));
    }

    #[test]
    fn a_site_is_described() {
        let entry = |url: &str, category: &str, weight| edgepick::catalogue::Entry {
            url: url.to_owned(),
            category: Some(category.to_owned()),
            weight,
            ..Default::default()
        };
        let entries = vec![
            entry("https://a.example/{1..10}.jpg", "cats/black", 1),
            entry("https://a.example/0.png", "cats", 2),
        ];
        let packed = edgepick::catalogue::pack(br#"{"max_age":5}"#, entries).unwrap();
        let site = site(&packed.bytes).unwrap();
        let named = |facets: &[Facet]| -> Vec<_> {
            facets
                .iter()
                .map(|facet| (facet.name.clone(), facet.pictures))
                .collect()
        };
        assert_eq!((site.pictures, site.entries, site.ranges), (11, 2, 1));
        assert!(site.weighted);
        assert_eq!(
            named(&site.categories),
            [("cats".to_owned(), 11), ("cats/black".to_owned(), 10)]
        );
        assert_eq!(
            named(&site.formats),
            [("jpeg".to_owned(), 10), ("png".to_owned(), 1)]
        );
        let max_age = Setting {
            key: "max_age".to_owned(),
            value: 5.into(),
        };
        assert_eq!(site.settings, [max_age]);
        let hashes = Section {
            name: "hashes",
            bytes: 16,
        };
        assert!(site.sections.contains(&hashes), "{:?}", site.sections);
    }

    #[test]
    fn a_component_without_a_site_has_none() {
        assert_eq!(inspect(COMPONENT).unwrap().site, None);
    }

    #[test]
    fn a_damaged_site_is_named() {
        let mut component = baked().component.clone();
        // A URL of the sample stands in the site alone.
        let url = memchr::memmem::find(&component, b"images.unsplash.com").unwrap();
        component[url] = b'x';
        let error = inspect(&component).unwrap_err();
        assert!(matches!(error, InspectError::Damaged(_)), "{error}");
    }

    #[test]
    fn a_foreign_component_is_told_apart() {
        let component = r#"(component (import "a" (func $a)) (export "b" (func $a)))"#;
        let error = inspect(&wat::parse_str(component).unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a component of edgepick: it exports b"
        );
    }

    #[test]
    fn zeros_at_the_end_of_a_site_stand_in_no_segment() {
        let mut packed = packed().to_vec();
        let whole = site(&packed).unwrap();
        while packed.last() == Some(&0) {
            packed.pop();
        }
        let memory = [b"edgepick is a word too".to_vec(), vec![0; 42], packed].concat();
        assert_eq!(find(memory).unwrap(), Some(whole));
        assert_eq!(find(b"edgepick".repeat(100)).unwrap(), None);
    }
}
