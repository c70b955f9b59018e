//! The events.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use super::{Options, Source};
use crate::gateways::ids;
use crate::gateways::messages::messages;
use crate::gateways::times::Moment;

const PROJECT: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const BUCKET: &str = "pics";
const INSTANCE: &str = "2b6f0c1e-7a54-4d38-9e12-c0ffee123456";

pub(super) fn event(options: &Options, request: &Request<Bytes>, caller: IpAddr) -> Vec<u8> {
    let event = match options.source {
        Source::Timer => json!({
            "version": "v1.0",
            "time": Moment::now().at_offset(8),
            "trigger_type": "TIMER",
            "trigger_name": "refresh",
            "user_event": options.user_event,
        }),
        Source::Obs => object(request, caller),
        Source::Smn => notifications(request.body()),
        Source::Dis => stream(request.body()),
        Source::Lts => logs(request.body()),
        Source::Kafka => topic(request.body()),
        Source::Invoke if request.body().is_empty() => json!({}),
        Source::Invoke => return request.body().to_vec(),
    };
    event.to_string().into_bytes()
}

fn object(request: &Request<Bytes>, caller: IpAddr) -> Value {
    let action = match *request.method() {
        Method::DELETE => "ObjectRemoved:Delete",
        Method::POST => "ObjectCreated:Post",
        _ => "ObjectCreated:Put",
    };
    // As it was sent, which is percent-encoded.
    let key = request.uri().path().trim_start_matches('/');
    json!({ "Records": [{
        "eventVersion": "2.0",
        "eventSource": "aws:s3",
        "awsRegion": "cn-north-4",
        "eventTime": Moment::now().fraction(3),
        "eventName": action,
        "userIdentity": { "principalId": ids::hex(32) },
        "requestParameters": { "sourceIPAddress": caller.to_string() },
        "responseElements": { "x-amz-request-id": ids::hex(8) },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "refresh",
            "bucket": {
                "name": BUCKET,
                "ownerIdentity": { "PrincipalId": PROJECT },
                "arn": format!("arn:aws:s3:::{BUCKET}"),
            },
            "object": {
                "key": key,
                "eTag": ids::hex(32),
                "size": request.body().len(),
                "versionId": "null",
                "sequencer": "0000000019386C68",
            },
        },
    }]})
}

fn notifications(body: &Bytes) -> Value {
    let topic = format!("urn:smn:cn-north-4:{PROJECT}:pictures");
    let record = |line: String| {
        json!({
            "event_version": "1.0",
            "event_source": "smn",
            "event_subscription_urn":
                format!("urn:fss:cn-north-4:{PROJECT}:function:default:pics:latest"),
            "smn": {
                "topic_urn": topic,
                "timestamp": Moment::now().seconds(),
                "message_attributes": null,
                "message": line,
                "type": "notification",
                "message_id": ids::hex(32),
                "subject": "pictures",
            },
        })
    };
    let records: Vec<Value> = messages(body).into_iter().map(record).collect();
    json!({ "record": records })
}

fn stream(body: &Bytes) -> Value {
    let record = |(number, line): (usize, String)| {
        json!({
            "partition_key": "shardId_0000000000",
            "data": STANDARD.encode(line),
            "sequence_number": number.to_string(),
        })
    };
    let messages = messages(body).into_iter();
    let records: Vec<Value> = messages.enumerate().map(record).collect();
    json!({
        "ShardID": "shardId-0000000000",
        "StreamName": "pictures",
        "Tag": "latest",
        "Message": {
            "next_partition_cursor": ids::hex(32),
            "millis_behind_latest": "",
            "records": records,
        },
    })
}

fn topic(body: &Bytes) -> Value {
    json!({
        "event_version": "v1.0",
        "event_time": Moment::now().epoch(),
        "trigger_type": "KAFKA",
        "region": "cn-north-4",
        "instance_id": INSTANCE,
        "records": [{ "messages": messages(body), "topic_id": "pictures" }],
    })
}

fn logs(body: &Bytes) -> Value {
    let line = |line: String| json!({ "message": line, "time": Moment::now().epoch_millis(), "host_name": "pics" });
    let logs: Vec<Value> = messages(body).into_iter().map(line).collect();
    let data = json!({
        "logs": Value::Array(logs).to_string(),
        "owner": PROJECT,
        "log_group_id": ids::uuid(),
        "log_topic_id": ids::uuid(),
    });
    json!({ "lts": { "data": STANDARD.encode(data.to_string()) } })
}
