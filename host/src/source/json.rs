//! JSON: arrays of URLs or objects, objects of such arrays, and one value a
//! line (NDJSON).

use std::borrow::Cow;
use std::fmt;

use edgepick::catalogue::Entry;
use memchr::memchr_iter;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::category::Place;
use super::collect::Sink;
use super::field::{Draft, Field};
use super::problem::Reason;
use super::text::lines;
use super::value::{Key, Value};
use super::warning::WarningKind;
use crate::position::{Cursor, Position, position};

/// Keys whose list is simply the list of pictures; any other key is the
/// category of its list.
const CONTAINERS: &[&str] = &[
    "images", "pictures", "photos", "urls", "items", "entries", "data", "list", "results",
];

/// The longest line of NDJSON in bytes.
const MAX_LINE: usize = 1 << 20;

/// How deep objects of lists may be nested.
const MAX_DEPTH: usize = 8;

/// Reads a JSON document.
pub(super) fn read(sink: &mut Sink<'_>, content: &[u8]) {
    let text = match std::str::from_utf8(content) {
        Ok(text) => text,
        Err(error) => {
            return sink.fail(Reason::NotUtf8, || position(content, error.valid_up_to()));
        }
    };
    let mut document = Document::new(text, 1);
    let place = Place::default();
    // A list, the usual case, is taken apart as it is read: large ones are long.
    let read = if text.trim_ascii_start().starts_with('[') {
        read_list(sink, &mut document, text, &place)
    } else {
        serde_json::from_str(text).map(|value| read_value(sink, &mut document, value, &place, 0))
    };
    if let Err(error) = read {
        sink.refuse(syntax(&error), position(content, stopped(content, &error)));
    }
}

/// Reads one JSON value a line.
pub(super) fn read_lines(sink: &mut Sink<'_>, content: &[u8]) {
    for (number, bytes) in lines(content) {
        let trimmed = bytes.trim_ascii();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed.len() > MAX_LINE {
            sink.problem(
                Reason::LongLine {
                    bytes: trimmed.len(),
                    most: MAX_LINE,
                },
                || (number, 1),
            );
            continue;
        }
        let here = |at| Cursor::new(bytes, number).advance(at);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                sink.problem(Reason::NotUtf8, || here(error.valid_up_to()));
                continue;
            }
        };
        match serde_json::from_str::<&RawValue>(text) {
            Ok(value) => read_picture(
                sink,
                &mut Document::new(text, number),
                value,
                &Place::default(),
            ),
            Err(error) => {
                sink.problem(syntax(&error), || here(stopped(bytes, &error)));
            }
        }
    }
}

/// The byte at which serde_json stopped: it counts lines that end with LF, and
/// columns in bytes.
fn stopped(content: &[u8], error: &serde_json::Error) -> usize {
    let before = error.line().checked_sub(2);
    let end = before.and_then(|before| memchr_iter(b'\n', content).nth(before));
    end.map_or(0, |end| end + 1) + error.column().saturating_sub(1)
}

/// The error without the place that serde_json appends to it.
fn syntax(error: &serde_json::Error) -> Reason {
    let detail = error.to_string();
    let detail = detail.split(" at line ").next().unwrap_or(&detail);
    Reason::Syntax(detail.to_owned())
}

/// A text and how far it was read.
struct Document<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
}

impl<'a> Document<'a> {
    fn new(text: &'a str, line: u32) -> Self {
        let cursor = Cursor::new(text.as_bytes(), line);
        Self { text, cursor }
    }

    /// Where a value, which must be a part of the text, begins in it.
    fn offset(&self, value: &RawValue) -> usize {
        (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// Moves to a value behind the last one and tells where it is.
    fn advance(&mut self, value: &RawValue) -> Position {
        self.cursor.advance(self.offset(value))
    }

    /// Where a value at or behind the one moved to is.
    fn position(&self, value: &RawValue) -> Position {
        self.cursor.of(self.offset(value))
    }
}

/// The fields of an object, each as it is written.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Object(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

impl Object<'_> {
    /// Whether it is a picture, and not a group of them: it has an address.
    fn is_picture(&self) -> bool {
        self.0.iter().any(|(key, value)| {
            value.get().starts_with('"') && Field::named(key).is_some_and(Field::is_url)
        })
    }
}

/// Where the elements of a list go, one after another: a large list is never
/// held as a whole.
struct Elements<'r, 'c, 'd> {
    sink: &'r mut Sink<'c>,
    document: &'r mut Document<'d>,
    place: &'r Place,
}

impl<'de> Visitor<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<&RawValue>()? {
            read_picture(self.sink, self.document, value, self.place);
        }
        Ok(())
    }
}

