//! A component that is ready to answer, and the guests that run it.

mod failure;
mod instances;
mod over_http;
mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi_http::p2::bindings::{Proxy, ProxyIndices};

pub use self::failure::Failure;
pub use self::instances::Instances;
use self::state::State;
use crate::bake::{SealError, seal};
use crate::bindings::{Edgepick, EdgepickIndices};
use crate::engine;

/// What a guest may use, and how guests are handled.
#[derive(Clone, Debug)]
pub struct SiteOptions {
    /// How long one answer may take, from the call to its status and headers.
    pub timeout: Duration,
    /// How long the rest of a streamed answer may take.
    pub stream: Duration,
    /// How many bytes each memory may grow beyond its initial size.
    pub memory: usize,
    /// How many guests may live at once.
    pub instances: u32,
    /// After how many requests a guest is replaced by a fresh one; 1 gives
    /// every request its own.
    pub reuse: u32,
    /// Makes every guest's randomness a function of this number and of how
    /// many guests the site had before: for tests and benchmarks alone.
    pub seed: Option<u64>,
}

impl Default for SiteOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(1),
            stream: Duration::from_secs(60),
            memory: 64 << 20,
            instances: 256,
            reuse: 10_000,
            seed: None,
        }
    }
}

/// Why a component cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// It cannot be sealed: it is no component, or it wants more than a host
    /// of `wasi:http/proxy` offers.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The compiler or the linker refuses it.
    #[error("the component cannot run here: {0:#}")]
    Compile(wasmtime::Error),
    /// It does not export what `wit/edgepick.wit` or `wasi:http/proxy` name.
    #[error("the component is not one of edgepick's: {0:#}")]
    Exports(wasmtime::Error),
}

/// A compiled component. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

struct Inner {
    pre: InstancePre<State>,
    site: EdgepickIndices,
    proxy: ProxyIndices,
    /// The size in bytes that no memory of a guest may exceed.
    memory: usize,
    options: SiteOptions,
    guests: AtomicU64,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site")
            .field("options", &self.inner.options)
            .finish_non_exhaustive()
    }
}

impl Site {
    /// Compiles a component, sealed or not. It must export the world of
    /// `wit/edgepick.wit` and `wasi:http/incoming-handler`.
    ///
    /// # Errors
    ///
    /// When it is no such component or wants an import that a host of the
    /// `wasi:http/proxy` world does not offer.
    pub fn new(component: &[u8], options: SiteOptions) -> Result<Self, SiteError> {
        let sealed = seal(component)?;
        let engine = engine::serving(options.instances, sealed.len(), options.reuse)
            .map_err(SiteError::Compile)?;
        let component = Component::from_binary(&engine, &sealed).map_err(SiteError::Compile)?;
        let pre = linker(&engine)
            .and_then(|linker| linker.instantiate_pre(&component))
            .map_err(SiteError::Compile)?;
        let site = EdgepickIndices::new(&pre).map_err(SiteError::Exports)?;
        let proxy = ProxyIndices::new(&pre).map_err(SiteError::Exports)?;
        let memory = initial_memory(&component).saturating_add(options.memory);
        Ok(Self {
            inner: Arc::new(Inner {
                pre,
                site,
                proxy,
                memory,
                options,
                guests: AtomicU64::new(0),
            }),
        })
    }

    /// How guests are handled.
    #[must_use]
    pub fn options(&self) -> &SiteOptions {
        &self.inner.options
    }

    /// A set of guests of its own, for one thread of a server or for whoever
    /// embeds the component. Empty at first; guests start when needed.
    #[must_use]
    pub fn instances(&self) -> Arc<Instances> {
        Arc::new(Instances::new(self.clone()))
    }

    /// Starts a guest.
    async fn start(&self) -> Result<Box<Guest>, Failure> {
        let inner = &*self.inner;
        let mut store = Store::new(inner.pre.engine(), State::new(self.context(), inner.memory));
        store.limiter(|state| state);
        store.epoch_deadline_callback(|_| {
            Ok(UpdateDeadline::YieldCustom(
                1,
                Box::pin(tokio::task::yield_now()),
            ))
        });
        store.set_epoch_deadline(1);
        let started = async {
            let instance = inner.pre.instantiate_async(&mut store).await?;
            let site = inner.site.load(&mut store, &instance)?;
            let proxy = inner.proxy.load(&mut store, &instance)?;
            Ok((site, proxy))
        };
        match started.await {
            Ok((site, proxy)) => Ok(Box::new(Guest {
                store,
                site,
                proxy,
                uses: 0,
            })),
            Err(e) => Err(Failure::of(e, store.data())),
        }
    }

    /// What a guest sees of the system: clocks, randomness, and our standard
    /// error for its last words.
    fn context(&self) -> WasiCtx {
        let mut builder = WasiCtx::builder();
        builder.inherit_stderr();
        let guest = self.inner.guests.fetch_add(1, Ordering::Relaxed);
        if let Some(seed) = self.inner.options.seed {
            let seed = seed.wrapping_add(guest.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            builder.secure_random(StdRng::seed_from_u64(seed));
        }
        builder.build()
    }
}

/// One running guest.
struct Guest {
    store: Store<State>,
    site: Edgepick,
    proxy: Proxy,
    /// Calls so far.
    uses: u32,
}

/// Exactly what `wasmtime serve` offers by default: the `wasi:http/proxy`
/// world.
fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi_http::p2::add_to_linker_async(&mut linker)?;
    Ok(linker)
}

/// The size in bytes of the component's largest memory at its start.
fn initial_memory(component: &Component) -> usize {
    const PAGE: u64 = 64 << 10;
    component
        .resources_required()
        .and_then(|required| required.max_initial_memory_size)
        .and_then(|pages| usize::try_from(pages.saturating_mul(PAGE)).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
