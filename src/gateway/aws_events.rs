//! AWS events that nobody waits for: EventBridge rules and schedules, and the
//! records of S3, SNS, SQS and streams (Lambda developer guide, one page a
//! service; EventBridge user guide, "Events").
//!
//! ```text
//! {"version":"0","id":"…","detail-type":"Scheduled Event","source":"aws.events",
//!  "resources":["arn:aws:events:eu-west-1:111122223333:rule/refresh"],"detail":{}}
//! {"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"pics"}}}]}
//! {"Records":[{"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:eu-west-1:111122223333:jobs"}]}
//! {"Records":[{"EventSource":"aws:sns","Sns":{"TopicArn":"arn:aws:sns:eu-west-1:111122223333:news"}}]}
//! {"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"pics"}
//! ```
//!
//! The answer says what was received. Queues and streams also read
//! `batchItemFailures` in it: empty, so that no record comes again.

use serde_json::Value;

use super::document::{Received, first_record};
use super::request::{has, is_http, text};
use super::{Decoded, Delivery, EventError, WireFormat};

/// The format.
pub(super) struct Events;

/// Sources whose records come again unless the answer says otherwise.
const BATCHES: [&str; 3] = ["aws:sqs", "aws:kinesis", "aws:dynamodb"];

impl WireFormat for Events {
    fn platform(&self) -> &'static str {
        "aws"
    }

    fn name(&self) -> &'static str {
        "aws_events"
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        let event = &delivery.json;
        !is_http(event) && (is_edge(event) || received(event).is_some())
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        if is_edge(&delivery.json) {
            return Err(EventError::NotAnswered {
                platform: "aws",
                shape: "the event of Lambda@Edge, where no program of this kind runs,",
            });
        }
        let received = received(&delivery.json).ok_or(EventError::UnknownEvent("aws"))?;
        let mut members = received.members();
        if BATCHES.contains(&received.kind) {
            members.insert("batchItemFailures".to_owned(), Vec::<Value>::new().into());
        }
        Ok(Decoded::Received(
            Value::Object(members).to_string().into_bytes(),
        ))
    }
}

/// Whether it is CloudFront's: `{"Records":[{"cf":{"config":{},"request":{}}}]}`.
fn is_edge(event: &Value) -> bool {
    first_record(event, "Records").is_some_and(|(record, _)| has(record, "cf"))
}

fn received(event: &Value) -> Option<Received<'_>> {
    if let Some((record, records)) = first_record(event, "Records") {
        let kind = text(record, "eventSource").or_else(|| text(record, "EventSource"))?;
        let arn = text(record, "Sns.TopicArn").or_else(|| text(record, "eventSourceARN"));
        return Some(Received {
            kind,
            source: text(record, "s3.bucket.name").or_else(|| arn.map(resource)),
            records: Some(records),
        });
    }
    if let Some(kind) = text(event, "detail-type") {
        let rule = event
            .pointer("/resources/0")
            .and_then(Value::as_str)
            .map(resource);
        let source = text(event, "source")?;
        return Some(Received {
            kind,
            source: rule.or(Some(source)),
            records: Some(1),
        });
    }
    let kind = text(event, "Event").filter(|kind| kind.starts_with("s3:"))?;
    Some(Received {
        kind,
        source: text(event, "Bucket"),
        records: None,
    })
}

/// The last part of `arn:partition:service:region:account:resource`.
fn resource(arn: &str) -> &str {
    arn.splitn(6, ':').last().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claims, received};
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_received() {
        for (event, expected) in [
            (
                json!({"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {},
                       "resources": ["arn:aws:events:eu-west-1:111122223333:rule/refresh"]}),
                json!({"received": "Scheduled Event", "source": "rule/refresh", "records": 1}),
            ),
            (
                json!({"detail-type": "Object Created", "source": "aws.s3", "resources": [], "detail": {}}),
                json!({"received": "Object Created", "source": "aws.s3", "records": 1}),
            ),
            (
                json!({"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "pics"}}}, {"eventSource": "aws:s3"}]}),
                json!({"received": "aws:s3", "source": "pics", "records": 2}),
            ),
            (
                json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "pics"}),
                json!({"received": "s3:TestEvent", "source": "pics"}),
            ),
            (
                json!({"Records": [{"EventSource": "aws:sns", "Sns": {"TopicArn": "arn:aws:sns:eu-west-1:111122223333:news", "Message": "m"}}]}),
                json!({"received": "aws:sns", "source": "news", "records": 1}),
            ),
            (
                json!({"Records": [{"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:jobs", "body": "b"}]}),
                json!({"received": "aws:sqs", "source": "jobs", "records": 1, "batchItemFailures": []}),
            ),
            (
                json!({"Records": [{"eventSource": "aws:kinesis", "eventSourceARN": "arn"}]}),
                json!({"received": "aws:kinesis", "source": "arn", "records": 1, "batchItemFailures": []}),
            ),
        ] {
            assert_eq!(received(&Events, &event), expected);
        }
    }

    #[test]
    fn requests_and_others_are_not_claimed() {
        for event in [
            json!({}),
            json!({"Records": []}),
            json!({"Records": [{"cf": null}]}),
            json!({"detail-type": "x"}),
            json!({"Event": "x"}),
            json!({"requestContext": {}, "Records": [{"eventSource": "aws:s3"}]}),
            json!([{"eventSource": "aws:s3"}]),
        ] {
            assert!(!claims(&Events, &event), "{event}");
        }
    }
}
