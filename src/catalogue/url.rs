//! A picture's URL, or a numbered range of them.

use std::borrow::Cow;
use std::fmt;

use super::hash::url_hash;
use super::model::Format;

/// The longest URL that is taken, in bytes, as written.
pub const MAX_URL: usize = 8192;

/// The most digits that a range's numbers have, as written.
const MAX_DIGITS: usize = 20;

/// A URL as a catalogue takes it: absolute, `http` or `https`, with at most
/// one numbered range `{FIRST..LAST}` behind the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureUrl<'t> {
    text: &'t str,
    range: Option<Range>,
}

/// The numbered range in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// The offset of `{`.
    pub(crate) open: usize,
    /// The offset of `..`.
    pub(crate) dots: usize,
    /// The offset of `}`.
    pub(crate) close: usize,
    pub(crate) first: u64,
    pub(crate) count: u64,
    /// Digits to pad to with zeros; 0 for none.
    pub(crate) pad: usize,
}

/// Why a text is not a URL that a catalogue takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlError {
    /// The offset in bytes of what is wrong.
    pub at: usize,
    /// What is wrong.
    pub reason: UrlReason,
}

/// What is wrong with a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlReason {
    /// Neither `http://` nor `https://` stands at its start.
    Scheme,
    /// There is no host.
    Host,
    /// More than [`MAX_URL`] bytes.
    TooLong,
    /// A space or a control character.
    Character(char),
    /// A brace that belongs to no `{FIRST..LAST}`.
    Brace,
    /// A second range.
    SecondRange,
    /// A range in the host.
    RangeInHost,
    /// The range's last number is below its first.
    Backwards,
    /// A number has more than 20 digits or is above 2^64 - 1, or there are
    /// more numbers than that.
    Number,
    /// The last number is padded with zeros to another width than the first.
    Padding,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            UrlReason::Scheme => f.write_str("a URL begins with http:// or https://"),
            UrlReason::Host => f.write_str("the URL has no host"),
            UrlReason::TooLong => write!(f, "the URL is longer than {MAX_URL} bytes"),
            UrlReason::Character(character) => write!(
                f,
                "the URL holds {character:?}; spaces and control characters are \
                 percent-encoded, such as %20"
            ),
            UrlReason::Brace => f.write_str(
                "the URL holds a brace that is not part of a range such as {1..833}; \
                 a plain one is written %7B or %7D",
            ),
            UrlReason::SecondRange => f.write_str("the URL holds two ranges; one is accepted"),
            UrlReason::RangeInHost => {
                f.write_str("the range stands in the URL's host; behind the host it is accepted")
            }
            UrlReason::Backwards => f.write_str(
                "the range ends below its first number; {FIRST..LAST} needs FIRST <= LAST",
            ),
            UrlReason::Number => f.write_str(
                "the range is too long; numbers have at most 20 digits and, like their count, \
                 are at most 18446744073709551615",
            ),
            UrlReason::Padding => f.write_str(
                "the range's last number is padded with zeros unlike its first; \
                 {001..833} and {001..010} are accepted",
            ),
        }
    }
}

impl std::error::Error for UrlError {}

impl<'t> PictureUrl<'t> {
    /// Reads a URL.
    ///
    /// # Errors
    /// Says what is wrong and where; see [`UrlReason`].
    pub fn parse(text: &'t str) -> Result<Self, UrlError> {
        let fail = |at, reason| Err(UrlError { at, reason });
        let Some(authority) = after_scheme(text) else {
            return fail(0, UrlReason::Scheme);
        };
        if text.len() > MAX_URL {
            return fail(MAX_URL, UrlReason::TooLong);
        }
        if let Some((at, bad)) = bad_character(text) {
            return fail(at, UrlReason::Character(bad));
        }
        let path = path_start(text, authority);
        let host = text.get(authority..path).unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        if host.is_empty() || host.starts_with(':') {
            return fail(authority, UrlReason::Host);
        }
        let Some(open) = text.find(['{', '}']) else {
            return Ok(Self { text, range: None });
        };
        if open < path {
            return fail(open, UrlReason::RangeInHost);
        }
        let range = Range::read(text, open)?;
        let behind = range.close + 1;
        match text.get(behind..).and_then(|rest| rest.find(['{', '}'])) {
            // What is no range is said first: two of them it is not.
            Some(more) => {
                Range::read(text, behind + more)?;
                fail(behind + more, UrlReason::SecondRange)
            }
            None => Ok(Self {
                text,
                range: Some(range),
            }),
        }
    }

