//! The engine of the runner, for both sides: who compiles and who runs.
//!
//! A precompiled component is taken only by an engine that was configured as
//! the one that made it, so there is one function for both. What is off in
//! WebAssembly by the features that the crate `wasmtime` is built with (`gc`,
//! `threads`) must be off in both builds.

use std::time::Duration;

use wasmtime::{Config, Error};

/// What the runner is built for, and precompiled components with it. Named, so
/// that the code is for any processor of its kind, not for the one that made
/// it.
pub const TARGET: &str = "x86_64-unknown-linux-musl";

/// How often a running guest is asked whether its time is over.
pub const TICK: Duration = Duration::from_millis(10);

/// What this program is built for: the runner's own side. Processors and
/// systems have to be alike, C libraries need not.
pub const OWN: &str = if cfg!(target_env = "musl") {
    TARGET
} else {
    "x86_64-unknown-linux-gnu"
};

/// The configuration for a target. A program with it runs where no more than 128 MiB of
/// address space are to be had: memories grow as they need to, and bounds are
/// checked in code instead of by guard pages.
///
/// # Errors
///
/// When the target has no such name.
pub fn config(target: &str) -> Result<Config, Error> {
    let mut config = Config::new();
    config
        .target(target)?
        .wasm_component_model(true)
        .gc_support(false)
        .epoch_interruption(true)
        .signals_based_traps(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .memory_reservation_for_growth(1 << 20)
        .native_unwind_info(false)
        .concurrency_support(false);
    Ok(config)
}

/// Compiles a component, sealed or not, for the runner.
///
/// # Errors
///
/// When it is no valid component.
#[cfg(feature = "compiler")]
pub fn precompile(component: &[u8]) -> Result<Vec<u8>, Error> {
    wasmtime::Engine::new(&config(TARGET)?)?.precompile_component(component)
}
