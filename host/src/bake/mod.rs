//! From a packed site to a component that needs nothing more: the component
//! runs once to take the site in, its memory becomes the new component's
//! (`snapshot`), and what it imports beyond `wasi:http/proxy` is plugged
//! ([`seal`]).

mod seal;
mod snapshot;

use std::fmt;

pub use self::seal::{SealError, seal};
use crate::bindings::setup;

/// The most bytes a packed site may have: a memory of 4 GiB must hold it twice
/// while it is taken in.
pub const MAX_SITE: usize = 1 << 30;

/// A component with its site in it.
#[derive(Clone)]
pub struct Baked {
    /// The sealed component.
    pub component: Vec<u8>,
    /// What it said when it took the site in.
    pub report: setup::Report,
}

impl fmt::Debug for Baked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Baked")
            .field("component", &self.component.len())
            .field("report", &self.report)
            .finish()
    }
}

/// Why there is no baked component.
#[derive(Debug, thiserror::Error)]
pub enum BakeError {
    /// The packed site is larger than [`MAX_SITE`].
    #[error("the packed site has {0} bytes; a component holds at most {MAX_SITE}")]
    TooLarge(usize),
    /// The component has a site already.
    #[error("the component has a site already; bake into one without")]
    AlreadyLoaded,
    /// The component refuses the packed site.
    #[error("the component refuses the packed site: {0}")]
    Damaged(String),
    /// It could not be run or its memory not be taken.
    #[error("the component cannot take the site in: {0:#}")]
    Snapshot(wasmtime::Error),
    /// The result cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Puts a packed site into a component that has none, and seals the result.
/// The same inputs give the same bytes.
///
/// # Errors
///
/// When the site is too large or damaged, the component has one already or is
/// not one of ours, or the result wants more than `wasi:http/proxy` offers.
pub async fn bake(component: &[u8], site: &[u8]) -> Result<Baked, BakeError> {
    if site.len() > MAX_SITE {
        return Err(BakeError::TooLarge(site.len()));
    }
    let (filled, report) = snapshot::snapshot(component, site).await?;
    Ok(Baked {
        component: seal(&filled)?,
        report,
    })
}

#[cfg(test)]
mod tests;
