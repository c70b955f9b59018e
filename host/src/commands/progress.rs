//! A bar for what takes long, on a terminal only.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::report::number;
use crate::source::Progress;

/// How long a folder may take before a bar appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bytes of a list that is read, and of a packed site that bakes, without a
/// spinner in about that time.
const QUICK: usize = 16 << 20;

/// Entries that are packed without one.
const FEW: usize = 250_000;

/// A bar that appears when its step takes long. Cleared when dropped.
#[derive(Debug, Default)]
pub(super) struct Bar {
    started: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// Shows how far the reading and packing is.
    pub(super) fn show(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Folder {
                source,
                done,
                total,
            } => self.files(source, done, total),
            Progress::List { source, bytes } => {
                self.spin((bytes > QUICK).then(|| format!("reading {source}")));
            }
            Progress::Packing { entries } => {
                let message = || format!("packing {} entries", number(entries as u64));
                self.spin((entries > FEW).then(message));
            }
        }
    }

    fn files(&mut self, source: &str, done: u64, total: u64) {
        let started = *self.started.get_or_insert_with(Instant::now);
        if self.bar.is_none() && started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(total);
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
            style.map(|style| bar.set_style(style)).ok();
            bar
        });
        bar.set_length(total);
        bar.set_position(done);
        bar.set_message(source.to_owned());
    }

    /// Takes away what is shown; a spinner with this message takes its place.
    fn spin(&mut self, message: Option<String>) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.bar = message.map(|message| {
            let bar = ProgressBar::new_spinner().with_message(message);
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
    }

    /// A sign of life while a packed site of that many bytes is baked.
    pub(super) fn spinner(bytes: usize) -> Self {
        let mut bar = Self::default();
        bar.spin((bytes > QUICK).then(|| "baking".to_owned()));
        bar
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.spin(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_said_as_long_as_it_does() {
        let (source, mut bar) = ("list.txt", Bar::default());
        let steps = [
            (
                Progress::List {
                    source,
                    bytes: 1000,
                },
                None,
            ),
            (
                Progress::List {
                    source,
                    bytes: QUICK + 1,
                },
                Some("reading list.txt"),
            ),
            (
                Progress::List {
                    source,
                    bytes: 1000,
                },
                None,
            ),
            (
                Progress::Packing { entries: 1_000_000 },
                Some("packing 1,000,000 entries"),
            ),
            (Progress::Packing { entries: 1000 }, None),
        ];
        for (step, expected) in steps {
            bar.show(step);
            let message = bar.bar.as_ref().map(ProgressBar::message);
            assert_eq!(message.as_deref(), expected, "{step:?}");
        }
        assert!(Bar::spinner(QUICK).bar.is_none() && Bar::spinner(QUICK + 1).bar.is_some());
    }
}
