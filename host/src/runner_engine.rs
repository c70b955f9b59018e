//! The engine of the runner, for both sides: who compiles and who runs.
//!
//! A precompiled component is taken only by an engine that was configured as
//! the one that made it, so there is one function for both. What is off in
//! WebAssembly by the features that the crate `wasmtime` is built with (`gc`,
//! `threads`) must be off in both builds.

use std::time::Duration;

use wasmtime::{Config, Error};

/// A kind of processor that there is a runner for. Precompiled components are
/// for any processor of their kind, not only for the one that made them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Architecture {
    /// Intel's and AMD's, with 64 bits.
    #[default]
    X86_64,
    /// Arm's with 64 bits, such as AWS Graviton.
    Arm64,
}

impl Architecture {
    /// All of them; the first is the one that every platform has.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Arm64];

    /// This program's own.
    pub const OWN: Self = if cfg!(target_arch = "aarch64") {
        Self::Arm64
    } else {
        Self::X86_64
    };

    /// Its name, as AWS Lambda has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// What its runner is built for, and precompiled components with it.
    #[must_use]
    pub const fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-musl",
            Self::Arm64 => "aarch64-unknown-linux-musl",
        }
    }
}

/// How often a running guest is asked whether its time is over.
pub const TICK: Duration = Duration::from_millis(10);

/// What this program is built for: the runner's own side. Processors and
/// systems have to be alike, C libraries need not.
pub const OWN: &str = match Architecture::OWN {
    own if cfg!(target_env = "musl") => own.target(),
    Architecture::X86_64 => "x86_64-unknown-linux-gnu",
    Architecture::Arm64 => "aarch64-unknown-linux-gnu",
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

/// Compiles a component, sealed or not, for a runner.
///
/// # Errors
///
/// When it is no valid component, or this program has no compiler for that
/// architecture: see [`compiles_for`].
#[cfg(feature = "compiler")]
pub fn precompile(component: &[u8], architecture: Architecture) -> Result<Vec<u8>, Error> {
    wasmtime::Engine::new(&config(architecture.target())?)?.precompile_component(component)
}

/// Whether this program can compile for an architecture: without the feature
/// `cross` for its own alone.
#[cfg(feature = "compiler")]
#[must_use]
pub fn compiles_for(architecture: Architecture) -> bool {
    cfg!(feature = "cross") || architecture == Architecture::OWN
}
