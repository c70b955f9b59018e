//! What happens to calls that nobody waits for.

use serde_json::{Value, json};

use super::{Answer, function, is_2023, name_2023, need_function, page, shown, stamp, text};
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::{Api, Call, LATEST};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::schema::{Kind, Member, Otherwise, complete, read};
use crate::aliyun_api::store::{Item, Shelf as _, key};

const DESTINATION: &[Member] = &[Member::new("destination", Kind::TEXT, Otherwise::Null)];

const DESTINATIONS: &[Member] = &[
    Member::new("onSuccess", Kind::Object(DESTINATION), Otherwise::Members),
    Member::new("onFailure", Kind::Object(DESTINATION), Otherwise::Members),
];

const CONFIG: &[Member] = &[
    Member::new(
        "destinationConfig",
        Kind::Object(DESTINATIONS),
        Otherwise::Members,
    ),
    Member::new(
        "maxAsyncEventAgeInSeconds",
        Kind::whole(1, 2_592_000, 1),
        Otherwise::Null,
    ),
    Member::new(
        "maxAsyncRetryAttempts",
        Kind::whole(0, 8, 1),
        Otherwise::Null,
    ),
    Member::new("statefulInvocation", Kind::Flag, Otherwise::Flag(false)).only(Api::V2016),
    Member::new("asyncTask", Kind::Flag, Otherwise::Flag(false)).only(Api::V2023),
];

fn not_found(function: &str) -> Refused {
    let message = format!("async config of function '{function}' does not exist");
    Refused::new(404, "AsyncConfigNotExists", message)
}

/// A destination is a function or a queue.
fn check(item: &Item) -> Result<(), Refused> {
    for branch in ["onSuccess", "onFailure"] {
        let place = item
            .get("destinationConfig")
            .and_then(|d| d.get(branch)?.get("destination"));
        let Some(arn) = place.and_then(Value::as_str) else {
            continue;
        };
        let function = arn.starts_with("acs:fc:") && arn.contains("functions/");
        let queue = arn.starts_with("acs:mns:") && arn.contains("/queues/");
        if !function && !queue {
            let allowed = "the ARN of a function or of an MNS queue";
            return Err(Refused::value(
                &format!("{branch}.destination"),
                allowed,
                arn,
            ));
        }
    }
    Ok(())
}

fn view(call: &Call, item: &Item) -> Item {
    let mut view = shown(item);
    if is_2023(call) {
        let arn = function::arn(call, text(item, "service"), text(item, "function"));
        view.insert("functionArn".to_owned(), arn.into());
        view.remove("service");
    }
    view
}

pub(crate) fn put(plane: &Plane, call: &Call) -> Answer {
    let (service, qualifier) = call.service();
    let function = call.name("function");
    let mut item = read(CONFIG, &call.document()?, call.api)?;
    complete(CONFIG, &mut item, call.api)?;
    check(&item)?;
    stamp(&mut item, None, &plane.clock.text());
    for (member, value) in [
        ("service", service),
        ("function", function),
        ("qualifier", qualifier),
    ] {
        item.insert(member.to_owned(), value.into());
    }
    plane.store.write(|w| {
        need_function(w, service, qualifier, function)?;
        let key = key(&["async", service, qualifier, function]);
        if let Some(before) = w.get(&key)? {
            let created = before.get("createdTime").cloned().unwrap_or_default();
            item.insert("createdTime".to_owned(), created);
        }
        w.put(&key, &item)
    })?;
    Ok(reply::json(200, &Value::Object(view(call, &item))))
}

pub(crate) fn get(plane: &Plane, call: &Call) -> Answer {
    let (service, qualifier) = call.service();
    let function = call.name("function");
    let reading = plane.store.read()?;
    need_function(&reading, service, qualifier, function)?;
    let item = reading.get(&key(&["async", service, qualifier, function]))?;
    let item = item.ok_or_else(|| not_found(function))?;
    Ok(reply::json(200, &Value::Object(view(call, &item))))
}

pub(crate) fn delete(plane: &Plane, call: &Call) -> Answer {
    let (service, qualifier) = call.service();
    let function = call.name("function");
    plane.store.write(|w| {
        need_function(w, service, qualifier, function)?;
        let removed = w.remove(&key(&["async", service, qualifier, function]))?;
        removed.ok_or_else(|| not_found(function))
    })?;
    Ok(reply::empty(204))
}

/// Those of one function, whatever the qualifier; 2023-03-30 has one list of
/// all, whose query may name a function.
pub(crate) fn list(plane: &Plane, call: &Call) -> Answer {
    let (service, _) = call.service();
    let function = call.name("function");
    let reading = plane.store.read()?;
    let prefix = if service.is_empty() {
        "async/".to_owned()
    } else {
        need_function(&reading, service, LATEST, function)?;
        format!("async/{service}/")
    };
    let named = call.query("functionName");
    let rows = reading.below(&prefix)?.into_iter();
    let rows = rows
        .filter(|(_, item)| {
            let (service, own) = (text(item, "service"), text(item, "function"));
            (function.is_empty() || own == function)
                && named.is_none_or(|named| name_2023(service, own) == named)
        })
        .map(|(name, item)| (name, view(call, &item)));
    page(call, "configs", rows.collect())
}

/// How often a call is tried again, how long it may wait, where its result
/// goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) retries: u64,
    pub(crate) age: i64,
    pub(crate) on_success: Option<String>,
    pub(crate) on_failure: Option<String>,
    pub(crate) stateful: bool,
}

impl Policy {
    /// That of a configuration, or the platform's.
    pub(crate) fn of(item: Option<&Item>) -> Self {
        let none = Item::new();
        let item = item.unwrap_or(&none);
        let number = |member: &str| item.get(member).and_then(Value::as_u64);
        let flag = |member: &str| item.get(member).and_then(Value::as_bool) == Some(true);
        let place = |branch: &str| {
            let config = item.get("destinationConfig")?;
            let place = config.get(branch)?.get("destination")?.as_str()?;
            Some(place.to_owned())
        };
        Self {
            retries: number("maxAsyncRetryAttempts").unwrap_or(3),
            age: number("maxAsyncEventAgeInSeconds")
                .and_then(|age| i64::try_from(age).ok())
                .unwrap_or(86_400),
            on_success: place("onSuccess"),
            on_failure: place("onFailure"),
            stateful: flag("statefulInvocation") || flag("asyncTask"),
        }
    }
}

/// What a destination is sent.
pub(crate) fn report(task: &Item, arn: &str, outcome: &Value, now_ms: i64) -> Value {
    let condition = outcome.get("functionError").cloned().unwrap_or_default();
    let condition = condition.as_str().unwrap_or_default();
    json!({
        "timestamp": now_ms,
        "requestContext": {
            "requestId": text(task, "requestId"),
            "functionArn": arn,
            "condition": condition,
            "approximateInvokeCount": task.get("attempts").cloned().unwrap_or_default(),
        },
        "requestPayload": outcome.get("requestPayload").cloned().unwrap_or_default(),
        "responseContext": { "statusCode": 200, "functionError": condition },
        "responsePayload": outcome.get("responsePayload").cloned().unwrap_or_default(),
    })
}
