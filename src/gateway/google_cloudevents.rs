//! Events of Google's functions: CloudEvents 1.0 in binary, structured and
//! batched mode (CloudEvents HTTP protocol binding and JSON format), the
//! background events that preceded them (functions-framework-conformance,
//! `mapping.md`), Pub/Sub push and Cloud Scheduler's HTTP targets. Plain HTTP
//! needs nothing.
//!
//! ```text
//! ce-specversion: 1.0, ce-id: e1, ce-source: //pics.example.net, ce-type: net.example.pick    binary
//! {"specversion":"1.0","id":"e1","source":"//…","type":"…","subject":"…"?,"data":{}?}         structured
//! [{…},{…}]                                                                                   batched
//! {"context":{"eventId":"7","eventType":"…","resource":{"name":"…"}|"…"},"data":{}}           background
//! {"eventId":"7","eventType":"…","resource":"projects/…","data":{}}                           the same, flat
//! {"subscription":"projects/…","message":{"messageId":"7"|"message_id":"7","data":"…"?}}      Pub/Sub push
//! X-CloudScheduler: true, X-CloudScheduler-JobName: refresh                                   Scheduler
//! ```
//!
//! Nobody reads the answer: its status alone says that the event arrived.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::document::Received;
use super::request::{field, text};
use super::{Decoded, Delivery, EventError, WireFormat};

/// The format.
pub(super) struct CloudEvents;

const NAME: &str = "google_cloudevents";

/// The attributes that every CloudEvent has.
const REQUIRED: [&str; 4] = ["specversion", "id", "source", "type"];

enum Shape<'d> {
    Binary,
    Structured(&'d Value),
    Batched(&'d [Value]),
    Received(Received<'d>),
    /// An event of an older kind, without this member.
    Without(&'static str),
}

fn bad(field: &'static str, accepted: &'static str) -> EventError {
    EventError::BadField {
        format: NAME,
        field,
        accepted,
    }
}

impl WireFormat for CloudEvents {
    fn platform(&self) -> &'static str {
        "google"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        is_media(&delivery.headers) || shape(delivery).is_some()
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        let document = match shape(delivery) {
            Some(Shape::Binary) => binary(&delivery.headers)?,
            Some(Shape::Structured(event)) => {
                check(event)?;
                of(event, 1).document()
            }
            Some(Shape::Batched(events)) => {
                events.iter().try_for_each(check)?;
                of(events.first().unwrap_or(&Value::Null), events.len()).document()
            }
            Some(Shape::Received(received)) => received.document(),
            Some(Shape::Without(field)) => return Err(bad(field, "what every such event has")),
            None => {
                delivery.parsed()?;
                return Err(bad("body", "a CloudEvent in JSON, or an array of them"));
            }
        };
        Ok(Decoded::Received(document))
    }
}

/// Whether the content type says that the body is a CloudEvent.
fn is_media(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).map(|v| v.as_bytes());
    media
        .and_then(|media| media.get(..MEDIA.len()))
        .is_some_and(|media| media.eq_ignore_ascii_case(MEDIA))
}

const MEDIA: &[u8] = b"application/cloudevents";

fn shape<'d>(delivery: &'d Delivery<'_>) -> Option<Shape<'d>> {
    let (event, headers) = (&delivery.json, &delivery.headers);
    let said = is_media(headers);
    if !said && (headers.contains_key("ce-id") || headers.contains_key("ce-specversion")) {
        return Some(Shape::Binary);
    }
    let is_event = |event: &Value| {
        let [version, others @ ..] = &REQUIRED;
        text(event, version).is_some() && others.iter().any(|name| text(event, name).is_some())
    };
    if let Some(events) = event.as_array() {
        return (said || events.first().is_some_and(is_event)).then_some(Shape::Batched(events));
    }
    if (said && event.is_object()) || is_event(event) {
        return Some(Shape::Structured(event));
    }
    let received = |kind, source| {
        Some(Shape::Received(Received {
            kind,
            source,
            records: Some(1),
        }))
    };
    if said {
        return None;
    }
    if field(headers, "x-cloudscheduler").is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        return received("scheduler", field(headers, "x-cloudscheduler-jobname"));
    }
    if let Some(kind) = field(headers, "ce-eventtype") {
        return received(kind, field(headers, "ce-resource"));
    }
    let context = event.get("context").filter(|context| context.is_object());
    let context = context.unwrap_or(event);
    if let (Some(kind), Some(_)) = (text(context, "eventType"), text(context, "eventId")) {
        if event.get("data").is_none() {
            return Some(Shape::Without("data"));
        }
        let resource = text(context, "resource.name").or_else(|| text(context, "resource"));
        return received(kind, resource);
    }
    let subscription = text(event, "subscription")?;
    let message = event.get("message").filter(|message| message.is_object())?;
    match text(message, "messageId").or_else(|| text(message, "message_id")) {
        Some(_) => received("pubsub", Some(subscription)),
        None => Some(Shape::Without("message.messageId")),
    }
}

fn of(event: &Value, records: usize) -> Received<'_> {
    Received {
        kind: text(event, "type").unwrap_or("batch"),
        source: text(event, "source"),
        records: Some(records),
    }
}

/// Whether an event of the JSON format has what it must and no more.
fn check(event: &Value) -> Result<(), EventError> {
    for name in REQUIRED {
        let value = text(event, name).ok_or_else(|| bad(name, "a non-empty text"))?;
        is_version(name, value)?;
    }
    let Some(data) = event.get("data_base64") else {
        return Ok(());
    };
    let is_base64 = data
        .as_str()
        .is_some_and(|text| STANDARD.decode(text).is_ok());
    if is_base64 && event.get("data").is_none() {
        return Ok(());
    }
    Err(bad("data_base64", "base64, where there is no data"))
}

fn is_version(name: &'static str, value: &str) -> Result<(), EventError> {
    if name == "specversion" && value != "1.0" {
        return Err(bad(name, "1.0"));
    }
    Ok(())
}

/// The acknowledgement of an event whose attributes are fields.
fn binary(headers: &HeaderMap) -> Result<Vec<u8>, EventError> {
    let mut values = REQUIRED.map(|_| String::new());
    for (name, value) in REQUIRED.into_iter().zip(&mut values) {
        *value = attribute(headers, name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| bad(name, "a non-empty field ce- of that name, percent-encoded"))?;
        is_version(name, value)?;
    }
    let [_, _, source, kind] = &values;
    let received = Received {
        kind,
        source: Some(source),
        records: Some(1),
    };
    Ok(received.document())
}

/// An attribute out of its field: unquoted, then percent-decoded once.
fn attribute(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = field(headers, &format!("ce-{name}"))?;
    let value = match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => value.to_owned(),
    };
    let value = percent_decode_str(&value).decode_utf8().ok()?;
    Some(value.into_owned())
}

#[cfg(test)]
mod tests;
