//! What the tests of wire formats share.

use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::{Decoded, Delivery, EventError, Exchange, Reply, WireFormat};

fn decoded(format: &dyn WireFormat, event: &Value) -> Result<Decoded, EventError> {
    let bytes = event.to_string();
    let delivery = Delivery::new(bytes.as_bytes());
    assert!(format.recognise(&delivery), "{event}");
    format.decode(&delivery)
}

/// What an event that somebody waits for asks.
pub(super) fn exchange(format: &dyn WireFormat, event: &Value) -> Exchange {
    match decoded(format, event).unwrap() {
        Decoded::Exchange(exchange) => exchange,
        Decoded::Received(_) => panic!("somebody waits: {event}"),
    }
}

/// The acknowledgement of an event that nobody waits for.
pub(super) fn received(format: &dyn WireFormat, event: &Value) -> Value {
    match decoded(format, event).unwrap() {
        Decoded::Received(document) => serde_json::from_slice(&document).unwrap(),
        Decoded::Exchange(_) => panic!("nobody waits: {event}"),
    }
}

/// Whether a format claims an event.
pub(super) fn claims(format: &dyn WireFormat, event: &Value) -> bool {
    format.recognise(&Delivery::new(event.to_string().as_bytes()))
}

/// The field that a bad event is refused for; its document says 400.
pub(super) fn field_of(format: &dyn WireFormat, event: &Value) -> &'static str {
    let error = decoded(format, event).unwrap_err();
    let document = format.error_document(&error, &Delivery::new(b"")).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["statusCode"], 400);
    match error {
        EventError::BadField { field, .. } => field,
        other => panic!("{other}"),
    }
}

/// The document that a reply makes of an answer with two cookies.
pub(super) fn two_cookies(reply: &dyn Reply) -> Value {
    let mut response = Response::new(b"<a>".to_vec());
    *response.status_mut() = StatusCode::FOUND;
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("location", "https://i.example/1.webp"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().append(name, value);
    }
    let document: Value = serde_json::from_slice(&reply.encode(response)).unwrap();
    assert_eq!(document["statusCode"], 302);
    assert_eq!(document["isBase64Encoded"], false);
    assert_eq!(document["body"], "<a>");
    assert_eq!(document["headers"]["Location"], "https://i.example/1.webp");
    document["headers"]["Set-Cookie"].clone()
}
