//! The outer side's part of a start: the inner side, and the socket to it.

use std::fs::{File, TryLockError};
use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::ground::{Ground, NAMESPACES};
use super::wire::{Plan, Said, receive};
use super::{INSIDE, Log};

/// Why a program does not run.
#[derive(Debug, thiserror::Error)]
pub(in crate::runtimes) enum StartError {
    /// It cannot be executed.
    #[error("the program cannot be executed: {0}")]
    Program(io::Error),
    /// The emulator's own trouble.
    #[error("the emulator cannot start programs: {0}")]
    Emulator(String),
}

/// The inner side at work, with the program started.
pub(super) struct Started {
    pub(super) child: Child,
    /// Who reads what it writes, to its end.
    pub(super) readers: Vec<JoinHandle<()>>,
    /// The way to ask it.
    pub(super) control: OwnedFd,
    /// The socket that the plan wants.
    pub(super) listener: Option<TcpListener>,
}

/// Starts what the plan says.
pub(super) fn start(ground: &Ground, plan: &Plan, log: &Log) -> Result<Started, StartError> {
    let emulator = |e: &dyn std::fmt::Display| StartError::Emulator(e.to_string());
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
    .map_err(|e| emulator(&e))?;
    let text = serde_json::to_string(plan).map_err(|e| emulator(&e))?;
    let mut command = if plan.bare {
        Command::new(&ground.harness)
    } else {
        let mut command = Command::new("unshare");
        command.args(NAMESPACES).arg(&ground.harness);
        command
    };
    let mut child = command
        .args([INSIDE, &text])
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| emulator(&e))?;
    // The other end is the inner side's alone, so that its end is seen.
    drop(command);
    let out = child.stdout.take().map(|out| log.follow(out));
    let err = child.stderr.take().map(|err| log.follow(err));
    let mut readers: Vec<_> = [out, err].into_iter().flatten().collect();
    if plan.bare {
        // A process that it leaves behind may hold on to these.
        readers.clear();
    }
    let error = match receive(&ours) {
        Ok((Said::Started, listener)) => {
            return Ok(Started {
                child,
                readers,
                control: ours,
                listener: listener.map(TcpListener::from),
            });
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

/// How long a program waits for another one to end, where but one can run.
const TURN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);

/// Held while a program has a port that others want too.
pub(super) fn lock() -> Result<File, StartError> {
    let trouble = |e: io::Error| StartError::Emulator(e.to_string());
    let path = std::env::temp_dir().join("edgepick-host-test.lock");
    let file = File::create(path).map_err(trouble)?;
    let patience = Instant::now() + TURN;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(e)) => return Err(trouble(e)),
            Err(TryLockError::WouldBlock) if Instant::now() < patience => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let text =
                    "without namespaces one program runs at a time, and another one still does";
                return Err(StartError::Emulator(text.to_owned()));
            }
        }
    }
}
