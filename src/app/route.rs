//! Paths of the public interface: one table, [`WORDS`], then categories.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::catalogue::Format;
use crate::error::{Code, Error};
use crate::query::Query;
use crate::query::values::{self, Every, OrientationWish};
use crate::settings::AnswerType;

/// Where a request leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the paths' own")]
pub enum Route {
    Picture,
    Categories,
    Info,
    Healthz,
    Robots,
    Favicon,
}

/// A first segment with a meaning of its own.
pub struct Word {
    /// As it stands in the path.
    pub word: &'static str,
    /// Another spelling, for a category that bears this name.
    pub free: &'static str,
    lead: Lead,
}

/// What names mean something on a site.
pub(super) trait Names {
    fn is_category(&self, name: &str) -> bool;
    fn is_id(&self, id: &str) -> bool;
}

enum Lead {
    /// Any tail at all: it only breaks caches.
    Random,
    Orientation(OrientationWish),
    /// A category may follow.
    Period(Every),
    Id,
    Seed,
    Deck,
    Service(Route),
    /// A word whose page this site does not have.
    Absent,
}

const fn word(word: &'static str, free: &'static str, lead: Lead) -> Word {
    Word { word, free, lead }
}

/// The words of the public interface, one row each. Orientation words are
/// those of [`values::ORIENTATIONS`] but for `any`.
pub static WORDS: [Word; 23] = [
    word("random", "randoms", Lead::Random),
    word("landscape", "landscapes", Lead::Orientation(LANDSCAPE)),
    word("portrait", "portraits", Lead::Orientation(PORTRAIT)),
    word("square", "squares", Lead::Orientation(SQUARE)),
    word("auto", "autos", Lead::Orientation(OrientationWish::Auto)),
    word("pc", "pcs", Lead::Orientation(LANDSCAPE)),
    word("h", "h-", Lead::Orientation(LANDSCAPE)),
    word("mobile", "mobiles", Lead::Orientation(PORTRAIT)),
    word("v", "v-", Lead::Orientation(PORTRAIT)),
    word("id", "ids", Lead::Id),
    word("seed", "seeds", Lead::Seed),
    word("deck", "decks", Lead::Deck),
    word("hourly", "hours", Lead::Period(Every::Hour)),
    word("daily", "days", Lead::Period(Every::Day)),
    word("weekly", "weeks", Lead::Period(Every::Week)),
    word("categories", "category", Lead::Service(Route::Categories)),
    word("info", "infos", Lead::Service(Route::Info)),
    word("healthz", "health", Lead::Service(Route::Healthz)),
    word("docs", "doc", Lead::Absent),
    word("gallery", "galleries", Lead::Absent),
    word("openapi.json", "openapi", Lead::Absent),
    word("robots.txt", "robots", Lead::Service(Route::Robots)),
    word("favicon.ico", "favicon", Lead::Service(Route::Favicon)),
];

const LANDSCAPE: OrientationWish = OrientationWish::Is(crate::catalogue::Orientation::Landscape);
const PORTRAIT: OrientationWish = OrientationWish::Is(crate::catalogue::Orientation::Portrait);
const SQUARE: OrientationWish = OrientationWish::Is(crate::catalogue::Orientation::Square);

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Word")
            .field("word", &self.word)
            .finish_non_exhaustive()
    }
}

fn find(segment: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.word == segment)
}

/// The free spelling for a category that may not bear its name: its first
/// segment is a word of the interface, or a later one an orientation, so that
/// its path would mean something else. `None` where the name is free.
#[must_use]
pub fn reserved(category: &str) -> Option<String> {
    let mut taken = false;
    let spell = |(place, segment)| match find(segment) {
        Some(word) if place == 0 || matches!(word.lead, Lead::Orientation(_)) => {
            taken = true;
            word.free
        }
        _ => segment,
    };
    let free: Vec<&str> = category.split('/').enumerate().map(spell).collect();
    taken.then(|| free.join("/"))
}

/// The path below a mount; the whole path when it is not below it.
#[must_use]
pub(super) fn strip_mount<'p>(path: &'p str, mount: &str) -> &'p str {
    match path.strip_prefix(mount.trim_end_matches('/')) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// The decoded segments of a path; empty ones do not count.
///
/// # Errors
/// A segment that is no UTF-8 once decoded.
pub(super) fn segments(path: &str) -> Result<Vec<Cow<'_, str>>, Error> {
    // Most requests are for this path.
    if path == "/" {
        return Ok(Vec::new());
    }
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            percent_decode_str(segment)
                .decode_utf8()
                .map_err(|_| Error::bad_value("path", path, "percent-encoded UTF-8"))
        })
        .collect()
}

