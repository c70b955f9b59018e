//! The fields of requests and responses.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};

/// A request field that may take part in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the fields' own")]
pub enum RequestField {
    Accept,
    IfNoneMatch,
    Origin,
    Referer,
    UserAgent,
    SecChUaMobile,
    SecChViewportWidth,
    SecChViewportHeight,
}

impl RequestField {
    /// All of them. A host may leave out all others.
    pub const ALL: [Self; 8] = [
        Self::Accept,
        Self::IfNoneMatch,
        Self::Origin,
        Self::Referer,
        Self::UserAgent,
        Self::SecChUaMobile,
        Self::SecChViewportWidth,
        Self::SecChViewportHeight,
    ];

    /// The name in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::IfNoneMatch => "if-none-match",
            Self::Origin => "origin",
            Self::Referer => "referer",
            Self::UserAgent => "user-agent",
            Self::SecChUaMobile => "sec-ch-ua-mobile",
            Self::SecChViewportWidth => "sec-ch-viewport-width",
            Self::SecChViewportHeight => "sec-ch-viewport-height",
        }
    }
}

/// Where an answer looks up the fields that take part in it.
pub trait RequestFields {
    /// The value, the first one's where there are several; `None` where there
    /// is none or it is not ASCII.
    fn get(&self, field: RequestField) -> Option<Cow<'_, str>>;

    /// The values of a field that is a list, all of its lines as one (RFC 9110
    /// section 5.3); `None` where there is none or any of them is not ASCII.
    fn list(&self, field: RequestField) -> Option<Cow<'_, str>>;

    /// All fields, for events that say part of themselves there.
    fn all(&self) -> HeaderMap;
}

/// The lines of a list as one.
pub(crate) fn combined<'v>(lines: impl IntoIterator<Item = &'v [u8]>) -> Option<Cow<'v, str>> {
    let text = |line: &'v [u8]| {
        std::str::from_utf8(line)
            .ok()
            .filter(|text| text.is_ascii())
    };
    let mut lines = lines.into_iter().map(text);
    let mut list = Cow::Borrowed(lines.next()??);
    for line in lines {
        let list = list.to_mut();
        list.push_str(", ");
        list.push_str(line?);
    }
    Some(list)
}

impl RequestFields for HeaderMap {
    fn get(&self, field: RequestField) -> Option<Cow<'_, str>> {
        let value = HeaderMap::get(self, field.as_str())?;
        value.to_str().ok().map(Cow::Borrowed)
    }

    fn list(&self, field: RequestField) -> Option<Cow<'_, str>> {
        combined(
            self.get_all(field.as_str())
                .iter()
                .map(HeaderValue::as_bytes),
        )
    }

    fn all(&self) -> HeaderMap {
        self.clone()
    }
}

/// Field lines, `name: value` CR LF each (RFC 9112 section 5).
#[derive(Clone, Copy, Debug)]
pub struct Lines<'l>(pub &'l [u8]);

impl<'l> Lines<'l> {
    /// The first line without its end, and the others.
    #[must_use]
    pub fn first(self) -> Option<(&'l [u8], Self)> {
        let end = memchr::memchr(b'\n', self.0)?;
        let (line, rest) = self.0.split_at_checked(end)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Some((line, Self(rest.get(1..)?)))
    }

    /// Names as they stand there, and values without the space around them.
    /// What is no field line is left out.
    pub fn fields(self) -> impl Iterator<Item = (&'l [u8], &'l [u8])> {
        let mut rest = self;
        let lines = std::iter::from_fn(move || {
            let (line, behind) = rest.first()?;
            rest = behind;
            Some(line)
        });
        lines.filter_map(|line| {
            let (name, value) = line.split_at_checked(memchr::memchr(b':', line)?)?;
            Some((name, value.get(1..)?.trim_ascii()))
        })
    }
}

impl RequestFields for Lines<'_> {
    fn get(&self, field: RequestField) -> Option<Cow<'_, str>> {
        let name = field.as_str().as_bytes();
        let mut rest = *self;
        // The names are compared without a look for where they end.
        while let Some((line, behind)) = rest.first() {
            if let Some((found, value)) = line.split_at_checked(name.len())
                && let [b':', value @ ..] = value
                && found.eq_ignore_ascii_case(name)
            {
                let value = value.trim_ascii();
                let text = value.is_ascii().then(|| std::str::from_utf8(value).ok());
                return text.flatten().map(Cow::Borrowed);
            }
            rest = behind;
        }
        None
    }

    fn list(&self, field: RequestField) -> Option<Cow<'_, str>> {
        let name = field.as_str().as_bytes();
        let fields = self
            .fields()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name));
        combined(fields.map(|(_, value)| value))
    }

    fn all(&self) -> HeaderMap {
        header_map(self.fields())
    }
}

