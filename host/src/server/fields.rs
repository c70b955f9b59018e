//! Header fields as lines of text (RFC 9112 section 5), which is how they
//! travel through `answer.handle`.

use std::cell::RefCell;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Writes each field as `name: value` CR LF.
pub(super) fn write(headers: &HeaderMap, lines: &mut Vec<u8>) {
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
pub(super) fn read(lines: Vec<u8>, headers: &mut HeaderMap) {
    let lines = Bytes::from(lines);
    NAMES.with_borrow_mut(|names| {
        let mut start = 0;
        let mut place = 0;
        while let Some(rest) = lines.get(start..) {
            let Some(length) = memchr::memmem::find(rest, b"\r\n") else {
                break;
            };
            let end = start + length;
            if let Some((name, value)) = field(&lines, start, end, names, place)
                && !between_neighbours(&name)
            {
                headers.append(name, value);
            }
            place += 1;
            start = end + 2;
        }
    });
}

/// The field on the line `start..end`.
fn field(
    lines: &Bytes,
    start: usize,
    end: usize,
    names: &mut Names,
    place: usize,
) -> Option<(HeaderName, HeaderValue)> {
    let line = lines.get(start..end)?;
    let colon = memchr::memchr(b':', line)?;
    let name = names.get(place, line.get(..colon)?)?;
    let value = line.get(colon + 1..)?;
    let lead = value
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let value = lines.slice(start + colon + 1 + lead..end);
    Some((name, HeaderValue::from_maybe_shared(value).ok()?))
}

fn between_neighbours(name: &HeaderName) -> bool {
    [
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

/// Names seen lately, by their place in an answer: answers of one site have
/// the same names in the same places, and a name that is not one of http's own
/// costs an allocation to make.
type Names = RecentNames;

#[derive(Default)]
struct RecentNames(Vec<HeaderName>);

/// More places than any answer of ours has.
const PLACES: usize = 32;

impl RecentNames {
    fn get(&mut self, place: usize, name: &[u8]) -> Option<HeaderName> {
        if let Some(known) = self.0.get(place)
            && known.as_str().as_bytes() == name
        {
            return Some(known.clone());
        }
        let made = HeaderName::from_bytes(name).ok()?;
        if let Some(known) = self.0.get_mut(place) {
            known.clone_from(&made);
        } else if place == self.0.len() && place < PLACES {
            self.0.push(made.clone());
        }
        Some(made)
    }
}

thread_local! {
    static NAMES: RefCell<RecentNames> = const { RefCell::new(RecentNames(Vec::new())) };
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
