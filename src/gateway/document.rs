//! The documents that most platforms make an HTTP response of, and the
//! acknowledgement of events that nobody waits for.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{Decoded, Delivery, EventError, Reply, WireFormat, event, request};

/// The document of four members:
///
/// ```text
/// {"isBase64Encoded":false,"statusCode":302,"headers":{"Location":"..."},"body":"..."}
/// ```
pub(super) struct Document {
    /// Whether a redirect gets through.
    pub(super) redirects: bool,
    /// Whether a repeated field is a list of texts; otherwise a name has one
    /// text.
    pub(super) lists: bool,
}

impl Reply for Document {
    fn redirects(&self) -> bool {
        self.redirects
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        let (body, base64) = event::body_text(&parts.headers, body);
        let headers = if self.lists {
            event::header_map(&parts.headers)
        } else {
            event::one_text_each(&parts.headers)
        };
        json!({
            "isBase64Encoded": base64,
            "statusCode": parts.status.as_u16(),
            "headers": headers,
            "body": body,
        })
        .to_string()
        .into_bytes()
    }
}

/// The response to an event that could not be decoded, for platforms whose
/// document is a response.
#[inline(never)]
pub(super) fn refusal(error: &EventError) -> Response<Vec<u8>> {
    let body = json!({"error": error.to_string(), "code": error.code()});
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let fields: &mut HeaderMap = response.headers_mut();
    fields.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An event that nobody waits for: a timer fired, an object was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Received<'e> {
    /// What it came from, for instance `timer`.
    pub(super) kind: &'e str,
    /// The trigger, bucket, topic or log store; nothing secret.
    pub(super) source: Option<&'e str>,
    /// How many records it holds, where that can be said.
    pub(super) records: Option<usize>,
}

/// Longer texts are cut.
const MOST_TEXT: usize = 200;

impl Received<'_> {
    /// `{"received":"timer","records":1,"source":"refresh"}`; what is unknown
    /// is left out. Platforms drop it or log it.
    pub(super) fn document(&self) -> Vec<u8> {
        Value::Object(self.members()).to_string().into_bytes()
    }

    /// The document's members, for platforms that read more than these.
    pub(super) fn members(&self) -> Map<String, Value> {
        let cut = |text: &str| Value::String(text.chars().take(MOST_TEXT).collect());
        let mut members = Map::new();
        members.insert("received".to_owned(), cut(self.kind));
        if let Some(source) = self.source {
            members.insert("source".to_owned(), cut(source));
        }
        if let Some(records) = self.records {
            members.insert("records".to_owned(), records.into());
        }
        members
    }
}

/// A format of events that nobody waits for an answer to.
pub(super) struct Unattended {
    pub(super) platform: &'static str,
    /// The format's name.
    pub(super) name: &'static str,
    /// What was received; `None` for what is no event of this format.
    pub(super) read: for<'e> fn(&'e Delivery<'_>) -> Option<Received<'e>>,
}

impl Unattended {
    fn received<'e>(&self, delivery: &'e Delivery<'_>) -> Option<Received<'e>> {
        if request::is_http(&delivery.json) {
            return None;
        }
        (self.read)(delivery)
    }
}

impl WireFormat for Unattended {
    fn platform(&self) -> &'static str {
        self.platform
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        self.received(delivery).is_some()
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        self.received(delivery)
            .map(|received| Decoded::Received(received.document()))
            .ok_or(EventError::UnknownEvent(self.platform))
    }
}

/// The first of a list of records, and how many there are.
pub(super) fn first_record<'e>(event: &'e Value, name: &str) -> Option<(&'e Value, usize)> {
    let records = event.get(name)?.as_array()?;
    Some((records.first()?, records.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response() -> Response<Vec<u8>> {
        let mut response = Response::new(b"{}".to_vec());
        for (name, value) in [
            ("content-type", "application/json"),
            ("content-length", "2"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("vary", "accept"),
            ("vary", "origin"),
        ] {
            let value = HeaderValue::from_static(value);
            response.headers_mut().append(name, value);
        }
        response
    }

    fn encoded(lists: bool, response: Response<Vec<u8>>) -> Value {
        let reply = Document {
            redirects: true,
            lists,
        };
        serde_json::from_slice(&reply.encode(response)).unwrap()
    }

    #[test]
    fn repeated_fields() {
        let lists = json!({"Content-Type": "application/json", "Set-Cookie": ["a=1", "b=2"], "Vary": ["accept", "origin"]});
        let texts = json!({"Content-Type": "application/json", "Set-Cookie": "b=2", "Vary": "accept, origin"});
        for (reply, headers) in [(true, lists), (false, texts)] {
            assert_eq!(
                encoded(reply, response()),
                json!({"isBase64Encoded": false, "statusCode": 200, "headers": headers, "body": "{}"})
            );
        }
    }

    #[test]
    fn bytes_go_out_as_base64() {
        let mut response = Response::new(vec![0x89, 0x50]);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let document = encoded(false, response);
        assert_eq!(document["body"], "iVA=");
        assert_eq!(document["isBase64Encoded"], true);
        assert_eq!(document["statusCode"], 206);
        assert_eq!(document["headers"], json!({}));
    }

    #[test]
    fn refusals_say_why() {
        let document = encoded(false, refusal(&EventError::NotJson("at 1".to_owned())));
        assert_eq!(document["statusCode"], 400);
        assert_eq!(
            document["body"],
            r#"{"code":"bad_event","error":"the event is no JSON: at 1"}"#
        );
    }

    #[test]
    fn acknowledgements_say_what_is_known() {
        let received = |source, records| {
            let document = Received {
                kind: "timer",
                source,
                records,
            }
            .document();
            String::from_utf8(document).unwrap()
        };
        assert_eq!(received(None, None), r#"{"received":"timer"}"#);
        assert_eq!(
            received(Some("refresh"), Some(1)),
            r#"{"received":"timer","records":1,"source":"refresh"}"#
        );
        assert!(
            received(Some(&"\u{732b}".repeat(1000)), None)
                .chars()
                .count()
                < 250
        );
        let event = json!({"Records": [1, 2], "none": [], "text": ""});
        assert_eq!(first_record(&event, "Records"), Some((&json!(1), 2)));
        assert_eq!(first_record(&event, "none"), None);
        assert_eq!(first_record(&event, "text"), None);
        assert_eq!(first_record(&Value::Null, "Records"), None);
    }
}
