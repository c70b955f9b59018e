//! What a program writes, as the platforms keep it.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Most bytes that are kept: the last ones.
const MOST: usize = 64 * 1024;

/// Standard output and standard error of a program and of those that replaced
/// it, in the order written.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    kept: Arc<Mutex<Vec<u8>>>,
    echo: bool,
}

impl Log {
    /// One that is printed on standard error too, if `echo`.
    pub(super) fn new(echo: bool) -> Self {
        Self {
            echo,
            ..Self::default()
        }
    }

    /// Keeps all that comes until the other side is closed.
    pub(super) fn follow(&self, mut source: impl Read + Send + 'static) -> JoinHandle<()> {
        let log = self.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = source.read(&mut buffer) {
                log.add(buffer.get(..length).unwrap_or_default());
            }
        })
    }

    /// A line of the platform's own.
    pub(super) fn line(&self, text: &str) {
        self.add(format!("{text}\n").as_bytes());
    }

    fn add(&self, bytes: &[u8]) {
        if self.echo {
            eprint!("{}", String::from_utf8_lossy(bytes));
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let over = kept.len().saturating_sub(MOST);
        kept.drain(..over);
    }

    /// The last so many bytes at most; what is no UTF-8 is lost.
    pub(super) fn tail(&self, most: usize) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let start = kept.len().saturating_sub(most);
        String::from_utf8_lossy(kept.get(start..).unwrap_or_default()).into_owned()
    }

    /// All that is kept.
    pub(super) fn text(&self) -> String {
        self.tail(MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept() {
        let log = Log::default();
        log.line(&"a".repeat(MOST));
        log.line("the end");
        assert_eq!(log.text().len(), MOST);
        assert_eq!(log.tail(8), "the end\n");
    }
}
