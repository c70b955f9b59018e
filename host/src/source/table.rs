//! Tables: CSV and TSV, whose first row names the columns.

use std::borrow::Cow;

use super::cells::{Cell, Rows};
use super::collect::Sink;
use super::field::{Draft, Field};
use super::problem::Reason;
use super::value::Value;
use super::warning::WarningKind;
use crate::position::Cursor;

/// Reads a table whose cells are separated by `delimiter`.
pub(super) fn read(sink: &mut Sink<'_>, content: &[u8], delimiter: u8) {
    let mut rows = Rows::new(content, delimiter);
    let mut row = Vec::new();
    let mut columns: Option<Vec<Option<Field>>> = None;
    let mut cursor = Cursor::new(content, 1);
    while let Some(read) = rows.read(&mut row) {
        if let Some(cell) = row.first() {
            cursor.advance(cell.at);
        }
        if let Err(bad) = read {
            let reason = Reason::OpenQuote {
                closed: bad.close.map(|close| cursor.of(close)),
            };
            sink.problem(reason, || cursor.of(bad.open));
            // Without a header nothing below it can be read.
            if columns.is_none() {
                return sink.give_up();
            }
            continue;
        }
        if row.iter().all(|cell| cell.bytes.trim_ascii().is_empty()) {
            continue;
        }
        match &columns {
            Some(columns) => read_row(sink, &cursor, columns, &row),
            None => {
                let Some(found) = header(sink, &cursor, &row) else {
                    return sink.fail(Reason::NoHeader, || cursor.here());
                };
                columns = Some(found);
            }
        }
    }
}

/// The fields of the columns; `None` when none of them has URLs.
fn header(
    sink: &mut Sink<'_>,
    cursor: &Cursor<'_>,
    row: &[Cell<'_>],
) -> Option<Vec<Option<Field>>> {
    let names: Vec<Cow<'_, str>> = row
        .iter()
        .map(|cell| String::from_utf8_lossy(&cell.bytes))
        .collect();
    let columns: Vec<Option<Field>> = names.iter().map(|name| Field::named(name)).collect();
    if !columns.iter().flatten().any(|field| field.is_url()) {
        return None;
    }
    for (name, column) in names.iter().zip(&columns) {
        if column.is_none() && !name.trim().is_empty() {
            let (line, _) = cursor.here();
            sink.unknown_field(line, name.trim());
        }
    }
    Some(columns)
}

fn read_row(sink: &mut Sink<'_>, cursor: &Cursor<'_>, columns: &[Option<Field>], row: &[Cell<'_>]) {
    let extra = row.get(columns.len()..).unwrap_or_default();
    if let Some(filled) = extra.iter().rposition(|cell| !cell.bytes.is_empty()) {
        let reason = Reason::ExtraCells {
            cells: columns.len() + filled + 1,
            columns: columns.len(),
        };
        let at = extra.first().map_or(0, |cell| cell.at);
        return sink.problem(reason, || cursor.of(at));
    }
    let mut draft = Draft::default();
    for (column, cell) in columns.iter().zip(row) {
        let Some(field) = *column else { continue };
        if field != Field::Variants && holds_a_row(&cell.bytes) {
            let (line, _) = cursor.of(cell.at);
            sink.warn_once(line, WarningKind::RowInCell);
        }
        let set = match std::str::from_utf8(&cell.bytes) {
            Ok(text) => draft.set(field, &Value::Text(text.into()), cell.at, sink),
            Err(_) => Err(Reason::NotUtf8),
        };
        if let Err(reason) = set {
            return sink.problem(reason, || cursor.of(cell.at));
        }
    }
    match draft.finish(sink) {
        Ok(entry) => sink.push(cursor.here(), entry),
        Err((at, reason)) => sink.problem(reason, || match at {
            Some(at) => cursor.of(at),
            None => cursor.here(),
        }),
    }
}

/// Whether a line of the cell, but for its first, begins as a row of most
/// tables does: then two rows may each have a quotation mark left open, and
/// the cell be all that stands between them.
fn holds_a_row(cell: &[u8]) -> bool {
    let mut lines = cell.split(|byte| matches!(byte, b'\n' | b'\r')).skip(1);
    lines.any(|line| line.starts_with(b"https://") || line.starts_with(b"http://"))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
