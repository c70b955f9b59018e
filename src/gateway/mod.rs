//! The events of cloud-function platforms: one file a wire format, one row in
//! [`FORMATS`].
//!
//! The platform is always said by whoever received the event from it: shape
//! alone cannot tell platforms apart. Recognition only chooses among the
//! shapes of one platform, where claims are disjoint, so that the order of
//! rows means nothing.

mod aliyun_apigw;
mod aliyun_events;
mod aliyun_fc_http;
mod aws_alb;
mod aws_events;
mod aws_http_v2;
mod aws_rest_v1;
mod azure_functions;
mod baidu_cfc_http;
mod baidu_events;
mod document;
mod event;
mod google_cloudevents;
mod huawei_apig;
mod huawei_events;
mod invoke;
mod leancloud;
mod openwhisk;
mod request;
mod tencent_cloudbase;
mod tencent_events;
mod tencent_scf_apigw;
mod tencent_scf_url;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::fmt;

use http::{HeaderMap, Request, Response, StatusCode};
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
    /// The platform has such events, and this component has no answer to them.
    NotAnswered {
        /// The platform.
        platform: &'static str,
        /// What the event is, for instance `a WebSocket API's event`.
        shape: &'static str,
    },
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
            Self::UnknownEvent(_) | Self::NotAnswered { .. } => "unknown_event",
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
                let names = names(platform);
                write!(
                    f,
                    "the event is none that is known of {platform}; accepted: {names}"
                )
            }
            Self::NotAnswered { platform, shape } => {
                let names = names(platform);
                write!(
                    f,
                    "{shape} is not answered; accepted of {platform}: {names}"
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

/// The answer by plain HTTP to an event without a document.
#[must_use]
pub fn refusal(error: &EventError) -> Response<Vec<u8>> {
    document::refusal(error)
}

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
    /// Whether a program asks with JSON of its own: its answer is JSON, whatever
    /// the settings say of browsers and pages.
    pub invoked: bool,
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
    /// Whether a redirect gets through this door, and with it a 304.
    fn redirects(&self) -> bool;

    /// The platform's document for a response. That to HEAD has the body of GET:
    /// the gateway counts it and leaves it out.
    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8>;
}

/// What an event stands for.
#[allow(
    clippy::large_enum_variant,
    reason = "made once a request; how large differs by target"
)]
#[derive(Debug)]
pub enum Decoded {
    /// Somebody waits for an answer.
    Exchange(Exchange),
    /// Nobody does: a timer fired, an object was stored. The platform's
    /// acknowledgement, which says what was received.
    Received(Vec<u8>),
}

/// One event as it was delivered.
#[derive(Clone, Debug)]
pub struct Delivery<'d> {
    /// As it came.
    pub event: &'d [u8],
    /// The event as JSON; `Null` where it is none.
    pub json: Value,
    /// The request target that it was delivered to, in origin form.
    pub target: Option<&'d str>,
    /// The fields that came with it.
    pub headers: HeaderMap,
    /// Whether the platform sends the answer's body alone, with status 200.
    pub pass_through: bool,
}

impl<'d> Delivery<'d> {
    /// A delivery of bytes alone.
    #[must_use]
    pub fn new(event: &'d [u8]) -> Self {
        Self {
            event,
            json: serde_json::from_slice(event).unwrap_or_default(),
            target: None,
            headers: HeaderMap::new(),
            pass_through: false,
        }
    }

    /// The event as JSON.
    ///
    /// # Errors
    /// [`EventError::NotJson`] with serde_json's reason.
    fn parsed(&self) -> Result<&Value, EventError> {
        if self.json.is_null()
            && let Err(error) = serde_json::from_slice::<Value>(self.event)
        {
            return Err(EventError::NotJson(error.to_string()));
        }
        Ok(&self.json)
    }
}

/// One wire format of one platform.
pub trait WireFormat: Sync {
    /// The platform's name, for instance `tencent`.
    fn platform(&self) -> &'static str;

    /// The format's name, which is its file's.
    fn name(&self) -> &'static str;

    /// Whether an event of the platform is of this format. No two formats of
    /// one platform recognise the same event.
    fn recognise(&self, delivery: &Delivery<'_>) -> bool;

    /// What the event stands for.
    ///
    /// # Errors
    /// The first field that is not what it has to be.
    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError>;

    /// The platform's own document for an event that could not be decoded, if
    /// it has one; otherwise the host reports the failure.
    fn error_document(&self, _: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        None
    }

    /// The status of an answer by plain HTTP that has this document as its body.
    fn status(&self, _: &[u8]) -> StatusCode {
        StatusCode::OK
    }
}

/// Every wire format, one row each.
pub static FORMATS: &[&dyn WireFormat] = &[
    &aws_alb::Alb,
    &aws_events::Events,
    &aws_http_v2::HttpV2,
    &aws_rest_v1::RestV1,
    &azure_functions::Invocation,
    &google_cloudevents::CloudEvents,
    &openwhisk::OpenWhisk,
    &tencent_scf_apigw::ApiGateway,
    &tencent_scf_url::FunctionUrl,
    &tencent_cloudbase::CloudBase,
    &tencent_events::EVENTS,
    &aliyun_fc_http::HttpTrigger,
    &aliyun_apigw::ApiGateway,
    &aliyun_events::EVENTS,
    &baidu_cfc_http::HttpTrigger,
    &baidu_events::EVENTS,
    &huawei_apig::Apig,
    &huawei_events::EVENTS,
    &leancloud::LeanCloud,
];

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

/// The names of a platform's formats, for people.
fn names(platform: &str) -> String {
    let names: Vec<_> = of(platform).map(WireFormat::name).collect();
    names.join(", ")
}

/// Platforms whose events look alike: of each set one at most may send events
/// to a door where nobody says which platform an event is of.
pub const ALIKE: [&[&str]; 2] = [
    &["aliyun", "aws", "baidu", "huawei", "tencent"],
    &["aliyun", "google"],
];

/// The format of a platform whose marks an event bears.
#[must_use]
pub fn recognise(platform: &str, delivery: &Delivery<'_>) -> Option<&'static dyn WireFormat> {
    of(platform).find(|format| format.recognise(delivery))
}

/// The format that claims an event of a platform. A JSON object that none of
/// the platform's formats claims is a plain invoke, and so is nothing at all:
/// platforms' Invoke calls may have no payload.
///
/// # Errors
/// An unknown platform, bytes that are no JSON, JSON that is no event.
pub fn claim(
    platform: &str,
    delivery: &Delivery<'_>,
) -> Result<&'static dyn WireFormat, EventError> {
    let known = of(platform)
        .next()
        .ok_or_else(|| EventError::UnknownPlatform(platform.to_owned()))?;
    if let Some(format) = recognise(platform, delivery) {
        return Ok(format);
    }
    if delivery.event.trim_ascii().is_empty() || delivery.parsed()?.is_object() {
        return Ok(&invoke::PlainInvoke);
    }
    Err(EventError::UnknownEvent(known.platform()))
}