/// Fields as a map; what HTTP cannot carry is left out, and so is what a full
/// map takes no more of.
pub(crate) fn header_map<'f>(fields: impl Iterator<Item = (&'f [u8], &'f [u8])>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        {
            let _ = headers.try_append(name, value);
        }
    }
    headers
}

/// The fields of a response as they stand on the wire: [`Lines`], names in
/// lower case, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseFields(Vec<u8>);

impl ResponseFields {
    /// As much as a redirect's fields take.
    const USUAL: usize = 768;

    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(Self::USUAL))
    }

    /// Those of a platform's document of that many bytes, which only whoever
    /// asked for it understands.
    pub(crate) fn of_document(length: usize) -> Self {
        let mut fields = Self::new();
        fields.lines("content-type: application/json\r\ncache-control: no-store\r\n");
        fields.put("content-length: ", itoa::Buffer::new().format(length));
        fields
    }

    /// Adds lines that are right as they are.
    pub(super) fn lines(&mut self, lines: &'static str) {
        self.0.extend_from_slice(lines.as_bytes());
    }

    /// Adds a field whose text is right as it is; its name is followed by a
    /// colon and a space. In line, names are as long as the compiler knows.
    #[inline(always)]
    pub(super) fn put(&mut self, name: &'static str, text: &str) {
        for part in [name, text, "\r\n"] {
            self.0.extend_from_slice(part.as_bytes());
        }
    }

    /// Adds a field, unless the text is none that HTTP carries (RFC 9110
    /// section 5.5): then the answer is better off without it than the caller
    /// without the answer.
    pub(super) fn add(&mut self, name: &'static str, text: &str) {
        // One test for all is faster than to stop at the first.
        let control = |found, byte| found | (byte < b' ') | (byte == 0x7f);
        if !text.bytes().fold(false, control) {
            self.put(name, text);
        }
    }

    /// As they are read.
    #[must_use]
    pub fn as_lines(&self) -> Lines<'_> {
        Lines(&self.0)
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl From<&ResponseFields> for HeaderMap {
    fn from(fields: &ResponseFields) -> Self {
        header_map(fields.as_lines().fields())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_fields_are_found_in_lines_and_in_maps() {
        let lines = b"Accept: a/b \r\nno field\r\naccept: c/d\r\nUser-Agent:x\r\n\
                      referer: \xe7\x8c\xab\r\norigin: cut";
        let lines = Lines(lines);
        let map = lines.all();
        assert_eq!(map.len(), 4);
        assert_eq!(
            map.get_all("accept").iter().collect::<Vec<_>>(),
            ["a/b", "c/d"]
        );
        assert_eq!(map.all(), map);
        let both: [&dyn RequestFields; 2] = [&lines, &map];
        for fields in both {
            for field in RequestField::ALL {
                let expected = match field {
                    RequestField::Accept => Some("a/b"),
                    RequestField::UserAgent => Some("x"),
                    _ => None,
                };
                assert_eq!(fields.get(field).as_deref(), expected, "{field:?}");
                let list = match field {
                    RequestField::Accept => Some("a/b, c/d"),
                    _ => expected,
                };
                assert_eq!(fields.list(field).as_deref(), list, "{field:?}");
            }
        }
    }

    #[test]
    fn one_line_of_a_list_is_not_copied() {
        let lines = Lines(b"accept: a/b, c/d\r\n");
        let map: HeaderMap = [(http::header::ACCEPT, HeaderValue::from_static("a/b"))]
            .into_iter()
            .collect();
        let both: [&dyn RequestFields; 2] = [&lines, &map];
        for fields in both {
            let list = fields.list(RequestField::Accept);
            assert!(matches!(list, Some(Cow::Borrowed(_))), "{list:?}");
        }
        assert_eq!(combined([&b"a"[..], b"\xff"]), None);
    }

    #[test]
    fn response_fields_are_lines_and_a_map() {
        let mut fields = ResponseFields::new();
        fields.add("location: ", "https://a.example/\u{732b}");
        fields.lines("vary: accept\r\nallow: GET\r\n");
        fields.add("x-request-id: ", "a\r\nb");
        let map = HeaderMap::from(&fields);
        assert_eq!(map.len(), 3);
        assert_eq!(
            map["location"].as_bytes(),
            "https://a.example/\u{732b}".as_bytes()
        );
        assert_eq!(map["allow"], "GET");
        let lines = "location: https://a.example/\u{732b}\r\nvary: accept\r\nallow: GET\r\n";
        assert_eq!(fields.into_bytes(), lines.as_bytes());
    }
}
