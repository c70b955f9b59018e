//! What the tests of several readers share.

use std::io;

use super::collect::{Collector, Given, Sink};
use super::{Limits, Loaded, Problems, SourceSpec};

/// Runs a reader on a content named `list`.
pub(super) fn collect(read: impl FnOnce(&mut Sink<'_>)) -> Collector {
    collect_given(Given::default(), read)
}

/// The same for a source that says something of all its pictures.
pub(super) fn collect_given(given: Given, read: impl FnOnce(&mut Sink<'_>)) -> Collector {
    let mut out = Collector::default();
    read(&mut Sink::new(&mut out, "list".into(), given));
    out
}

/// One line an entry: its source and line, URL, category, orientation and id.
pub(super) fn summary(out: &Collector) -> Vec<String> {
    let show = |i: usize| {
        let entry = out.entries.get(i)?;
        let origin = out.origins.get(i)?;
        let number = origin.line.unwrap_or(0);
        let mut line = format!("{}:{number} {}", origin.source, entry.url);
        for part in [
            &entry.category,
            &entry.orientation.map(|o| o.to_string()),
            &entry.alias,
        ] {
            line += &format!(" {}", part.as_deref().unwrap_or("-"));
        }
        Some(line)
    };
    (0..out.entries.len()).filter_map(show).collect()
}

/// Loads sources as [`load`](super::load) does, with an empty standard input.
pub(super) fn read_all(sources: &[SourceSpec]) -> Result<Loaded, Problems> {
    super::load(
        sources,
        false,
        Limits::default(),
        &mut |_| {},
        &mut io::empty(),
    )
}
