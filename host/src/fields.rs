//! Header fields as lines of text (RFC 9112 section 5), which is how they
//! travel through `answer.handle`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Writes each field as `name: value` CR LF.
pub fn write(headers: &HeaderMap, lines: &mut Vec<u8>) {
    for (name, value) in headers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
}

/// Lines as a map. What is no field is left out, and so is what is between two
/// neighbours on the wire and not the component's to say (RFC 9110 section
/// 7.6.1).
#[must_use]
pub fn read(lines: Vec<u8>) -> HeaderMap {
    let lines = Bytes::from(lines);
    RECENT.with_borrow_mut(|recent| recent.read(&lines))
}

/// The length of the line that the bytes begin with, its end included.
fn line(bytes: &[u8]) -> Option<usize> {
    let ends = memchr::memchr_iter(b'\n', bytes);
    ends.map(|end| end + 1).find(|end| {
        bytes
            .get(..*end)
            .is_some_and(|line| line.ends_with(b"\r\n"))
    })
}

/// The field of a line, if it has one that may pass.
fn field(line: &Bytes) -> Option<(HeaderName, HeaderValue)> {
    let colon = memchr::memchr(b':', line)?;
    let name = HeaderName::from_bytes(line.get(..colon)?).ok();
    Some((name.filter(passes)?, value(line, colon)?))
}

/// The value behind a line's colon.
fn value(line: &Bytes, colon: usize) -> Option<HeaderValue> {
    let text = line.get(colon + 1..line.len().checked_sub(2)?)?;
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let text = line.slice(colon + 1 + blanks.count()..line.len() - 2);
    HeaderValue::from_maybe_shared(text).ok()
}

fn passes(name: &HeaderName) -> bool {
    ![
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::TE,
        header::TRAILER,
        HOP_KEEP_ALIVE,
        HOP_PROXY_CONNECTION,
    ]
    .contains(name)
}

const HOP_KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const HOP_PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Shapes of answers seen lately. A site gives few, and most fields of a shape
/// are the same each time: to compare costs less than to read.
struct Recent {
    shapes: Vec<Shape>,
    /// The shape that makes room for the next one.
    oldest: usize,
}

impl Recent {
    /// As many as redirects, documents, errors and preflights of a site have.
    const SHAPES: usize = 8;

    fn read(&mut self, lines: &Bytes) -> HeaderMap {
        let mut shapes = self.shapes.iter();
        if let Some(headers) = shapes.find_map(|shape| shape.read(lines)) {
            return headers;
        }
        let mut headers = HeaderMap::with_capacity(2 * Shape::FIELDS);
        let mut shape = Shape::default();
        let mut rest = lines.clone();
        while let Some(length) = line(&rest) {
            let line = rest.split_to(length);
            if let Some((name, value)) = field(&line) {
                shape.add(&line, &name, &value);
                headers.append(name, value);
            }
        }
        if shape.length() == lines.len() && shape.is_plain() {
            match self.shapes.get_mut(self.oldest) {
                Some(oldest) => *oldest = shape,
                None => self.shapes.push(shape),
            }
            self.oldest = (self.oldest + 1) % Self::SHAPES;
        }
        headers
    }
}

/// Fields in an order.
#[derive(Default)]
struct Shape {
    lines: Vec<Known>,
    /// The fields of the lines.
    headers: HeaderMap,
}

struct Known {
    /// With its end.
    line: Box<[u8]>,
    name: HeaderName,
}

impl Shape {
    /// Answers with more fields are read anew each time.
    const FIELDS: usize = 16;

    fn add(&mut self, line: &[u8], name: &HeaderName, value: &HeaderValue) {
        if let Some(value) = lasting_value(value) {
            self.headers.append(lasting_name(name), value);
            self.lines.push(Known {
                line: line.into(),
                name: name.clone(),
            });
        }
    }

    /// The bytes of all lines.
    fn length(&self) -> usize {
        self.lines.iter().map(|known| known.line.len()).sum()
    }

    /// Whether each field has a name of its own, there are not too many, and
    /// the map has them in the order of the lines.
    fn is_plain(&self) -> bool {
        let names = self.lines.iter().map(|known| &known.name);
        self.headers.keys_len() == self.lines.len()
            && self.lines.len() <= Self::FIELDS
            && self.headers.keys().eq(names)
    }

