//! A bar for what takes long, on a terminal only.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::source::Progress;

/// How long a step may take before a bar appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bytes of a packed site that bake without a spinner in about that time.
const QUICK: usize = 16 << 20;

/// A bar that appears when its step takes long. Cleared when dropped.
#[derive(Debug, Default)]
pub(super) struct Bar {
    started: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// Shows how far the reading is.
    pub(super) fn show(&mut self, progress: Progress<'_>) {
        let started = *self.started.get_or_insert_with(Instant::now);
        if self.bar.is_none() && started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(progress.total);
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
            style.map(|style| bar.set_style(style)).ok();
            bar
        });
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(progress.source.to_owned());
    }

    /// A sign of life while a packed site of that many bytes is baked.
    pub(super) fn spinner(bytes: usize) -> Self {
        let bar = (bytes > QUICK).then(|| {
            let bar = ProgressBar::new_spinner().with_message("baking");
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { started: None, bar }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
