//! Where a program runs: a network, a file system and processes of its own,
//! so that the ports and paths which platforms fix do not collide.
//!
//! The harness starts itself inside through `unshare` (util-linux); see
//! [`wire`] for how the two sides speak. Where namespaces are refused the inner
//! side and the program run beside everything else, one at a time if the port
//! is fixed, and see the code where it was unzipped.
//!
//! When the outer side ends, however it does, the inner side ends all that it
//! started.

mod ground;
mod inside;
mod loopback;
mod root;
mod start;
mod wire;

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::{Shutdown, shutdown};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::log::Log;
use crate::gateways::Failure;
pub(crate) use ground::Ground;
pub(super) use ground::Reserved;
pub use ground::has_namespaces;
pub(crate) use inside::run as inside;
pub(super) use start::StartError;
pub(super) use wire::Plan;
use wire::{Ask, Said, receive, send};

/// The command of the harness that is its inner side.
pub(crate) const INSIDE: &str = "inside";

/// Whom programs run as where the platform's documents say that it is not root
/// but not which number it has.
pub(super) const UNPRIVILEGED: u32 = 1000;

/// How often a program is asked for its port, and its memory looked at.
const PORT_PAUSE: Duration = Duration::from_millis(10);
const MEMORY_PAUSE: Duration = Duration::from_millis(50);

/// From SIGTERM to SIGKILL, where the platform says nothing of it: as long as
/// containers have.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// How long a program that ends may take for that, whatever else this machine
/// does.
const LAG: Duration = Duration::from_secs(60);

/// How often a program that ends is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The exit status; 128 and the signal's number where it was killed.
    pub(crate) code: i32,
    /// Whether it was killed because of its memory.
    pub(crate) memory: bool,
}

impl End {
    /// What it is to who waits for an answer.
    pub(super) fn failure(self) -> Failure {
        if self.memory {
            Failure::Memory
        } else {
            Failure::Exited
        }
    }
}

/// A program that was started. Dropping it ends it and all that it started.
#[derive(Debug)]
pub(crate) struct Machine {
    control: Arc<Mutex<OwnedFd>>,
    leader: Pid,
    bare: bool,
    end: watch::Receiver<Option<End>>,
    /// Whether it needed more memory than it may have, and the most that it was
    /// seen to need.
    over_memory: Arc<AtomicBool>,
    peak: Arc<AtomicU64>,
    /// Connections to it that no call uses.
    kept: Mutex<Vec<std::net::TcpStream>>,
    /// Keeps the folders for as long as the program may need them.
    _ground: Arc<Ground>,
    _alone: Option<File>,
}

impl Machine {
    /// Starts a program with at most this much memory, in bytes. Gives the
    /// socket at which the platform listens, if one was reserved. Waits for
    /// the inner side, so it is no work for a thread of a runtime.
    pub(super) fn start(
        ground: &Arc<Ground>,
        mut plan: Plan,
        reserved: Option<Reserved>,
        memory: u64,
        log: &Log,
    ) -> Result<(Self, Option<TcpListener>), StartError> {
        plan.code = ground.code();
        plan.root = ground.scratch.path().join("root");
        plan.bare = !has_namespaces();
        if plan.folder.as_os_str().is_empty() {
            plan.folder.clone_from(&plan.at);
        }
        let alone = match plan.bare && reserved.is_none() && !plan.any_port {
            true => Some(start::lock()?),
            false => None,
        };
        plan.listen = reserved.as_ref().map(|reserved| reserved.address);
        let mut started = start::start(ground, &plan, log)?;
        let (ended, end) = watch::channel(None);
        let machine = Self {
            control: Arc::new(Mutex::new(started.control)),
            leader: Pid::from_child(&started.child),
            bare: plan.bare,
            end,
            over_memory: Arc::default(),
            peak: Arc::default(),
            kept: Mutex::default(),
            _ground: Arc::clone(ground),
            _alone: alone,
        };
        machine.watch_memory(memory);
        let over_memory = Arc::clone(&machine.over_memory);
        thread::spawn(move || {
            let status = started.child.wait();
            // All that it wrote is in the log by then.
            for reader in started.readers {
                let _ = reader.join();
            }
            let code = status.map_or(1, |status| {
                let signal = status.signal().map(|signal| 128 + signal);
                signal.or(status.code()).unwrap_or(1)
            });
            let memory = over_memory.load(Ordering::Acquire);
            let _ = ended.send(Some(End { code, memory }));
        });
        let reserved = reserved.and_then(|reserved| reserved.listener);
        Ok((machine, started.listener.or(reserved)))
    }

    /// Ends the program when it needs more memory than it may have.
    fn watch_memory(&self, most: u64) {
        let (control, leader, bare) = (Arc::clone(&self.control), self.leader, self.bare);
        let (end, over) = (self.end.clone(), Arc::clone(&self.over_memory));
        let peak = Arc::clone(&self.peak);
        thread::spawn(move || {
            while end.borrow().is_none() {
                let Ok((Said::Memory(resident), _)) = ask(&control, &Ask::Memory) else {
                    break;
                };
                peak.fetch_max(resident, Ordering::AcqRel);
                if resident > most && end.borrow().is_none() {
                    over.store(true, Ordering::Release);
                    kill(&control, leader, bare);
                    break;
                }
                thread::sleep(MEMORY_PAUSE);
            }
        });
    }

