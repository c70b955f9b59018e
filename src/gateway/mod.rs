//! The events of cloud-function platforms: one file a wire format, one row in
//! [`FORMATS`].
//!
//! The platform is always said by whoever received the event from it: shape
//! alone cannot tell platforms apart. Recognition only chooses among the
//! shapes of one platform, where claims are disjoint, so that the order of
//! rows means nothing.

mod event;
mod tencent_scf_apigw;

use std::fmt;

use http::{Request, Response};
use serde_json::Value;

/// Why there is no document for an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventError {
    /// Nobody knows this platform.
    UnknownPlatform(String),
    /// The bytes are no JSON: serde_json's line, column and reason.
    NotJson(String),
    /// The platform's formats are known, and the event is none of them.
    UnknownEvent(&'static str),
    /// The event is of this format, but a field is not what it has to be.
    BadField {
        /// The format's name.
        format: &'static str,
        /// Where, for instance `requestContext.path`.
        field: &'static str,
        /// What is accepted there.
        accepted: &'static str,
    },
}

impl EventError {
    /// Stable, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownPlatform(_) => "unknown_platform",
            Self::NotJson(_) | Self::BadField { .. } => "bad_event",
            Self::UnknownEvent(_) => "unknown_event",
        }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPlatform(name) => {
                let name: String = name.chars().take(60).collect();
                write!(
                    f,
                    "unknown platform {name:?}; accepted: {}",
                    platforms().collect::<Vec<_>>().join(", ")
                )
            }
            Self::NotJson(reason) => write!(f, "the event is no JSON: {reason}"),
            Self::UnknownEvent(platform) => {
                let names: Vec<_> = of(platform).map(|format| format.name()).collect();
                write!(
                    f,
                    "the event is none that is known of {platform}; accepted: {}",
                    names.join(", ")
                )
            }
            Self::BadField {
                format,
                field,
                accepted,
            } => {
                write!(
                    f,
                    "bad {field} in an event of {format}; accepted: {accepted}"
                )
            }
        }
    }
}

impl std::error::Error for EventError {}

/// A request out of an event, what the platform says of its caller, and how to
/// answer; the answer's form may depend on the event.
pub struct Exchange {
    /// Target in origin form; fields and body as far as the event has them.
    pub request: Request<Vec<u8>>,
    /// The caller's address, without a port.
    pub client: Option<String>,
    /// The platform's id of the invocation.
    pub request_id: Option<String>,
    /// A path prefix that the platform may have published the site under.
    pub likely_mount: Option<String>,
    /// How to answer.
    pub reply: Box<dyn Reply>,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

/// How to answer one event.
pub trait Reply {
    /// Whether a redirect gets through this door.
    fn redirects(&self) -> bool;

    /// The platform's document for a response.
    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8>;
}

/// What a host says of an invocation beside the event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Door {
    /// Whether the platform sends the answer's body alone, with status 200.
    pub pass_through: bool,
}

/// One wire format of one platform.
pub trait WireFormat: Sync {
    /// The platform's name, for instance `tencent`.
    fn platform(&self) -> &'static str;

    /// The format's name, which is its file's.
    fn name(&self) -> &'static str;

    /// Whether an event of the platform is of this format.
    fn recognise(&self, event: &Value) -> bool;

    /// The exchange that the event stands for.
    ///
    /// # Errors
    /// The first field that is not what it has to be.
    fn decode(&self, event: &Value, door: Door) -> Result<Exchange, EventError>;

    /// The platform's own document for an event that could not be decoded, if
    /// it has one; otherwise the host reports the failure.
    fn error_document(&self, error: &EventError, door: Door) -> Option<Vec<u8>>;
}

/// Every wire format, one row each.
pub static FORMATS: &[&dyn WireFormat] = &[&tencent_scf_apigw::ApiGateway];

/// The platforms there are, each once, in the order of the table.
pub fn platforms() -> impl Iterator<Item = &'static str> {
    FORMATS
        .iter()
        .enumerate()
        .filter(|(i, format)| {
            !FORMATS
                .iter()
                .take(*i)
                .any(|before| before.platform() == format.platform())
        })
        .map(|(_, format)| format.platform())
}

fn of(platform: &str) -> impl Iterator<Item = &'static dyn WireFormat> {
    FORMATS
        .iter()
        .copied()
        .filter(move |format| format.platform() == platform)
}

/// The format that claims an event of a platform, with the event parsed.
///
/// # Errors
/// An unknown platform, bytes that are no JSON, an event that no format claims.
pub fn claim(platform: &str, event: &[u8]) -> Result<(&'static dyn WireFormat, Value), EventError> {
    let known = of(platform)
        .next()
        .ok_or_else(|| EventError::UnknownPlatform(platform.to_owned()))?;
    let event =
        serde_json::from_slice(event).map_err(|error| EventError::NotJson(error.to_string()))?;
    let format = of(platform)
        .find(|format| format.recognise(&event))
        .ok_or(EventError::UnknownEvent(known.platform()))?;
    Ok((format, event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_begin_with_the_platform() {
        for (i, format) in FORMATS.iter().enumerate() {
            assert!(
                format.name().starts_with(format.platform()),
                "{}",
                format.name()
            );
            assert!(
                !FORMATS[..i]
                    .iter()
                    .any(|before| before.name() == format.name()),
                "{}",
                format.name()
            );
        }
    }

    #[test]
    fn errors_say_what_is_accepted() {
        let error = |platform, event: &str| claim(platform, event.as_bytes()).err().unwrap();
        assert_eq!(
            error("tencnt", "{}").to_string(),
            "unknown platform \"tencnt\"; accepted: tencent"
        );
        assert_eq!(error("tencent", "{\"a\":").code(), "bad_event");
        assert_eq!(
            error("tencent", "{}").to_string(),
            "the event is none that is known of tencent; accepted: tencent_scf_apigw"
        );
    }
}
