//! The one place where wasmtime is configured.
//!
//! [`base`] is what every engine of the project has in common; nothing in it
//! needs the compiler.

use std::time::Duration;

use wasmtime::{
    Config, Enabled, Engine, Error, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    RegallocAlgorithm,
};

/// How often a running guest yields to the other requests of its thread.
const TICK: Duration = Duration::from_millis(10);

/// Linear memories and core modules of a sealed component: its own, the
/// adapter shims, and the plug's.
const MEMORIES: u32 = 2;
const MODULES: u32 = 8;

/// What every engine shares: no more of WebAssembly than a component needs.
fn base() -> Config {
    let mut config = Config::new();
    config.wasm_component_model(true);
    config
}

/// The engine that runs a component once, to fill it with a site of that many
/// bytes. Compiled code that runs for less time than it takes to make it well
/// is made quickly.
///
/// # Errors
///
/// Those of [`Engine::new`].
pub(crate) fn baking(site: usize) -> Result<Engine, Error> {
    let mut config = base();
    if site < LARGE {
        config.cranelift_opt_level(OptLevel::None);
        config.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    }
    Engine::new(&config)
}

/// Bytes of a packed site whose check takes longer than the compiler does.
const LARGE: usize = 16 << 20;

/// The engine that serves: guests are interrupted every [`TICK`], and up to
/// `instances` of them live at once in memory reserved at the start. Where the
/// system does not grant that much address space, memory is mapped as needed.
///
/// What a guest leaves in its memory is undone in the way that takes less time
/// for a component of that many bytes, whose guests answer `reuse` times.
///
/// # Errors
///
/// Those of [`Engine::new`].
pub(crate) fn serving(instances: u32, component: usize, reuse: u32) -> Result<Engine, Error> {
    let mut config = base();
    config.epoch_interruption(true);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(MODULES))
        .total_memories(instances.saturating_mul(MEMORIES))
        .total_tables(instances.saturating_mul(MODULES))
        .total_stacks(instances)
        .table_keep_resident(KEEP_RESIDENT);
    let kept = if component < SCANNED || reuse > 1 {
        KEEP_RESIDENT
    } else {
        ALWAYS_WRITTEN
    };
    pool.pagemap_scan(Enabled::Auto)
        .linear_memory_keep_resident(kept);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config).or_else(|_| {
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        Engine::new(&config)
    })?;
    tick(&engine);
    Ok(engine)
}

/// Bytes of a memory or table that are put back as they were by writing; the
/// rest is given back to the system, at the price of page faults.
const KEEP_RESIDENT: usize = 128 << 10;

/// The pages that every guest writes to: of its stack, its statics and its
/// arena, all of them below the site. Linux looks for written pages from the
/// start on and stops when it has found these, so that it never looks through
/// the site; the pages above them are given back.
const ALWAYS_WRITTEN: usize = 3 << 12;

/// Bytes of a component above which to ask Linux for all the pages that were
/// written to takes longer than to fault in anew those that one answer reads.
const SCANNED: usize = 2 << 20;

/// Advances the engine's epoch for as long as anyone holds it.
fn tick(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}
