//! Baidu Cloud CFC: events of triggers other than HTTP, as the samples in
//! `src/events` of baidubce/cfc-vscode-extension show them.
//!
//! ```text
//! {"source":"cfc:crontab","detail_type":"Scheduled Event","function_brn":"brn:bce:cfc:...","time":"...",...}
//! {"events":[{"eventOrigin":"bos:realtime","content":{"bucket":"pics","credentials":{...},...},...}]}
//! {"events":[{"eventSource":"cdn","eventName":"...","eventDetail":{...},...}]}
//! {"Records":[{"EventSource":"bce:kafka","Kafka":{"Topic":"...",...},...}]}
//! {"version":"...","session":{...},"context":{"System":{...}},"request":{...}}
//! ```
//!
//! The last is DuerOS, whose skills answer by voice; a site of pictures has
//! none, so it is acknowledged like the others. Those of BOS hold live
//! credentials.

use serde_json::Value;

use super::Delivery;
use super::document::{Received, Unattended, first_record};
use super::request::{at, text};

/// The format.
pub(super) const EVENTS: Unattended = Unattended {
    platform: "baidu",
    name: "baidu_events",
    read,
};

fn read<'e>(delivery: &'e Delivery<'_>) -> Option<Received<'e>> {
    let event = &delivery.json;
    let (kind, source, records) = if let Some((record, records)) = first_record(event, "events") {
        if text(record, "eventOrigin").is_some_and(|origin| origin.starts_with("bos:")) {
            ("bos", text(record, "content.bucket"), records)
        } else if text(record, "eventSource") == Some("cdn") {
            ("cdn", text(record, "eventName"), records)
        } else {
            return None;
        }
    } else if let Some((record, records)) = first_record(event, "Records") {
        if text(record, "EventSource") != Some("bce:kafka") {
            return None;
        }
        ("kafka", text(record, "Kafka.Topic"), records)
    } else if text(event, "source") == Some("cfc:crontab")
        || (text(event, "function_brn").is_some() && text(event, "detail_type").is_some())
    {
        // The event has the function's name but not the trigger's.
        ("timer", text(event, "function_brn"), 1)
    } else if event.get("session").is_some_and(Value::is_object)
        && at(event, "context.System").is_some_and(Value::is_object)
    {
        ("dueros", text(event, "request.type"), 1)
    } else {
        return None;
    };
    Some(Received {
        kind,
        source,
        records: Some(records),
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
                json!({"source": "cfc:crontab", "function_brn": "brn:bce:cfc:bj:0:function:pics:$LATEST", "detail_type": "Scheduled Event"}),
                json!({"received": "timer", "source": "brn:bce:cfc:bj:0:function:pics:$LATEST", "records": 1}),
            ),
            (
                json!({"function_brn": "brn:x", "detail_type": "Scheduled Event"}),
                json!({"received": "timer", "source": "brn:x", "records": 1}),
            ),
            (
                json!({"events": [{"eventOrigin": "bos:realtime", "content": {"bucket": "pics", "credentials": {"secretAccessKey": "secret"}}}]}),
                json!({"received": "bos", "source": "pics", "records": 1}),
            ),
            (
                json!({"events": [{"eventSource": "cdn", "eventName": "LogFileCreated", "eventTime": 1}, {}]}),
                json!({"received": "cdn", "source": "LogFileCreated", "records": 2}),
            ),
            (
                json!({"Records": [{"EventSource": "bce:kafka", "Kafka": {"Topic": "t", "Value": "c2VjcmV0"}}]}),
                json!({"received": "kafka", "source": "t", "records": 1}),
            ),
            (
                json!({"version": "2.0", "session": {}, "context": {"System": {"user": {"accessToken": "secret"}}}, "request": {"type": "LaunchRequest"}}),
                json!({"received": "dueros", "source": "LaunchRequest", "records": 1}),
            ),
        ] {
            assert_eq!(received(&EVENTS, &event), expected, "{event}");
        }
    }

    #[test]
    fn other_events_are_not_claimed() {
        for event in [
            json!({}),
            json!({"source": "aws.events", "detail-type": "Scheduled Event"}),
            json!({"events": [{"eventSource": "acs:oss"}]}),
            json!({"events": []}),
            json!({"events": [{"eventOrigin": "other:realtime", "content": {"bucket": "pics"}}]}),
            json!({"function_brn": "brn:x"}),
            json!({"Records": [{"eventSource": "bce:kafka"}]}),
            json!({"source": "cfc:crontab", "httpMethod": "GET", "path": "/"}),
            json!({"session": {}, "context": {}}),
        ] {
            assert!(!claims(&EVENTS, &event), "{event}");
        }
    }
}
