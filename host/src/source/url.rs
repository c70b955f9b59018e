//! The URLs of pictures: what people write, turned into what a catalogue takes.
//!
//! A URL is kept as it is written, because a picture's id comes from its text;
//! only characters that may not stand in a header are percent-encoded, as a
//! browser would. The catalogue's own rule ([`PictureUrl`]) decides; this
//! module adds what it can say better, knowing that people wrote the text.

use std::borrow::Cow;
use std::fmt;

use edgepick::catalogue::{PictureUrl, UrlError};
use http::uri::Authority;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::problem::excerpt;

/// What browsers encode in a path besides non-ASCII text (WHATWG URL, the path
/// percent-encode set) and what means the same in a query.
const ENCODED: &AsciiSet = &CONTROLS.add(b'"').add(b'<').add(b'>').add(b'`');

/// Why a URL was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlFault {
    /// No URL, or an empty one.
    Missing,
    /// No scheme: the text, and what was probably meant.
    Relative {
        /// The text, shortened for display.
        text: String,
        /// The same with a scheme.
        suggestion: Option<String>,
    },
    /// Another scheme than `http` and `https`.
    Scheme(String),
    /// A host or port that cannot be one.
    Host(String),
    /// A user name or password before the host.
    Credentials,
    /// A backslash, at this byte.
    Backslash(usize),
    /// What the catalogue says of it.
    Refused(UrlError),
}

impl UrlFault {
    /// The byte of the text at which the fault is, where one byte is to blame.
    pub(super) fn at(&self) -> usize {
        match self {
            Self::Backslash(at) => *at,
            Self::Refused(error) => error.at,
            _ => 0,
        }
    }

    /// The same fault for a text that lacks the first `bytes` bytes.
    pub(super) fn without_prefix(mut self, bytes: usize) -> Self {
        if let Self::Backslash(at) | Self::Refused(UrlError { at, .. }) = &mut self {
            *at = at.saturating_sub(bytes);
        }
        self
    }
}

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("has no URL; accepted: an absolute http or https URL"),
            Self::Relative { text, suggestion: Some(meant) } => {
                write!(f, "`{text}` has no scheme; accepted: an absolute URL, such as `{meant}`")
            }
            Self::Relative { text, suggestion: None } => write!(
                f,
                "`{text}` is no absolute URL; accepted: http:// or https:// with a host, or a base URL for the source"
            ),
            Self::Scheme(scheme) => {
                write!(f, "the scheme is `{scheme}`; accepted: http or https")
            }
            Self::Host(host) => write!(
                f,
                "`{host}` is no host; accepted: a name in ASCII (xn--… for others) or an address, with a port up to 65535"
            ),
            Self::Credentials => f.write_str(
                "a user name or password in the URL, which every caller would see; accepted: a URL without",
            ),
            Self::Backslash(_) => f.write_str("a backslash in the URL; accepted: / or %5C"),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

/// Cleans URLs one after the other, remembering the last good host: lists name
/// the same one over and over.
#[derive(Debug, Default)]
pub(super) struct Cleaner {
    authority: String,
}

impl Cleaner {
    /// The URL as it goes into the catalogue.
    pub(super) fn clean<'a>(&mut self, text: &'a str) -> Result<Cow<'a, str>, UrlFault> {
        if text.is_empty() {
            return Err(UrlFault::Missing);
        }
        let rest = after_scheme(text)?;
        PictureUrl::parse(text).map_err(UrlFault::Refused)?;
        if let Some(at) = text.find('\\') {
            return Err(UrlFault::Backslash(at));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, _) = rest.split_at(end);
        if authority != self.authority {
            check_authority(authority)?;
            authority.clone_into(&mut self.authority);
        }
        let odd = |byte: u8| matches!(byte, b'"' | b'<' | b'>' | b'`' | 0x80..);
        Ok(if text.bytes().any(odd) {
            Cow::Owned(utf8_percent_encode(text, ENCODED).to_string())
        } else {
            Cow::Borrowed(text)
        })
    }
}

/// Whether the text names a scheme, as an absolute URL does. One letter is a
/// drive of Windows.
pub(super) fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'))
    })
}

/// What follows `http://` or `https://`.
fn after_scheme(text: &str) -> Result<&str, UrlFault> {
    if let Some((scheme, rest)) = text.split_once(':')
        && has_scheme(text)
        && !rest.starts_with(|c: char| c.is_ascii_digit())
    {
        let http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        return match rest.strip_prefix("//") {
            Some(rest) if http => Ok(rest),
            None if http => Err(relative(
                text,
                Some(format!(
                    "{scheme}://{}",
                    rest.trim_start_matches(['/', '\\'])
                )),
            )),
            _ => Err(UrlFault::Scheme(excerpt(scheme))),
        };
    }
    let suggestion = if text.starts_with("//") {
        Some(format!("https:{text}"))
    } else {
        text.split_once('/')
            .filter(|(host, path)| {
                host.contains('.')
                    && !path.is_empty()
                    && !host.starts_with('.')
                    && check_authority(host).is_ok()
            })
            .map(|_| format!("https://{text}"))
    };
    Err(relative(text, suggestion))
}

