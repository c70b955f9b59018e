//! The events.

use std::net::IpAddr;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{Method, Request};
use serde_json::{Value, json};

use super::{Options, Source};
use crate::gateways::headers::text;
use crate::gateways::ids;
use crate::gateways::messages::messages;
use crate::gateways::scf::APP_ID;
use crate::gateways::times::Moment;

const BUCKET: &str = "pics";

pub(super) fn event(
    options: &Options,
    request: &Request<Bytes>,
    caller: IpAddr,
    request_id: &str,
) -> Vec<u8> {
    let event = match options.source {
        Source::Timer => json!({
            "Type": "Timer",
            "TriggerName": "refresh",
            "Time": Moment::now().seconds(),
            "Message": options.message,
        }),
        Source::Cos => object(request, caller),
        Source::Ckafka => {
            let record = |(number, line): (usize, String)| {
                json!({ "Ckafka": {
                    "topic": "pictures",
                    "partition": 1,
                    "offset": 36 + number,
                    "msgKey": "None",
                    "msgBody": line,
                }})
            };
            records(request, record)
        }
        Source::Cmq => {
            let record = |(_, line): (usize, String)| {
                json!({ "CMQ": {
                    "type": "topic",
                    "topicOwner": APP_ID.to_string(),
                    "topicName": "pictures",
                    "subscriptionName": "edgepick",
                    "publishTime": Moment::now().fraction(3),
                    "msgId": ids::hex(16),
                    "requestId": request_id,
                    "msgBody": line,
                    "msgTag": ["new"],
                }})
            };
            records(request, record)
        }
        Source::Invoke if request.body().is_empty() => json!({}),
        Source::Invoke => return request.body().to_vec(),
    };
    event.to_string().into_bytes()
}

fn records(request: &Request<Bytes>, record: impl Fn((usize, String)) -> Value) -> Value {
    let messages = messages(request.body()).into_iter();
    let records: Vec<Value> = messages.enumerate().map(record).collect();
    json!({ "Records": records })
}

fn object(request: &Request<Bytes>, caller: IpAddr) -> Value {
    let name = request.uri().path();
    let action = match *request.method() {
        Method::DELETE => "ObjectRemove:Delete",
        Method::POST => "ObjectCreated:Post",
        _ => "ObjectCreated:Put",
    };
    let fields = request.headers();
    let content_type = fields.get(CONTENT_TYPE).map_or_else(String::new, text);
    // Of the request's fields the signature is the one to keep out of logs.
    let signature = fields.get(HeaderName::from_static("authorization"));
    json!({ "Records": [{
        "cos": {
            "cosSchemaVersion": "1.0",
            // The platform's own spelling.
            "cosNotificationId": "unkown",
            "cosBucket": {
                "region": "gz",
                "name": BUCKET,
                "appid": APP_ID.to_string(),
            },
            "cosObject": {
                "key": format!("/{APP_ID}/{BUCKET}{name}"),
                "url": format!("http://{BUCKET}-{APP_ID}.cos.ap-guangzhou.myqcloud.com{name}"),
                "vid": "",
                "size": request.body().len(),
                "meta": {
                    "x-cos-request-id": ids::short(),
                    "Content-Type": content_type,
                },
            },
        },
        "event": {
            "eventName": format!("cos:{action}"),
            "eventVersion": "1.0",
            "eventTime": Moment::now().epoch(),
            "eventSource": "qcs::cos",
            "eventQueue": format!("qcs:0:scf:ap-guangzhou:appid/{APP_ID}:default.pics.$DEFAULT"),
            "reqid": 0,
            "reservedInfo": "",
            "requestParameters": {
                "requestSourceIP": caller.to_string(),
                "requestHeaders": {
                    "Authorization": signature.map_or_else(|| "q-sign-algorithm=sha1".to_owned(), text),
                },
            },
        },
    }]})
}
