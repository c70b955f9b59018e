use super::super::testing::{claims, received};
use super::*;
use http::{HeaderName, HeaderValue};
use serde_json::json;

fn decode(fields: &[(&'static str, &'static str)], body: &str) -> Result<Value, EventError> {
    let mut delivery = Delivery::new(body.as_bytes());
    for (name, value) in fields {
        let name = HeaderName::from_static(name);
        delivery
            .headers
            .append(name, HeaderValue::from_static(value));
    }
    assert!(CloudEvents.recognise(&delivery), "{fields:?} {body}");
    match CloudEvents.decode(&delivery)? {
        Decoded::Received(document) => Ok(serde_json::from_slice(&document).unwrap()),
        Decoded::Exchange(_) => panic!("nobody waits"),
    }
}

const BINARY: [(&str, &str); 5] = [
    ("ce-specversion", "1.0"),
    ("ce-id", "e1"),
    ("ce-type", "net.example.pick"),
    ("ce-source", "//pics.example.net/red%20cat"),
    ("content-type", "application/json"),
];
const STRUCTURED: [(&str, &str); 1] = [(
    "content-type",
    "Application/CloudEvents+json; charset=UTF-8",
)];

fn event() -> Value {
    json!({"specversion": "1.0", "id": "e1", "source": "//pics.example.net", "type": "net.example.pick"})
}

#[test]
fn binary_mode() {
    for body in ["{\"count\":3}", "no JSON", ""] {
        assert_eq!(
            decode(&BINARY, body).unwrap(),
            json!({"received": "net.example.pick", "source": "//pics.example.net/red cat", "records": 1})
        );
    }
    for (i, name) in ["specversion", "id", "type", "source"]
        .into_iter()
        .enumerate()
    {
        if name == "id" || name == "specversion" {
            let mut fields = BINARY;
            fields[i].1 = "%ff";
            assert!(decode(&fields, "").unwrap_err().to_string().contains(name));
        }
        let mut fields = BINARY.to_vec();
        fields.remove(i);
        assert!(decode(&fields, "").unwrap_err().to_string().contains(name));
    }
    let mut fields = BINARY;
    fields[3].1 = "\"a \\\" b\"";
    assert_eq!(decode(&fields, "").unwrap()["source"], "a \" b");
}

#[test]
fn structured_and_batched_mode() {
    let one = json!({"received": "net.example.pick", "source": "//pics.example.net", "records": 1});
    let mut two = one.clone();
    two["records"] = 2.into();
    assert_eq!(received(&CloudEvents, &event()), one);
    assert_eq!(received(&CloudEvents, &json!([event(), event()])), two);
    let text = event().to_string();
    assert_eq!(decode(&STRUCTURED, &text).unwrap(), one);
    let batch = [("content-type", "application/cloudevents-batch+json")];
    assert_eq!(decode(&batch, &format!("[{text},{text}]")).unwrap(), two);
    assert_eq!(
        decode(&batch, "[]").unwrap(),
        json!({"received": "batch", "records": 0})
    );
}

#[test]
fn bad_events_are_named() {
    for (name, value) in [
        ("specversion", json!("0.3")),
        ("id", json!("")),
        ("source", Value::Null),
        ("type", json!(7)),
        ("data_base64", json!("*")),
    ] {
        let mut event = event();
        event[name] = value;
        let error = decode(&STRUCTURED, &event.to_string()).unwrap_err();
        assert!(matches!(error, EventError::BadField { field, .. } if field == name));
    }
    let mut both = event();
    both["data"] = json!({});
    both["data_base64"] = "aGk=".into();
    assert_eq!(
        decode(&STRUCTURED, &both.to_string()).unwrap_err().code(),
        "bad_event"
    );
    for body in ["", "{", "null", "7"] {
        assert_eq!(decode(&STRUCTURED, body).unwrap_err().code(), "bad_event");
    }
    let error = decode(&STRUCTURED, "{").unwrap_err();
    assert!(matches!(error, EventError::NotJson(_)));
}

#[test]
fn what_came_before_cloudevents() {
    let bucket = "projects/_/buckets/pics";
    for (event, kind, source) in [
        (
            json!({"context": {"eventId": "7", "eventType": "google.storage.object.finalize", "resource": {"name": bucket}}, "data": {}}),
            "google.storage.object.finalize",
            bucket,
        ),
        (
            json!({"eventId": "7", "eventType": "google.pubsub.topic.publish", "resource": "projects/demo/topics/t", "data": {}}),
            "google.pubsub.topic.publish",
            "projects/demo/topics/t",
        ),
        (
            json!({"subscription": "projects/demo/subscriptions/s", "message": {"message_id": "7"}}),
            "pubsub",
            "projects/demo/subscriptions/s",
        ),
    ] {
        assert_eq!(
            received(&CloudEvents, &event),
            json!({"received": kind, "source": source, "records": 1})
        );
    }
    let scheduler = [
        ("x-cloudscheduler", "true"),
        ("x-cloudscheduler-jobname", "refresh"),
    ];
    assert_eq!(
        decode(&scheduler, "").unwrap(),
        json!({"received": "scheduler", "source": "refresh", "records": 1})
    );
    let fields = [
        ("ce-eventtype", "google.storage.object.delete"),
        ("ce-eventid", "7"),
    ];
    assert_eq!(
        decode(&fields, "{}").unwrap(),
        json!({"received": "google.storage.object.delete", "records": 1})
    );
}

#[test]
fn what_lost_a_member_is_refused() {
    for (event, name) in [
        (
            json!({"specversion": "1.0", "id": "e1", "source": "//a"}),
            "type",
        ),
        (
            json!({"subscription": "projects/demo/subscriptions/s", "message": {"data": ""}}),
            "message.messageId",
        ),
        (
            json!({"eventId": "7", "eventType": "x", "resource": "y"}),
            "data",
        ),
    ] {
        let error = decode(&[], &event.to_string()).unwrap_err();
        assert!(matches!(error, EventError::BadField { field, .. } if field == name));
    }
}

#[test]
fn a_caller_s_own_json_is_not_claimed() {
    for event in [
        json!({}),
        json!([]),
        json!({"specversion": "1.0"}),
        json!({"message": {"messageId": "7"}}),
        json!({"eventType": "x", "data": {}}),
        json!({"count": 3, "context": {}}),
    ] {
        assert!(!claims(&CloudEvents, &event), "{event}");
    }
}
