//! The events: fields and a body each.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::Shape;
use crate::gateways::headers::text;
use crate::gateways::ids;
use crate::gateways::members::set;
use crate::gateways::times::Moment;

const BUCKET: &str = "pics";
const PROJECT: &str = "demo";
const TOPIC: &str = "refresh";

/// What is posted to the function.
pub(super) struct Fired {
    pub(super) id: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// The event that a caller's request makes.
pub(super) fn fire(shape: Shape, request: &Request<Bytes>) -> Fired {
    let moment = Moment::now();
    match shape {
        Shape::Binary => CloudEvent::of_storage(request, moment).binary(),
        Shape::Structured => CloudEvent::of_storage(request, moment).structured(),
        Shape::Batch => batch(&[
            CloudEvent::of_storage(request, moment),
            CloudEvent::of_storage(request, moment),
        ]),
        Shape::Push => push(request.body(), moment),
        Shape::Pubsub => CloudEvent::of_pubsub(request.body(), moment).binary(),
        Shape::Scheduler => scheduler(request, moment),
        Shape::Background => background(request, moment),
        Shape::BackgroundFlat => background_flat(request.body(), moment),
        Shape::BackgroundFields => background_fields(request.body(), moment),
    }
}

/// A CloudEvent whose data is JSON; its other attributes are all texts.
struct CloudEvent {
    id: String,
    attributes: Vec<(&'static str, String)>,
    data: Value,
}

impl CloudEvent {
    fn of_storage(request: &Request<Bytes>, moment: Moment) -> Self {
        let object = Object::of(request, moment);
        let kind = if *request.method() == Method::DELETE {
            "deleted"
        } else {
            "finalized"
        };
        Self::new(
            moment,
            format!("//storage.googleapis.com/projects/_/buckets/{BUCKET}"),
            format!("google.cloud.storage.object.v1.{kind}"),
            vec![
                ("subject", format!("objects/{}", object.name)),
                ("bucket", BUCKET.to_owned()),
            ],
            object.data,
        )
    }

    fn of_pubsub(payload: &Bytes, moment: Moment) -> Self {
        let source = format!("//pubsub.googleapis.com/{}", topic());
        let kind = "google.cloud.pubsub.topic.v1.messagePublished".to_owned();
        let data = json!({
            "message": message(payload, moment),
            "subscription": subscription(),
        });
        Self::new(moment, source, kind, Vec::new(), data)
    }

