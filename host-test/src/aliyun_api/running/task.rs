//! Calls that nobody waits for: taken on, shown, stopped.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use serde_json::{Value, json};

use super::function::Function;
use super::queue::note;
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::{Api, Call};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::resource::async_config::Policy;
use crate::aliyun_api::resource::{Answer, cut, name_2023, need_function, shown, text};
use crate::aliyun_api::store::{Item, Shelf, Writing, key};

/// The fields by which a caller names its task, old and new.
const NAMES: [&str; 2] = ["x-fc-stateful-async-invocation-id", "x-fc-async-task-id"];

/// What a task is to do, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Order<'a> {
    pub(crate) service: &'a str,
    pub(crate) function: &'a str,
    pub(crate) qualifier: &'a str,
    pub(crate) id: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) stateful: bool,
    pub(crate) event: &'a [u8],
    /// The request, where it came by an HTTP trigger.
    pub(crate) http: Value,
}

/// Where a task waits, and where it is shown once it is done.
pub(crate) fn places(service: &str, function: &str, id: &str) -> [String; 2] {
    [
        key(&["queue", service, function, id]),
        key(&["done", service, function, id]),
    ]
}

/// Writes a task down, due at this millisecond. Gives its key.
pub(crate) fn put(w: &mut Writing<'_>, order: &Order<'_>, now: i64) -> Result<String, Refused> {
    let [queued, done] = places(order.service, order.function, order.id);
    if w.get(&queued)?.is_some() || w.get(&done)?.is_some() {
        let message = format!("async invocation '{}' already exists", order.id);
        return Err(Refused::new(
            409,
            "StatefulAsyncInvocationAlreadyExists",
            message,
        ));
    }
    let task = json!({
        "serviceName": order.service,
        "functionName": order.function,
        "qualifier": order.qualifier,
        "invocationId": order.id,
        "requestId": order.request_id,
        "status": "Enqueued",
        "startedTime": null,
        "endTime": null,
        "durationMs": 0,
        "destinationStatus": "",
        "invocationErrorMessage": "",
        "invocationPayload": String::from_utf8_lossy(order.event),
        "returnPayload": "",
        "alreadyRetriedTimes": 0,
        "events": [{ "eventId": 1, "eventType": "Enqueued", "timestamp": now }],
        "attempts": 0,
        "_event": STANDARD.encode(order.event),
        "_http": order.http,
        "_stateful": order.stateful,
        "_created": now,
        "_due": now,
    });
    if let Value::Object(task) = task {
        w.put(&queued, &task)?;
    }
    Ok(queued)
}

fn is_task_name(name: &str) -> bool {
    crate::aliyun_api::schema::is_name(name, 128)
}

/// Takes on an event.
pub(super) async fn accept(plane: &Arc<Plane>, call: &Call, function: &Function) -> Answer {
    let named = NAMES.iter().find_map(|name| call.header(name));
    if let Some(name) = named.filter(|name| !is_task_name(name)) {
        let allowed = "1 to 128 letters, digits, underscores and hyphens";
        return Err(Refused::value("StatefulAsyncInvocationId", allowed, name));
    }
    let enabled = call.header("x-fc-stateful-async-invocation-enable") == Some("true");
    let stateful = enabled || named.is_some() || policy(&plane.store.read()?, function)?.stateful;
    let order = Order {
        service: &function.service,
        function: &function.name,
        qualifier: &function.qualifier,
        id: named.unwrap_or(&call.request_id),
        request_id: &call.request_id,
        stateful,
        event: &call.body,
        http: Value::Null,
    };
    let shown = stateful.then_some((call.api, order.id));
    take_on(plane, &order, shown)
}

/// Takes on a request that came by an HTTP trigger.
pub(super) async fn accept_http(
    plane: &Arc<Plane>,
    function: &Function,
    request: Request<Bytes>,
    base: &str,
    request_id: &str,
) -> Answer {
    let headers = request.headers().iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let http = json!({
        "method": request.method().as_str(),
        "target": request.uri().to_string(),
        "headers": headers,
        "base": base,
    });
    let order = Order {
        service: &function.service,
        function: &function.name,
        qualifier: &function.qualifier,
        id: request_id,
        request_id,
        stateful: false,
        event: request.body(),
        http,
    };
    take_on(plane, &order, None)
}

/// The request that was kept with a task.
pub(super) fn request_of(http: &Value, event: Bytes) -> Option<(Request<Bytes>, String)> {
    let member = |name: &str| http.get(name)?.as_str();
    let mut request = Request::new(event);
    *request.method_mut() = member("method")?.parse().ok()?;
    *request.uri_mut() = member("target")?.parse().ok()?;
    let fields: Vec<(String, String)> =
        serde_json::from_value(http.get("headers")?.clone()).ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    *request.headers_mut() = headers;
    Some((request, member("base")?.to_owned()))
}

