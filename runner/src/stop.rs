//! The platform's word that this program is to end.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM or SIGINT. One that comes while nobody waits is heard later.
pub(crate) struct Stop {
    terminated: Signal,
    interrupted: Signal,
    heard: bool,
}

impl Stop {
    /// Listens from now on; before, either signal ends the program at once.
    ///
    /// # Errors
    /// When the system does not let signals be received.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminated: signal(SignalKind::terminate())?,
            interrupted: signal(SignalKind::interrupt())?,
            heard: false,
        })
    }

    /// Waits for the word, which once given holds for good.
    pub(crate) async fn wait(&mut self) {
        if self.heard {
            return;
        }
        tokio::select! {
            _ = self.terminated.recv() => {}
            _ = self.interrupted.recv() => {}
        }
        self.heard = true;
    }
}

#[cfg(test)]
impl Stop {
    /// One that was heard.
    pub(crate) fn heard() -> io::Result<Self> {
        Ok(Self {
            heard: true,
            ..Self::listen()?
        })
    }
}