/// Reads a list, which must be a part of the document.
fn read_list(
    sink: &mut Sink<'_>,
    document: &mut Document<'_>,
    text: &str,
    place: &Place,
) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.deserialize_seq(Elements {
        sink,
        document,
        place,
    })?;
    reader.end()
}

/// Reads a document, or a part of it that may hold several pictures.
fn read_value(
    sink: &mut Sink<'_>,
    document: &mut Document<'_>,
    value: &RawValue,
    place: &Place,
    depth: usize,
) {
    if value.get().starts_with('[') {
        if let Err(error) = read_list(sink, document, value.get(), place) {
            sink.problem(syntax(&error), || document.position(value));
        }
    } else if let Ok(object) = serde_json::from_str::<Object<'_>>(value.get()) {
        if object.is_picture() {
            document.advance(value);
            read_object(sink, document, &object, place, None);
        } else {
            read_groups(sink, document, &object, place, depth);
        }
    } else {
        read_picture(sink, document, value, place);
    }
}

/// Reads an object whose keys are categories or containers.
fn read_groups(
    sink: &mut Sink<'_>,
    document: &mut Document<'_>,
    object: &Object<'_>,
    place: &Place,
    depth: usize,
) {
    for (key, value) in &object.0 {
        let (line, _) = document.advance(value);
        let nested = serde_json::from_str::<Object<'_>>(value.get()).ok();
        if let Some(picture) = nested.as_ref().filter(|nested| nested.is_picture()) {
            read_object(sink, document, picture, place, Some(key));
            continue;
        }
        // It is read again below, and may be large.
        drop(nested);
        if depth >= MAX_DEPTH || !value.get().starts_with(['[', '{']) {
            sink.warn(line, WarningKind::Ignored(key.clone().into_owned()));
            continue;
        }
        match below(place, key) {
            Ok(place) => read_value(sink, document, value, &place, depth + 1),
            Err(reason) => sink.problem(reason, || document.position(value)),
        }
    }
}

/// The place of the list under a key.
fn below(place: &Place, key: &str) -> Result<Place, Reason> {
    if CONTAINERS.iter().any(|word| word.eq_ignore_ascii_case(key)) {
        return Ok(place.clone());
    }
    let path = match &place.category {
        Some(category) => format!("{category}/{key}"),
        None => key.to_owned(),
    };
    let mut found = Place::of(&path).map_err(Reason::Category)?;
    found.orientation = found.orientation.or(place.orientation);
    Ok(found)
}

/// Reads one element: a URL or an object.
fn read_picture(sink: &mut Sink<'_>, document: &mut Document<'_>, value: &RawValue, place: &Place) {
    let here = document.advance(value);
    if value.get().starts_with('{') {
        return match serde_json::from_str::<Object<'_>>(value.get()) {
            Ok(object) => read_object(sink, document, &object, place, None),
            Err(error) => sink.problem(syntax(&error), || here),
        };
    }
    match serde_json::from_str::<Key<'_>>(value.get()) {
        Ok(Key(text)) => match sink.url(text.trim()) {
            Ok(url) => sink.push(
                here,
                at_place(
                    Entry {
                        url,
                        ..Entry::default()
                    },
                    place,
                ),
            ),
            Err(fault) => sink.problem(Reason::Url(fault), || here),
        },
        Err(_) => sink.problem(Reason::NotAPicture, || here),
    }
}

/// Reads one picture's object; the document stands at its beginning. `key` is
/// the picture's id if it names none.
fn read_object(
    sink: &mut Sink<'_>,
    document: &Document<'_>,
    object: &Object<'_>,
    place: &Place,
    key: Option<&str>,
) {
    let mut draft = Draft::default();
    if let Some(key) = key
        && let Err(reason) = draft.set(Field::Id, &Value::Text(key.into()), 0, sink)
    {
        return sink.problem(reason, || document.cursor.here());
    }
    for (name, raw) in &object.0 {
        let Some(field) = Field::named(name) else {
            let (line, _) = document.cursor.here();
            sink.unknown_field(line, name);
            continue;
        };
        let at = document.offset(raw);
        let set = match serde_json::from_str::<Value<'_>>(raw.get()) {
            Ok(value) => draft.set(field, &value, at, sink),
            Err(error) => Err(syntax(&error)),
        };
        if let Err(reason) = set {
            return sink.problem(reason, || document.position(raw));
        }
    }
    match draft.finish(sink) {
        Ok(entry) => sink.push(document.cursor.here(), at_place(entry, place)),
        Err((at, reason)) => {
            let cursor = &document.cursor;
            sink.problem(reason, || at.map_or(cursor.here(), |at| cursor.of(at)));
        }
    }
}

fn at_place(mut entry: Entry, place: &Place) -> Entry {
    if entry.category.is_none() {
        entry.category.clone_from(&place.category);
    }
    entry.orientation = entry.orientation.or(place.orientation);
    entry
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
