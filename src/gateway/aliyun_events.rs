//! Alibaba Cloud Function Compute: events that nobody waits for an answer to.
//! Documents "Timer trigger", "OSS trigger", "CDN trigger", "Log Service
//! trigger", "Tablestore trigger", "MNS topic trigger" and those of the
//! EventBridge family.
//!
//! ```text
//! {"triggerTime":"2026-07-11T08:00:00Z","triggerName":"refresh","payload":""}
//! {"events":[{"eventSource":"acs:oss"|"cdn",...}]}
//! {"source":{"projectName":"p","logstoreName":"l",...},"jobName":"...","taskId":"...","cursorTime":0}
//! {"Version":"Sync-v1","Records":[...]}      CBOR from the service, JSON from the console
//! {"TopicName":"...","MessageMD5":"...",...} or {"body":...,"attrs":{...}}
//! [{"specversion":"1.0","source":"...",...}]
//! ```
//!
//! CBOR is told by its first byte, which begins a map and never a text (RFC
//! 8949 section 3.1); it is not decoded.

use serde_json::Value;

use super::Delivery;
use super::document::{Received, Unattended, first_record};
use super::request::text;

/// The format.
pub(super) const EVENTS: Unattended = Unattended {
    platform: "aliyun",
    name: "aliyun_events",
    read,
};

fn read<'e>(delivery: &'e Delivery<'_>) -> Option<Received<'e>> {
    let event = &delivery.json;
    let received = |kind, source, records| {
        Some(Received {
            kind,
            source,
            records,
        })
    };
    if matches!(delivery.event.first(), Some(0xa0..=0xbf)) {
        return received("tablestore", None, None);
    }
    if let Some(list) = event.as_array() {
        let first = list.first().filter(|first| first.is_object())?;
        return received("eventbridge", text(first, "source"), Some(list.len()));
    }
    if let (Some(name), Some(_)) = (text(event, "triggerName"), text(event, "triggerTime")) {
        return received("timer", Some(name), Some(1));
    }
    if let Some((record, records)) = first_record(event, "events") {
        return match text(record, "eventSource")? {
            "acs:oss" => received("oss", text(record, "oss.bucket.name"), Some(records)),
            "cdn" => received("cdn", text(record, "resource.domain"), Some(records)),
            _ => None,
        };
    }
    if let Some(store) = text(event, "source.logstoreName") {
        // The event says where logs lie, not how many.
        return received("log", Some(store), None);
    }
    if let (Some("Sync-v1"), Some(Value::Array(records))) =
        (text(event, "Version"), event.get("Records"))
    {
        return received("tablestore", None, Some(records.len()));
    }
    if let (Some(topic), Some(_)) = (text(event, "TopicName"), text(event, "MessageMD5")) {
        return received("mns", Some(topic), Some(1));
    }
    if event.get("attrs").is_some_and(Value::is_object) && event.get("body").is_some() {
        return received("mns", None, Some(1));
    }
    if text(event, "specversion").is_some() {
        return received("eventbridge", text(event, "source"), Some(1));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claims, received};
    use super::super::{Decoded, WireFormat as _};
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_is_acknowledged() {
        for (event, expected) in [
            (
                json!({"triggerTime": "2026-07-11T08:00:00Z", "triggerName": "refresh", "payload": ""}),
                json!({"received": "timer", "source": "refresh", "records": 1}),
            ),
            (
                json!({"events": [
                    {"eventSource": "acs:oss", "oss": {"bucket": {"name": "pics"}}},
                    {"eventSource": "acs:oss", "oss": {"bucket": {"name": "pics"}}},
                ]}),
                json!({"received": "oss", "source": "pics", "records": 2}),
            ),
            (
                json!({"events": [{"eventSource": "cdn", "resource": {"domain": "cdn.example.net"}}]}),
                json!({"received": "cdn", "source": "cdn.example.net", "records": 1}),
            ),
            (
                json!({"parameter": {"key": "secret"}, "source": {"logstoreName": "l", "shardId": 0}, "jobName": "j", "taskId": "t"}),
                json!({"received": "log", "source": "l"}),
            ),
            (
                json!({"Version": "Sync-v1", "Records": []}),
                json!({"received": "tablestore", "records": 0}),
            ),
            (
                json!({"TopicName": "t", "MessageMD5": "0", "Message": "secret"}),
                json!({"received": "mns", "source": "t", "records": 1}),
            ),
            (
                json!({"body": "secret", "attrs": {}}),
                json!({"received": "mns", "records": 1}),
            ),
            (
                json!([{"specversion": "1.0", "source": "acs.mns", "data": {}}]),
                json!({"received": "eventbridge", "source": "acs.mns", "records": 1}),
            ),
            (
                json!([{"msgId": "1", "body": "secret"}, {"msgId": "2", "body": "secret"}]),
                json!({"received": "eventbridge", "records": 2}),
            ),
            (
                json!({"specversion": "1.0", "source": "acs.oss", "id": "1", "data": {}}),
                json!({"received": "eventbridge", "source": "acs.oss", "records": 1}),
            ),
        ] {
            assert_eq!(received(&EVENTS, &event), expected, "{event}");
        }
    }

    #[test]
    fn cbor_is_told_by_its_first_byte() {
        for (bytes, claimed) in [
            (&b"\xa2\x67Version\x67Sync-v1\x67Records\x80"[..], true),
            (b"\xbf\xff", true),
            (b"\xa0", true),
            (b"\x9f\xff", false),
            (b"\xc2\xa0", false),
            (b"", false),
        ] {
            let delivery = Delivery::new(bytes);
            assert_eq!(EVENTS.recognise(&delivery), claimed, "{bytes:?}");
            if claimed {
                let decoded = EVENTS.decode(&delivery).unwrap();
                let expected = br#"{"received":"tablestore"}"#;
                assert!(matches!(decoded, Decoded::Received(document) if document == expected));
            }
        }
    }

    #[test]
    fn other_events_are_not_claimed() {
        for event in [
            json!({}),
            json!([]),
            json!([7]),
            json!("text"),
            json!({"triggerName": "refresh"}),
            json!({"events": [{"eventSource": "acs:other"}]}),
            json!({"triggerName": "a", "triggerTime": "b", "httpMethod": "GET", "path": "/"}),
            json!({"triggerName": "a", "triggerTime": "b", "requestContext": {"http": {}}}),
            json!({"count": 3, "category": "cats"}),
        ] {
            assert!(!claims(&EVENTS, &event), "{event}");
        }
    }
}
