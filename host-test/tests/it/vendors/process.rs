//! Programs that run beside a test, and the zips that they run.

use std::io::Cursor;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::{NamedTempFile, TempDir};
use zip::ZipArchive;

use crate::runtimes::packed::LIST;
use crate::stands::{ANY_PORT, input};
use crate::zips::{site, zip};

/// How long a program may take to start or to end; no test waits for it to
/// pass.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);

/// What `edgepick pack --for KIND` makes of a list.
pub(super) fn zip_of(kind: &str) -> Vec<u8> {
    zip(kind, &site(input(LIST), None))
}

/// The same, unpacked.
pub(super) fn unpacked(kind: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut zip = ZipArchive::new(Cursor::new(zip_of(kind))).unwrap();
    zip.extract(folder.path()).unwrap();
    folder
}

/// An address that was free just now, for programs that choose none.
pub(super) fn free_address() -> SocketAddr {
    TcpListener::bind(ANY_PORT).unwrap().local_addr().unwrap()
}

/// A program that is asked to end when its test does.
pub(super) struct Process {
    child: Child,
    log: NamedTempFile,
}

impl Process {
    #[track_caller]
    pub(super) fn start(command: &mut Command) -> Self {
        let log = NamedTempFile::new().unwrap();
        let output = log.reopen().unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap_or_else(|e| panic!("{command:?}: {e}"));
        Self { child, log }
    }

    /// What it wrote.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// Waits until somebody listens there.
    #[track_caller]
    pub(super) fn listening(&mut self, address: SocketAddr) {
        self.wait(|_| TcpStream::connect(address).ok().map(drop));
    }

    /// Waits until this finds something, maybe in the log.
    #[track_caller]
    pub(super) fn wait<T>(&mut self, look: impl Fn(&str) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            let log = self.log();
            if let Some(found) = look(&log) {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended, {ended:?}: {log}");
            assert!(since.elapsed() < PATIENCE, "nothing happens: {log}");
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Some start programs of their own, which they end first.
        let since = Instant::now();
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        while since.elapsed() < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(PAUSE);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
