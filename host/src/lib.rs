//! The native side of edgepick.

pub mod bake;
pub mod bindings;
pub mod clouds;
pub mod commands;
pub mod config;
mod engine;
pub mod input;
pub mod inspect;
pub mod server;
pub mod shape;
pub mod site;
pub mod source;
#[cfg(test)]
mod testing;

/// The component without a site, as the build script made it.
pub const COMPONENT: &[u8] = include_bytes!(env!("EDGEPICK_COMPONENT"));
