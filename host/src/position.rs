//! Lines and columns of what people write.

use memchr::memchr2_iter;

/// Line, and column in characters, both counted from 1. Where one is not known
/// it is 0.
pub(crate) type Position = (u32, u32);

/// No place in particular: the whole source is meant.
pub(crate) const NOWHERE: Position = (0, 0);

/// Tells positions as a reader moves forward in a text, in one pass over it.
/// Lines end with LF, CR LF or CR.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'t> {
    content: &'t [u8],
    at: usize,
    line: u32,
    column: u32,
}

impl<'t> Cursor<'t> {
    /// At the start of a content whose first line has this number.
    pub(crate) fn new(content: &'t [u8], line: u32) -> Self {
        Self {
            content,
            at: 0,
            line,
            column: 1,
        }
    }

    /// Where it is.
    pub(crate) fn here(&self) -> Position {
        (self.line, self.column)
    }

    /// Moves forward to a byte; never back.
    pub(crate) fn advance(&mut self, to: usize) -> Position {
        let passed = self.content.get(self.at..to).unwrap_or_default();
        let mut start = None;
        for end in memchr2_iter(b'\n', b'\r', passed) {
            // The CR of a CR LF ends no line: the LF does.
            if self.content.get(self.at + end..self.at + end + 2) != Some(b"\r\n") {
                self.line = self.line.saturating_add(1);
                start = Some(end + 1);
            }
        }
        let before = if start.is_some() { 1 } else { self.column };
        let text = passed.get(start.unwrap_or(0)..).unwrap_or_default();
        self.column = before.saturating_add(characters(text));
        self.at = self.at.max(to.min(self.content.len()));
        self.here()
    }

    /// The position of a byte at or behind this one, without moving there.
    pub(crate) fn of(&self, at: usize) -> Position {
        let mut there = *self;
        there.advance(at)
    }
}

/// The position of a byte of a content, which need not be text.
pub(crate) fn position(content: &[u8], at: usize) -> Position {
    Cursor::new(content, 1).advance(at)
}

/// How many characters begin in these bytes of UTF-8.
pub(crate) fn characters(bytes: &[u8]) -> u32 {
    let begin = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80);
    u32::try_from(begin.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_any_way_and_columns_are_characters() {
        let content = "a猫b\nc\r\n\rd".as_bytes();
        let table = [
            (0, (1, 1)),
            (1, (1, 2)),
            (4, (1, 3)),
            (5, (1, 4)),
            (6, (2, 1)),
            (7, (2, 2)),
            (9, (3, 1)),
            (10, (4, 1)),
            (11, (4, 2)),
        ];
        for (at, expected) in table {
            assert_eq!(position(content, at), expected, "byte {at}");
        }
    }

    #[test]
    fn a_cursor_says_on_its_way_what_it_says_at_once() {
        let content = "a\r\n\u{e9}\n\nb\rc\r".as_bytes();
        for first in 0..=content.len() {
            let mut cursor = Cursor::new(content, 1);
            cursor.advance(first);
            for then in first..=content.len() {
                assert_eq!(cursor.of(then), position(content, then), "{first}, {then}");
            }
            assert_eq!(cursor.here(), position(content, first));
            assert_eq!(cursor.advance(0), position(content, first), "never back");
        }
    }
}
