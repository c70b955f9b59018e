//! Header fields as lines of text (RFC 9112 section 5), which is how they
//! travel through `answer.handle`.

use std::cell::RefCell;

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

/// Reads lines into `headers`. What is no field is left out, and so is what
/// is between two neighbours on the wire and not the component's to say (RFC
/// 9110 section 7.6.1).
pub fn read(lines: Vec<u8>, headers: &mut HeaderMap) {
    let lines = Bytes::from(lines);
    headers.reserve(PLACES);
    RECENT.with_borrow_mut(|recent| {
        let mut start = 0;
        for place in 0.. {
            let rest = lines.get(start..).unwrap_or_default();
            let length = match recent.known(place, rest) {
                Some(known) => {
                    headers.append(known.name.clone(), known.value.clone());
                    known.line.len()
                }
                None => {
                    let Some(length) = line(rest) else { break };
                    let line = lines.slice(start..start + length);
                    if let Some((name, value)) = recent.read(place, &line) {
                        headers.append(name, value);
                    }
                    length
                }
            };
            start += length;
        }
    });
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
fn field(line: &Bytes, known: Option<&Known>) -> Option<(HeaderName, HeaderValue)> {
    let line = line.slice(..line.len().checked_sub(2)?);
    let colon = memchr::memchr(b':', &line)?;
    let name = line.get(..colon)?;
    let name = match known {
        Some(known) if known.name.as_str().as_bytes() == name => known.name.clone(),
        _ => HeaderName::from_bytes(name).ok().filter(passes)?,
    };
    let value = line.get(colon + 1..)?;
    let blanks = value.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let value = line.slice(colon + 1 + blanks.count()..);
    Some((name, HeaderValue::from_maybe_shared(value).ok()?))
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

/// About as many fields as an answer has.
const PLACES: usize = 16;

/// Fields seen lately, by their place in an answer: most fields of a site's
/// answers are the same in the same places, and to compare costs less than to
/// read.
struct Recent(Vec<Known>);

struct Known {
    /// With its end.
    line: Box<[u8]>,
    name: HeaderName,
    value: HeaderValue,
    misses: u8,
}

impl Recent {
    /// The field at this place, if the bytes begin with the same line.
    fn known(&self, place: usize, bytes: &[u8]) -> Option<&Known> {
        self.0
            .get(place)
            .filter(|known| bytes.starts_with(&known.line))
    }

    /// Reads the line at this place, and keeps it instead of one that has
    /// another name or was of no use for long: a value that differed once will
    /// differ again.
    fn read(&mut self, place: usize, line: &Bytes) -> Option<(HeaderName, HeaderValue)> {
        let places = self.0.len();
        let known = self.0.get_mut(place);
        let (name, value) = field(line, known.as_deref())?;
        let made = || {
            Some(Known {
                line: (**line).into(),
                name: name.clone(),
                // Not a part of the whole answer, which would live as long.
                value: HeaderValue::from_bytes(value.as_bytes()).ok()?,
                misses: 0,
            })
        };
        match known {
            Some(known) if known.name == name && known.misses < MISSES => known.misses += 1,
            Some(known) => *known = made()?,
            None if place == places && place < PLACES => self.0.push(made()?),
            None => {}
        }
        Some((name, value))
    }
}

/// After so many other values of its name a line is replaced.
const MISSES: u8 = 100;

thread_local! {
    static RECENT: RefCell<Recent> = const { RefCell::new(Recent(Vec::new())) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &str, expected: &[(&str, &str)]) {
        // Twice: the second time the names are known.
        for _ in 0..2 {
            let mut headers = HeaderMap::new();
            read(lines.as_bytes().to_vec(), &mut headers);
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
        let mut read_back = HeaderMap::new();
        read(lines, &mut read_back);
        assert_eq!(read_back, headers);
    }
}
