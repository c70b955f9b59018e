//! The events that are JSON.

use std::net::IpAddr;

use bytes::Bytes;
use http::Request;
use md5::{Digest as _, Md5};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Shape;
use crate::gateways::alibaba::{ACCOUNT, REGION};
use crate::gateways::ids;
use crate::gateways::times::Moment;

/// A trigger's event for a request; nothing for those of other forms.
pub(super) fn of(
    shape: Shape,
    moment: Moment,
    request: &Request<Bytes>,
    caller: IpAddr,
) -> Vec<u8> {
    let text = String::from_utf8_lossy(request.body()).into_owned();
    let event = match shape {
        Shape::Timer => json!({
            "triggerTime": moment.seconds(),
            "triggerName": "refresh",
            "payload": text,
        }),
        Shape::Oss => oss(moment, request, caller),
        Shape::Cdn => cdn(moment, request),
        Shape::Log => log(moment),
        Shape::MnsJson => json!({
            "TopicOwner": ACCOUNT,
            "Message": text,
            "Subscriber": ACCOUNT,
            "PublishTime": moment.epoch_millis(),
            "SubscriptionName": "pics",
            "MessageMD5": md5(request.body()),
            "TopicName": "pics",
            "MessageId": ids::hex(32).to_ascii_uppercase(),
        }),
        Shape::MnsStream => json!({ "body": text, "attrs": { "Extend": "" } }),
        Shape::Cloudevents => json!([cloudevent(moment, &text)]),
        Shape::Cloudevent => cloudevent(moment, &text),
        Shape::Rocketmq => json!([{
            "msgId": ids::hex(32).to_ascii_uppercase(),
            "topic": "pics",
            "props": { "KEYS": "refresh" },
            "body": text,
        }]),
        Shape::Tablestore | Shape::Invoke => Value::Null,
    };
    event.to_string().into_bytes()
}

/// The object that the path names.
fn key(request: &Request<Bytes>) -> String {
    let path = request.uri().path().trim_start_matches('/');
    let key = percent_decode_str(path).decode_utf8_lossy().into_owned();
    if key.is_empty() {
        "cats/7.webp".to_owned()
    } else {
        key
    }
}

/// Upper-case hexadecimal digits.
fn md5(bytes: &[u8]) -> String {
    let digest = Md5::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn oss(moment: Moment, request: &Request<Bytes>, caller: IpAddr) -> Value {
    let body = request.body();
    let size = body.len();
    json!({ "events": [{
        "eventName": "ObjectCreated:PutObject",
        "eventSource": "acs:oss",
        "eventTime": moment.fraction(3),
        "eventVersion": "1.0",
        "oss": {
            "bucket": {
                "arn": format!("acs:oss:{REGION}:{ACCOUNT}:pics"),
                "name": "pics",
                "ownerIdentity": ACCOUNT,
                "virtualBucket": "",
            },
            "object": {
                "deltaSize": size,
                "eTag": md5(body),
                "key": key(request),
                "size": size,
                "objectMeta": {
                    "mimeType": "image/webp",
                    "userMeta": { "x-oss-meta-source": "camera" },
                },
            },
            "ossSchemaVersion": "1.0",
            "ruleId": ids::hex(32),
        },
        "region": REGION,
        "requestParameters": { "sourceIPAddress": caller.to_string() },
        "responseElements": { "requestId": ids::hex(24).to_ascii_uppercase() },
        "userIdentity": { "principalId": ACCOUNT },
    }] })
}

fn cdn(moment: Moment, request: &Request<Bytes>) -> Value {
    let end = moment.epoch();
    json!({ "events": [{
        "eventName": "LogFileCreated",
        "eventSource": "cdn",
        "region": REGION,
        "eventVersion": "1.0.0",
        "eventTime": moment.seconds(),
        "traceId": ids::uuid(),
        "resource": { "domain": "img.example.net" },
        "eventParameter": {
            "domain": "img.example.net",
            "startTime": end.saturating_sub(300),
            "endTime": end,
            "fileSize": request.body().len(),
            "filePath": "https://cdnlog.example.net/img.example.net/2026_07_11_0800.gz",
        },
        "userIdentity": { "aliUid": ACCOUNT },
    }] })
}

fn log(moment: Moment) -> Value {
    json!({
        "parameter": {},
        "source": {
            "endpoint": format!("http://{REGION}-intranet.log.aliyuncs.com"),
            "projectName": "pics",
            "logstoreName": "access",
            "shardId": 0,
            "beginCursor": "MTc4Mw==",
            "endCursor": "MTc4NA==",
        },
        "jobName": ids::hex(40),
        "taskId": ids::uuid(),
        "cursorTime": moment.epoch(),
    })
}

fn cloudevent(moment: Moment, text: &str) -> Value {
    json!({
        "id": ids::uuid(),
        "source": "RDSTEST",
        "specversion": "1.0",
        "type": "mns:Queue:SendMessage",
        "datacontenttype": "application/json; charset=utf-8",
        "subject": format!("acs:mns:{REGION}:{ACCOUNT}:queues/pics"),
        "time": moment.fraction(3),
        "aliyunaccountid": ACCOUNT,
        "aliyunpublishtime": moment.fraction(3),
        "aliyunregionid": REGION,
        "aliyuneventbusname": "default",
        "data": {
            "requestId": ids::uuid(),
            "messageId": ids::hex(32).to_ascii_uppercase(),
            "messageBody": text,
        },
    })
}
