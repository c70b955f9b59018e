//! A thread that answers.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::{mpsc, watch};
use tokio::time::{interval, timeout};

use super::connection::{self, Caller};
use super::log::Journal;
use super::{ServerOptions, Site};
use crate::site::Instances;

/// How long a line of the log may wait for company.
const FLUSH: Duration = Duration::from_millis(100);

/// What all threads of a server share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: ServerOptions,
    /// Open now.
    pub(super) connections: AtomicUsize,
    /// Under way now.
    pub(super) requests: AtomicUsize,
}

impl Shared {
    pub(super) fn new(options: ServerOptions) -> Self {
        Self {
            options,
            connections: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
        }
    }
}

/// What the requests of one thread share.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) instances: Arc<Instances>,
    pub(super) journal: Journal,
}

/// A worker as the accepting thread sees it.
#[derive(Debug)]
pub(super) struct Worker {
    connections: Arc<AtomicUsize>,
    sender: mpsc::UnboundedSender<(TcpStream, SocketAddr, Open)>,
}

/// An open connection, counted until it is dropped.
#[derive(Debug)]
pub(super) struct Open {
    own: Arc<AtomicUsize>,
    shared: Arc<Shared>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.own.fetch_sub(1, Ordering::Relaxed);
        self.shared.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Worker {
    /// Starts the thread.
    pub(super) fn start(
        number: usize,
        site: &Site,
        shared: &Arc<Shared>,
        stopped: watch::Receiver<bool>,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk {
            shared: Arc::clone(shared),
            instances: site.instances(),
            journal: Journal::new(shared.options.log.clone(), number),
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = Builder::new()
            .name(format!("worker-{number}"))
            .spawn(move || runtime.block_on(work(desk, receiver, stopped)))?;
        let worker = Self {
            connections: Arc::new(AtomicUsize::new(0)),
            sender,
        };
        Ok((worker, thread))
    }

    /// How many connections it has.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Hands it a connection.
    pub(super) fn take(&self, stream: TcpStream, peer: SocketAddr, shared: &Arc<Shared>) {
        self.connections.fetch_add(1, Ordering::Relaxed);
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let open = Open {
            own: Arc::clone(&self.connections),
            shared: Arc::clone(shared),
        };
        let _ = self.sender.send((stream, peer, open));
    }
}

/// Serves connections until told to stop, then until they have ended or the
/// time for that is over.
async fn work(
    desk: Arc<Desk>,
    mut receiver: mpsc::UnboundedReceiver<(TcpStream, SocketAddr, Open)>,
    mut stopped: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let mut flush = interval(FLUSH);
    loop {
        tokio::select! {
            connection = receiver.recv() => {
                let Some((stream, peer, open)) = connection else { break };
                let caller = Caller::new(Arc::clone(&desk), peer);
                if let Ok(serve) = connection::serve(stream, caller, &graceful) {
                    tokio::spawn(async move {
                        serve.await;
                        drop(open);
                    });
                }
            }
            _ = flush.tick(), if desk.journal.on() => desk.journal.flush(),
            _ = stopped.wait_for(|stop| *stop) => break,
        }
    }
    let _ = timeout(desk.shared.options.drain, graceful.shutdown()).await;
    desk.journal.flush();
}