    /// The text whose hash is the entry's: the URL as written, of a range
    /// without its last number (`https://h/{1..}.webp`), so that a range that
    /// grows keeps its id.
    #[must_use]
    pub fn identity(&self) -> Cow<'t, str> {
        let parts = self.range.and_then(|range| {
            Some((
                self.text.get(..range.dots + 2)?,
                self.text.get(range.close..)?,
            ))
        });
        match parts {
            Some((head, tail)) => Cow::Owned([head, tail].concat()),
            None => Cow::Borrowed(self.text),
        }
    }

    /// The hash that places and names the entry.
    pub(crate) fn hash(&self) -> u64 {
        url_hash(&self.identity())
    }

    pub(crate) fn range(&self) -> Option<Range> {
        self.range
    }

    /// The format that the extension of the URL's path stands for.
    pub(crate) fn format(&self) -> Option<Format> {
        let path = path_start(self.text, after_scheme(self.text)?);
        let path = self.text.get(path..)?.split(['?', '#']).next()?;
        let name = path.rsplit('/').next()?;
        Format::from_extension(name.rsplit_once('.')?.1)
    }
}

/// The first space or control character.
fn bad_character(text: &str) -> Option<(usize, char)> {
    // Nearly every URL is plain ASCII and is done here.
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    text.char_indices()
        .find(|(_, character)| character.is_whitespace() || character.is_control())
}

/// The offset behind `http://` or `https://`.
fn after_scheme(text: &str) -> Option<usize> {
    ["http://", "https://"]
        .into_iter()
        .find(|scheme| {
            text.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })
        .map(str::len)
}

/// The offset behind the authority that begins at `authority`.
fn path_start(text: &str, authority: usize) -> usize {
    text.get(authority..)
        .and_then(|rest| rest.find(['/', '?', '#']))
        .map_or(text.len(), |length| authority + length)
}

impl Range {
    /// Reads the range whose `{` should stand at `open`.
    fn read(text: &str, open: usize) -> Result<Self, UrlError> {
        let fail = |at, reason| UrlError { at, reason };
        let inside = text.get(open..).and_then(|rest| {
            let inside = rest.strip_prefix('{')?.split_once('}')?.0;
            let (first, last) = inside.split_once("..")?;
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            (digits(first) && digits(last)).then_some((first, last))
        });
        let (first, last) = inside.ok_or_else(|| fail(open, UrlReason::Brace))?;
        let dots = open + 1 + first.len();
        let number = |digits: &str, at| {
            (digits.len() <= MAX_DIGITS)
                .then(|| digits.parse::<u64>().ok())
                .flatten()
                .ok_or_else(|| fail(at, UrlReason::Number))
        };
        let padded = |digits: &str| digits.len() > 1 && digits.starts_with('0');
        let (from, to) = (number(first, open + 1)?, number(last, dots + 2)?);
        if padded(last) && last.len() != first.len() {
            return Err(fail(dots + 2, UrlReason::Padding));
        }
        let steps = to
            .checked_sub(from)
            .ok_or_else(|| fail(dots + 2, UrlReason::Backwards))?;
        Ok(Self {
            open,
            dots,
            close: dots + 2 + last.len(),
            first: from,
            count: steps
                .checked_add(1)
                .ok_or_else(|| fail(dots + 2, UrlReason::Number))?,
            pad: if padded(first) { first.len() } else { 0 },
        })
    }
}

#[cfg(test)]
mod tests;
