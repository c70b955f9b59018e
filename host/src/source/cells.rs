//! The cells of a table: RFC 4180 with any separator, any line ends, `#`
//! comments and blank lines.
//!
//! A reader of our own, for what the usual ones do not tell: the place of a
//! cell, and a quotation mark that is left open. They read on to the next mark
//! or to the end, and every row on the way is lost without a word.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// One cell of a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cell<'c> {
    /// The byte of the content that it begins at, its quotation mark included.
    pub(super) at: usize,
    /// Without its quotation marks.
    pub(super) bytes: Cow<'c, [u8]>,
}

/// A cell whose quotation mark does not enclose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadQuote {
    /// The byte of the opening mark.
    pub(super) open: usize,
    /// The byte of the mark that closes it with other text behind; `None` when
    /// there is no such mark.
    pub(super) close: Option<usize>,
}

/// Reads rows one after the other.
#[derive(Debug)]
pub(super) struct Rows<'c> {
    content: &'c [u8],
    delimiter: u8,
    at: usize,
}

impl<'c> Rows<'c> {
    /// The rows of a content whose cells are separated by `delimiter`.
    pub(super) fn new(content: &'c [u8], delimiter: u8) -> Self {
        Self {
            content,
            delimiter,
            at: 0,
        }
    }

    /// Reads the next row into `row`, which has a cell at least; `None` behind
    /// the last one.
    ///
    /// # Errors
    /// A quotation mark that encloses no cell. The next row is then the line
    /// below it: what stands there is more likely a row than a part of the cell.
    pub(super) fn read(&mut self, row: &mut Vec<Cell<'c>>) -> Option<Result<(), BadQuote>> {
        row.clear();
        self.skip();
        if self.rest().is_empty() {
            return None;
        }
        loop {
            let cell = if self.rest().starts_with(b"\"") {
                self.quoted()
            } else {
                Ok(self.plain())
            };
            match cell {
                Ok(cell) => row.push(cell),
                Err(bad) => {
                    self.at = bad.open;
                    self.at += line_length(self.rest());
                    return Some(Err(bad));
                }
            }
            if self.rest().first() != Some(&self.delimiter) {
                return Some(Ok(()));
            }
            self.at += 1;
        }
    }

    fn rest(&self) -> &'c [u8] {
        self.content.get(self.at..).unwrap_or_default()
    }

    /// Passes line ends, blank lines and comments.
    fn skip(&mut self) {
        loop {
            match self.rest().first() {
                Some(b'\n' | b'\r') => self.at += 1,
                Some(b'#') => self.at += line_length(self.rest()),
                _ => return,
            }
        }
    }

    fn plain(&mut self) -> Cell<'c> {
        let (at, rest) = (self.at, self.rest());
        let line = rest.get(..line_length(rest)).unwrap_or(rest);
        let length = memchr(self.delimiter, line).unwrap_or(line.len());
        self.at += length;
        let bytes = Cow::Borrowed(rest.get(..length).unwrap_or(rest));
        Cell { at, bytes }
    }

    fn quoted(&mut self) -> Result<Cell<'c>, BadQuote> {
        let open = self.at;
        let mut bytes = Cow::Borrowed(&[][..]);
        loop {
            self.at += 1;
            let rest = self.rest();
            let bad = |close| BadQuote { open, close };
            let length = memchr(b'"', rest).ok_or_else(|| bad(None))?;
            let close = self.at + length;
            self.at = close + 1;
            let part = rest.get(..length).unwrap_or_default();
            if bytes.is_empty() {
                bytes = Cow::Borrowed(part);
            } else {
                bytes.to_mut().extend_from_slice(part);
            }
            if self.rest().starts_with(b"\"") {
                bytes.to_mut().push(b'"');
                continue;
            }
            let rest = self.rest();
            let blanks = rest.iter().take_while(|byte| self.is_blank(**byte));
            self.at += blanks.count();
            return match self.rest().first() {
                None | Some(b'\n' | b'\r') => Ok(Cell { at: open, bytes }),
                Some(byte) if *byte == self.delimiter => Ok(Cell { at: open, bytes }),
                Some(_) => Err(bad(Some(close))),
            };
        }
    }

    /// What may stand between a closing mark and the separator.
    fn is_blank(&self, byte: u8) -> bool {
        matches!(byte, b' ' | b'\t') && byte != self.delimiter
    }
}

