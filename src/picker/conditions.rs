//! What a caller asks of a picture, names resolved.

use super::{Picture, SizeBounds};
use crate::catalogue::Facet;

/// Conditions that a picture meets all of. The default asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Facets of kind category; the picture is in any of them, or below it.
    /// Empty: no condition.
    pub categories: Vec<Facet>,
    /// Facets of kind tag: of every group the picture has at least one. A group
    /// without a tag is met by no picture.
    pub tags: Vec<Vec<Facet>>,
    /// Tags that the picture does not have.
    pub not_tags: Vec<Facet>,
    /// A facet of kind orientation.
    pub orientation: Option<Facet>,
    /// A facet of kind format.
    pub format: Option<Facet>,
    /// Bounds on width, height and their ratio.
    pub size: SizeBounds,
    /// Pictures that are not wanted; ones that do not exist change nothing.
    pub not: Vec<Picture>,
}

impl Conditions {
    /// Whether every entry meets them.
    pub(super) fn is_any(&self) -> bool {
        self.categories.is_empty()
            && self.tags.is_empty()
            && self.not_tags.is_empty()
            && self.orientation.is_none()
            && self.format.is_none()
            && self.size.test().is_none()
    }
}
