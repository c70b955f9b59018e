//! Huawei Cloud FunctionGraph: events that nobody waits for an answer to
//! (support.huaweicloud.com, functiongraph "supported event sources").
//!
//! ```text
//! {"version":"v1.0","time":"...","trigger_type":"TIMER","trigger_name":"refresh","user_event":"..."}
//! {"Records":[{"eventSource":"aws:s3","s3":{"bucket":{"name":"pics"},...},...}]}      OBS
//! {"record":[{"event_source":"smn","smn":{"topic_urn":"...",...},...}]}
//! {"ShardID":"...","StreamName":"...","Message":{"records":[...],...}}                DIS
//! {"lts":{"data":"..."}}
//! {"event_version":"v1.0","trigger_type":"KAFKA","instance_id":"...","records":[...]}
//! ```
//!
//! Object storage looks as Amazon's does. Others too say a `trigger_type`.

use serde_json::Value;

use super::Delivery;
use super::document::{Received, Unattended, first_record};
use super::request::{at, text};

/// The format.
pub(super) const EVENTS: Unattended = Unattended {
    platform: "huawei",
    name: "huawei_events",
    read,
};

fn read<'e>(delivery: &'e Delivery<'_>) -> Option<Received<'e>> {
    let event = &delivery.json;
    let (kind, source, records) = if let Some(kind) = text(event, "trigger_type") {
        let list = event.get("records").and_then(Value::as_array);
        let source = text(event, "trigger_name").or_else(|| text(event, "instance_id"));
        let kind = match kind {
            "TIMER" => "timer",
            "KAFKA" => "kafka",
            other => other,
        };
        (kind, source, Some(list.map_or(1, Vec::len)))
    } else if let Some((record, records)) = first_record(event, "Records") {
        record.get("s3").filter(|s3| s3.is_object())?;
        ("obs", text(record, "s3.bucket.name"), Some(records))
    } else if let Some((record, records)) = first_record(event, "record") {
        record.get("smn").filter(|smn| smn.is_object())?;
        ("smn", text(record, "smn.topic_urn"), Some(records))
    } else if text(event, "ShardID").is_some() {
        let records = at(event, "Message.records")?.as_array()?;
        ("dis", text(event, "StreamName"), Some(records.len()))
    } else {
        // The lines are packed; they are not unpacked to be counted.
        text(event, "lts.data")?;
        ("lts", None, None)
    };
    Some(Received {
        kind,
        source,
        records,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claims, received};
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_is_acknowledged() {
        for (event, expected) in [
            (
                json!({"version": "v1.0", "time": "2026-07-10T19:19:00+08:00", "trigger_type": "TIMER", "trigger_name": "refresh", "user_event": "secret"}),
                json!({"received": "timer", "source": "refresh", "records": 1}),
            ),
            (
                json!({"trigger_type": "KAFKA", "instance_id": "81335d56", "records": [{"messages": ["secret"], "topic_id": "t"}]}),
                json!({"received": "kafka", "source": "81335d56", "records": 1}),
            ),
            (
                json!({"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "pics"}, "object": {"key": "7.webp"}}}]}),
                json!({"received": "obs", "source": "pics", "records": 1}),
            ),
            (
                json!({"record": [{"event_source": "smn", "smn": {"topic_urn": "urn:smn:cn-north-4:0:pics", "message": "secret"}}]}),
                json!({"received": "smn", "source": "urn:smn:cn-north-4:0:pics", "records": 1}),
            ),
            (
                json!({"ShardID": "shardId-0000000000", "StreamName": "s", "Message": {"records": [{"data": "c2VjcmV0"}, {}]}}),
                json!({"received": "dis", "source": "s", "records": 2}),
            ),
            (
                json!({"lts": {"data": "c2VjcmV0"}}),
                json!({"received": "lts"}),
            ),
        ] {
            assert_eq!(received(&EVENTS, &event), expected, "{event}");
        }
    }

    #[test]
    fn other_events_are_not_claimed() {
        for event in [
            json!({}),
            json!({"trigger_type": 7}),
            json!({"Records": [{"cos": {}}]}),
            json!({"record": []}),
            json!({"ShardID": "s", "Message": {}}),
            json!({"lts": "text"}),
            json!({"trigger_type": "TIMER", "httpMethod": "GET", "path": "/"}),
        ] {
            assert!(!claims(&EVENTS, &event), "{event}");
        }
    }
}
