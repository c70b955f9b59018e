//! The time that triggers and retries go by: the machine's, or one that a test
//! sets and moves.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A clock.
#[derive(Debug)]
pub(crate) struct Clock {
    /// The moment, where the clock stands still.
    stands: watch::Sender<Option<Timestamp>>,
}

impl Clock {
    /// A clock that stands still at a moment, or the machine's.
    pub(crate) fn new(stands: Option<Timestamp>) -> Self {
        Self {
            stands: watch::Sender::new(stands),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.stands.borrow().unwrap_or_else(Timestamp::now)
    }

    /// Now, in the form of the interface: `2026-01-31T08:15:27Z`.
    pub(crate) fn text(&self) -> String {
        text(self.now())
    }

    /// Sets a clock that stands still; another begins to.
    pub(crate) fn set(&self, moment: Timestamp) {
        self.stands.send_replace(Some(moment));
    }

    /// Waits for a moment.
    pub(crate) async fn until(&self, moment: Timestamp) {
        let mut changes = self.stands.subscribe();
        loop {
            let stands = *changes.borrow_and_update();
            let now = stands.unwrap_or_else(Timestamp::now);
            if now >= moment {
                return;
            }
            let changed = changes.changed();
            if stands.is_some() {
                if changed.await.is_err() {
                    return;
                }
            } else {
                let left = moment.duration_since(now);
                tokio::select! {
                    () = tokio::time::sleep(bounded(left)) => {}
                    _ = changed => {}
                }
            }
        }
    }
}

/// Timers of years are beyond what can be slept.
fn bounded(left: SignedDuration) -> Duration {
    Duration::try_from(left)
        .unwrap_or_default()
        .min(Duration::from_secs(3600))
}

/// `2026-01-31T08:15:27Z`.
pub(crate) fn text(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_wakes_when_the_clock_is_moved() {
        let start: Timestamp = "2026-01-31T08:59:59Z".parse().unwrap();
        let clock = Clock::new(Some(start));
        let at = start + SignedDuration::from_hours(24);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            tokio::join!(clock.until(at), async { clock.set(at) });
        });
        assert_eq!(clock.text(), "2026-02-01T08:59:59Z");
    }
}
