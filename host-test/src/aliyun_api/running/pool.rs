//! The instances of each function. A function's callers wait for its own
//! instances only, so a slow or dead one holds up nobody else.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request};
use tokio::sync::{OnceCell, Semaphore};

use super::{Failure, Finished, Instance, Program, Runtime};
use crate::gateways::ids;

/// How long an instance is kept that nobody calls, and how often that is
/// looked at.
const IDLE: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_secs(30);

/// All instances.
pub(crate) struct Pools {
    runtime: Arc<dyn Runtime>,
    pools: Mutex<HashMap<String, Arc<Pool>>>,
    /// Most instances of a function.
    most: usize,
}

struct Pool {
    /// Changes with the function.
    tag: String,
    program: Program,
    permits: Arc<Semaphore>,
    slots: Mutex<Vec<Arc<Slot>>>,
}

/// A place for an instance, which its first call starts.
struct Slot {
    id: String,
    instance: OnceCell<Result<Box<dyn Instance>, Failure>>,
    initialized: tokio::sync::Mutex<bool>,
    /// Calls under way. Raised under the lock of the pool's slots alone.
    calls: AtomicUsize,
    used: Mutex<Instant>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        // Ending a process takes a while.
        if let Some(instance) = self.instance.take() {
            std::thread::spawn(move || drop(instance));
        }
    }
}

/// A call's place in an instance, given back whatever becomes of the call.
struct Place(Arc<Slot>);