/// Whether the path's first segment means anything on this site.
#[must_use]
pub(super) fn is_known(segments: &[Cow<'_, str>], names: &dyn Names) -> bool {
    match segments.split_first() {
        None => true,
        Some((first, rest)) => {
            let stem = if rest.is_empty() {
                stem(first).unwrap_or(first)
            } else {
                first
            };
            find(first).is_some() || find(stem).is_some() || names.is_category(stem)
        }
    }
}

/// A file name without its picture extension, if it has one.
fn stem(segment: &str) -> Option<&str> {
    let (stem, extension) = segment.rsplit_once('.')?;
    Format::from_extension(extension)
        .filter(|_| !stem.is_empty())
        .map(|_| stem)
}

/// Reads a path: where it leads, and into `query` what it asks for.
///
/// # Errors
/// [`Code::NotFound`] for a path that means nothing here,
/// [`Code::UnknownCategory`] for one that could be a category.
pub(super) fn route(
    segments: &[Cow<'_, str>],
    query: &mut Query,
    names: &dyn Names,
) -> Result<Route, Error> {
    let Some((first, rest)) = segments.split_first() else {
        return Ok(Route::Picture);
    };
    let found = find(first).or_else(|| stem(first).filter(|_| rest.is_empty()).and_then(find));
    let Some(word) = found else {
        return below(segments, query, names);
    };
    let said = || format!("the path /{}", segments.join("/"));
    let not_found =
        || Err(Error::new(Code::NotFound, "no such path").param("path", &segments.join("/")));
    match (&word.lead, rest) {
        (Lead::Random, _) => {}
        (Lead::Orientation(wish), []) => query.orientation.put(*wish, "path", word.word, said())?,
        (Lead::Period(every), rest) => {
            query.every.put(*every, "path", word.word, said())?;
            return below(rest, query, names);
        }
        (Lead::Id, [id]) => {
            // An owner's own id may end like a file name.
            let id = stem(id).filter(|_| !names.is_id(id)).unwrap_or(id);
            query.id_path.put(id.to_owned(), "path", id, said())?;
        }
        (Lead::Id, [id, info]) if info == "info" => {
            query
                .id_path
                .put(id.clone().into_owned(), "path", id, said())?;
            query.answer.put(AnswerType::Json, "path", info, said())?;
        }
        (Lead::Seed, [seed]) => put_text(&mut query.seed, seed, said())?,
        (Lead::Seed, [seed, info]) if info == "info" => {
            put_text(&mut query.seed, seed, said())?;
            query.answer.put(AnswerType::Json, "path", info, said())?;
        }
        (Lead::Deck, [key, k]) => {
            put_text(&mut query.deck, key, said())?;
            let number = values::number(stem(k).unwrap_or(k), 0..=u64::MAX);
            let number = number.ok_or_else(|| Error::bad_value("k", k, "a whole number from 0"))?;
            query.k.put(number, "k", k, said())?;
        }
        (Lead::Service(route), []) => return Ok(*route),
        _ => return not_found(),
    }
    Ok(Route::Picture)
}

fn put_text(slot: &mut crate::query::Slot<String>, text: &str, said: String) -> Result<(), Error> {
    let value = values::text(text)
        .ok_or_else(|| Error::bad_value("path", text, "a text of at most 256 bytes"))?;
    slot.put(value, "path", text, said)
}

/// What may stand below `/` or a period: a category with an orientation, and a
/// file name that only breaks caches.
fn below(segments: &[Cow<'_, str>], query: &mut Query, names: &dyn Names) -> Result<Route, Error> {
    let Some((last, head)) = segments.split_last() else {
        return Ok(Route::Picture);
    };
    let file = stem(last);
    let last: &str = file.unwrap_or(last);
    let category = |segments: &[Cow<'_, str>]| segments.join("/");
    let whole = if head.is_empty() {
        last.to_owned()
    } else {
        format!("{}/{last}", category(head))
    };
    let said = || format!("the path /{whole}");
    if names.is_category(&whole) {
        query
            .category_path
            .put(whole.clone(), "path", &whole, said())?;
        return Ok(Route::Picture);
    }
    let head_is_known = head.is_empty() || names.is_category(&category(head));
    // Directly below a period an orientation is as good as below a category.
    let wish = find(last).and_then(|word| match word.lead {
        Lead::Orientation(wish) => Some(wish),
        _ => None,
    });
    if !head_is_known || (wish.is_none() && file.is_none()) {
        return Err(unknown_category("path", &whole));
    }
    if !head.is_empty() {
        query
            .category_path
            .put(category(head), "path", &whole, said())?;
    }
    if let Some(wish) = wish {
        query.orientation.put(wish, "path", last, said())?;
    }
    Ok(Route::Picture)
}

/// `404` for a name that is no category; the caller adds what exists.
#[must_use]
pub(super) fn unknown_category(param: &str, name: &str) -> Error {
    Error::new(Code::UnknownCategory, "unknown category")
        .param(param, name)
        .hint("see /categories")
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
