//! A request as every door hands it over.

use std::fmt;

use crate::answer::{Lines, RequestFields};
use crate::error::{Code, Error};
use crate::query::MOST_TARGET;

/// A request.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// As on the request line, for instance `GET`.
    pub method: &'r str,
    /// In origin form: path and, after `?`, query (RFC 9112 section 3.2.1).
    pub target: &'r str,
    /// The fields.
    pub fields: &'r dyn RequestFields,
    /// Empty where there is none.
    pub body: &'r [u8],
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

impl<'r> From<&'r http::Request<Vec<u8>>> for Request<'r> {
    fn from(request: &'r http::Request<Vec<u8>>) -> Self {
        let target = request.uri().path_and_query();
        Self {
            method: request.method().as_str(),
            target: target.map_or("/", http::uri::PathAndQuery::as_str),
            fields: request.headers(),
            body: request.body(),
        }
    }
}

/// The head of a request as it stands on the wire: request line and field
/// lines (RFC 9112 sections 3 and 5).
#[derive(Clone, Copy, Debug)]
pub struct Head<'r> {
    method: &'r str,
    target: &'r str,
    fields: Lines<'r>,
}

impl<'r> Head<'r> {
    /// Reads a head. What is no request line counts as one without a target,
    /// to which the answer is an error.
    #[must_use]
    pub fn read(head: &'r [u8]) -> Self {
        let lines = Lines(head);
        let (line, fields) = lines.first().unwrap_or((b"", lines));
        let line = std::str::from_utf8(line).unwrap_or_default();
        let (method, behind) = cut(line, b' ').unwrap_or(("GET", ""));
        let (target, _) = cut(behind, b' ').unwrap_or((behind, ""));
        Self {
            method,
            target,
            fields,
        }
    }

    /// The request with a body.
    #[must_use]
    pub fn request(&'r self, body: &'r [u8]) -> Request<'r> {
        Request {
            method: self.method,
            target: self.target,
            fields: &self.fields,
            body,
        }
    }
}

/// What stands before and behind the first such byte of ASCII.
fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let mut bytes = text.bytes();
    let (before, behind) = text.split_at_checked(bytes.position(|byte| byte == mark)?)?;
    Some((before, behind.get(1..)?))
}

impl<'r> Request<'r> {
    /// Path and query, without what would be a fragment.
    pub(super) fn parts(self) -> (&'r str, &'r str) {
        let (path, query) = cut(self.target, b'?').unwrap_or((self.target, ""));
        match (cut(path, b'#'), cut(query, b'#')) {
            (Some((path, _)), _) => (path, ""),
            (None, Some((query, _))) => (path, query),
            (None, None) => (path, query),
        }
    }

    /// Whether the target is one.
    ///
    /// # Errors
    /// `414` for a long one, `400` for one that is not in origin form.
    pub(super) fn check_target(self) -> Result<(), Error> {
        if self.target.len() > MOST_TARGET {
            return Err(
                Error::new(Code::UriTooLong, "the request target is too long")
                    .hint(format!("accepted: at most {MOST_TARGET} bytes")),
            );
        }
        let unseen = |found, byte| found | (byte <= b' ') | (byte == 0x7f);
        if self.target.starts_with('/') && !self.target.bytes().fold(false, unseen) {
            return Ok(());
        }
        Err(
            Error::new(Code::BadValue, "the request target is not HTTP's")
                .hint("accepted: a path and a query (RFC 9112 section 3.2.1)"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::RequestField;

    fn request(target: &str) -> Request<'_> {
        Request {
            method: "GET",
            target,
            fields: &Lines(b""),
            body: b"",
        }
    }

    #[test]
    fn targets_are_cut() {
        for (target, path, query) in [
            ("/", "/", ""),
            ("/a/b?c=d&e", "/a/b", "c=d&e"),
            ("/a??b?", "/a", "?b?"),
            ("/a#b?c", "/a", ""),
            ("/?a#b", "/", "a"),
        ] {
            let request = request(target);
            assert_eq!(request.parts(), (path, query), "{target}");
            assert!(request.check_target().is_ok(), "{target}");
        }
    }

    #[test]
    fn heads_are_read() {
        for (head, method, target, accept) in [
            ("GET / HTTP/1.1\r\n", "GET", "/", None),
            (
                "POST /a?b HTTP/1.1\r\nAccept: c/d\r\n",
                "POST",
                "/a?b",
                Some("c/d"),
            ),
            ("GET /\r\naccept: a\r\n", "GET", "/", Some("a")),
            ("", "GET", "", None),
            ("GET\r\naccept: a\r\n", "GET", "", Some("a")),
            ("accept:a\r\n", "GET", "", None),
        ] {
            let read = Head::read(head.as_bytes());
            let request = read.request(b"");
            assert_eq!(
                (request.method, request.target),
                (method, target),
                "{head:?}"
            );
            let found = request.fields.get(RequestField::Accept);
            assert_eq!(found.as_deref(), accept, "{head:?}");
        }
        assert_eq!(Head::read(b"GET /\xff\r\n").request(b"").target, "");
    }

    #[test]
    fn what_is_no_target_is_an_error() {
        for target in ["", "*", "a", "http://a.example/", "/a b", "/\t", "/\u{7f}"] {
            let error = request(target).check_target().unwrap_err();
            assert_eq!(error.code, Code::BadValue, "{target:?}");
        }
        let long = format!("/{}", "a".repeat(MOST_TARGET));
        assert_eq!(
            request(&long).check_target().unwrap_err().code,
            Code::UriTooLong
        );
    }
}
