//! The native side of edgepick.
//!
//! Without the feature `compiler` this is what the runner shares with it:
//! [`source`] and [`config`] read what people write, [`input`] packs it, and
//! [`runner_engine`] says how the code that runs it is made.

#[cfg(feature = "compiler")]
pub mod bake;
#[cfg(feature = "compiler")]
pub mod bindings;
#[cfg(feature = "compiler")]
pub mod clouds;
#[cfg(feature = "compiler")]
pub mod commands;
pub mod config;
#[cfg(feature = "compiler")]
mod engine;
pub mod fields;
pub mod heads;
pub mod input;
#[cfg(feature = "compiler")]
pub mod inspect;
#[cfg(feature = "compiler")]
pub mod pack;
mod position;
pub mod refusal;
pub mod runner_engine;
#[cfg(feature = "compiler")]
pub mod server;
#[cfg(feature = "compiler")]
pub mod shape;
#[cfg(feature = "compiler")]
pub mod site;
pub mod source;
#[cfg(test)]
#[cfg(feature = "compiler")]
mod testing;

#[cfg(feature = "compiler")]
/// The component without a site, as the build script made it.
pub const COMPONENT: &[u8] = include_bytes!(env!("EDGEPICK_COMPONENT"));
