//! Lists of URLs as plain text: one a line, `#` comments, blank lines.

use edgepick::catalogue::Entry;
use memchr::{memchr, memchr2_iter};

use super::collect::Sink;
use super::problem::Reason;
use crate::position::characters;

/// The longest line in bytes, comments aside.
const MAX_LINE: usize = 65_536;

/// Reads a list. Lines end with LF, CR LF or CR.
pub(super) fn read(sink: &mut Sink<'_>, content: &[u8]) {
    sink.reserve(memchr::memchr_iter(b'\n', content).count() + 1);
    for (number, line) in lines(content) {
        read_line(sink, number, line);
    }
}

/// The lines of a text with their numbers, counted from 1.
pub(super) fn lines(content: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut ends = memchr2_iter(b'\n', b'\r', content);
    let mut start = 0;
    let mut number = 0_u32;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let end = ends.next().unwrap_or_else(|| {
            done = true;
            content.len()
        });
        let line = content.get(start..end).unwrap_or_default();
        start = end + 1;
        if content.get(end..end + 2) == Some(b"\r\n") {
            ends.next();
            start += 1;
        }
        number = number.saturating_add(1);
        Some((number, line))
    })
}

fn read_line(sink: &mut Sink<'_>, number: u32, line: &[u8]) {
    let trimmed = line.trim_ascii();
    if trimmed.is_empty() || trimmed.starts_with(b"#") {
        return;
    }
    let column = |at: usize| {
        let before = line.len() - line.trim_ascii_start().len() + at;
        let before = line.get(..before).unwrap_or_default();
        (number, characters(before).saturating_add(1))
    };
    if trimmed.len() > MAX_LINE {
        return sink.problem(
            Reason::LongLine {
                bytes: trimmed.len(),
                most: MAX_LINE,
            },
            || column(0),
        );
    }
    let text = match std::str::from_utf8(without_comment(trimmed)) {
        Ok(text) => text,
        Err(error) => return sink.problem(Reason::NotUtf8, || column(error.valid_up_to())),
    };
    match sink.url(text) {
        Ok(url) => sink.push(
            column(0),
            Entry {
                url,
                ..Entry::default()
            },
        ),
        Err(fault) => {
            let at = fault.at();
            sink.problem(Reason::Url(fault), || column(at));
        }
    }
}

/// The line without a comment behind white space.
fn without_comment(line: &[u8]) -> &[u8] {
    let Some(hash) = memchr(b'#', line) else {
        return line;
    };
    match line.split_at_checked(hash) {
        Some((before, _)) if before.ends_with(b" ") || before.ends_with(b"\t") => {
            before.trim_ascii_end()
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::super::collect::{Collector, Given};
    use super::*;

    fn collect(content: &[u8]) -> Collector {
        let mut out = Collector::default();
        read(
            &mut Sink::new(&mut out, "l.txt".into(), Given::default()),
            content,
        );
        out
    }

    #[test]
    fn takes_what_people_write() {
        let out = collect(b"# cats\n\nhttps://h/1.jpg\r\n  https://h/2.jpg\t\n#x\nhttps://h/3.jpg # tail\rhttps://h/4.jpg#frag\nhttps://h/{1..9}.jpg");
        assert_eq!(out.problems.to_string(), "");
        let seen: Vec<_> = (0..out.entries.len())
            .map(|i| format!("{} {}", out.origins.get(i).unwrap(), out.entries[i].url))
            .collect();
        let expected = [
            "l.txt:3:1 https://h/1.jpg",
            "l.txt:4:3 https://h/2.jpg",
            "l.txt:6:1 https://h/3.jpg",
            "l.txt:7:1 https://h/4.jpg#frag",
            "l.txt:8:1 https://h/{1..9}.jpg",
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn names_line_and_column_of_what_is_wrong() {
        let long = format!("https://h/{}", "x".repeat(MAX_LINE));
        let table: [(&[u8], &str); 7] = [
            (b"h/1.jpg", "l.txt:1:1: `h/1.jpg` is no absolute URL"),
            (b"\n  https://h/a b.jpg", "l.txt:2:14: the URL holds ' '"),
            (
                "# 猫\r\n\thttps://h/猫 b.jpg".as_bytes(),
                "l.txt:2:13: the URL holds ' '",
            ),
            (
                b"# \xff is fine\nhttps://h/\xff.jpg",
                "l.txt:2:11: is not UTF-8",
            ),
            (b"https://h/a\0.jpg", "l.txt:1:12: the URL holds '\\0'"),
            (long.as_bytes(), "l.txt:1:1: the line is 65546 bytes long"),
            (
                b"https://h/\xef\xbb\xbf \xe3\x80\x80",
                "l.txt:1:12: the URL holds ' '",
            ),
        ];
        for (content, start) in table {
            let text = collect(content).problems.to_string();
            assert!(text.starts_with(start), "{text}");
        }
    }

    #[test]
    fn a_last_line_needs_no_end() {
        let numbers = |content| {
            lines(content)
                .map(|(n, l)| (n, l.to_vec()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            numbers(b"a\r\nb\rc\n\nd"),
            [
                (1, b"a".to_vec()),
                (2, b"b".to_vec()),
                (3, b"c".to_vec()),
                (4, vec![]),
                (5, b"d".to_vec())
            ]
        );
        assert_eq!(numbers(b""), [(1, vec![])]);
    }
}
