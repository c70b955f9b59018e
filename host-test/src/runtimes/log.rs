//! What a program writes, as the platforms keep it.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

/// Most bytes that are kept: the last ones. A pipe holds as many.
const MOST: usize = 64 * 1024;

/// Standard output and standard error of a program and of those that replaced
/// it, in the order written. Who reads it sees all that was written by then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    kept: Arc<Mutex<Kept>>,
    echo: bool,
}

#[derive(Debug, Default)]
struct Kept {
    end: Vec<u8>,
    /// How many bytes came before these.
    gone: u64,
    /// The pipes that are open.
    sources: Vec<Arc<File>>,
}

impl Log {
    /// One that is printed on standard error too, if `echo`.
    pub(super) fn new(echo: bool) -> Self {
        Self {
            echo,
            ..Self::default()
        }
    }

    /// Keeps all that comes by a pipe until its other side is closed.
    pub(super) fn follow(&self, source: impl Into<OwnedFd>) -> JoinHandle<()> {
        let source = Arc::new(File::from(source.into()));
        // What is read under the lock must not wait.
        let flags = fcntl_getfl(&*source).unwrap_or_else(|_| OFlags::empty());
        let _ = fcntl_setfl(&*source, flags | OFlags::NONBLOCK);
        let log = self.clone();
        log.kept().sources.push(Arc::clone(&source));
        thread::spawn(move || {
            let waited = || poll(&mut [PollFd::new(&*source, PollFlags::IN)], None);
            while matches!(waited(), Ok(_) | Err(Errno::INTR)) {
                if !log.take_in(&mut log.kept(), &source) {
                    break;
                }
            }
            let mut kept = log.kept();
            kept.sources.retain(|other| !Arc::ptr_eq(other, &source));
        })
    }

    /// Keeps what a pipe holds. Gives whether more may come.
    fn take_in(&self, kept: &mut Kept, mut source: &File) -> bool {
        let mut buffer = [0; 4096];
        let mut taken = 0;
        while taken < MOST {
            match source.read(&mut buffer) {
                Ok(0) => return false,
                Ok(length) => {
                    taken += length;
                    self.add(kept, buffer.get(..length).unwrap_or_default());
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return e.kind() == ErrorKind::WouldBlock,
            }
        }
        true
    }

    /// A line of the platform's own.
    pub(super) fn line(&self, text: &str) {
        let mut kept = self.caught_up();
        self.add(&mut kept, format!("{text}\n").as_bytes());
    }

    fn add(&self, kept: &mut Kept, bytes: &[u8]) {
        if self.echo {
            eprint!("{}", String::from_utf8_lossy(bytes));
        }
        kept.end.extend_from_slice(bytes);
        let over = kept.end.len().saturating_sub(MOST);
        kept.end.drain(..over);
        kept.gone += over as u64;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn caught_up(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept();
        for source in kept.sources.clone() {
            self.take_in(&mut kept, &source);
        }
        kept
    }

    /// Where it ends now, in bytes from its beginning.
    pub(crate) fn mark(&self) -> u64 {
        let kept = self.caught_up();
        kept.gone + kept.end.len() as u64
    }

    /// What was written from this mark on, or the end of it; what is no UTF-8
    /// is lost.
    pub(crate) fn since(&self, mark: u64) -> String {
        let kept = self.caught_up();
        let start = usize::try_from(mark.saturating_sub(kept.gone)).unwrap_or(usize::MAX);
        String::from_utf8_lossy(kept.end.get(start..).unwrap_or_default()).into_owned()
    }

    /// The last so many bytes at most; what is no UTF-8 is lost.
    pub(super) fn tail(&self, most: usize) -> String {
        self.since(self.mark().saturating_sub(most as u64))
    }

    /// All that is kept.
    pub(super) fn text(&self) -> String {
        self.since(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn the_end_is_kept() {
        let log = Log::default();
        log.line(&"a".repeat(MOST));
        let mark = log.mark();
        assert_eq!(mark, MOST as u64 + 1);
        log.line("the end");
        assert_eq!(log.text().len(), MOST);
        assert_eq!(log.tail(8), "the end\n");
        assert_eq!(log.since(mark), "the end\n");
        assert_eq!(log.since(mark + 100), "");
    }

    #[test]
    fn what_was_written_is_seen_at_once() {
        let log = Log::default();
        let (source, mut pipe) = std::io::pipe().unwrap();
        let reader = log.follow(source);
        for round in 0..200 {
            let mark = log.mark();
            let line = format!("{round}\n");
            pipe.write_all(line.as_bytes()).unwrap();
            assert_eq!(log.since(mark), line);
        }
        drop(pipe);
        reader.join().unwrap();
        assert!(log.kept().sources.is_empty());
    }
}
