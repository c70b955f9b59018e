//! The packed catalogue: built once by [`pack`], checked once by
//! [`validate`], read in place by [`view`].

pub mod model;
pub mod view;

pub use model::{Entry, Format, Orientation, Variant};
pub use view::{Catalogue, Facet, FacetKind, List};
