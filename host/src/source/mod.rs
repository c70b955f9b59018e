//! Reading lists of pictures, of whatever kind people keep them in.
//!
//! | kind | told by | what it holds |
//! |---|---|---|
//! | text | `.txt`, or anything else | a URL a line; `#` comments, blank lines |
//! | JSON | `.json`, or content that begins with `[` or `{` | an array of URLs or objects; an object with such an array under `images` (or `pictures`, `photos`, `urls`, `items`, `entries`, `data`, `list`, `results`), or under categories, also nested; objects under their ids |
//! | NDJSON | `.ndjson` `.jsonl`, or one JSON value a line | URLs or objects |
//! | CSV, TSV | `.csv` `.tsv`, or a first line with a column of URLs | a header, then a picture a row; `#` comments |
//! | folder | a folder, with a base URL | pictures; sub-folders are categories |
//! | range | `https://host/h/{1..833}.webp` in place of a file | that many pictures |
//!
//! Ranges may also stand wherever a URL may. `-` is standard input.
//!
//! # Fields
//! Objects and columns have these fields; case does not matter, `-` and space
//! are `_`, empty values and `null` count as absent, unknown fields are warned
//! of and ignored.
//!
//! | field | also | value |
//! |---|---|---|
//! | `url` | `download_url`; `image_url` `img_url`; `image` `img` `picture` `photo`; `src`; `link` | the picture. Of several it is the first in the order `download_url`, `image_url`, `image`, `src`, `url`, `link`, and a `url` or `link` beside it is its page, as in Lorem Picsum's list |
//! | `id` | `alias` | the owner's own id |
//! | `width`, `height` | | pixels; 0 when unknown |
//! | `orientation` | | `landscape` `pc` `h`, `portrait` `mobile` `v`, `square` |
//! | `format` | | `jpeg`, `webp`, …, an extension or a media type |
//! | `weight` | | 1 to 65,535 |
//! | `category` | `cat` | a path such as `animals/cats` |
//! | `tags` | `tag` `keywords` | a list, or a text cut at `,` `;` and `\|` |
//! | `title` | `alt` | free text |
//! | `author` | `photographer` | free text |
//! | `source` | | where the picture comes from |
//! | `license` | `licence` | free text |
//! | `variants` | | objects with `url`, `width`, `height`, or `URL 640x427; URL 1280x853` |
//!
//! # Categories and orientations
//! A picture's own category wins over that of the list it stands in. A list's
//! category is the one that its [`SourceSpec`] names, else, when there are
//! several sources, the stem of its file's name. Sub-folders go below their
//! folder's category. Wherever a category is read, a part of it that is a word
//! for an orientation (`pc`, `mobile`, …) is taken out and gives the pictures
//! that orientation; so does the stem of a single source. A picture's own
//! `orientation` wins over that, and that over the source's.

mod category;
mod cells;
mod collect;
mod directory;
mod field;
mod json;
mod kind;
mod limits;
mod problem;
mod spec;
mod table;
mod text;
mod url;
mod value;
mod warning;

use std::fs;
use std::io::Read;
use std::path::Path;

use edgepick::catalogue::Entry;
use memchr::memchr;

use crate::position::{NOWHERE, position};
use category::Place;
use collect::{Collector, Given, Sink};
use kind::Kind;

pub use category::CategoryFault;
pub use collect::{Origin, Origins};
#[cfg(feature = "compiler")]
pub(crate) use kind::extension;
pub use limits::Limits;
pub(crate) use problem::excerpt;
pub use problem::{Problem, Problems, Reason};
pub(crate) use spec::Location;
pub use spec::SourceSpec;
pub use url::UrlFault;
pub use warning::{Warning, WarningKind};

/// What was read from all sources.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The pictures and ranges, in the order of the sources; each passes
    /// [`Entry::check`].
    pub entries: Vec<Entry>,
    /// Where each entry comes from, by its place in `entries`.
    pub origins: Origins,
    /// What was left out, and why; empty when read strictly.
    pub problems: Problems,
    /// Remarks.
    pub warnings: Vec<Warning>,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A file of a folder was read.
    Folder {
        /// The source as its owner named it.
        source: &'a str,
        /// Files read.
        done: u64,
        /// Files in all.
        total: u64,
    },
    /// A list is about to be read.
    List {
        /// The source as its owner named it.
        source: &'a str,
        /// Its bytes.
        bytes: usize,
    },
    /// What was read is about to be packed.
    Packing {
        /// Pictures and ranges.
        entries: usize,
    },
}

