//! The fields of a picture: one table of their names, for JSON and tables.

use std::str::FromStr;

use edgepick::catalogue::{Entry, Format, Variant};

use super::category::{self, ORIENTATION_WORDS};
use super::collect::Sink;
use super::problem::{Reason, excerpt};
use super::url::UrlFault;
use super::value::Value;

/// The longest free text (title, author, …) in bytes. A longer one is most
/// often a quotation mark left open.
const MAX_TEXT: usize = 4096;

/// A field that a picture may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The picture's address. Several may be there: the lowest number is the
    /// picture, and from 4 on they may be its page instead (`source`).
    Url(u8),
    Id,
    Width,
    Height,
    Orientation,
    Format,
    Weight,
    Category,
    Tags,
    Title,
    Author,
    Source,
    License,
    Variants,
}

/// All accepted names. Case does not matter, and `-` and space are `_`.
const NAMES: &[(&str, Field)] = &[
    ("url", Field::Url(4)),
    ("src", Field::Url(3)),
    ("image", Field::Url(2)),
    ("img", Field::Url(2)),
    ("picture", Field::Url(2)),
    ("photo", Field::Url(2)),
    ("image_url", Field::Url(1)),
    ("imageurl", Field::Url(1)),
    ("img_url", Field::Url(1)),
    ("download_url", Field::Url(0)),
    ("link", Field::Url(5)),
    ("id", Field::Id),
    ("alias", Field::Id),
    ("width", Field::Width),
    ("height", Field::Height),
    ("orientation", Field::Orientation),
    ("format", Field::Format),
    ("weight", Field::Weight),
    ("category", Field::Category),
    ("cat", Field::Category),
    ("tags", Field::Tags),
    ("tag", Field::Tags),
    ("keywords", Field::Tags),
    ("title", Field::Title),
    ("alt", Field::Title),
    ("author", Field::Author),
    ("photographer", Field::Author),
    ("source", Field::Source),
    ("license", Field::License),
    ("licence", Field::License),
    ("variants", Field::Variants),
];

impl Field {
    /// The field of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let find = |name: &str| {
            NAMES
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, field)| *field)
        };
        find(name).or_else(|| find(&plain(name)))
    }

    /// Whether it is the address of a picture.
    pub(super) fn is_url(self) -> bool {
        matches!(self, Self::Url(_))
    }
}

fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

/// The known name that an unknown one resembles.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let name = plain(name);
    NAMES
        .iter()
        .map(|(known, _)| (strsim::jaro_winkler(&name, known), *known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

/// A picture whose fields are being read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    entry: Entry,
    /// The address that ranks first, where it stands, and its rank.
    url: Option<(u8, usize, String)>,
    /// An address that turned out to be the picture's page.
    page: Option<String>,
}

impl Draft {
    /// Reads one field. `at` is any number that tells the caller where the
    /// field stands; [`Draft::finish`] gives the URL's back.
    pub(super) fn set(
        &mut self,
        field: Field,
        value: &Value<'_>,
        at: usize,
        sink: &mut Sink<'_>,
    ) -> Result<(), Reason> {
        if *value == Value::Null || matches!(value, Value::Text(text) if text.trim().is_empty()) {
            return Ok(());
        }
        let entry = &mut self.entry;
        let bad = |field, accepted| Reason::Value {
            field,
            value: value.shown(),
            accepted,
        };
        match field {
            Field::Url(rank) => {
                let Value::Text(text) = value else {
                    return Err(bad("url", "text"));
                };
                self.add_url(rank, at, text.trim().to_owned());
            }
            Field::Id => entry.alias = Some(text(value, "id")?),
            Field::Width => entry.width = pixels(value).ok_or_else(|| bad("width", PIXELS))?,
            Field::Height => entry.height = pixels(value).ok_or_else(|| bad("height", PIXELS))?,
            Field::Orientation => {
                let word = word(value).and_then(category::orientation);
                entry.orientation =
                    Some(word.ok_or_else(|| bad("orientation", ORIENTATION_WORDS))?);
            }
            Field::Format => {
                let format = word(value)
                    .and_then(|word| Format::from_str(word.trim_start_matches('.')).ok());
                entry.format = Some(format.ok_or_else(|| bad("format", FORMATS))?);
            }
            Field::Weight => {
                let weight = integer(value)
                    .and_then(|n| u16::try_from(n).ok())
                    .filter(|n| *n > 0);
                entry.weight =
                    weight.ok_or_else(|| bad("weight", "a whole number from 1 to 65535"))?;
            }
            Field::Category => {
                let path =
                    word(value).ok_or_else(|| bad("category", "one path such as animals/cats"))?;
                let place = sink.place(path).map_err(Reason::Category)?;
                entry.category = place.category;
                entry.orientation = entry.orientation.or(place.orientation);
            }
            Field::Tags => add_tags(&mut entry.tags, value)?,
            Field::Title => entry.title = Some(text(value, "title")?),
            Field::Author => entry.author = Some(text(value, "author")?),
            Field::Source => entry.source = Some(text(value, "source")?),
            Field::License => entry.license = Some(text(value, "license")?),
            Field::Variants => entry.variants = variants(value, sink)?,
        }
        Ok(())
    }

    /// Ranks an address among those of the picture; the one that loses may be
    /// its page.
    fn add_url(&mut self, rank: u8, at: usize, text: String) {
        let old = self.url.take();
        let (first, other) = match old {
            Some(old) if old.0 <= rank => (old, Some((rank, at, text))),
            old => ((rank, at, text), old),
        };
        if let Some((4.., _, page)) = other {
            self.page = Some(page);
        }
        self.url = Some(first);
    }

    /// The finished entry, or what is wrong with it and, if that is the URL,
    /// where it stands.
    pub(super) fn finish(self, sink: &mut Sink<'_>) -> Result<Entry, (Option<usize>, Reason)> {
        let Self {
            mut entry,
            url,
            page,
        } = self;
        let Some((_, at, text)) = url else {
            return Err((None, Reason::Url(UrlFault::Missing)));
        };
        entry.url = sink
            .url(&text)
            .map_err(|fault| (Some(at), Reason::Url(fault)))?;
        entry.source = entry.source.or(page);
        entry
            .check()
            .map_err(|reason| (None, Reason::Entry(reason)))?;
        Ok(entry)
    }
}

const PIXELS: &str = "a whole number of pixels up to 4294967295, 0 when unknown";
const FORMATS: &str = "jpeg, png, gif, webp, avif, svg, bmp, tiff, heic, jxl or ico";

fn word<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value {
        Value::Text(text) => Some(text.trim()),
        _ => None,
    }
}

