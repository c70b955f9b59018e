//! Where a program runs: a network, a file system and processes of its own,
//! so that the ports and paths which platforms fix do not collide.
//!
//! The harness starts itself inside through `unshare` (util-linux); see
//! [`wire`] for how the two sides speak. Where namespaces are refused the
//! program runs beside everything else, one at a time if its port is fixed,
//! and sees its code where it was unzipped.

mod inside;
mod loopback;
mod root;
mod wire;

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::log::Log;
use crate::gateways::Failure;
pub(crate) use inside::run as inside;
pub(super) use wire::Plan;
use wire::{Ask, Said, receive, send};

/// The command of the harness that is its inner side.
pub(crate) const INSIDE: &str = "inside";

/// Where a platform's own interface listens inside.
const OWN_PORT: u16 = 9001;

/// How often a program is asked for its port, and its memory looked at.
const PORT_PAUSE: Duration = Duration::from_millis(10);
const MEMORY_PAUSE: Duration = Duration::from_millis(50);

/// A new user, network, mounts and processes; all of them end together.
const NAMESPACES: [&str; 6] = [
    "-Urnmp",
    "--fork",
    "--kill-child",
    "--propagation",
    "private",
    "--",
];

/// Whether this machine grants namespaces. Says once if it does not.
#[must_use]
pub fn has_namespaces() -> bool {
    static GRANTED: OnceLock<bool> = OnceLock::new();
    *GRANTED.get_or_init(|| {
        let mut probe = Command::new("unshare");
        probe.args(NAMESPACES).arg("true").stdin(Stdio::null());
        let granted = probe.output().is_ok_and(|output| output.status.success());
        if !granted {
            eprintln!(
                "no namespaces on this machine: programs run one at a time, and see other paths"
            );
        }
        granted
    })
}

/// Why a program does not run.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    /// It cannot be executed.
    #[error("the program cannot be executed: {0}")]
    Program(io::Error),
    /// The emulator's own trouble.
    #[error("the emulator cannot start programs: {0}")]
    Emulator(String),
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The exit status; 128 and the signal's number where it was killed.
    pub(super) code: i32,
    /// Whether it was killed because of its memory.
    pub(super) memory: bool,
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

/// The folders of one deployment.
#[derive(Debug)]
pub(super) struct Ground {
    scratch: TempDir,
    harness: PathBuf,
}

impl Ground {
    /// Empty folders. The harness is the program `host-test`.
    pub(super) fn new(harness: Option<&Path>) -> io::Result<Self> {
        let scratch = TempDir::with_prefix("edgepick-")?;
        for folder in ["code", "root"] {
            std::fs::create_dir(scratch.path().join(folder))?;
        }
        Ok(Self {
            scratch,
            harness: match harness {
                Some(harness) => harness.to_owned(),
                None => std::env::current_exe()?,
            },
        })
    }

    /// Where the zip is unpacked.
    pub(super) fn code(&self) -> PathBuf {
        self.scratch.path().join("code")
    }

    /// Where a program finds that which a platform puts at this path.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        if has_namespaces() {
            PathBuf::from(path)
        } else {
            self.code()
        }
    }

    /// An address at which the platform can listen for the program.
    pub(super) fn reserve() -> io::Result<Reserved> {
        let port = if has_namespaces() { OWN_PORT } else { 0 };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = match port {
            0 => Some(TcpListener::bind(address)?),
            _ => None,
        };
        let bound = listener.as_ref().map(TcpListener::local_addr).transpose()?;
        Ok(Reserved {
            address: bound.unwrap_or(address),
            listener,
        })
    }
}

/// See [`Ground::reserve`].
#[derive(Debug)]
pub(super) struct Reserved {
    /// For the program's environment.
    pub(super) address: SocketAddr,
    listener: Option<TcpListener>,
}

/// A program that was started. Dropping it ends it and all that it started.
#[derive(Debug)]
pub(super) struct Machine {
    /// Without namespaces there is no inner side.
    control: Option<Arc<Mutex<OwnedFd>>>,
    leader: Pid,
    end: watch::Receiver<Option<End>>,
    over_memory: Arc<Mutex<bool>>,
    /// Keeps the folders for as long as the program may need them.
    _ground: Arc<Ground>,
    _alone: Option<File>,
}

impl Machine {
    /// Starts a program with at most this much memory, in bytes. Gives the
    /// socket at which the platform listens, if one was reserved.
    pub(super) fn start(
        ground: &Arc<Ground>,
        mut plan: Plan,
        reserved: Option<Reserved>,
        memory: u64,
        log: &Log,
    ) -> Result<(Self, Option<TcpListener>), StartError> {
        plan.code = ground.code();
        plan.root = ground.scratch.path().join("root");
        if plan.folder.as_os_str().is_empty() {
            plan.folder.clone_from(&plan.at);
        }
        let (mut started, control, listener, alone) = if has_namespaces() {
            plan.listen = reserved.map(|reserved| reserved.address);
            let (started, control, listener) = inside_namespaces(ground, &plan, log)?;
            let control = Some(Arc::new(Mutex::new(control)));
            (started, control, listener, None)
        } else {
            let alone = if reserved.is_none() {
                Some(lock().map_err(|e| StartError::Emulator(e.to_string()))?)
            } else {
                None
            };
            let started = beside_others(&plan, log)?;
            (started, None, reserved.and_then(|r| r.listener), alone)
        };
        let leader = Pid::from_child(&started.child);
        let (ended, end) = watch::channel(None);
        let over_memory = Arc::new(Mutex::new(false));
        let machine = Self {
            control,
            leader,
            end,
            over_memory: Arc::clone(&over_memory),
            _ground: Arc::clone(ground),
            _alone: alone,
        };
        machine.watch_memory(memory);
        thread::spawn(move || {
            use std::os::unix::process::ExitStatusExt as _;
            let status = started.child.wait();
            // All that it wrote is in the log by then.
            for reader in started.readers {
                let _ = reader.join();
            }
            let code = status.map_or(1, |status| {
                let signal = status.signal().map(|signal| 128 + signal);
                signal.or(status.code()).unwrap_or(1)
            });
            let memory = *over_memory.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = ended.send(Some(End { code, memory }));
        });
        Ok((machine, listener))
    }

