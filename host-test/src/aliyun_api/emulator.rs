//! The emulator's own calls, below `/emulator/`: its clock, what became of
//! calls that nobody waited for, and events of sources that are not here.

use bytes::Bytes;
use http::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Plane;
use super::call::{Api, Call, LATEST};
use super::error::Refused;
use super::resource::{Answer, need_function, text};
use super::running::task::{self, Order, put};
use super::store::{Shelf as _, key};
use super::{clock, reply};

pub(crate) fn clock(plane: &Plane, _: &Call) -> Answer {
    Ok(reply::json(200, &json!({ "now": plane.clock.text() })))
}

/// Moves the clock on, by `{"seconds": N}` or to `{"to": "2026-01-31T09:00:00Z"}`.
/// From then on it stands still.
pub(crate) fn set_clock(plane: &Plane, call: &Call) -> Answer {
    let given = call.document()?;
    let to = given.get("to").and_then(Value::as_str);
    let moment = match (to, given.get("seconds").and_then(Value::as_i64)) {
        (Some(to), None) => to.parse::<Timestamp>().ok(),
        (None, Some(seconds)) => plane
            .clock
            .now()
            .checked_add(SignedDuration::from_secs(seconds))
            .ok(),
        _ => None,
    };
    let Some(moment) = moment.filter(|moment| *moment >= plane.clock.now()) else {
        let message = "accepted: {\"seconds\": 60} or {\"to\": \"2026-01-31T09:00:00Z\"}, not back";
        return Err(Refused::invalid(message));
    };
    plane.clock.set(moment);
    clock(plane, call)
}

/// Every call that nobody waited for, what came of it and where that went; and
/// what was sent to queues.
pub(crate) fn results(plane: &Plane, _: &Call) -> Answer {
    let reading = plane.store.read()?;
    let tasks: Vec<_> = task::all(&reading, "")?
        .into_values()
        .map(|item| task::view(Api::V2016, &item))
        .collect();
    let messages: Vec<_> = reading
        .below("message/")?
        .into_iter()
        .map(|(_, m)| m)
        .collect();
    let document = json!({ "invocations": tasks, "messages": messages });
    Ok(reply::json(200, &document))
}

/// Fires a trigger whose source is not here, with the body as its event.
pub(crate) fn fire(plane: &Plane, call: &Call) -> Answer {
    let (service, function) = (call.name("service"), call.name("function"));
    let name = call.name("trigger");
    let trigger = plane
        .store
        .read()?
        .get(&key(&["trigger", service, function, name]))?;
    let trigger = trigger.ok_or_else(|| super::resource::trigger::not_found(name))?;
    if text(&trigger, "triggerType") == "http" {
        let message = "an http trigger is fired by a request to its URL";
        return Err(Refused::invalid(message));
    }
    let event = match call.body.is_empty() {
        true => sample(plane, &trigger),
        false => call.body.clone(),
    };
    let id = Uuid::new_v4().to_string();
    let order = Order {
        service,
        function,
        qualifier: text(&trigger, "qualifier"),
        id: &id,
        request_id: &id,
        stateful: false,
        event: &event,
        http: Value::Null,
    };
    let now = plane.clock.now().as_millisecond();
    let queued = plane.store.write(|w| {
        need_function(w, service, LATEST, function)?;
        put(w, &order, now)
    })?;
    plane.queue.add(now, queued);
    let mut response: Response<Bytes> = reply::json(202, &json!({ "invocationId": id }));
    response.headers_mut().remove("etag");
    Ok(response)
}

/// An event of the trigger's type, where the caller gives none.
fn sample(plane: &Plane, trigger: &super::store::Item) -> Bytes {
    let (region, account) = (&plane.options.region, &plane.options.account);
    let now = plane.clock.now();
    let arn = text(trigger, "sourceArn");
    let last = arn.rsplit([':', '/']).next().unwrap_or_default();
    let event = match text(trigger, "triggerType") {
        "timer" => json!({
            "triggerTime": clock::text(now),
            "triggerName": text(trigger, "triggerName"),
            "payload": trigger
                .get("triggerConfig")
                .and_then(|config| config.get("payload"))
                .cloned()
                .unwrap_or_default(),
        }),
        "oss" => json!({ "events": [{
            "eventName": "ObjectCreated:PutObject",
            "eventSource": "acs:oss",
            "eventTime": now.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
            "eventVersion": "1.0",
            "oss": {
                "bucket": {
                    "arn": arn, "name": last, "ownerIdentity": account, "virtualBucket": "",
                },
                "object": {
                    "deltaSize": 1, "eTag": "0123456789ABCDEF0123456789ABCDEF",
                    "key": "cats/7.webp", "size": 1,
                },
                "ossSchemaVersion": "1.0",
                "ruleId": text(trigger, "triggerId"),
            },
            "region": region,
            "requestParameters": { "sourceIPAddress": "203.0.113.9" },
            "responseElements": { "requestId": Uuid::new_v4().simple().to_string() },
            "userIdentity": { "principalId": account },
        }] }),
        "log" => json!({
            "parameter": trigger
                .get("triggerConfig")
                .and_then(|config| config.get("functionParameter"))
                .cloned()
                .unwrap_or_default(),
            "source": {
                "endpoint": format!("http://{region}-intranet.log.aliyuncs.com"),
                "projectName": last,
                "logstoreName": trigger
                    .get("triggerConfig")
                    .and_then(|config| config.get("sourceConfig")?.get("logstore"))
                    .cloned()
                    .unwrap_or_default(),
                "shardId": 0, "beginCursor": "MTc4Mw==", "endCursor": "MTc4NA==",
            },
            "jobName": text(trigger, "triggerId"),
            "taskId": Uuid::new_v4().to_string(),
            "cursorTime": now.as_second(),
        }),
        "tablestore" => return rows(now),
        _ => json!({}),
    };
    Bytes::from(event.to_string())
}

/// Tablestore's event is CBOR.
fn rows(now: Timestamp) -> Bytes {
    let rows = json!({
        "Version": "Sync-v1",
        "Records": [{
            "Type": "PutRow",
            "Info": { "Timestamp": now.as_microsecond() },
            "PrimaryKey": [{ "ColumnName": "path", "Value": "cats/7.webp" }],
            "Columns": [{
                "Type": "Put", "ColumnName": "size", "Value": 1,
                "Timestamp": now.as_millisecond(),
            }],
        }],
    });
    let mut bytes = Vec::new();
    // Memory takes whatever is written.
    let _ = ciborium::into_writer(&rows, &mut bytes);
    Bytes::from(bytes)
}
