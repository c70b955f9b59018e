//! Tables: CSV and TSV, whose first row names the columns.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};

use super::collect::Sink;
use super::field::{Draft, Field};
use super::problem::Reason;
use super::value::Value;

/// Reads a table whose cells are separated by `delimiter`.
pub(super) fn read(sink: &mut Sink<'_>, content: &[u8], delimiter: u8) {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .comment(Some(b'#'))
        .from_reader(content);
    let mut record = ByteRecord::new();
    let mut columns: Option<Vec<Option<Field>>> = None;
    let mut lines = Lines {
        content,
        line: 1,
        at: 0,
    };
    loop {
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        match reader.read_byte_record(&mut record) {
            Ok(false) => return,
            Ok(true) => {}
            Err(error) => {
                let detail = error.to_string();
                return sink.fail(
                    Reason::Syntax {
                        format: "CSV",
                        detail,
                    },
                    || (0, 0),
                );
            }
        }
        let line = lines.of_record(start);
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue;
        }
        match &columns {
            Some(columns) => read_row(sink, line, columns, &record),
            None => {
                let Some(found) = header(sink, line, &record) else {
                    return sink.fail(Reason::NoHeader, || (line, 0));
                };
                columns = Some(found);
            }
        }
    }
}

/// The fields of the columns; `None` when none of them has URLs.
fn header(sink: &mut Sink<'_>, line: u32, record: &ByteRecord) -> Option<Vec<Option<Field>>> {
    let names: Vec<Cow<'_, str>> = record.iter().map(String::from_utf8_lossy).collect();
    let columns: Vec<Option<Field>> = names.iter().map(|name| Field::named(name)).collect();
    if !columns.iter().flatten().any(|field| field.is_url()) {
        return None;
    }
    for (name, column) in names.iter().zip(&columns) {
        if column.is_none() && !name.trim().is_empty() {
            sink.unknown_field(line, name.trim());
        }
    }
    Some(columns)
}

fn read_row(sink: &mut Sink<'_>, line: u32, columns: &[Option<Field>], record: &ByteRecord) {
    let filled = record
        .iter()
        .rposition(|cell| !cell.is_empty())
        .map_or(0, |last| last + 1);
    if filled > columns.len() {
        let reason = Reason::ExtraCells {
            cells: filled,
            columns: columns.len(),
        };
        return sink.problem(reason, || (line, 0));
    }
    let mut draft = Draft::default();
    for (column, cell) in columns.iter().zip(record) {
        let Some(field) = *column else { continue };
        let set = match std::str::from_utf8(cell) {
            Ok(text) => draft.set(field, &Value::Text(text.into()), 0, sink),
            Err(_) => Err(Reason::NotUtf8),
        };
        if let Err(reason) = set {
            return sink.problem(reason, || (line, 0));
        }
    }
    match draft.finish(sink) {
        Ok(entry) => sink.push(line, entry),
        Err((_, reason)) => sink.problem(reason, || (line, 0)),
    }
}

/// Counts lines as the reader moves forward. The reader's own position is the
/// one before the blank lines and comments that it skips.
struct Lines<'a> {
    content: &'a [u8],
    line: u32,
    at: usize,
}

impl Lines<'_> {
    /// The line of the record that was read from byte `start` on.
    fn of_record(&mut self, start: usize) -> u32 {
        self.move_to(start);
        loop {
            let rest = self.content.get(self.at..).unwrap_or_default();
            let length = match rest.first() {
                Some(b'\n' | b'\r') => 1,
                Some(b'#') => rest
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .map_or(rest.len(), |end| end + 1),
                _ => return self.line,
            };
            self.move_to(self.at + length);
        }
    }

    fn move_to(&mut self, to: usize) {
        let passed = self.content.get(self.at..to).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', passed).count();
        self.line = self
            .line
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at = self.at.max(to);
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