/// Reads all sources in turn, `stdin` where one is `-`. `progress` is called
/// before every list and after every file of a folder.
///
/// # Errors
/// All problems, when a source as a whole cannot be read, when no picture is
/// left, when there is more than `limits` allow, or, if `strict`, when there is
/// any problem at all.
pub fn load(
    sources: &[SourceSpec],
    strict: bool,
    limits: Limits,
    progress: &mut dyn FnMut(Progress<'_>),
    stdin: &mut dyn Read,
) -> Result<Loaded, Problems> {
    let mut out = Collector {
        limits,
        ..Collector::default()
    };
    if sources.is_empty() {
        let mut sink = Sink::new(&mut out, "".into(), Given::default());
        sink.fail(Reason::NoSource, || NOWHERE);
    }
    for spec in sources {
        let mut sink = Sink::new(&mut out, spec.name().into(), Given::default());
        match given(spec, sources.len() > 1, &mut sink) {
            Ok(given) => {
                sink.given = given;
                read(spec, &mut sink, progress, stdin);
            }
            Err(reason) => sink.fail(reason, || NOWHERE),
        }
        sink.finish();
    }
    let Collector {
        entries,
        origins,
        problems,
        warnings,
        failed,
        ..
    } = out;
    if failed || entries.is_empty() || (strict && !problems.is_empty()) {
        return Err(problems);
    }
    Ok(Loaded {
        entries,
        origins,
        problems,
        warnings,
    })
}

/// What a source says of all its pictures, checked.
fn given(spec: &SourceSpec, several: bool, sink: &mut Sink<'_>) -> Result<Given, Reason> {
    let stem = match spec.location() {
        Location::Path(path) => stem(path),
        Location::Stdin | Location::Inline(_) => None,
    };
    let place = match (&spec.category, &stem) {
        (Some(category), _) => Place::of(category).map_err(Reason::Category)?,
        (None, Some(stem)) if several => Place::of(stem).map_err(Reason::Category)?,
        (None, Some(stem)) => Place {
            category: None,
            orientation: category::orientation(stem),
        },
        (None, None) => Place::default(),
    };
    let base_url = match spec.base_url.as_deref().map(str::trim) {
        Some(base) => {
            let base = sink.url(base).map_err(Reason::Url)?;
            if base.contains(['?', '#', '{']) {
                return Err(Reason::Value {
                    field: "base_url",
                    value: problem::excerpt(&base),
                    accepted: "a URL without ?, # or a range, such as `https://img.example.com/photos`",
                });
            }
            Some(base.trim_end_matches('/').to_owned())
        }
        None => None,
    };
    let tags: Vec<String> = spec
        .tags
        .iter()
        .map(|tag| tag.trim().to_owned())
        .filter(|tag| !tag.is_empty())
        .collect();
    let probe = Entry {
        url: "https://example.com/".to_owned(),
        tags,
        ..Entry::default()
    };
    probe.check().map_err(Reason::Entry)?;
    Ok(Given {
        category: place.category,
        orientation: spec.orientation.or(place.orientation),
        weight: spec.weight.map_or(0, |weight| weight.get()),
        tags: probe.tags,
        base_url,
    })
}

/// Whether a file's name says how its pictures lie.
#[cfg(feature = "compiler")]
pub(crate) fn is_orientation(path: &Path) -> bool {
    stem(path).is_some_and(|stem| category::orientation(&stem).is_some())
}

/// The name of a file without its extension, or of a folder.
fn stem(path: &Path) -> Option<String> {
    let name = if path.is_dir() {
        // `.` and `photos/..` have a name too, only not written down.
        path.file_name().map(ToOwned::to_owned).or_else(|| {
            path.canonicalize()
                .ok()
                .and_then(|path| path.file_name().map(ToOwned::to_owned))
        })
    } else {
        path.file_stem().map(ToOwned::to_owned)
    };
    name?.into_string().ok()
}

fn read(
    spec: &SourceSpec,
    sink: &mut Sink<'_>,
    progress: &mut dyn FnMut(Progress<'_>),
    stdin: &mut dyn Read,
) {
    let (extension, content) = match spec.location() {
        Location::Inline(url) => return read_inline(sink, url),
        Location::Path(path) if path.is_dir() => return directory::read(sink, path, progress),
        Location::Path(path) if path.is_file() && directory::format_of(path).is_some() => {
            return sink.fail(Reason::Image, || NOWHERE);
        }
        Location::Path(path) => {
            let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
            if !sink.opens(bytes) {
                return;
            }
            (path.extension().and_then(|e| e.to_str()), fs::read(path))
        }
        Location::Stdin => {
            let mut content = Vec::new();
            (None, stdin.read_to_end(&mut content).map(|_| content))
        }
    };
    match content {
        Ok(content) => {
            let (source, bytes) = (&*sink.name, content.len());
            progress(Progress::List { source, bytes });
            read_list(sink, extension, &content);
        }
        Err(error) => sink.fail(Reason::Unreadable(error.to_string()), || NOWHERE),
    }
}

/// What editors on Windows put before a text.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What a WebAssembly module or component begins with.
const WASM: &[u8] = b"\0asm";

/// How many bytes are searched for one that no text holds, as other tools do
/// it.
const LOOKED_AT: usize = 8000;

/// Reads the content of a list.
fn read_list(sink: &mut Sink<'_>, extension: Option<&str>, content: &[u8]) {
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return sink.fail(Reason::Utf16, || NOWHERE);
    }
    if content.starts_with(WASM) {
        return sink.fail(Reason::Component, || NOWHERE);
    }
    let content = content.strip_prefix(BOM).unwrap_or(content);
    if content.trim_ascii().is_empty() {
        return;
    }
    let start = content.get(..LOOKED_AT).unwrap_or(content);
    if let Some(at) = memchr(0, start) {
        return sink.fail(Reason::Binary, || position(content, at));
    }
    match Kind::of(extension, content) {
        Kind::Text => text::read(sink, content),
        Kind::Json => json::read(sink, content),
        Kind::Ndjson => json::read_lines(sink, content),
        Kind::Table(delimiter) => table::read(sink, content, delimiter),
    }
}

/// Reads a URL that is given in place of a file.
fn read_inline(sink: &mut Sink<'_>, url: &str) {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let extension = path
        .rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, e)| e);
    if extension.is_some_and(|e| {
        kind::EXTENSIONS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(e))
    }) {
        return sink.fail(Reason::RemoteList(problem::excerpt(url)), || NOWHERE);
    }
    match sink.url(url.trim()) {
        Ok(url) => sink.push(
            NOWHERE,
            Entry {
                url,
                ..Entry::default()
            },
        ),
        Err(fault) => sink.fail(Reason::Url(fault), || NOWHERE),
    }
}

#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