impl Drop for Place {
    fn drop(&mut self) {
        *lock(&self.0.used) = Instant::now();
        self.0.calls.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A call's end, and which instance it was.
pub(crate) struct Served {
    pub(crate) finished: Finished,
    pub(crate) instance: String,
    /// The initialiser failed, not the call.
    pub(crate) uninitialised: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pools {
    pub(crate) fn new(runtime: Arc<dyn Runtime>, most: usize) -> Self {
        Self {
            runtime,
            pools: Mutex::default(),
            most,
        }
    }

    /// Calls a function of this name; with another `tag` it is another one. A
    /// caller that goes away while it waits for its turn makes no call; a call
    /// that has begun goes on to its end.
    ///
    /// # Errors
    /// What `program` refuses, which is asked once a function.
    pub(crate) async fn call<E>(
        &self,
        name: &str,
        tag: &str,
        program: impl FnOnce() -> Result<Program, E>,
        request: Request<Bytes>,
    ) -> Result<Served, E> {
        let pool = self.pool(name, tag, program)?;
        let permit = Arc::clone(&pool.permits).acquire_owned().await;
        let runtime = Arc::clone(&self.runtime);
        let call = tokio::spawn(async move {
            let served = pool.call(runtime, request).await;
            drop(permit);
            served
        });
        let failed = |e| Served::not_started(String::new(), Failure::Emulator(format!("{e}")));
        Ok(call.await.unwrap_or_else(failed))
    }

    fn pool<E>(
        &self,
        name: &str,
        tag: &str,
        program: impl FnOnce() -> Result<Program, E>,
    ) -> Result<Arc<Pool>, E> {
        let find = |pools: &HashMap<String, Arc<Pool>>| {
            let pool = pools.get(name).filter(|pool| pool.tag == tag);
            pool.map(Arc::clone)
        };
        if let Some(pool) = find(&lock(&self.pools)) {
            return Ok(pool);
        }
        let program = program()?;
        let mut pools = lock(&self.pools);
        // Others may have been here meanwhile.
        if let Some(pool) = find(&pools) {
            return Ok(pool);
        }
        let pool = Arc::new(Pool {
            tag: tag.to_owned(),
            permits: Arc::new(Semaphore::new(self.most * program.concurrency.max(1))),
            program,
            slots: Mutex::default(),
        });
        pools.insert(name.to_owned(), Arc::clone(&pool));
        Ok(pool)
    }

    /// Ends what has not been called for so long.
    fn sweep(&self, idle: Duration) {
        lock(&self.pools).retain(|_, pool| {
            let mut slots = lock(&pool.slots);
            slots.retain(|slot| !slot.is_free() || lock(&slot.used).elapsed() < idle);
            // Who waits for a place knows the pool too.
            !slots.is_empty() || Arc::strong_count(pool) > 1
        });
    }
}

/// Ends instances that nobody calls, as long as the emulator runs.
pub(crate) async fn work(plane: Arc<crate::aliyun_api::Plane>) {
    loop {
        tokio::time::sleep(LOOK).await;
        plane.pools.sweep(IDLE);
    }
}

impl Pool {
    async fn call(&self, runtime: Arc<dyn Runtime>, request: Request<Bytes>) -> Served {
        let place = self.place();
        let slot = &place.0;
        let start = || slot.start(runtime, self.program.clone());
        let started = slot.instance.get_or_init(start);
        let instance = match started.await {
            Ok(instance) => instance.as_ref(),
            Err(failure) => {
                self.forget(slot);
                return Served::not_started(slot.id.clone(), failure.clone());
            }
        };
        let failed = match self.program.initializer {
            true => slot.initialize(instance, &request).await,
            false => None,
        };
        let (finished, uninitialised) = match failed {
            Some(finished) => (finished, true),
            None => (instance.call(request).await, false),
        };
        if uninitialised || finished.result.is_err() {
            self.forget(slot);
        }
        Served {
            finished,
            instance: slot.id.clone(),
            uninitialised,
        }
    }

    /// A place in an instance; with a permit for each call there are never more
    /// instances than there may be.
    fn place(&self) -> Place {
        let mut slots = lock(&self.slots);
        slots.retain(|slot| !slot.ended());
        let most = self.program.concurrency.max(1);
        let has_room = |slot: &&Arc<Slot>| slot.calls.load(Ordering::Acquire) < most;
        let slot = match slots.iter().find(has_room) {
            Some(slot) => Arc::clone(slot),
            None => {
                let slot = Arc::new(Slot::new());
                slots.push(Arc::clone(&slot));
                slot
            }
        };
        slot.calls.fetch_add(1, Ordering::AcqRel);
        Place(slot)
    }

    /// An instance that failed is not called again.
    fn forget(&self, slot: &Arc<Slot>) {
        lock(&self.slots).retain(|other| !Arc::ptr_eq(other, slot));
    }
}

impl Slot {
    fn new() -> Self {
        Self {
            id: format!("c-{}", ids::hex(32)),
            instance: OnceCell::new(),
            initialized: tokio::sync::Mutex::new(false),
            calls: AtomicUsize::new(0),
            used: Mutex::new(Instant::now()),
        }
    }

    async fn start(
        &self,
        runtime: Arc<dyn Runtime>,
        mut program: Program,
    ) -> Result<Box<dyn Instance>, Failure> {
        let id = ("FC_INSTANCE_ID".to_owned(), self.id.clone());
        program.environment.push(id);
        let started = tokio::task::spawn_blocking(move || runtime.start(&program)).await;
        started.map_err(|e| Failure::Emulator(e.to_string()))?
    }

    fn is_free(&self) -> bool {
        self.calls.load(Ordering::Acquire) == 0
    }

    fn ended(&self) -> bool {
        match self.instance.get() {
            Some(Ok(instance)) => instance.ended(),
            Some(Err(_)) => true,
            None => false,
        }
    }

    /// Initialises an instance once; gives what came of it where it failed.
    async fn initialize(&self, instance: &dyn Instance, call: &Request<Bytes>) -> Option<Finished> {
        let mut initialized = self.initialized.lock().await;
        if *initialized {
            return None;
        }
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = http::Uri::from_static("/initialize");
        *request.headers_mut() = super::function::control_of(call.headers(), "/initialize");
        let finished = instance.call(request).await;
        match &finished.result {
            Ok(response) if response.status().is_success() => {
                *initialized = true;
                None
            }
            _ => Some(finished),
        }
    }
}

impl Served {
    fn not_started(instance: String, failure: Failure) -> Self {
        Self {
            finished: Finished {
                result: Err(failure),
                log: String::new(),
                memory: 0,
            },
            instance,
            uninitialised: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Response;

    /// The ids of the instances that so many calls at once have met.
    async fn ids(pools: &Arc<Pools>, calls: usize, concurrency: usize) -> Vec<String> {
        let calls: Vec<_> = (0..calls)
            .map(|_| {
                let pools = Arc::clone(pools);
                tokio::spawn(async move {
                    let request = Request::new(Bytes::new());
                    let program = || {
                        Ok::<_, String>(Program {
                            concurrency,
                            ..Program::default()
                        })
                    };
                    let served = pools.call("f", "1", program, request).await.unwrap();
                    served.finished.result.unwrap();
                    served.instance
                })
            })
            .collect();
        let mut ids = Vec::new();
        for call in calls {
            ids.push(call.await.unwrap());
        }
        ids.sort();
        ids.dedup();
        ids
    }

    fn pools(most: usize) -> Arc<Pools> {
        let runtime = |_: &Program, request: Request<Bytes>| Ok(Response::new(request.into_body()));
        Arc::new(Pools::new(Arc::new(runtime), most))
    }

    #[tokio::test]
    async fn many_calls_share_few_instances() {
        for (concurrency, most) in [(1, 3), (10, 3), (10, 1)] {
            let met = ids(&pools(most), 100, concurrency).await;
            assert!((1..=most).contains(&met.len()), "{concurrency}: {met:?}");
        }
    }

    #[tokio::test]
    async fn what_nobody_calls_is_ended() {
        let pools = pools(1);
        let first = ids(&pools, 2, 1).await;
        pools.sweep(IDLE);
        assert_eq!(ids(&pools, 1, 1).await, first);
        pools.sweep(Duration::ZERO);
        assert!(lock(&pools.pools).is_empty());
        assert_ne!(ids(&pools, 1, 1).await, first);
    }
}