/// The bytes up to the end of the line.
fn line_length(text: &[u8]) -> usize {
    memchr2(b'\n', b'\r', text).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The cells of a row with their places, or the bytes of a bad one's marks.
    type Told = Result<Vec<(usize, String)>, (usize, Option<usize>)>;

    fn rows(content: &str) -> Vec<Told> {
        let mut rows = Rows::new(content.as_bytes(), b',');
        let mut row = Vec::new();
        let mut all = Vec::new();
        while let Some(read) = rows.read(&mut row) {
            let cells = row.iter().map(|cell| {
                let text = String::from_utf8_lossy(&cell.bytes).into_owned();
                (cell.at, text)
            });
            all.push(
                read.map(|()| cells.collect())
                    .map_err(|bad| (bad.open, bad.close)),
            );
        }
        all
    }

    #[test]
    fn cells_are_told_with_their_places() {
        type Cells = [&'static [(usize, &'static str)]];
        let table: [(&str, &Cells); 10] = [
            ("", &[]),
            ("\n\r\n# a,b\n", &[]),
            ("a,b", &[&[(0, "a"), (2, "b")]]),
            ("a,\n,b\r\n", &[&[(0, "a"), (2, "")], &[(3, ""), (4, "b")]]),
            ("a\rb\n#c\r\nd", &[&[(0, "a")], &[(2, "b")], &[(8, "d")]]),
            ("\"a,b\",c", &[&[(0, "a,b"), (6, "c")]]),
            ("\"a\n\nb\"\n c", &[&[(0, "a\n\nb")], &[(7, " c")]]),
            ("\"\",\"\"\"\"", &[&[(0, ""), (3, "\"")]]),
            ("\"\"\"a\"\"b\"\"\" \t,x", &[&[(0, "\"a\"b\""), (13, "x")]]),
            ("a\"b,\"c\"", &[&[(0, "a\"b"), (4, "c")]]),
        ];
        for (content, expected) in table {
            let owned = |cells: &&[(usize, &str)]| {
                let cells = cells.iter().map(|(at, text)| (*at, (*text).to_owned()));
                Ok(cells.collect())
            };
            let expected: Vec<_> = expected.iter().map(owned).collect();
            assert_eq!(rows(content), expected, "{content:?}");
        }
    }

    #[test]
    fn a_mark_that_encloses_nothing_costs_its_line_alone() {
        let one = |at, text: &str| Ok(vec![(at, text.to_owned())]);
        let table = [
            ("\"a\nb\nc", vec![Err((0, None)), one(3, "b"), one(5, "c")]),
            ("\"", vec![Err((0, None))]),
            ("\"\"\"", vec![Err((0, None))]),
            (
                "x,\"a\nb\n\"c\"\nd",
                vec![Err((2, Some(7))), one(5, "b"), one(7, "c"), one(11, "d")],
            ),
            ("\"a\" b\nc", vec![Err((0, Some(2))), one(6, "c")]),
        ];
        for (content, expected) in table {
            assert_eq!(rows(content), expected, "{content:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(table in prop::collection::vec(prop::collection::vec("[ab,\"#\r\n 猫]{0,5}", 1..4), 0..6)) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let lines = table.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(","));
            let content = lines.collect::<Vec<_>>().join("\n");
            let read: Vec<Vec<String>> = rows(&content)
                .into_iter()
                .map(|row| row.unwrap().into_iter().map(|(_, text)| text).collect())
                .collect();
            prop_assert_eq!(read, table);
        }

        #[test]
        fn any_bytes_are_read_to_their_end(content in prop::collection::vec(prop::sample::select(b"a,\"\n\r# ".to_vec()), 0..60)) {
            let mut rows = Rows::new(&content, b',');
            let (mut row, mut read, mut last) = (Vec::new(), 0, None);
            while let Some(result) = rows.read(&mut row) {
                let at = result.map_or_else(|bad| Some(bad.open), |()| row.first().map(|cell| cell.at));
                prop_assert!(at > last, "{at:?} behind {last:?}");
                (last, read) = (at, read + 1);
            }
            prop_assert!(read <= content.len());
            prop_assert!(rows.rest().is_empty());
        }
    }
}