/// Answers only when the disk has the task.
fn take_on(plane: &Plane, order: &Order<'_>, shown: Option<(Api, &str)>) -> Answer {
    let now = plane.clock.now().as_millisecond();
    let key = tokio::task::block_in_place(|| plane.store.write(|w| put(w, order, now)))?;
    plane.queue.add(now, key);
    let mut response: Response<Bytes> = reply::empty(202);
    if let Some((api, id)) = shown
        && let Ok(value) = HeaderValue::try_from(id)
    {
        let name = match api {
            Api::V2023 => "x-fc-async-task-id",
            _ => "x-fc-stateful-async-invocation-id",
        };
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    Ok(response)
}

/// What is configured for a function as this qualifier has it.
pub(super) fn policy(shelf: &impl Shelf, function: &Function) -> Result<Policy, Refused> {
    let Function {
        service,
        qualifier,
        name,
        ..
    } = function;
    let config = shelf.get(&key(&["async", service, qualifier, name]))?;
    Ok(Policy::of(config.as_ref()))
}

/// The task as an interface shows it.
pub(crate) fn view(api: Api, task: &Item) -> Item {
    let mut view = shown(task);
    if api == Api::V2023 {
        let (service, name) = (text(task, "serviceName"), text(task, "functionName"));
        view.insert("functionName".to_owned(), name_2023(service, name).into());
        view.remove("serviceName");
        for (old, new) in [
            ("invocationId", "taskId"),
            ("invocationPayload", "taskPayload"),
            ("invocationErrorMessage", "taskErrorMessage"),
        ] {
            if let Some(value) = view.remove(old) {
                view.insert(new.to_owned(), value);
            }
        }
    }
    view
}

/// All tasks below a prefix, by id; what is done and what is not.
pub(crate) fn all(shelf: &impl Shelf, below: &str) -> Result<BTreeMap<String, Item>, Refused> {
    let mut tasks = BTreeMap::new();
    for kind in ["done", "queue"] {
        for (_, task) in shelf.below(&format!("{kind}/{below}"))? {
            tasks.insert(text(&task, "invocationId").to_owned(), task);
        }
    }
    Ok(tasks)
}

pub(crate) fn list(plane: &Plane, call: &Call) -> Answer {
    let (service, qualifier) = call.service();
    let function = call.name("function");
    let reading = plane.store.read()?;
    need_function(&reading, service, qualifier, function)?;
    let status = call.query("status");
    let prefix = call.query("invocationIdPrefix").unwrap_or_default();
    let moment = |name: &str| match call.query(name).map(str::parse::<i64>) {
        None => Ok(None),
        Some(Ok(moment)) => Ok(Some(moment)),
        Some(Err(_)) => {
            let given = call.query(name).unwrap_or_default();
            Err(Refused::value(name, "milliseconds since 1970", given))
        }
    };
    let (begin, end) = (moment("startedTimeBegin")?, moment("startedTimeEnd")?);
    let started = |task: &Item| task.get("startedTime").and_then(Value::as_i64);
    let wanted = |task: &Item| {
        task.get("_stateful").and_then(Value::as_bool) == Some(true)
            && status.is_none_or(|status| text(task, "status") == status)
            && text(task, "invocationId").starts_with(prefix)
            && begin.is_none_or(|begin| started(task).is_some_and(|at| at >= begin))
            && end.is_none_or(|end| started(task).is_some_and(|at| at <= end))
    };
    let mut tasks: Vec<_> = all(&reading, &format!("{service}/{function}/"))?
        .into_iter()
        .filter(|(_, task)| wanted(task))
        .collect();
    match call.query("sortOrderByTime") {
        None => {}
        Some("asc") => tasks.sort_by_key(|(_, task)| started(task)),
        Some("desc") => tasks.sort_by_key(|(_, task)| std::cmp::Reverse(started(task))),
        Some(other) => return Err(Refused::value("sortOrderByTime", "asc | desc", other)),
    }
    let payloads = call.query("includePayload") == Some("true");
    let tasks = tasks.into_iter().map(|(id, mut task)| {
        if !payloads {
            task.remove("invocationPayload");
        }
        (id, view(call.api, &task))
    });
    // Whatever their order, a page begins with the task that the token names.
    let (tasks, next) = cut(call, tasks.collect(), |id, start| id != start)?;
    let name = match call.api {
        Api::V2023 => "tasks",
        _ => "invocations",
    };
    let tasks = match tasks.is_empty() {
        true => Value::Null,
        false => Value::Array(tasks),
    };
    let document = json!({ name: tasks, "nextToken": next });
    Ok(reply::json(200, &document))
}

fn not_found(id: &str) -> Refused {
    let message = format!("async invocation '{id}' does not exist");
    Refused::new(404, "StatefulAsyncInvocationNotFound", message)
}

pub(crate) fn get(plane: &Plane, call: &Call) -> Answer {
    let (service, _) = call.service();
    let (function, id) = (call.name("function"), call.name("task"));
    let reading = plane.store.read()?;
    let [queued, done] = places(service, function, id);
    let task = match reading.get(&queued)? {
        Some(task) => Some(task),
        None => reading.get(&done)?,
    };
    let task = task.ok_or_else(|| not_found(id))?;
    Ok(reply::json(200, &Value::Object(view(call.api, &task))))
}

/// What waits is stopped at once; what runs is not tried again.
pub(crate) fn stop(plane: &Plane, call: &Call) -> Answer {
    let (service, _) = call.service();
    let (function, id) = (call.name("function"), call.name("task"));
    let [queued, done] = places(service, function, id);
    plane.store.write(|w| {
        let Some(mut task) = w.get(&queued)? else {
            return match w.get(&done)? {
                Some(task) => Err(Refused::invalid(format!(
                    "async invocation '{id}' is {} and cannot be stopped",
                    text(&task, "status")
                ))),
                None => Err(not_found(id)),
            };
        };
        let now = plane.clock.now().as_millisecond();
        if ["Running", "Stopping"].contains(&text(&task, "status")) {
            note(&mut task, "Stopping", now);
            return w.put(&queued, &task);
        }
        note(&mut task, "Stopped", now);
        task.insert("endTime".to_owned(), now.into());
        w.remove(&queued)?;
        w.put(&done, &task)
    })?;
    Ok(reply::empty(if call.api == Api::V2023 { 204 } else { 200 }))
}
