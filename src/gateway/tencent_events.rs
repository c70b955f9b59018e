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

use super::document::{Received, first_record};
use super::request::text;
use super::{Decoded, Delivery, EventError, WireFormat};

/// The format.
pub(super) struct Events;

/// The member of a record that tells its kind, the kind, and where the record
/// names its source.
const KINDS: [(&str, &str, &str); 3] = [
    ("cos", "cos", "cos.cosBucket.name"),
    ("Ckafka", "ckafka", "Ckafka.topic"),
    ("CMQ", "cmq", "CMQ.topicName"),
];

impl WireFormat for Events {
    fn platform(&self) -> &'static str {
        "tencent"
    }

    fn name(&self) -> &'static str {
        "tencent_events"
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        read(delivery).is_some()
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        read(delivery)
            .map(|received| Decoded::Received(received.document()))
            .ok_or(EventError::UnknownEvent(self.platform()))
    }

    fn error_document(&self, _: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        None
    }
}

fn read<'e>(delivery: &'e Delivery<'_>) -> Option<Received<'e>> {
    let event = &delivery.json;
    if event.get("requestContext").is_some() || event.get("httpMethod").is_some() {
        return None;
    }
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
            assert_eq!(received(&Events, &event), expected, "{event}");
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
            assert!(!claims(&Events, &event), "{event}");
        }
    }
}
