//! Triggers.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, function, is_2023, need_function, page, resolve, shown, stamp, text};
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::{Api, Call, LATEST};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::schedule::Schedule;
use crate::aliyun_api::schema::trigger::{TRIGGER, settle};
use crate::aliyun_api::schema::{complete, inert, read};
use crate::aliyun_api::store::{Item, Shelf, Writing, key};

/// Most triggers of a function.
const MOST: usize = 50;

pub(crate) fn not_found(trigger: &str) -> Refused {
    let message = format!("trigger '{trigger}' does not exist");
    Refused::new(404, "TriggerNotFound", message)
}

/// A new trigger's members, checked.
pub(crate) fn prepare(given: &Item, api: Api) -> Result<Item, Refused> {
    let mut item = read(TRIGGER, given, api)?;
    complete(TRIGGER, &mut item, api)?;
    settle(item, api)
}

/// Makes a trigger within a write.
pub(crate) fn make(
    w: &mut Writing<'_>,
    service: &str,
    function: &str,
    mut item: Item,
    now: &str,
) -> Result<Item, Refused> {
    need_function(w, service, LATEST, function)?;
    check(w, service, function, &item)?;
    let name = text(&item, "triggerName").to_owned();
    let key = key(&["trigger", service, function, &name]);
    if w.get(&key)?.is_some() {
        let message = format!("trigger '{name}' already exists");
        return Err(Refused::new(409, "TriggerAlreadyExists", message));
    }
    if w.below(&format!("trigger/{service}/{function}/"))?.len() >= MOST {
        let message = format!("a function has at most {MOST} triggers");
        return Err(Refused::new(400, "LimitExceededError", message));
    }
    stamp(&mut item, Some("triggerId"), now);
    w.put(&key, &item)?;
    Ok(item)
}

/// The qualifier has to exist; a qualifier has one HTTP trigger.
fn check(shelf: &impl Shelf, service: &str, function: &str, item: &Item) -> Result<(), Refused> {
    let qualifier = text(item, "qualifier");
    resolve(shelf, service, qualifier)?;
    if text(item, "triggerType") != "http" {
        return Ok(());
    }
    let others = shelf.below(&format!("trigger/{service}/{function}/"))?;
    let taken = others.iter().any(|(name, other)| {
        name != text(item, "triggerName")
            && text(other, "triggerType") == "http"
            && text(other, "qualifier") == qualifier
    });
    if taken {
        let message = format!("'{function}' has an http trigger for '{qualifier}' already");
        return Err(Refused::new(409, "TriggerAlreadyExists", message));
    }
    Ok(())
}

/// The address of an HTTP trigger.
pub(crate) fn url(origin: &str, service: &str, function: &str, item: &Item) -> String {
    let qualifier = match text(item, "qualifier") {
        LATEST => String::new(),
        other => format!(".{other}"),
    };
    match service.strip_prefix('$') {
        Some(_) => format!("{origin}/2023-03-30/proxy/{function}{qualifier}/"),
        None => format!("{origin}/2016-08-15/proxy/{service}{qualifier}/{function}/"),
    }
}

/// The trigger as an interface shows it, with what it will do.
fn view(plane: &Plane, call: &Call, service: &str, function: &str, item: &Item) -> Item {
    let mut view = shown(item);
    match text(item, "triggerType") {
        "http" => {
            let url = url(&call.origin, service, function, item);
            let id: String = text(item, "triggerId").chars().take(8).collect();
            let name = function.to_ascii_lowercase().replace('_', "-");
            let links = json!({ "urlInternet": url, "urlIntranet": url });
            view.insert("domainName".to_owned(), format!("{name}-{id}").into());
            if is_2023(call) {
                view.insert("httpTrigger".to_owned(), links);
            } else if let Value::Object(mut links) = links {
                view.append(&mut links);
            }
        }
        "timer" => {
            if let Some(firings) = firings(item, plane.clock.now()) {
                view.insert("nextFirings".to_owned(), firings);
            }
        }
        _ => {}
    }
    if is_2023(call) {
        let config = item.get("triggerConfig").map(Value::to_string);
        view.insert(
            "triggerConfig".to_owned(),
            config.unwrap_or_default().into(),
        );
        let arn = function::arn(call, service, function);
        view.insert("targetArn".to_owned(), arn.into());
        view.insert("status".to_owned(), "".into());
    }
    view
}