    /// The lines as a map, if they are of this shape.
    fn read(&self, lines: &Bytes) -> Option<HeaderMap> {
        let mut others = [const { None }; Self::FIELDS];
        let mut start = 0;
        for (known, other) in self.lines.iter().zip(&mut others) {
            let rest = lines.get(start..)?;
            if rest.starts_with(&known.line) {
                start += known.line.len();
                continue;
            }
            let name = known.name.as_str();
            let behind = rest.strip_prefix(name.as_bytes())?;
            if behind.first() != Some(&b':') {
                return None;
            }
            let end = start + line(rest)?;
            *other = Some(value(&lines.slice(start..end), name.len())?);
            start = end;
        }
        if start != lines.len() {
            return None;
        }
        let mut headers = self.headers.clone();
        for (value, other) in headers.values_mut().zip(others) {
            if let Some(other) = other {
                *value = other;
            }
        }
        Some(headers)
    }
}

/// A name that costs nothing to copy, where there is still room for it.
fn lasting_name(name: &HeaderName) -> HeaderName {
    lasting(name.as_str()).map_or_else(|| name.clone(), HeaderName::from_static)
}

/// A value that is no part of the whole answer, which would live as long; one
/// that costs nothing to copy, where there is still room for it.
fn lasting_value(value: &HeaderValue) -> Option<HeaderValue> {
    match value.to_str().ok().and_then(lasting) {
        Some(text) => Some(HeaderValue::from_static(text)),
        None => HeaderValue::from_bytes(value.as_bytes()).ok(),
    }
}

/// The same text for as long as the process lives. `None` for long ones, and
/// where as many as a site's constant fields will ever be have been kept.
fn lasting(text: &str) -> Option<&'static str> {
    const TEXTS: usize = 256;
    const LONGEST: usize = 256;
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return Some(known);
    }
    if text.len() > LONGEST || kept.len() >= TEXTS {
        return None;
    }
    let text: &'static str = String::from(text).leak();
    kept.insert(text);
    Some(text)
}

thread_local! {
    static RECENT: RefCell<Recent> = const {
        RefCell::new(Recent {
            shapes: Vec::new(),
            oldest: 0,
        })
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &str, expected: &[(&str, &str)]) {
        // Twice: the second time the names are known.
        for _ in 0..2 {
            let headers = read(lines.as_bytes().to_vec());
            let found: Vec<_> = headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
                .collect();
            assert_eq!(found, expected, "{lines:?}");
        }
    }

    #[test]
    fn lines_become_fields() {
        check("", &[]);
        check(
            "vary: a\r\nX-Image-Id:  b c\r\n",
            &[("vary", "a"), ("x-image-id", "b c")],
        );
        check("x: 1\r\nx: 2\r\n", &[("x", "1"), ("x", "2")]);
        check("empty:\r\n", &[("empty", "")]);
    }

    #[test]
    fn what_is_no_field_is_left_out() {
        check(
            "no colon\r\nb@d: 1\r\ngood: 1\r\nbad: \0\r\ncut: off",
            &[("good", "1")],
        );
    }

    #[test]
    fn what_is_between_neighbours_is_left_out() {
        check(
            "Connection: close\r\ntransfer-encoding: chunked\r\nkeep-alive: 1\r\n",
            &[],
        );
    }

    #[test]
    fn lines_that_change_or_move_are_read_anew() {
        for n in 0..1000 {
            let location = format!("https://a.example/{n}");
            let kept = if n < 500 { "no-store" } else { "public" };
            let mut expected = vec![("location", &*location), ("cache-control", kept)];
            if n % 3 == 0 {
                expected.reverse();
            }
            let lines = expected
                .iter()
                .map(|(name, value)| format!("{name}: {value}\r\n"));
            check(&lines.collect::<String>(), &expected);
        }
    }

    #[test]
    fn a_line_ends_with_both_bytes() {
        check("a: 1\nb: 2\r\nc: 3\r\n", &[("c", "3")]);
        assert_eq!(line(b"a\nb\r\nc"), Some(5));
        assert_eq!(line(b"a\nb"), None);
    }

    #[test]
    fn written_fields_read_back() {
        let mut headers = HeaderMap::new();
        headers.append("accept", HeaderValue::from_static("*/*"));
        headers.append("x-a", HeaderValue::from_bytes(b"\xe7\x8c\xab").unwrap());
        headers.append("x-a", HeaderValue::from_static("2"));
        let mut lines = Vec::new();
        write(&headers, &mut lines);
        assert_eq!(read(lines), headers);
    }
}
