//! The component, precompiled, and the guests that run it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use edgepick_host::runner_engine::{self, TICK};
use wasmtime::component::{Component, InstancePre};
use wasmtime::{
    Engine, Error, Result, Store, StoreLimits, StoreLimitsBuilder, Trap, UpdateDeadline,
};

pub(crate) use self::bindings::exports::edgepick::site::{answer, gateway};
use self::bindings::{Edgepick, EdgepickIndices};
use crate::imports;

mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "edgepick",
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}

/// How long one answer may take. Generous: the smallest functions of a
/// platform get a few hundredths of a processor. Less than the 3 s that most
/// platforms give a new function, so that it is this program that reports.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many bytes each memory may grow beyond its initial size and the site.
/// One that grows is copied, so the most that is held is twice that, and has to
/// fit into 128 MiB.
const MEMORY: usize = 40 << 20;

/// The data of a guest's store.
pub(crate) struct State {
    limits: StoreLimits,
    /// When the answer has to be there. Taking a site in has no limit: with a
    /// large one that is slow where processors are thin.
    until: Option<Instant>,
}

/// Why a guest gave no answer. The guest is gone; the next call gets another.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It took longer than this.
    #[error("the component took longer than {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// It trapped, or did not take the site; the text is wasmtime's or its own.
    #[error("the component failed: {0}")]
    Trap(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Trap(format!("{:#}", error.root_cause()))
    }
}

/// How long an answer may take of which the platform says how long it waits:
/// a tenth of that is for saying that there is none.
fn patience(left: Option<Duration>) -> Duration {
    left.map_or(PATIENCE, |left| PATIENCE.min(left / 10 * 9))
}

/// Guests of one component. A guest is taken out for a call and put back only
/// after it succeeded.
pub(crate) struct Guests {
    engine: Engine,
    pre: InstancePre<State>,
    indices: EdgepickIndices,
    /// What each guest is given first, if the component has no site in it.
    packed: Option<Vec<u8>>,
    memory: usize,
    idle: Mutex<Vec<Guest>>,
}

struct Guest {
    store: Store<State>,
    site: Edgepick,
}

impl Guests {
    /// Opens a component that [`runner_engine`] compiled. `packed` is the site
    /// for one that has none.
    ///
    /// # Errors
    /// When the file is not such a component, or was compiled for another
    /// machine or by another version.
    pub(crate) fn open(path: &Path, packed: Option<Vec<u8>>) -> Result<Self> {
        let engine = Engine::new(&runner_engine::config(runner_engine::OWN)?)?;
        let component = load(&engine, path)?;
        let pre = imports::linker(&engine, &component)?.instantiate_pre(&component)?;
        let indices = EdgepickIndices::new(&pre)?;
        let initial = initial_memory(&component);
        let site = packed.as_ref().map_or(0, Vec::len).saturating_mul(2);
        tick(engine.weak());
        Ok(Self {
            engine,
            pre,
            indices,
            packed,
            memory: initial.saturating_add(site).saturating_add(MEMORY),
            idle: Mutex::new(Vec::new()),
        })
    }

    /// One HTTP exchange; see `answer.handle` in `wit/edgepick.wit`. `left` is
    /// how long the platform waits, where it says so.
    ///
    /// # Errors
    /// When the guest traps or takes too long.
    pub(crate) fn answer(
        &self,
        request: answer::Request<'_>,
        left: Option<Duration>,
    ) -> Result<answer::Outcome, Failure> {
        self.with(patience(left), |guest| {
            let site = guest.site.edgepick_site_answer();
            site.call_handle(&mut guest.store, request)
        })
    }

    /// One event of a platform; see `gateway.handle` in `wit/edgepick.wit`.
    /// `left` is as above.
    ///
    /// # Errors
    /// The outer error when the guest traps or takes too long; the inner one
    /// when there is no document.
    pub(crate) fn event(
        &self,
        platform: &str,
        event: &[u8],
        context: gateway::Context<'_>,
        left: Option<Duration>,
    ) -> Result<Result<gateway::Reply, gateway::EventError>, Failure> {
        self.with(patience(left), |guest| {
            let gateway = guest.site.edgepick_site_gateway();
            gateway.call_handle(&mut guest.store, platform, event, context)
        })
    }

    /// Makes a guest before anyone waits for it.
    ///
    /// # Errors
    /// When it does not take the site.
    pub(crate) fn warm(&self) -> Result<(), Failure> {
        self.with(PATIENCE, |_| Ok(()))
    }

    fn with<T>(
        &self,
        patience: Duration,
        call: impl FnOnce(&mut Guest) -> Result<T>,
    ) -> Result<T, Failure> {
        let idle = self.lock().pop();
        let mut guest = match idle {
            Some(guest) => guest,
            None => self.start()?,
        };
        guest.store.data_mut().until = Instant::now().checked_add(patience);
        guest.store.set_epoch_deadline(1);
        let answer = call(&mut guest).map_err(|e| match e.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Failure::Timeout(patience),
            _ => e.into(),
        })?;
        self.lock().push(guest);
        Ok(answer)
    }

    fn start(&self) -> Result<Guest, Failure> {
        let limits = StoreLimitsBuilder::new().memory_size(self.memory).build();
        let state = State {
            limits,
            until: None,
        };
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.limits);
        store.set_hostcall_fuel(usize::MAX);
        // By the clock, not by counting: where processors are thin, ticks are
        // rare.
        store.epoch_deadline_callback(|context| {
            let until = context.data().until;
            Ok(match until.is_some_and(|until| Instant::now() >= until) {
                true => UpdateDeadline::Interrupt,
                false => UpdateDeadline::Continue(1),
            })
        });
        store.set_epoch_deadline(1);
        let instance = self.pre.instantiate(&mut store)?;
        let site = self.indices.load(&mut store, &instance)?;
        if let Some(packed) = &self.packed {
            site.edgepick_site_setup()
                .call_load(&mut store, packed)?
                .map_err(|refused| Failure::Trap(format!("{refused:?}")))?;
        }
        Ok(Guest { store, site })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Guest>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Guests {
    /// Guests from now on may grow by this many bytes alone.
    pub(crate) fn allow(&mut self, bytes: usize) {
        self.memory = self.memory - MEMORY + bytes;
        self.lock().clear();
    }
}

/// Maps the compiled code of a file.
#[expect(
    unsafe_code,
    reason = "compiled code cannot be checked; it comes with the program, in the same zip"
)]
fn load(engine: &Engine, path: &Path) -> Result<Component> {
    // SAFETY: the file is one that `runner_engine::precompile` made; whoever
    // can put another in its place can replace this program too.
    unsafe { Component::deserialize_file(engine, path) }
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

/// Advances the epoch for as long as anyone holds the engine.
fn tick(engine: wasmtime::EngineWeak) {
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_of_the_time_is_left_for_the_report() {
        assert_eq!(patience(None), PATIENCE);
        assert_eq!(patience(Some(Duration::from_secs(900))), PATIENCE);
        let second = Duration::from_secs(1);
        assert_eq!(patience(Some(second)), Duration::from_millis(900));
    }
}
