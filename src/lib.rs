//! edgepick: one address that answers with a random picture, as one
//! WebAssembly component.
//!
//! The answer is a pure function of (catalogue, settings, request,
//! randomness). This crate is that function; the module list is its table of
//! contents, from the wire inwards:
//!
//! * `component` (wasm only): wasi:http and our own WIT exports, thin.
//! * `arena`: the component's memory allocator.
//! * [`app`]: the one public door, `respond`.
//! * [`gateway`]: the event formats of cloud-function platforms.
//! * [`query`]: parameters and their values, one table.
//! * [`answer`]: what was decided, as an HTTP response.
//! * [`settings`]: what a site may set.
//! * [`picker`]: random, seed, deck, count over one candidate list.
//! * [`catalogue`]: the packed index, its builder and its reader.
//! * [`error`]: typed errors with a status and a stable code.
//!
//! Everything but `component` compiles and is tested natively.

pub mod answer;
pub mod app;
#[cfg(any(target_arch = "wasm32", test))]
mod arena;
pub mod catalogue;
#[cfg(target_arch = "wasm32")]
mod component;
pub mod error;
pub mod gateway;
pub mod picker;
pub mod query;
pub mod settings;
