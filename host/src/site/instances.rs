//! A set of guests that are used again and again, and the two typed doors.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::{Failure, Guest, Site};
use crate::bindings::{answer, gateway};

/// How many guests without work are kept.
const IDLE: usize = 16;

/// Boxed: a guest moves through several futures in a call.
type Idle = Vec<Box<Guest>>;

/// Guests of one site. A guest is taken out for a call and put back only after
/// it succeeded: what a trap or a time-out left behind is never used again.
///
/// All calls need a tokio runtime with its timer enabled.
#[derive(Debug)]
pub struct Instances {
    pub(super) site: Site,
    idle: Mutex<Idle>,
}

impl Instances {
    pub(super) fn new(site: Site) -> Self {
        Self {
            site,
            idle: Mutex::new(Vec::with_capacity(IDLE)),
        }
    }

    /// One HTTP exchange as plain records; see `answer.handle` in
    /// `wit/edgepick.wit`. On [`answer::Outcome::OverHttp`] send the same
    /// request through [`Instances::over_http`].
    ///
    /// # Errors
    ///
    /// When the guest traps, takes too long or too much.
    pub async fn answer(&self, request: answer::Request<'_>) -> Result<answer::Outcome, Failure> {
        let mut guest = self.take().await?;
        let call = guest
            .site
            .edgepick_site_answer()
            .call_handle(&mut guest.store, request);
        let result = self.in_time(call).await;
        self.finish(guest, result)
    }

    /// One event of a platform in, the platform's document out and what a log
    /// says of it; see `gateway.handle` in `wit/edgepick.wit`. A trusted door.
    ///
    /// # Errors
    ///
    /// The outer error when the guest traps, takes too long or too much; the
    /// inner one when there is no document.
    pub async fn gateway(
        &self,
        platform: &str,
        event: &[u8],
        context: gateway::Context<'_>,
    ) -> Result<Result<gateway::Reply, gateway::EventError>, Failure> {
        let mut guest = self.take().await?;
        let call = guest.site.edgepick_site_gateway().call_handle(
            &mut guest.store,
            platform,
            event,
            context,
        );
        let result = self.in_time(call).await;
        self.finish(guest, result)
    }

    /// What a call gives, unless it takes too long. Most calls are over before
    /// they yield for the first time, and need no timer.
    async fn in_time<T>(&self, call: impl Future<Output = T>) -> Result<T, Elapsed> {
        let mut call = pin!(call);
        let first = poll_fn(|context| Poll::Ready(call.as_mut().poll(context)));
        match first.await {
            Poll::Ready(result) => Ok(result),
            Poll::Pending => timeout(self.site.options().timeout, call).await,
        }
    }

    /// An idle guest, or a fresh one.
    pub(super) async fn take(&self) -> Result<Box<Guest>, Failure> {
        let idle = self.lock().pop();
        let mut guest = match idle {
            Some(guest) => guest,
            None => self.site.start().await?,
        };
        guest.store.set_epoch_deadline(1);
        Ok(guest)
    }

    /// Keeps a guest whose call succeeded and says what the call gave.
    pub(super) fn finish<T>(
        &self,
        guest: Box<Guest>,
        result: Result<wasmtime::Result<T>, Elapsed>,
    ) -> Result<T, Failure> {
        match result {
            Ok(Ok(value)) => {
                self.put(guest);
                Ok(value)
            }
            Ok(Err(e)) => Err(Failure::of(e, guest.store.data())),
            Err(_) => Err(Failure::Timeout),
        }
    }

    /// Puts a guest back, unless it has served its time.
    pub(super) fn put(&self, mut guest: Box<Guest>) {
        guest.uses = guest.uses.saturating_add(1);
        if guest.uses >= self.site.options().reuse {
            return;
        }
        let mut idle = self.lock();
        if idle.len() < IDLE {
            idle.push(guest);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Guest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guest")
            .field("uses", &self.uses)
            .finish_non_exhaustive()
    }
}
