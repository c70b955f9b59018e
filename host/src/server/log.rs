//! One line of JSON for each request.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use serde::Serialize;

use super::connection::Caller;

/// Where the lines go.
#[derive(Clone, Default)]
pub enum Log {
    /// Nowhere.
    Off,
    /// Standard output.
    #[default]
    Stdout,
    /// Standard error.
    Stderr,
    /// A writer of the caller's own.
    Writer(Arc<Mutex<dyn Write + Send>>),
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "Off",
            Self::Stdout => "Stdout",
            Self::Stderr => "Stderr",
            Self::Writer(_) => "Writer",
        })
    }
}

impl Log {
    fn write(&self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::Off => Ok(()),
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(lines)?;
                out.flush()
            }
            Self::Stderr => io::stderr().lock().write_all(lines),
            Self::Writer(writer) => {
                let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
                writer.write_all(lines)?;
                writer.flush()
            }
        }
    }
}

/// How many bytes of lines a thread gathers.
const FULL: usize = 32 << 10;

/// The lines of one thread, gathered so that many cost one write.
#[derive(Debug)]
pub(super) struct Journal {
    log: Log,
    lines: Mutex<Vec<u8>>,
    next_id: AtomicU64,
}

/// One line. The names are part of the interface.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// RFC 3339, UTC, when the answer was ready.
    time: String,
    id: &'a str,
    client: &'a str,
    method: &'a str,
    /// Path and query.
    path: &'a str,
    status: u16,
    /// Of the answer's body.
    bytes: u64,
    /// From the request's head to the answer's last byte but for the network.
    micros: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<&'a str>,
    /// What went wrong inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
}

/// What a line says, but for what only its end knows.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) started: Instant,
    pub(super) id: Option<&'a str>,
    pub(super) client: &'a str,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) status: u16,
    pub(super) bytes: u64,
    pub(super) picture: Option<&'a str>,
    pub(super) failure: Option<&'a str>,
}

impl Journal {
    pub(super) fn new(log: Log, thread: usize) -> Self {
        // Ids of one run differ in their end, those of two runs in their
        // beginning.
        let start = SystemTime::UNIX_EPOCH
            .elapsed()
            .map_or(0, |since| since.as_micros() as u64);
        Self {
            log,
            lines: Mutex::new(Vec::new()),
            next_id: AtomicU64::new((start << 16).wrapping_add((thread as u64) << 56)),
        }
    }

    /// Whether anyone reads it.
    pub(super) fn on(&self) -> bool {
        !matches!(self.log, Log::Off)
    }

    /// Adds a line.
    pub(super) fn add(&self, entry: &Entry<'_>) {
        if !self.on() {
            return;
        }
        let own = match entry.id {
            Some(_) => String::new(),
            None => format!("{:016x}", self.next_id.fetch_add(1, Ordering::Relaxed)),
        };
        let line = Line {
            time: humantime::format_rfc3339_millis(SystemTime::now()).to_string(),
            id: entry.id.unwrap_or(&own),
            client: entry.client,
            method: entry.method,
            path: entry.path,
            status: entry.status,
            bytes: entry.bytes,
            micros: entry.started.elapsed().as_micros() as u64,
            picture: entry.picture,
            failure: entry.failure,
        };
        let mut lines = self.lines();
        let length = lines.len();
        if serde_json::to_writer(&mut *lines, &line).is_err() {
            lines.truncate(length);
            return;
        }
        lines.push(b'\n');
        if lines.len() >= FULL {
            self.write(lines);
        }
    }

    /// Writes what was gathered.
    pub(super) fn flush(&self) {
        let lines = self.lines();
        if !lines.is_empty() {
            self.write(lines);
        }
    }

    fn write(&self, mut lines: MutexGuard<'_, Vec<u8>>) {
        // A log that cannot be written is no reason to fail a request.
        let _ = self.log.write(&lines);
        lines.clear();
    }

    fn lines(&self) -> MutexGuard<'_, Vec<u8>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line of an answer that is still being sent; added when it is dropped.
#[derive(Debug)]
pub(super) struct Pending {
    caller: Arc<Caller>,
    started: Instant,
    id: Option<String>,
    client: String,
    method: String,
    path: String,
    status: u16,
    bytes: u64,
    picture: Option<String>,
}

impl Pending {
    pub(super) fn new(caller: Arc<Caller>, entry: &Entry<'_>) -> Self {
        Self {
            caller,
            started: entry.started,
            id: entry.id.map(str::to_owned),
            client: entry.client.to_owned(),
            method: entry.method.to_owned(),
            path: entry.path.to_owned(),
            status: entry.status,
            bytes: 0,
            picture: entry.picture.map(str::to_owned),
        }
    }

    /// Counts bytes of the body.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.caller.desk.journal.add(&Entry {
            started: self.started,
            id: self.id.as_deref(),
            client: &self.client,
            method: &self.method,
            path: &self.path,
            status: self.status,
            bytes: self.bytes,
            picture: self.picture.as_deref(),
            failure: None,
        });
    }
}