    /// The most bytes of memory that it was seen to need so far.
    pub(crate) async fn peak_memory(&self) -> u64 {
        if let Ok((Said::Memory(resident), _)) = self.ask(Ask::Memory).await {
            self.peak.fetch_max(resident, Ordering::AcqRel);
        }
        self.peak.load(Ordering::Acquire)
    }

    async fn ask(&self, question: Ask) -> io::Result<(Said, Option<OwnedFd>)> {
        let control = Arc::clone(&self.control);
        let answer = spawn_blocking(move || ask(&control, &question)).await;
        answer.map_err(io::Error::other)?
    }

    /// A connection to the program.
    pub(super) async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        match self.ask(Ask::Connect(address)).await? {
            (Said::Connecting, Some(socket)) => {
                let stream = TcpStream::from_std(std::net::TcpStream::from(socket))?;
                stream.writable().await?;
                if let Some(e) = stream.take_error()? {
                    return Err(e);
                }
                stream.set_nodelay(true)?;
                Ok(stream)
            }
            (Said::Refused(number), _) => Err(io::Error::from_raw_os_error(number)),
            (said, _) => Err(io::Error::other(format!("the inner side said {said:?}"))),
        }
    }

    /// How it ended, if it has or is about to: the connections of a program
    /// that ends are closed before it is seen to have ended. One that goes on
    /// may hang up too.
    pub(super) async fn about_to_end(&self, address: SocketAddr) -> Option<End> {
        let goes_on = matches!(self.ask(Ask::Ending).await, Ok((Said::Ending(false), _)));
        // What has ended by the time of that question listens no more.
        if goes_on && !matches!(timeout(LAG, self.connect(address)).await, Ok(Err(_))) {
            return self.ended();
        }
        timeout(LAG, self.end()).await.ok()
    }

    /// Keeps a connection for a later call.
    pub(super) fn keep(&self, connection: std::net::TcpStream) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(connection);
    }

    /// A connection that an earlier call has left, if there is one.
    pub(super) fn kept(&self) -> Option<std::net::TcpStream> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pop()
    }

    /// A connection to the program as soon as it listens.
    ///
    /// # Errors
    /// How it ended instead; `None` where it still runs after `limit`.
    pub(super) async fn connect_in_time(
        &self,
        address: SocketAddr,
        limit: Duration,
    ) -> Result<TcpStream, Option<End>> {
        let listening = async {
            loop {
                if let Ok(stream) = self.connect(address).await {
                    return stream;
                }
                tokio::time::sleep(PORT_PAUSE).await;
            }
        };
        tokio::select! {
            listening = timeout(limit, listening) => listening.map_err(|_| None),
            end = self.end() => Err(Some(end)),
        }
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&self) -> Option<End> {
        *self.end.borrow()
    }

    /// Waits for its end.
    pub(super) async fn end(&self) -> End {
        let mut end = self.end.clone();
        match end.wait_for(Option::is_some).await.map(|end| *end) {
            Ok(Some(end)) => end,
            // The thread that watches it sends before it ends.
            _ => End {
                code: 1,
                memory: false,
            },
        }
    }

    /// Asks the program to end, and ends it after that time. Gives its exit
    /// status.
    pub(super) fn stop(&self, grace: Duration) -> Option<i32> {
        let _ = ask(&self.control, &Ask::Signal(Signal::TERM.as_raw()));
        let patience = Instant::now() + grace;
        while self.ended().is_none() && Instant::now() < patience {
            thread::sleep(LOOK);
        }
        self.kill();
        while self.ended().is_none() {
            thread::sleep(LOOK);
        }
        self.ended().map(|end| end.code)
    }

    /// Ends it at once, with all that it started.
    pub(super) fn kill(&self) {
        if self.ended().is_none() {
            kill(&self.control, self.leader, self.bare);
        }
    }
}

/// The program of a deployment that runs now, if one does: calls hold it while
/// they are under way.
#[derive(Debug, Default)]
pub(super) struct Running(Mutex<Weak<Machine>>);

impl Running {
    /// From now on it is this one.
    pub(super) fn is(&self, machine: Machine) -> Arc<Machine> {
        let machine = Arc::new(machine);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&machine);
        machine
    }

    /// See [`Machine::stop`]; `None` where none runs.
    pub(super) fn stop(&self, grace: Duration) -> Option<i32> {
        let machine = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .upgrade();
        machine?.stop(grace)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill();
        // The next one may need what this one still holds.
        let patience = Instant::now() + LAG;
        while self.ended().is_none() && Instant::now() < patience {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn kill(control: &Mutex<OwnedFd>, leader: Pid, bare: bool) {
    // It may have ended by itself meanwhile.
    let _ = match bare {
        // The inner side ends all.
        true => shutdown(&*lock(control), Shutdown::Both),
        false => kill_process(leader, Signal::KILL),
    };
}

fn lock(control: &Mutex<OwnedFd>) -> MutexGuard<'_, OwnedFd> {
    control.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ask(control: &Mutex<OwnedFd>, question: &Ask) -> io::Result<(Said, Option<OwnedFd>)> {
    let control = lock(control);
    send(&*control, question, None)?;
    receive(&*control)
}