    /// Ends the program when it needs more memory than it may have.
    fn watch_memory(&self, most: u64) {
        let (control, leader) = (self.control.clone(), self.leader);
        let (end, over) = (self.end.clone(), Arc::clone(&self.over_memory));
        let bare = control.is_none();
        thread::spawn(move || {
            while end.borrow().is_none() {
                let resident = match &control {
                    Some(control) => match ask(control, &Ask::Memory) {
                        Ok((Said::Memory(bytes), _)) => bytes,
                        _ => break,
                    },
                    None => inside::resident(&leader.to_string()),
                };
                if resident > most && end.borrow().is_none() {
                    *over.lock().unwrap_or_else(PoisonError::into_inner) = true;
                    kill(leader, bare);
                    break;
                }
                thread::sleep(MEMORY_PAUSE);
            }
        });
    }

    /// A connection to the program.
    pub(super) async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let Some(control) = &self.control else {
            return TcpStream::connect(address).await;
        };
        match ask(control, &Ask::Connect(address))? {
            (Said::Connected, Some(stream)) => {
                let stream = std::net::TcpStream::from(stream);
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                TcpStream::from_std(stream)
            }
            (Said::Refused(number), _) => Err(io::Error::from_raw_os_error(number)),
            (said, _) => Err(io::Error::other(format!("the inner side said {said:?}"))),
        }
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
        let started = Instant::now();
        loop {
            if let Ok(stream) = self.connect(address).await {
                return Ok(stream);
            }
            if let Some(end) = self.ended() {
                return Err(Some(end));
            }
            if started.elapsed() > limit {
                return Err(None);
            }
            tokio::time::sleep(PORT_PAUSE).await;
        }
    }

    /// How it ended, if it did.
    pub(super) fn ended(&self) -> Option<End> {
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

    /// Asks the program to end: SIGTERM to it alone.
    pub(super) fn terminate(&self) {
        match &self.control {
            Some(control) => {
                let _ = ask(control, &Ask::Signal(Signal::TERM.as_raw()));
            }
            None => {
                let _ = kill_process(self.leader, Signal::TERM);
            }
        }
    }

    /// Ends it at once, with all that it started.
    pub(super) fn kill(&self) {
        if self.ended().is_none() {
            kill(self.leader, self.control.is_none());
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill();
        // The next one may need what this one still holds.
        let patience = Instant::now() + Duration::from_secs(5);
        while self.ended().is_none() && Instant::now() < patience {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn kill(leader: Pid, bare: bool) {
    // It may have ended by itself meanwhile.
    let _ = if bare {
        kill_process_group(leader, Signal::KILL)
    } else {
        kill_process(leader, Signal::KILL)
    };
}

fn ask(control: &Mutex<OwnedFd>, question: &Ask) -> io::Result<(Said, Option<OwnedFd>)> {
    let control = control.lock().unwrap_or_else(PoisonError::into_inner);
    send(&*control, question, None)?;
    receive(&*control)
}

/// A process, and who reads what it writes, to its end.
struct Started {
    child: Child,
    readers: Vec<JoinHandle<()>>,
}

fn inside_namespaces(
    ground: &Ground,
    plan: &Plan,
    log: &Log,
) -> Result<(Started, OwnedFd, Option<TcpListener>), StartError> {
    let emulator = |e: &dyn std::fmt::Display| StartError::Emulator(e.to_string());
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
    .map_err(|e| emulator(&e))?;
    let plan = serde_json::to_string(plan).map_err(|e| emulator(&e))?;
    let mut child = Command::new("unshare")
        .args(NAMESPACES)
        .arg(&ground.harness)
        .args([INSIDE, &plan])
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| emulator(&e))?;
    let readers = follow(&mut child, log);
    let error = match receive(&ours) {
        Ok((Said::Started, listener)) => {
            let started = Started { child, readers };
            return Ok((started, ours, listener.map(TcpListener::from)));
        }
        Ok((Said::NotStarted(number), _)) => {
            StartError::Program(io::Error::from_raw_os_error(number))
        }
        Ok((said, _)) => emulator(&format!("{said:?}")),
        Err(e) => emulator(&format!("the inner side is gone: {e}: {}", log.tail(1000))),
    };
    let _ = child.kill();
    let _ = child.wait();
    Err(error)
}

fn beside_others(plan: &Plan, log: &Log) -> Result<Started, StartError> {
    use std::os::unix::process::CommandExt as _;
    let mut command = inside::command(plan);
    command
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = inside::spawn(&mut command, plan).map_err(StartError::Program)?;
    follow(&mut child, log);
    // Nobody waits for these: a process that it left behind may hold on to them.
    let readers = Vec::new();
    Ok(Started { child, readers })
}

fn follow(child: &mut Child, log: &Log) -> Vec<JoinHandle<()>> {
    let out = child.stdout.take().map(|out| log.follow(out));
    let err = child.stderr.take().map(|err| log.follow(err));
    [out, err].into_iter().flatten().collect()
}

/// Held while a program has a port that others want too.
fn lock() -> io::Result<File> {
    let file = File::create(std::env::temp_dir().join("edgepick-host-test.lock"))?;
    file.lock()?;
    Ok(file)
}