fn relative(text: &str, suggestion: Option<String>) -> UrlFault {
    UrlFault::Relative {
        text: excerpt(text),
        suggestion: suggestion.map(|meant| excerpt(&meant)),
    }
}

fn check_authority(authority: &str) -> Result<(), UrlFault> {
    if authority.contains('@') {
        return Err(UrlFault::Credentials);
    }
    let bad = || UrlFault::Host(excerpt(authority));
    let parsed: Authority = authority.parse().map_err(|_| bad())?;
    let host = parsed.host();
    // RFC 3986 lets a name hold these; the DNS and browsers do not.
    if host.is_empty()
        || host.contains(|c: char| !c.is_ascii_alphanumeric() && !"-._~[]:".contains(c))
    {
        return Err(bad());
    }
    match authority
        .get(host.len()..)
        .and_then(|rest| rest.strip_prefix(':'))
    {
        None | Some("") => Ok(()),
        Some(_) => parsed
            .port_u16()
            .filter(|port| *port > 0)
            .map(|_| ())
            .ok_or_else(bad),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> Result<String, UrlFault> {
        Cleaner::default().clean(text).map(Cow::into_owned)
    }

    #[test]
    fn keeps_good_urls_as_they_are_written() {
        for url in [
            "https://h/1.jpg",
            "http://h",
            "HTTPS://Img.Example.COM:8443/a%20b.jpg?x=1,2&y={1..3}#f",
            "https://127.0.0.1/a.png",
            "https://[2001:db8::1]:8080/a.png",
            "https://my_bucket.example.com:/a.png",
            "https://h/{001..833}.webp",
            "https://h?u=https://other/x.jpg",
        ] {
            assert_eq!(clean(url).as_deref(), Ok(url));
        }
    }

    #[test]
    fn encodes_what_may_not_stand_in_a_header() {
        let table = [
            ("https://h/猫.jpg", "https://h/%E7%8C%AB.jpg"),
            ("https://h/a\"<b>`.jpg", "https://h/a%22%3Cb%3E%60.jpg"),
            ("https://h/é%C3%A9.jpg", "https://h/%C3%A9%C3%A9.jpg"),
        ];
        for (text, url) in table {
            assert_eq!(clean(text).as_deref(), Ok(url));
        }
    }

    #[test]
    fn says_what_is_wrong_with_the_others() {
        let table = [
            ("", "has no URL"),
            ("https://h/a b.jpg", "%20"),
            ("https://h/a\tb.jpg", "%20"),
            ("https://h/a\u{3000}b.jpg", "%20"),
            ("https://h/a\0b.jpg", "control characters"),
            ("https:\\\\h\\a.jpg", "such as `https://h\\a.jpg`"),
            ("https:/h/a.jpg", "such as `https://h/a.jpg`"),
            ("https://h/x\\a.jpg", "a backslash"),
            ("C:\\pictures\\a.jpg", "no absolute URL"),
            (
                "img.example.com/a.jpg",
                "such as `https://img.example.com/a.jpg`",
            ),
            (
                "img.example.com:8080/a.jpg",
                "such as `https://img.example.com:8080/a.jpg`",
            ),
            (
                "//img.example.com/a.jpg",
                "such as `https://img.example.com/a.jpg`",
            ),
            ("cats/1.jpg", "no absolute URL"),
            ("1.jpg", "no absolute URL"),
            ("localhost:8080/1.jpg", "no absolute URL"),
            (
                "ftp://h/a.jpg",
                "the scheme is `ftp`; accepted: http or https",
            ),
            ("data:image/png;base64,AAAA", "the scheme is `data`"),
            ("https://", "no host"),
            ("https:///a.jpg", "no host"),
            ("https://:80/a.jpg", "no host"),
            ("https://例子.中国/a.jpg", "`例子.中国` is no host"),
            ("https://h:99999/a.jpg", "is no host"),
            ("https://h:0/a.jpg", "is no host"),
            ("https://h:x/a.jpg", "is no host"),
            ("https://[::1/a.jpg", "is no host"),
            ("https://h%20i/a.jpg", "is no host"),
            ("https://me:secret@h/a.jpg", "a user name or password"),
            ("https://h/{a}.jpg", "{1..833}"),
            ("https://h/{9..1}.jpg", "FIRST <= LAST"),
        ];
        for (text, part) in table {
            let fault = clean(text).expect_err(text).to_string();
            assert!(fault.contains(part), "{text:?}: {fault}");
        }
    }

    #[test]
    fn a_remembered_host_does_not_let_another_through() {
        let mut cleaner = Cleaner::default();
        assert!(cleaner.clean("https://h/1.jpg").is_ok());
        assert!(cleaner.clean("https://h@h/1.jpg").is_err());
        assert!(cleaner.clean("https://h/2.jpg").is_ok());
        assert!(cleaner.clean("https://h:0/2.jpg").is_err());
    }
}
