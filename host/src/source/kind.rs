//! What kind of list a file is: by its extension, else by its content.

use serde::de::IgnoredAny;

use super::field::Field;
use super::text::lines;

/// A kind of list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Json,
    Ndjson,
    /// A table with this byte between its cells.
    Table(u8),
}

/// The extensions of lists.
pub(super) const EXTENSIONS: &[&str] = &["txt", "json", "ndjson", "jsonl", "csv", "tsv", "tab"];

impl Kind {
    /// The kind of a content whose file has this extension, if it has one.
    /// Only tables are taken at their extension's word: JSON is often named as
    /// the other kind of JSON, and anything is named `.txt`.
    pub(super) fn of(extension: Option<&str>, content: &[u8]) -> Self {
        let extension = extension.map(str::to_ascii_lowercase);
        match extension.as_deref() {
            Some("tsv" | "tab") => Self::Table(b'\t'),
            Some("csv") => Self::Table(delimiter(first_line(content)).unwrap_or(b',')),
            Some("json") => json(content),
            Some("ndjson" | "jsonl") if content.trim_ascii_start().starts_with(b"[") => {
                json(content)
            }
            Some("ndjson" | "jsonl") => Self::Ndjson,
            _ => sniff(content),
        }
    }
}

/// The extension under which a list is read as the kind that it is now.
#[cfg(feature = "compiler")]
pub(crate) fn extension(extension: Option<&str>, content: &[u8]) -> &'static str {
    let content = content.strip_prefix(super::BOM).unwrap_or(content);
    match Kind::of(extension, content) {
        Kind::Text => "txt",
        Kind::Json => "json",
        Kind::Ndjson => "ndjson",
        Kind::Table(b'\t') => "tsv",
        Kind::Table(_) => "csv",
    }
}

fn sniff(content: &[u8]) -> Kind {
    let line = first_line(content);
    if line.starts_with(b"[") || line.starts_with(b"{") {
        return json(content);
    }
    let cells = |delimiter: u8| line.split(move |byte| *byte == delimiter);
    let names_urls = |cell: &[u8]| {
        let cell = cell.trim_ascii();
        let cell = cell
            .strip_prefix(b"\"")
            .and_then(|cell| cell.strip_suffix(b"\""))
            .unwrap_or(cell);
        std::str::from_utf8(cell)
            .ok()
            .and_then(Field::named)
            .is_some_and(Field::is_url)
    };
    let by = delimiter(line).unwrap_or(b',');
    if cells(by).any(names_urls) {
        return Kind::Table(by);
    }
    if line.starts_with(b"\"") && is_json(line) {
        return Kind::Ndjson;
    }
    Kind::Text
}

/// JSON is one document, or several with a line each.
fn json(content: &[u8]) -> Kind {
    let mut full = lines(content)
        .map(|(_, line)| line.trim_ascii())
        .filter(|line| !line.is_empty());
    let first = full.next().unwrap_or_default();
    if !first.starts_with(b"[") && full.next().is_some() && is_json(first) {
        Kind::Ndjson
    } else {
        Kind::Json
    }
}

fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// The first line that is neither blank nor a comment.
fn first_line(content: &[u8]) -> &[u8] {
    lines(content)
        .map(|(_, line)| line.trim_ascii())
        .find(|line| !line.is_empty() && !line.starts_with(b"#"))
        .unwrap_or_default()
}

/// What separates the cells of a header: spreadsheets also save CSV with `;`
/// or tabs, depending on the language they are set to.
fn delimiter(header: &[u8]) -> Option<u8> {
    [b',', b'\t', b';']
        .into_iter()
        .find(|byte| header.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides_or_the_content() {
        let object = "{\"url\":\"https://h/1\"}";
        let two = format!("{object}\n\n{object}\n");
        let table: [(Option<&str>, &str, Kind); 24] = [
            (Some("txt"), "https://h/1.jpg\n", Kind::Text),
            (Some("TXT"), "", Kind::Text),
            (Some("txt"), "\n[\"https://h/1\"]", Kind::Json),
            (Some("json"), "[]", Kind::Json),
            (Some("json"), object, Kind::Json),
            (Some("json"), &two, Kind::Ndjson),
            (Some("json"), "{\n\"a\":[]}", Kind::Json),
            (Some("jsonl"), object, Kind::Ndjson),
            (Some("ndjson"), "[\n\"a\"\n]", Kind::Json),
            (Some("csv"), "url,title\n", Kind::Table(b',')),
            (Some("csv"), "url;title\n", Kind::Table(b';')),
            (Some("csv"), "url\ttitle\n", Kind::Table(b'\t')),
            (Some("csv"), "url\n", Kind::Table(b',')),
            (Some("tsv"), "url,title\n", Kind::Table(b'\t')),
            (None, "# list\nhttps://h/1.jpg?a=1,2;3\n", Kind::Text),
            (None, "[\"https://h/1\"]", Kind::Json),
            (None, &two, Kind::Ndjson),
            (None, "\"https://h/1\"\n\"https://h/2\"\n", Kind::Ndjson),
            (None, "\"https://h/1\",\n", Kind::Text),
            (None, "# x\ntitle,URL\n", Kind::Table(b',')),
            (None, "\"Image URL\";\"title\"\n", Kind::Table(b';')),
            (Some("list"), "src\ttags\n", Kind::Table(b'\t')),
            (None, "url\nhttps://h/1\n", Kind::Table(b',')),
            (None, "", Kind::Text),
        ];
        for (extension, content, kind) in table {
            let again = super::extension(extension, content.as_bytes());
            assert_eq!(
                Kind::of(Some(again), content.as_bytes()),
                kind,
                "{content:?}"
            );
            assert_eq!(
                Kind::of(extension, content.as_bytes()),
                kind,
                "{extension:?} {content:?}"
            );
        }
    }
}
