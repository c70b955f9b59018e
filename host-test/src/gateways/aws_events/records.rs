//! Events whose records are messages: topics, queues, streams.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::event::TOPIC;
use crate::gateways::ids;
use crate::gateways::lambda::{ACCOUNT, REGION};
use crate::gateways::messages::messages;
use crate::gateways::times::Moment;

/// Most records of a batch, unless the function waits for more.
const MOST_OF_QUEUE: usize = 10;
const MOST_OF_STREAM: usize = 100;

pub(super) fn sns(message: &Bytes, moment: Moment) -> Value {
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:{TOPIC}");
    let subscription = format!("{topic}:{}", ids::uuid());
    let base = format!("https://sns.{REGION}.amazonaws.com");
    json!({ "Records": [{
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "Sns": {
            "Type": "Notification",
            "MessageId": ids::uuid(),
            "TopicArn": topic,
            "Subject": null,
            "Message": String::from_utf8_lossy(message),
            "Timestamp": moment.fraction(3),
            "SignatureVersion": "1",
            "Signature": ids::short(),
            "SigningCertUrl": format!("{base}/SimpleNotificationService-{}.pem", ids::hex(32)),
            "UnsubscribeUrl": format!("{base}/?Action=Unsubscribe&SubscriptionArn={subscription}"),
            "MessageAttributes": {},
        },
    }] })
}

/// One record a message.
fn batch(body: &Bytes, most: usize, record: impl Fn((usize, String)) -> Value) -> Value {
    let messages = messages(body).into_iter().take(most);
    let records: Vec<Value> = messages.enumerate().map(record).collect();
    json!({ "Records": records })
}

pub(super) fn sqs(body: &Bytes, moment: Moment) -> Value {
    let sent = moment.epoch_millis().to_string();
    batch(body, MOST_OF_QUEUE, |(_, message)| {
        json!({
            "messageId": ids::uuid(),
            "receiptHandle": ids::short(),
            "body": message,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": sent,
                "SenderId": "AIDAEXAMPLE",
                "ApproximateFirstReceiveTimestamp": sent,
            },
            "messageAttributes": {},
            "md5OfBody": ids::hex(32),
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{TOPIC}"),
            "awsRegion": REGION,
        })
    })
}

pub(super) fn kinesis(body: &Bytes, moment: Moment) -> Value {
    batch(body, MOST_OF_STREAM, |(number, message)| {
        let number = format!("{:056}", moment.epoch_millis() + number as i64);
        json!({
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "1",
                "sequenceNumber": number,
                "data": STANDARD.encode(message),
                "approximateArrivalTimestamp": moment.epoch_millis() as f64 / 1000.0,
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": format!("shardId-000000000006:{number}"),
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": format!("arn:aws:iam::{ACCOUNT}:role/pics"),
            "awsRegion": REGION,
            "eventSourceARN": format!("arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{TOPIC}"),
        })
    })
}

pub(super) fn dynamodb(body: &Bytes, moment: Moment) -> Value {
    let stream = format!(
        "{TOPIC}/stream/{}",
        moment.fraction(3).trim_end_matches('Z')
    );
    batch(body, MOST_OF_STREAM, |(number, message)| {
        let id = json!({ "N": number.to_string() });
        json!({
            "eventID": ids::hex(32),
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": REGION,
            "dynamodb": {
                "ApproximateCreationDateTime": moment.epoch(),
                "Keys": { "Id": id },
                "NewImage": { "Id": id, "Message": { "S": message } },
                "SequenceNumber": format!("{:021}", moment.epoch_millis() + number as i64),
                "SizeBytes": message.len(),
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
            "eventSourceARN": format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{stream}"),
        })
    })
}
