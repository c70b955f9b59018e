//! One line of JSON for each request.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

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
    page: Mutex<Page>,
    next_id: AtomicU64,
}

/// Lines that were not written yet.
#[derive(Debug, Default)]
struct Page {
    lines: Vec<u8>,
    clock: Clock,
}

/// The time as text; only its milliseconds are written anew each time.
#[derive(Debug, Default)]
struct Clock {
    /// Since 1970.
    second: u64,
    text: String,
}

impl Clock {
    /// RFC 3339 with milliseconds, UTC.
    fn now(&mut self) -> &str {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let millis = since.subsec_millis();
        if self.second != since.as_secs() || self.text.is_empty() {
            self.second = since.as_secs();
            let whole = Duration::from_secs(self.second);
            let time = humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + whole);
            self.text = time.to_string();
        }
        // The end is `mmmZ`.
        let place = self.text.len().saturating_sub(4);
        self.text.truncate(place);
        for divisor in [100, 10, 1] {
            let digit = millis / divisor % 10;
            self.text.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
        self.text.push('Z');
        &self.text
    }
}

/// A number as sixteen hexadecimal digits.
fn hexadecimal(number: u64, text: &mut [u8; 16]) -> &str {
    let mut rest = number;
    for place in text.iter_mut().rev() {
        let digit = char::from_digit((rest & 15) as u32, 16).unwrap_or('0');
        *place = digit as u8;
        rest >>= 4;
    }
    std::str::from_utf8(text).unwrap_or_default()
}

/// One line. The names are part of the interface.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// RFC 3339, UTC, when the answer was ready.
    time: &'a str,
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
            page: Mutex::default(),
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
        let mut digits = [0; 16];
        let id = entry.id.unwrap_or_else(|| {
            hexadecimal(self.next_id.fetch_add(1, Ordering::Relaxed), &mut digits)
        });
        let micros = entry.started.elapsed().as_micros();
        let mut page = self.page();
        let Page { lines, clock } = &mut *page;
        let line = Line {
            time: clock.now(),
            id,
            client: entry.client,
            method: entry.method,
            path: entry.path,
            status: entry.status,
            bytes: entry.bytes,
            micros: u64::try_from(micros).unwrap_or(u64::MAX),
            picture: entry.picture,
            failure: entry.failure,
        };
        let length = lines.len();
        if serde_json::to_writer(&mut *lines, &line).is_err() {
            lines.truncate(length);
            return;
        }
        lines.push(b'\n');
        if lines.len() >= FULL {
            self.write(page);
        }
    }

    /// Writes what was gathered.
    pub(super) fn flush(&self) {
        let page = self.page();
        if !page.lines.is_empty() {
            self.write(page);
        }
    }

    fn write(&self, mut page: MutexGuard<'_, Page>) {
        // A log that cannot be written is no reason to fail a request.
        let _ = self.log.write(&page.lines);
        page.lines.clear();
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_right_within_and_between_seconds() {
        let mut clock = Clock::default();
        for _ in 0..3 {
            let before = SystemTime::now();
            let told = humantime::parse_rfc3339(clock.now()).unwrap();
            assert!(told + Duration::from_millis(1) >= before && told <= SystemTime::now());
        }
        clock.second -= 1;
        let before = SystemTime::now();
        let told = humantime::parse_rfc3339(clock.now()).unwrap();
        assert!(told + Duration::from_millis(1) >= before);
    }

    #[test]
    fn ids_have_sixteen_digits() {
        for (number, text) in [
            (0, "0000000000000000"),
            (0x12ab, "00000000000012ab"),
            (u64::MAX, "ffffffffffffffff"),
        ] {
            assert_eq!(hexadecimal(number, &mut [0; 16]), text);
        }
    }
}
