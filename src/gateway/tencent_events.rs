//! Tencent Cloud SCF: events that nobody waits for an answer to. Document
//! 583/9708 and the pages of the other triggers; `events/*.go` of
//! tencentyun/scf-go-lib.
//!
//! ```text
//! {"Type":"Timer","TriggerName":"refresh","Time":"2026-11-21T06:00:00Z","Message":""}
//! {"Records":[{"cos":{"cosBucket":{"name":"pics"},...},"event":{...}}]}
//! {"Records":[{"Ckafka":{"topic":"...",...}}]}
//! {"Records":[{"CMQ":{"topicName":"...",...}}]}
//! ```

use super::Delivery;
use super::document::{Received, Unattended, first_record};
use super::request::text;

/// The format.
pub(super) const EVENTS: Unattended = Unattended {
    platform: "tencent",
    name: "tencent_events",
    read,
};

/// The member of a record that tells its kind, the kind, and where the record
/// names its source.
const KINDS: [(&str, &str, &str); 3] = [
    ("cos", "cos", "cos.cosBucket.name"),
    ("Ckafka", "ckafka", "Ckafka.topic"),
    ("CMQ", "cmq", "CMQ.topicName"),
];

fn read<'e>(delivery: &'e Delivery<'_>) -> Option<Received<'e>> {
    let event = &delivery.json;
    if text(event, "Type") == Some("Timer") {
        return Some(Received {
            kind: "timer",
            source: text(event, "TriggerName"),
            records: Some(1),
        });
    }
    let (record, records) = first_record(event, "Records")?;
    let (_, kind, source) = KINDS
        .iter()
        .find(|(member, ..)| record.get(member).is_some_and(serde_json::Value::is_object))?;
    Some(Received {
        kind,
        source: text(record, source),
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
                json!({"Type": "Timer", "TriggerName": "refresh", "Time": "2026-11-21T06:00:00Z", "Message": "secret"}),
                json!({"received": "timer", "source": "refresh", "records": 1}),
            ),
            (
                json!({"Records": [{
                    "cos": {"cosBucket": {"name": "pics", "appid": "1300000001"}},
                    "event": {"requestParameters": {"requestHeaders": {"Authorization": "q-sign"}}},
                }]}),
                json!({"received": "cos", "source": "pics", "records": 1}),
            ),
            (
                json!({"Records": [{"Ckafka": {"topic": "t", "msgBody": "secret"}}, {"Ckafka": {"topic": "t"}}]}),
                json!({"received": "ckafka", "source": "t", "records": 2}),
            ),
            (
                json!({"Records": [{"CMQ": {"type": "topic", "topicName": "t", "msgBody": "secret"}}]}),
                json!({"received": "cmq", "source": "t", "records": 1}),
            ),
        ] {
            assert_eq!(received(&EVENTS, &event), expected, "{event}");
        }
    }

    #[test]
    fn other_events_are_not_claimed() {
        for event in [
            json!({}),
            json!({"Type": "timer"}),
            json!({"Records": []}),
            json!({"Records": [{"s3": {}}]}),
            json!({"Records": [{"cos": 7}]}),
            json!({"Type": "Timer", "requestContext": {"serviceId": "service-x"}}),
            json!({"Type": "Timer", "httpMethod": "GET", "path": "/"}),
        ] {
            assert!(!claims(&EVENTS, &event), "{event}");
        }
    }
}
