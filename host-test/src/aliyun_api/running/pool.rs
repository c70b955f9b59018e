//! The instances of each function. A function's callers wait for its own
//! instances only, so a slow or dead one holds up nobody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, Request};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{Failure, Finished, Instance, Program, Runtime};

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
    concurrency: usize,
    permits: Semaphore,
    slots: Mutex<Vec<Arc<Slot>>>,
}

struct Slot {
    id: String,
    /// Taken only when the slot is dropped.
    instance: Option<Box<dyn Instance>>,
    ready: tokio::sync::Mutex<bool>,
    busy: std::sync::atomic::AtomicUsize,
}

impl Drop for Slot {
    fn drop(&mut self) {
        // Ending a process takes a while.
        let instance = self.instance.take();
        std::thread::spawn(move || drop(instance));
    }
}

/// Counts a call out again, whatever becomes of it.
struct Busy(Arc<Slot>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0
            .busy
            .fetch_sub(1, std::sync::atomic::Ordering::AcqRel);
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

    /// Calls a function of this name; with another `tag` it is another one.
    pub(crate) async fn call(
        &self,
        name: &str,
        tag: &str,
        concurrency: usize,
        program: &Program,
        request: Request<Bytes>,
    ) -> Served {
        let pool = self.pool(name, tag, concurrency);
        // Never closed.
        let _permit = pool.permits.acquire().await;
        let busy = match self.slot(&pool, program).await {
            Ok(busy) => busy,
            Err(failure) => return Served::not_started(failure),
        };
        let slot = &busy.0;
        let Some(instance) = &slot.instance else {
            return Served::not_started(Failure::Exited);
        };
        if program.initializer
            && let Some(finished) = initialised(slot, instance.as_ref(), &request).await
        {
            pool.forget(slot);
            return Served {
                finished,
                instance: slot.id.clone(),
                uninitialised: true,
            };
        }
        let finished = instance.call(request).await;
        if finished.result.is_err() {
            pool.forget(slot);
        }
        Served {
            finished,
            instance: slot.id.clone(),
            uninitialised: false,
        }
    }

    fn pool(&self, name: &str, tag: &str, concurrency: usize) -> Arc<Pool> {
        let mut pools = lock(&self.pools);
        if let Some(pool) = pools.get(name).filter(|pool| pool.tag == tag) {
            return Arc::clone(pool);
        }
        let pool = Arc::new(Pool {
            tag: tag.to_owned(),
            concurrency,
            permits: Semaphore::new(self.most * concurrency),
            slots: Mutex::default(),
        });
        pools.insert(name.to_owned(), Arc::clone(&pool));
        pool
    }

    /// An instance with a place for one more call.
    async fn slot(&self, pool: &Pool, program: &Program) -> Result<Busy, Failure> {
        use std::sync::atomic::Ordering::AcqRel;
        {
            let slots = lock(&pool.slots);
            for slot in slots.iter() {
                if slot.busy.fetch_add(1, AcqRel) < pool.concurrency {
                    return Ok(Busy(Arc::clone(slot)));
                }
                slot.busy.fetch_sub(1, AcqRel);
            }
        }
        let (runtime, program) = (Arc::clone(&self.runtime), program.clone());
        let started = tokio::task::spawn_blocking(move || runtime.start(&program)).await;
        let instance = started.map_err(|e| Failure::Emulator(e.to_string()))??;
        let slot = Arc::new(Slot {
            id: Uuid::new_v4().to_string(),
            instance: Some(instance),
            ready: tokio::sync::Mutex::new(false),
            busy: std::sync::atomic::AtomicUsize::new(1),
        });
        lock(&pool.slots).push(Arc::clone(&slot));
        Ok(Busy(slot))
    }
}

impl Pool {
    /// An instance that failed is not called again.
    fn forget(&self, slot: &Arc<Slot>) {
        lock(&self.slots).retain(|other| !Arc::ptr_eq(other, slot));
    }
}

impl Served {
    fn not_started(failure: Failure) -> Self {
        Self {
            finished: Finished {
                result: Err(failure),
                log: String::new(),
                memory: 0,
            },
            instance: String::new(),
            uninitialised: false,
        }
    }
}

/// Initialises an instance once; gives what came of it where it failed.
async fn initialised(
    slot: &Slot,
    instance: &dyn Instance,
    call: &Request<Bytes>,
) -> Option<Finished> {
    let mut ready = slot.ready.lock().await;
    if *ready {
        return None;
    }
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = http::Uri::from_static("/initialize");
    *request.headers_mut() = super::function::control_of(call.headers(), "/initialize");
    let finished = instance.call(request).await;
    match &finished.result {
        Ok(response) if response.status().is_success() => {
            *ready = true;
            None
        }
        _ => Some(finished),
    }
}
