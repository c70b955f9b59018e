//! The events.

use std::net::IpAddr;

use bytes::Bytes;
use http::{Method, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Source;
use crate::gateways::ids;
use crate::gateways::lambda::{ACCOUNT, REGION};
use crate::gateways::members::set;
use crate::gateways::times::Moment;

const BUCKET: &str = "pics";
const TOPIC: &str = "refresh";

/// The event that a caller's request makes.
pub(super) fn event(source: Source, request: &Request<Bytes>, caller: IpAddr) -> Value {
    let moment = Moment::now();
    match source {
        Source::Schedule => {
            let rule = format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{TOPIC}");
            bus("aws.events", "Scheduled Event", &rule, json!({}), moment)
        }
        Source::S3 => s3(&Object::of(request), caller, moment),
        Source::S3Test => json!({
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": moment.fraction(3),
            "Bucket": BUCKET,
            "RequestId": ids::hex(16).to_uppercase(),
            "HostId": ids::short(),
        }),
        Source::EventBridge => s3_bus(&Object::of(request), caller, moment),
        Source::Sns => sns(request.body(), moment),
        Source::Sqs => sqs(request.body(), moment),
    }
}

fn bus(source: &str, kind: &str, resource: &str, detail: Value, moment: Moment) -> Value {
    json!({
        "version": "0",
        "id": ids::uuid(),
        "detail-type": kind,
        "source": source,
        "account": ACCOUNT,
        "time": moment.seconds(),
        "region": REGION,
        "resources": [resource],
        "detail": detail,
    })
}

/// An object of a bucket, and what happened to it.
struct Object {
    key: String,
    /// Nothing where it was removed.
    size: Option<usize>,
    etag: String,
    sequencer: String,
}

impl Object {
    fn of(request: &Request<Bytes>) -> Self {
        let path = request.uri().path().trim_start_matches('/');
        let key = percent_decode_str(path).decode_utf8_lossy().into_owned();
        let removed = *request.method() == Method::DELETE;
        Self {
            key: if key.is_empty() {
                "new/red cat+1.png".to_owned()
            } else {
                key
            },
            size: (!removed).then(|| request.body().len()),
            etag: ids::hex(32),
            sequencer: ids::hex(18).to_uppercase(),
        }
    }
}

fn s3(object: &Object, caller: IpAddr, moment: Moment) -> Value {
    // Slashes stay, spaces become `+`.
    let key: String = form_urlencoded::byte_serialize(object.key.as_bytes()).collect();
    let key = key.replace("%2F", "/");
    let mut described = json!({ "key": key, "sequencer": object.sequencer });
    let name = match object.size {
        Some(size) => {
            set(&mut described, "size", size);
            set(&mut described, "eTag", object.etag.as_str());
            "ObjectCreated:Put"
        }
        None => "ObjectRemoved:Delete",
    };
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": moment.fraction(3),
        "eventName": name,
        "userIdentity": { "principalId": "AWS:AIDAEXAMPLE" },
        "requestParameters": { "sourceIPAddress": caller.to_string() },
        "responseElements": {
            "x-amz-request-id": ids::hex(16).to_uppercase(),
            "x-amz-id-2": ids::short(),
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "pics-new",
            "bucket": {
                "name": BUCKET,
                "ownerIdentity": { "principalId": "A3EXAMPLE" },
                "arn": format!("arn:aws:s3:::{BUCKET}"),
            },
            "object": described,
        },
    }] })
}

fn s3_bus(object: &Object, caller: IpAddr, moment: Moment) -> Value {
    let mut described = json!({ "key": object.key, "sequencer": object.sequencer });
    let (kind, reason) = match object.size {
        Some(size) => {
            set(&mut described, "size", size);
            set(&mut described, "etag", object.etag.as_str());
            ("Object Created", "PutObject")
        }
        None => ("Object Deleted", "DeleteObject"),
    };
    let detail = json!({
        "version": "0",
        "bucket": { "name": BUCKET },
        "object": described,
        "request-id": ids::hex(16).to_uppercase(),
        "requester": ACCOUNT,
        "source-ip-address": caller.to_string(),
        "reason": reason,
    });
    bus(
        "aws.s3",
        kind,
        &format!("arn:aws:s3:::{BUCKET}"),
        detail,
        moment,
    )
}

fn sns(message: &Bytes, moment: Moment) -> Value {
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

fn sqs(body: &Bytes, moment: Moment) -> Value {
    let text = String::from_utf8_lossy(body);
    let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
    let messages = if lines.is_empty() {
        vec!["refresh"]
    } else {
        lines
    };
    let sent = moment.epoch_millis().to_string();
    // A batch has at most ten unless the function waits for more.
    let records: Vec<_> = messages
        .into_iter()
        .take(10)
        .map(|message| {
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
        .collect();
    json!({ "Records": records })
}
