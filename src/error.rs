//! What can go wrong in a request: a status, a stable code, and one clear
//! sentence.

use std::fmt;

use http::StatusCode;
use serde::Serialize;

/// Most names that [`Error::available`] lists.
pub const MOST_AVAILABLE: usize = 50;

/// The stable codes of the public interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "CODES says what each means")]
pub enum Code {
    BadValue,
    ConflictingValues,
    MissingParameter,
    ReferrerRefused,
    TypeDisabled,
    NotFound,
    UnknownCategory,
    UnknownId,
    NoMatch,
    NotOffered,
    MethodNotAllowed,
    BodyTooLarge,
    UriTooLong,
    EmptyCatalogue,
    HeadTooLarge,
    TooSlow,
    Overloaded,
    Timeout,
    AnswerTooLarge,
    Internal,
}

/// One row a code: its text, its status, what it means. The last six are those
/// of servers, where the component cannot answer.
pub const CODES: [(Code, &str, StatusCode, &str); 20] = [
    (
        Code::BadValue,
        "bad_value",
        StatusCode::BAD_REQUEST,
        "a known parameter has a value that is not accepted",
    ),
    (
        Code::ConflictingValues,
        "conflicting_values",
        StatusCode::BAD_REQUEST,
        "two different values were given for one meaning",
    ),
    (
        Code::MissingParameter,
        "missing_parameter",
        StatusCode::BAD_REQUEST,
        "a parameter needs another one beside it",
    ),
    (
        Code::ReferrerRefused,
        "referrer_refused",
        StatusCode::FORBIDDEN,
        "the site does not answer for pages of this referrer",
    ),
    (
        Code::TypeDisabled,
        "type_disabled",
        StatusCode::FORBIDDEN,
        "the site does not offer this type of answer",
    ),
    (
        Code::NotFound,
        "not_found",
        StatusCode::NOT_FOUND,
        "no such path",
    ),
    (
        Code::UnknownCategory,
        "unknown_category",
        StatusCode::NOT_FOUND,
        "no such category",
    ),
    (
        Code::UnknownId,
        "unknown_id",
        StatusCode::NOT_FOUND,
        "no picture has this id",
    ),
    (
        Code::NoMatch,
        "no_match",
        StatusCode::NOT_FOUND,
        "no picture meets the conditions",
    ),
    (
        Code::NotOffered,
        "not_offered",
        StatusCode::NOT_FOUND,
        "the site does not offer what was asked for",
    ),
    (
        Code::MethodNotAllowed,
        "method_not_allowed",
        StatusCode::METHOD_NOT_ALLOWED,
        "only GET, HEAD and OPTIONS are answered",
    ),
    (
        Code::BodyTooLarge,
        "body_too_large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "the request's body is too large",
    ),
    (
        Code::UriTooLong,
        "uri_too_long",
        StatusCode::URI_TOO_LONG,
        "the request target is too long",
    ),
    (
        Code::EmptyCatalogue,
        "empty_catalogue",
        StatusCode::SERVICE_UNAVAILABLE,
        "the site has no pictures",
    ),
    (
        Code::HeadTooLarge,
        "head_too_large",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        "the request's line and header fields are too large",
    ),
    (
        Code::TooSlow,
        "too_slow",
        StatusCode::REQUEST_TIMEOUT,
        "the request's body did not arrive in time",
    ),
    (
        Code::Overloaded,
        "overloaded",
        StatusCode::SERVICE_UNAVAILABLE,
        "there are too many requests at once",
    ),
    (
        Code::Timeout,
        "timeout",
        StatusCode::GATEWAY_TIMEOUT,
        "the answer took too long",
    ),
    (
        Code::AnswerTooLarge,
        "answer_too_large",
        StatusCode::INTERNAL_SERVER_ERROR,
        "the answer's header fields are larger than the platform lets through",
    ),
    (
        Code::Internal,
        "internal",
        StatusCode::INTERNAL_SERVER_ERROR,
        "the component failed",
    ),
];

impl Code {
    fn row(self) -> &'static (Self, &'static str, StatusCode, &'static str) {
        // The table has a row a code (a test counts them).
        CODES.iter().find(|row| row.0 == self).unwrap_or(&CODES[0])
    }

    /// The text of the public interface, for instance `bad_value`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// The status that goes with it.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().2
    }

    /// What it means, in a few words.
    #[must_use]
    pub fn means(self) -> &'static str {
        self.row().3
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An error answer; its JSON form is the public one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    /// What was wrong, in a few words.
    pub error: String,
    /// Stable.
    pub code: Code,
    /// The parameter that was wrong; `path` for the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// Its value, as received, shortened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is accepted, or where to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What exists, at most [`MOST_AVAILABLE`] names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub available: Vec<String>,
}

/// A stranger's text is echoed this far and no farther.
const MOST_ECHOED: usize = 200;

impl Error {
    /// An error with nothing but a code and a sentence.
    #[must_use]
    pub fn new(code: Code, error: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            code,
            param: None,
            value: None,
            hint: None,
            available: Vec::new(),
        }
    }

    /// `400`: a known parameter with a value that is not accepted.
    #[must_use]
    pub fn bad_value(param: &str, value: &str, accepted: &str) -> Self {
        Self::new(Code::BadValue, format!("bad value for {param}"))
            .param(param, value)
            .hint(format!("accepted: {accepted}"))
    }

    /// Names the parameter and its value.
    #[must_use]
    pub fn param(mut self, param: &str, value: &str) -> Self {
        self.param = Some(param.to_owned());
        let mut shown: String = value.chars().take(MOST_ECHOED).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        self.value = Some(shown);
        self
    }

    /// Says what is accepted, or where to look.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what exists.
    #[must_use]
    pub fn available<'a>(mut self, names: impl Iterator<Item = &'a str>) -> Self {
        self.available = names.take(MOST_AVAILABLE).map(str::to_owned).collect();
        self
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)?;
        if let (Some(param), Some(value)) = (&self.param, &self.value) {
            write!(f, " ({param}: {value:?})")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        if !self.available.is_empty() {
            write!(f, "; there are: {}", self.available.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_row_and_text() {
        for (i, row) in CODES.iter().enumerate() {
            assert_eq!(row.0 as usize, i, "{} stands in the wrong row", row.1);
            assert_eq!(row.0.as_str(), row.1);
            assert!(row.2.is_client_error() || row.2.is_server_error());
            assert_eq!(CODES.iter().filter(|other| other.1 == row.1).count(), 1);
        }
    }

    #[test]
    fn json_leaves_out_what_is_absent() {
        let error = Error::new(Code::NoMatch, "nothing");
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"error":"nothing","code":"no_match"}"#
        );
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let error = Error::bad_value("seed", &"\u{e9}".repeat(300), "less");
        assert_eq!(
            error.value.as_deref().unwrap().chars().count(),
            MOST_ECHOED + 1
        );
    }

    #[test]
    fn text_form_says_all() {
        let error = Error::bad_value("count", "0", "1 to 50").available(["a", "b"].into_iter());
        assert_eq!(
            error.to_string(),
            "bad value for count (count: \"0\"); accepted: 1 to 50; there are: a, b"
        );
    }
}
