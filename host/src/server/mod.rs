//! Serves a site over HTTP/1.1.
//!
//! One thread accepts connections and hands each to the worker with the fewest;
//! every worker is a thread with a runtime and guests of its own, so that no
//! request waits for a lock.

mod accept;
mod body;
mod connection;
mod exchange;
mod log;
mod origin;
mod worker;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use edgepick::app::MOST_BODY;
use tokio::sync::watch;

pub use self::log::Log;
use self::worker::{Shared, Worker};
use crate::refusal::Refusals;
use crate::site::Site;

/// How a server treats its callers.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Threads that answer; 0 takes one a core.
    pub workers: usize,
    /// Connections at once; beyond them callers get a 503.
    pub connections: usize,
    /// Requests at once; beyond them callers get a 503.
    pub requests: usize,
    /// Bytes of a request's line and header fields, at least 8,192; beyond
    /// them callers get a 431.
    pub head: usize,
    /// Bytes of a request's body; beyond them callers get a 413.
    pub body: usize,
    /// How long a connection may take to send a request's head, the time it
    /// stands idle before included.
    pub idle: Duration,
    /// How long a request's body may take to arrive; beyond it callers get a
    /// 408.
    pub upload: Duration,
    /// How long requests under way may take when the server stops.
    pub drain: Duration,
    /// A path prefix to strip before routing; it wins over the settings'.
    pub mount: Option<String>,
    /// Whether to take the caller's address from `X-Forwarded-For` and the
    /// request's id from `X-Request-Id`, as the proxy in front sets them.
    pub trust_proxy: bool,
    /// The way into the component.
    pub door: Door,
    /// Where a line for each request goes.
    pub log: Log,
    /// How the server itself refuses requests: as the site's settings say.
    pub refusals: Refusals,
}

/// The way into the component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Door {
    /// `answer.handle`, and wasi:http where that needs it.
    #[default]
    Typed,
    /// wasi:http for every request.
    WasiHttp,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            workers: 0,
            connections: 10_000,
            requests: 1_000,
            head: 32 << 10,
            body: MOST_BODY,
            idle: Duration::from_secs(30),
            upload: Duration::from_secs(30),
            drain: Duration::from_secs(10),
            mount: None,
            trust_proxy: false,
            door: Door::default(),
            log: Log::Off,
            refusals: Refusals::default(),
        }
    }
}

/// A server at work. Dropping it stops it without waiting for the requests
/// under way.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Binds an address and serves the site there. Port 0 takes a free one;
    /// [`Server::address`] tells which.
    ///
    /// # Errors
    ///
    /// When the address cannot be bound or a thread cannot be started.
    pub fn start(site: &Site, address: SocketAddr, options: ServerOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let count = match options.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared::new(options));
        let mut threads = Vec::with_capacity(count + 1);
        let mut workers = Vec::with_capacity(count);
        for number in 0..count {
            let (worker, thread) = Worker::start(number, site, &shared, stopped.clone())?;
            workers.push(worker);
            threads.push(thread);
        }
        threads.push(accept::start(listener, workers, shared, stopped)?);
        Ok(Self {
            address,
            stop,
            threads,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops: takes no new connection, lets the requests under way end within
    /// [`ServerOptions::drain`], and returns when all threads have.
    pub fn stop(mut self) {
        let _ = self.stop.send(true);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
