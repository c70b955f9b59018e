//! The events.

use std::net::IpAddr;

use bytes::Bytes;
use http::{Method, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{Options, Source, records};
use crate::gateways::ids;
use crate::gateways::lambda::{ACCOUNT, REGION};
use crate::gateways::members::set;
use crate::gateways::times::Moment;

const BUCKET: &str = "pics";
pub(super) const TOPIC: &str = "refresh";

/// The event that a caller's request makes.
pub(super) fn event(options: &Options, request: &Request<Bytes>, caller: IpAddr) -> Vec<u8> {
    let moment = Moment::now();
    let event = match options.source {
        Source::Schedule | Source::Scheduler if let Some(input) = &options.input => {
            return input.clone().into_bytes();
        }
        Source::Schedule => {
            let rule = format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{TOPIC}");
            bus("aws.events", "Scheduled Event", &rule, json!({}), moment)
        }
        Source::Scheduler => {
            let schedule = format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{TOPIC}");
            // Its detail is a text.
            let detail = "{}".into();
            bus(
                "aws.scheduler",
                "Scheduled Event",
                &schedule,
                detail,
                moment,
            )
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
        Source::Sns => records::sns(request.body(), moment),
        Source::Sqs => records::sqs(request.body(), moment),
        Source::Kinesis => records::kinesis(request.body(), moment),
        Source::Dynamodb => records::dynamodb(request.body(), moment),
        Source::Invoke if request.body().is_empty() => json!({}),
        Source::Invoke => return request.body().to_vec(),
    };
    event.to_string().into_bytes()
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
