//! The events.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use serde_json::{Value, json};

use super::{Options, Source};
use crate::gateways::headers::text;
use crate::gateways::ids;
use crate::gateways::messages::messages;
use crate::gateways::times::Moment;

const ACCOUNT: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const FUNCTION: &str = "brn:bce:cfc:bj:0123456789abcdef0123456789abcdef:function:pics:$LATEST";
const BUCKET: &str = "pics";

pub(super) fn event(options: &Options, request: &Request<Bytes>) -> Vec<u8> {
    let event = match options.source {
        Source::Timer => match &options.input {
            Some(input) => return input.clone().into_bytes(),
            None => json!({
                "account": ACCOUNT,
                "uuid": ids::uuid(),
                "function_brn": FUNCTION,
                "source": "cfc:crontab",
                "version": "0",
                "detail_type": "Scheduled Event",
                "time": Moment::now().seconds(),
                "id": ids::uuid(),
            }),
        },
        Source::Bos => object(request),
        Source::Cdn => cached(request),
        Source::Kafka => records(request),
        Source::Dueros => skill(request),
        Source::Invoke if request.body().is_empty() => json!({}),
        Source::Invoke => return request.body().to_vec(),
    };
    event.to_string().into_bytes()
}

fn object(request: &Request<Bytes>) -> Value {
    let kind = match *request.method() {
        Method::POST => "PostObject",
        _ => "PutObject",
    };
    let now = Moment::now().seconds();
    let content_type = request.headers().get(CONTENT_TYPE);
    json!({ "events": [{
        "version": "1.0",
        "eventId": ids::uuid(),
        "eventOrigin": "bos:realtime",
        "eventTime": now,
        "eventType": kind,
        "content": {
            "userId": ACCOUNT,
            "domain": "bj.bcebos.com",
            "bucket": BUCKET,
            // How names are encoded is not documented: as they were sent.
            "object": request.uri().path().trim_start_matches('/'),
            "etag": ids::hex(32),
            "contentType": content_type.map_or_else(String::new, text),
            "filesize": request.body().len(),
            "lastModified": now,
            // The platform hands out keys that work: not for anybody's log.
            "credentials": {
                "accessKeyId": "access-key-of-the-event",
                "secretAccessKey": "secret-key-of-the-event",
                "sessionToken": "session-token-of-the-event",
                "expiration": now,
            },
            "xVars": "",
        },
    }]})
}

fn cached(request: &Request<Bytes>) -> Value {
    json!({ "events": [{
        "eventName": "CachedObjectsPushed",
        "eventVersion": "1.0.0",
        "eventSource": "cdn",
        "eventTime": Moment::now().epoch(),
        "userId": ACCOUNT,
        "eventDetail": {
            "objects": [format!("https://pics.example.net{}", request.uri().path())],
        },
    }]})
}

fn records(request: &Request<Bytes>) -> Value {
    let record = |(number, message): (usize, String)| {
        json!({
            "EventId": ids::uuid(),
            "EventName": "bce:kafka:record",
            "EventSource": "bce:kafka",
            "EventSourceBrn": format!("brn:bce:kafka:bj:{ACCOUNT}:pictures"),
            "Kafka": {
                "Key": "",
                "Value": STANDARD.encode(message),
                "Topic": "pictures",
                "Partition": 0,
                "Offset": number,
                "Timestamp": Moment::now().epoch_millis() as f64 / 1000.0,
            },
        })
    };
    let messages = messages(request.body()).into_iter();
    let records: Vec<Value> = messages.enumerate().map(record).collect();
    json!({ "Records": records })
}

/// Somebody says what the body says, or opens the skill.
fn skill(request: &Request<Bytes>) -> Value {
    let said = String::from_utf8_lossy(request.body()).into_owned();
    let mut question = json!({
        "type": "LaunchRequest",
        "requestId": ids::uuid(),
        "timestamp": Moment::now().epoch().to_string(),
    });
    if !said.is_empty() {
        question["type"] = "IntentRequest".into();
        question["query"] = json!({ "type": "TEXT", "original": said });
    }
    json!({
        "version": "v2.0",
        "session": { "new": true, "sessionId": ids::uuid(), "attributes": {} },
        "context": { "System": {
            "user": { "userId": ids::hex(32) },
            "application": { "applicationId": ids::uuid() },
        }},
        "request": question,
    })
}