fn integer(value: &Value<'_>) -> Option<u64> {
    match value {
        Value::Integer(number) => Some(*number),
        _ => word(value)?.parse().ok(),
    }
}

fn pixels(value: &Value<'_>) -> Option<u32> {
    integer(value).and_then(|number| u32::try_from(number).ok())
}

/// Free text on one line.
fn text(value: &Value<'_>, field: &'static str) -> Result<String, Reason> {
    match value {
        Value::Text(text) if text.len() <= MAX_TEXT => Ok(one_line(text)),
        Value::Text(text) => Err(Reason::LongText {
            field,
            bytes: text.len(),
            most: MAX_TEXT,
        }),
        Value::Integer(number) => Ok(number.to_string()),
        _ => Err(Reason::Value {
            field,
            value: value.shown(),
            accepted: "text",
        }),
    }
}

fn one_line(text: &str) -> String {
    let text = text.trim();
    if text.contains(char::is_control) {
        let spaced = text.replace(char::is_control, " ");
        spaced.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        text.to_owned()
    }
}

/// Adds tags: a list has one in each element, a text is cut at `,` `;` and `|`,
/// none of which a tag may hold.
fn add_tags(tags: &mut Vec<String>, value: &Value<'_>) -> Result<(), Reason> {
    let mut add = |tag: &str| {
        let tag = tag.trim();
        if !tag.is_empty() && !tags.iter().any(|seen| seen == tag) {
            tags.push(tag.to_owned());
        }
    };
    let accepted = "a list of texts, or a text such as `sea; night`";
    match value {
        Value::Text(text) => text.split([',', ';', '|']).for_each(add),
        Value::Integer(number) => add(&number.to_string()),
        Value::List(list) => {
            for value in list {
                match value {
                    Value::Text(tag) => add(tag),
                    Value::Integer(number) => add(&number.to_string()),
                    Value::Null => {}
                    _ => {
                        return Err(Reason::Value {
                            field: "tags",
                            value: value.shown(),
                            accepted,
                        });
                    }
                }
            }
        }
        _ => {
            return Err(Reason::Value {
                field: "tags",
                value: value.shown(),
                accepted,
            });
        }
    }
    Ok(())
}

/// Variants: a list of objects, or a text such as
/// `https://h/s.jpg 640x427; https://h/m.jpg 1280x853`.
fn variants(value: &Value<'_>, sink: &mut Sink<'_>) -> Result<Vec<Variant>, Reason> {
    let bad = |value: String| Reason::Value {
        field: "variants",
        value,
        accepted: "objects with url, width and height, or a text such as `https://h/s.jpg 640x427; https://h/m.jpg 1280x853`",
    };
    let mut found = Vec::new();
    let mut add = |url: &str, size: Option<(u32, u32)>, shown: &dyn Fn() -> String| {
        let (width, height) = size
            .filter(|(w, h)| *w > 0 && *h > 0)
            .ok_or_else(|| bad(shown()))?;
        let url = sink.url(url.trim()).map_err(Reason::Url)?;
        found.push(Variant { url, width, height });
        Ok(())
    };
    match value {
        Value::List(list) => {
            for value in list {
                let Value::Object(fields) = value else {
                    return Err(bad(value.shown()));
                };
                let get = |name: &str| {
                    fields
                        .iter()
                        .find(|(key, _)| plain(key) == name)
                        .map(|(_, v)| v)
                };
                let url = get("url").or_else(|| get("src")).and_then(word);
                let size = get("width")
                    .and_then(pixels)
                    .zip(get("height").and_then(pixels));
                add(url.ok_or_else(|| bad(value.shown()))?, size, &|| {
                    value.shown()
                })?;
            }
        }
        Value::Text(text) => {
            let mut words = text.split_whitespace();
            while let Some(url) = words.next() {
                let size = words.next().and_then(|size| {
                    let (width, height) =
                        size.trim_end_matches([';', ',']).split_once(['x', 'X'])?;
                    Some((width.parse().ok()?, height.parse().ok()?))
                });
                add(url, size, &|| excerpt(text))?;
            }
        }
        _ => return Err(bad(value.shown())),
    }
    Ok(found)
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