/// The next three firings of a timer; none while it is not enabled.
pub(crate) fn firings(item: &Item, now: Timestamp) -> Option<Value> {
    let config = item.get("triggerConfig")?;
    if config.get("enable").and_then(Value::as_bool) == Some(false) {
        return Some(json!([]));
    }
    let schedule = Schedule::parse(config.get("cronExpression")?.as_str()?).ok()?;
    let since = text(item, "lastModifiedTime").parse().unwrap_or(now);
    Some(schedule.next_three(now, since))
}

fn answer(plane: &Plane, call: &Call, service: &str, item: &Item) -> Answer {
    let inert = inert(TRIGGER, item, call.api);
    let view = view(plane, call, service, call.name("function"), item);
    Ok(reply::resource(item, view, &inert))
}

pub(crate) fn create(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let function = call.name("function");
    let given = call.document()?;
    super::service::same_name(&given, "serviceName", service)?;
    super::service::same_name(&given, "functionName", function)?;
    let item = prepare(&given, call.api)?;
    let now = plane.clock.text();
    let item = plane
        .store
        .write(|w| make(w, service, function, item, &now))?;
    plane.announce(&item);
    answer(plane, call, service, &item)
}

fn need(shelf: &impl Shelf, service: &str, call: &Call) -> Result<Item, Refused> {
    let (function, trigger) = (call.name("function"), call.name("trigger"));
    need_function(shelf, service, LATEST, function)?;
    let item = shelf.get(&key(&["trigger", service, function, trigger]))?;
    item.ok_or_else(|| not_found(trigger))
}

pub(crate) fn get(plane: &Plane, call: &Call) -> Answer {
    let (service, _) = call.service();
    let item = need(&plane.store.read()?, service, call)?;
    answer(plane, call, service, &item)
}

pub(crate) fn update(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let (function, trigger) = (call.name("function"), call.name("trigger"));
    let mut given = read(TRIGGER, &call.document()?, call.api)?;
    given.retain(|member, _| {
        [
            "triggerConfig",
            "invocationRole",
            "qualifier",
            "description",
        ]
        .contains(&member.as_str())
    });
    let item = plane.store.write(|w| {
        let mut item = need(w, service, call)?;
        call.check_match(&item)?;
        item.append(&mut given);
        let mut item = settle(item, call.api)?;
        check(w, service, function, &item)?;
        item.insert("lastModifiedTime".to_owned(), plane.clock.text().into());
        w.put(&key(&["trigger", service, function, trigger]), &item)?;
        Ok(item)
    })?;
    plane.announce(&item);
    answer(plane, call, service, &item)
}

pub(crate) fn delete(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let (function, trigger) = (call.name("function"), call.name("trigger"));
    plane.store.write(|w| {
        call.check_match(&need(w, service, call)?)?;
        w.remove(&key(&["trigger", service, function, trigger]))
    })?;
    plane.retime.notify_one();
    Ok(reply::empty(204))
}

pub(crate) fn list(plane: &Plane, call: &Call) -> Answer {
    let (service, _) = call.service();
    let function = call.name("function");
    let reading = plane.store.read()?;
    need_function(&reading, service, LATEST, function)?;
    let rows = reading.below(&format!("trigger/{service}/{function}/"))?;
    let view = |(name, item)| (name, view(plane, call, service, function, &item));
    page(call, "triggers", rows.into_iter().map(view).collect())
}
