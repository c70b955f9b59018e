//! Alibaba Cloud Function Compute's control plane on one machine: services,
//! functions, triggers and their calls of 2016-08-15 and 2023-03-30, and the
//! deployment endpoint `POST /v2/{region_id}/deployments`. From the vendor's
//! reference of both interfaces, the tests of its SDKs, requests recorded from
//! them, and the user's documents.
//!
//! * `routes`: every call there is. `schema`: the members of resources.
//! * `resource`: what calls do with what is kept in `store`.
//! * `running`: functions at work, the queue, timers, HTTP triggers.
//! * `signature`: who calls. `deployment`: the endpoint.
//! * `emulator`: the emulator's own calls, below `/emulator/`.
//! * `pruning`: what is old enough to be forgotten.
//!
//! What one machine cannot do (networks, file systems, logs, images) is kept
//! and returned, and named in the field `X-Emulator-Not-Acted-Upon`.

mod call;
mod clock;
pub mod command;
mod deployment;
mod emulator;
mod error;
mod pruning;
mod reply;
mod resource;
mod routes;
pub mod running;
mod schedule;
mod schema;
mod server;
mod signature;
mod store;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime as Threads;
use tokio::sync::Notify;

use clock::Clock;
use resource::text;
use running::queue::{self, Queue};
use running::{Pools, Runtime, pool, timer};
use signature::Keys;
use store::{Item, Store};

/// How the emulator is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it keeps everything.
    pub data: PathBuf,
    /// Access keys and their secrets; without any, nothing is verified.
    pub keys: BTreeMap<String, String>,
    /// The account that owns everything, where a call names none.
    pub account: String,
    /// Where everything stands, where a call does not say it.
    pub region: String,
    /// Hosts, with ports where they have one, that code may be fetched from.
    pub allow_fetch: Vec<String>,
    /// Whether the trigger's own address behaves as `*.fcapp.run`: no
    /// redirects, and downloads.
    pub default_domain: bool,
    /// Most instances of one function.
    pub instances: usize,
    /// The moment at which the clock stands; the machine's clock otherwise.
    pub now: Option<Timestamp>,
    /// Whether it says what happens, on standard error.
    pub log: bool,
}

impl Options {
    /// The platform's defaults, with everything in this folder.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        Self {
            data,
            keys: BTreeMap::new(),
            account: "1042000000000042".to_owned(),
            region: "cn-hangzhou".to_owned(),
            allow_fetch: Vec::new(),
            default_domain: false,
            instances: 8,
            now: None,
            log: false,
        }
    }
}

/// Everything that calls work on.
pub(crate) struct Plane {
    pub(crate) options: Options,
    pub(crate) folder: PathBuf,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) keys: Keys,
    pub(crate) pools: Pools,
    pub(crate) queue: Queue,
    /// Timers have changed.
    pub(crate) retime: Notify,
    address: SocketAddr,
}

impl Plane {
    pub(crate) fn log(&self, text: &str) {
        if self.options.log {
            eprintln!("{text}");
        }
    }

    /// Says when a new timer will fire.
    fn announce(&self, trigger: &Item) {
        self.retime.notify_one();
        if text(trigger, "triggerType") != "timer" {
            return;
        }
        let Some(firings) = resource::trigger::firings(trigger, self.clock.now()) else {
            return;
        };
        let firings = firings.as_array().map_or(&[][..], Vec::as_slice);
        let name = text(trigger, "triggerName");
        if firings.is_empty() {
            self.log(&format!("timer {name} does not fire"));
        }
        for firing in firings {
            let time = |zone: &str| firing.get(zone).and_then(Value::as_str).unwrap_or_default();
            let (utc, beijing) = (time("utc"), time("beijing"));
            self.log(&format!(
                "timer {name} fires at {utc}, in Beijing {beijing}"
            ));
        }
    }

    /// `http://HOST:PORT`, as a caller reached the emulator. Some clients leave
    /// the port out of `Host`.
    fn origin(&self, host: &str) -> String {
        match host {
            "" => format!("http://{}", self.address),
            _ if host.contains(':') || host.contains(".fc.") => format!("http://{host}"),
            _ => format!("http://{host}:{}", self.address.port()),
        }
    }

    /// Whether a host is the emulator's own, no custom domain.
    fn is_default(&self, host: &str) -> bool {
        let name = host.split(':').next().unwrap_or_default();
        name.parse::<std::net::IpAddr>().is_ok()
            || name == "localhost"
            || name.ends_with(".fcapp.run")
    }
}

/// The emulator at work. Dropping it stops it; what it keeps stays.
pub struct Server {
    address: SocketAddr,
    threads: Option<Threads>,
}

impl Server {
    /// Opens the folder and listens. Port 0 takes a free one.
    ///
    /// # Errors
    /// When the folder cannot be opened or the address not be bound.
    pub fn start(
        address: SocketAddr,
        options: Options,
        runtime: Arc<dyn Runtime>,
    ) -> io::Result<Self> {
        let store = Store::open(&options.data).map_err(|e| {
            let folder = options.data.display();
            io::Error::other(format!(
                "{folder}: cannot keep anything there: {}",
                e.message
            ))
        })?;
        let queue = Queue::load(&store).map_err(io::Error::other)?;
        let threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()?;
        let listener = threads.block_on(TcpListener::bind(address)).map_err(|e| {
            io::Error::new(e.kind(), format!("{address}: cannot listen there: {e}"))
        })?;
        let address = listener.local_addr()?;
        let plane = Arc::new(Plane {
            folder: options.data.clone(),
            store,
            clock: Clock::new(options.now),
            keys: Keys::new(options.keys.clone()),
            pools: Pools::new(runtime, options.instances.max(1)),
            queue,
            retime: Notify::new(),
            address,
            options,
        });
        threads.spawn(queue::work(Arc::clone(&plane)));
        threads.spawn(timer::work(Arc::clone(&plane)));
        threads.spawn(pool::work(Arc::clone(&plane)));
        threads.spawn(pruning::work(Arc::clone(&plane)));
        threads.spawn(server::accept(listener, plane));
        Ok(Self {
            address,
            threads: Some(threads),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_timeout(std::time::Duration::from_secs(5));
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