    fn new(
        moment: Moment,
        source: String,
        kind: String,
        more: Vec<(&'static str, String)>,
        data: Value,
    ) -> Self {
        let id = ids::uuid();
        let mut attributes = vec![
            ("specversion", "1.0".to_owned()),
            ("id", id.clone()),
            ("source", source),
            ("type", kind),
            ("time", moment.fraction(3)),
        ];
        attributes.extend(more);
        Self {
            id,
            attributes,
            data,
        }
    }

    fn binary(self) -> Fired {
        let attribute = |(name, value): &(&str, String)| (format!("ce-{name}"), escaped(value));
        let mut fields: Vec<_> = self.attributes.iter().map(attribute).collect();
        fields.push(field("content-type", "application/json"));
        Fired {
            id: self.id,
            fields,
            body: self.data.to_string().into_bytes(),
        }
    }

    fn structured(self) -> Fired {
        Fired {
            body: self.document().to_string().into_bytes(),
            id: self.id,
            fields: vec![field(
                "content-type",
                "application/cloudevents+json; charset=UTF-8",
            )],
        }
    }

    fn document(&self) -> Value {
        let attributes = self.attributes.iter();
        let mut document: Map<_, _> = attributes
            .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
            .collect();
        document.insert("datacontenttype".to_owned(), "application/json".into());
        document.insert("data".to_owned(), self.data.clone());
        document.into()
    }
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// A value of an attribute as a field has it: all but printable ASCII is
/// escaped, and so are spaces, quotes and percent signs.
fn escaped(value: &str) -> String {
    let mut escaped = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_graphic() && byte != b'"' && byte != b'%' {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn batch(events: &[CloudEvent]) -> Fired {
    let documents: Vec<_> = events.iter().map(CloudEvent::document).collect();
    Fired {
        id: events
            .first()
            .map(|event| event.id.clone())
            .unwrap_or_default(),
        fields: vec![field(
            "content-type",
            "application/cloudevents-batch+json; charset=UTF-8",
        )],
        body: Value::from(documents).to_string().into_bytes(),
    }
}

/// An object of Storage.
struct Object {
    name: String,
    data: Value,
}

impl Object {
    fn of(request: &Request<Bytes>, moment: Moment) -> Self {
        let path = request.uri().path().trim_start_matches('/');
        let name = percent_decode_str(path).decode_utf8_lossy().into_owned();
        let name = if name.is_empty() {
            "new/red cat.png".to_owned()
        } else {
            name
        };
        let content_type = request.headers().get(CONTENT_TYPE).map(text);
        let generation = format!("{}000", moment.epoch_millis());
        let time = moment.fraction(3);
        let data = json!({
            "kind": "storage#object",
            "id": format!("{BUCKET}/{name}/{generation}"),
            "bucket": BUCKET,
            "name": name,
            "contentType": content_type.unwrap_or_else(|| "image/png".to_owned()),
            "size": request.body().len().to_string(),
            "generation": generation,
            "metageneration": "1",
            "crc32c": "rTVTeQ==",
            "md5Hash": "kF8MuJ5+CTJxvyhHS1xzRg==",
            "etag": "CNHZ",
            "storageClass": "STANDARD",
            "timeCreated": time,
            "updated": time,
            "timeStorageClassUpdated": time,
            "selfLink": format!("https://www.googleapis.com/storage/v1/b/{BUCKET}/o/{path}"),
            "mediaLink": format!(
                "https://www.googleapis.com/download/storage/v1/b/{BUCKET}/o/{path}?alt=media"
            ),
        });
        Self { name, data }
    }
}

/// A message; without data where there is none.
fn message(payload: &Bytes, moment: Moment) -> Value {
    let id = message_id(moment);
    let time = moment.fraction(3);
    let mut message = json!({
        "attributes": { "kind": "nightly" },
        "messageId": id,
        "message_id": id,
        "publishTime": time,
        "publish_time": time,
    });
    if !payload.is_empty() {
        set(&mut message, "data", STANDARD.encode(payload));
    }
    message
}

/// Digits.
fn message_id(moment: Moment) -> String {
    format!("{}0001", moment.epoch_millis())
}

fn subscription() -> String {
    format!("projects/{PROJECT}/subscriptions/{TOPIC}")
}

fn push(payload: &Bytes, moment: Moment) -> Fired {
    let message = message(payload, moment);
    Fired {
        id: message_id(moment),
        fields: vec![
            field("content-type", "application/json"),
            field("user-agent", "CloudPubSub-Google"),
        ],
        body: json!({ "message": message, "subscription": subscription() })
            .to_string()
            .into_bytes(),
    }
}

fn scheduler(request: &Request<Bytes>, moment: Moment) -> Fired {
    let mut fields = vec![
        field("user-agent", "Google-Cloud-Scheduler"),
        field("x-cloudscheduler", "true"),
        field("x-cloudscheduler-jobname", TOPIC),
        field("x-cloudscheduler-scheduletime", &moment.seconds()),
    ];
    if !request.body().is_empty() {
        fields.push(field("content-type", "application/octet-stream"));
    }
    Fired {
        id: ids::uuid(),
        fields,
        body: request.body().to_vec(),
    }
}

fn background(request: &Request<Bytes>, moment: Moment) -> Fired {
    let object = Object::of(request, moment);
    let id = message_id(moment);
    let generation = object.data.get("generation").and_then(Value::as_str);
    let generation = generation.unwrap_or_default();
    let name = format!(
        "projects/_/buckets/{BUCKET}/objects/{}#{generation}",
        object.name
    );
    let document = json!({
        "context": {
            "eventId": id,
            "timestamp": moment.fraction(3),
            "eventType": "google.storage.object.finalize",
            "resource": {
                "service": "storage.googleapis.com",
                "name": name,
                "type": "storage#object",
            },
        },
        "data": object.data,
    });
    posted(id, &document)
}

/// Where an older message is from, and its kind.
const PUBLISHED: &str = "providers/cloud.pubsub/eventTypes/topic.publish";

fn topic() -> String {
    format!("projects/{PROJECT}/topics/{TOPIC}")
}

fn older_message(payload: &Bytes) -> Value {
    json!({
        "@type": "type.googleapis.com/google.pubsub.v1.PubsubMessage",
        "attributes": { "kind": "nightly" },
        "data": STANDARD.encode(payload),
    })
}

fn background_flat(payload: &Bytes, moment: Moment) -> Fired {
    let id = message_id(moment);
    let document = json!({
        "eventId": id,
        "timestamp": moment.fraction(3),
        "eventType": PUBLISHED,
        "resource": topic(),
        "data": older_message(payload),
    });
    posted(id, &document)
}

fn background_fields(payload: &Bytes, moment: Moment) -> Fired {
    let id = message_id(moment);
    let mut fired = posted(id.clone(), &older_message(payload));
    fired.fields.extend([
        field("ce-eventid", &id),
        field("ce-timestamp", &moment.fraction(3)),
        field("ce-eventtype", PUBLISHED),
        field("ce-resource", &topic()),
    ]);
    fired
}

fn posted(id: String, document: &Value) -> Fired {
    Fired {
        id,
        fields: vec![field("content-type", "application/json")],
        body: document.to_string().into_bytes(),
    }
}
