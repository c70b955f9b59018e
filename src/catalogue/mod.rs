//! The packed catalogue: built once by [`pack()`], checked once by
//! [`Catalogue::open`], read in place.
//!
//! * [`model`]: what a catalogue says of a picture; [`Entry::check`] says what
//!   is accepted.
//! * [`url`], [`hash`], [`id`]: from a picture's URL to its id.
//! * [`pack`](mod@pack): the builder. [`layout`]: the packed form, byte for byte.
//! * [`validate`]: the whole check.
//! * [`view`], [`facet`], [`list`]: the reader.

mod bytes;
mod check;
mod column;
pub mod error;
pub mod facet;
mod find;
pub mod hash;
pub mod id;
pub mod layout;
pub mod list;
pub mod model;
pub mod pack;
mod sets;
#[cfg(test)]
mod testing;
pub mod url;
pub mod validate;
pub mod view;

pub use error::{Damaged, PackError, Reason};
pub use facet::{Facet, FacetKind};
pub use list::List;
pub use model::{Entry, Format, Orientation, Variant};
pub use pack::{Duplicate, Packed, pack};
pub use url::{PictureUrl, UrlError, UrlReason};
pub use view::Catalogue;
