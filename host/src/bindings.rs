//! The host's side of `wit/edgepick.wit`.

#[expect(missing_docs, reason = "generated; the WIT file documents it")]
mod generated {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "edgepick",
        exports: { default: async },
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}

pub use generated::exports::edgepick::site::{answer, gateway, setup};
pub(crate) use generated::{Edgepick, EdgepickIndices};
