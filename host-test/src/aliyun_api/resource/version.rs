//! Versions: a service and its functions, frozen.

use serde_json::{Value, json};

use super::{Answer, cut, is_2023, need_function, need_service, shown, stamp};
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::{Call, LATEST};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::store::{Item, Shelf, Writing, key};

pub(crate) fn not_found(service: &str, version: &str) -> Refused {
    let name = service.trim_start_matches('$');
    let message = format!("version '{version}' does not exist in '{name}'");
    Refused::new(404, "VersionNotFound", message)
}

/// What a version freezes: the service and its functions, one after another.
fn state(shelf: &impl Shelf, service: &str) -> Result<(Item, Vec<(String, Item)>), Refused> {
    let item = need_service(shelf, service)?;
    let functions = shelf.below(&format!("function/{service}/{LATEST}/"))?;
    Ok((item, functions))
}

pub(crate) fn publish(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    if is_2023(call) {
        need_function(&plane.store.read()?, service, LATEST, call.name("function"))?;
    }
    let given = call.document()?;
    let description = crate::aliyun_api::schema::find(&given, "description");
    let description = description.and_then(Value::as_str).unwrap_or_default();
    let now = plane.clock.text();
    let item = plane.store.write(|w| {
        let (frozen, functions) = state(w, service)?;
        call.check_match(&frozen)?;
        let last = w.get(&key(&["counter", service]))?;
        let last = last
            .and_then(|item| item.get("last")?.as_u64())
            .unwrap_or(0);
        unchanged(w, service, last, &frozen, &functions)?;
        let version = (last + 1).to_string();
        let mut item = Item::new();
        item.insert("versionId".to_owned(), version.as_str().into());
        item.insert("description".to_owned(), description.into());
        stamp(&mut item, None, &now);
        item.insert("_service".to_owned(), Value::Object(frozen));
        w.put(&key(&["version", service, &version]), &item)?;
        for (name, function) in &functions {
            w.put(&key(&["function", service, &version, name]), function)?;
        }
        let counter = json!({ "last": last + 1 });
        w.put(
            &key(&["counter", service]),
            counter.as_object().unwrap_or(&Item::new()),
        )?;
        Ok(item)
    })?;
    Ok(reply::resource(&item, shown(&item), &[]))
}

/// Refuses a version that would be what the last one is.
fn unchanged(
    w: &Writing<'_>,
    service: &str,
    last: u64,
    frozen: &Item,
    functions: &[(String, Item)],
) -> Result<(), Refused> {
    let last = last.to_string();
    let Some(before) = w.get(&key(&["version", service, &last]))? else {
        return Ok(());
    };
    let same = before.get("_service").and_then(Value::as_object) == Some(frozen)
        && w.below(&format!("function/{service}/{last}/"))? == functions;
    if same {
        let message = format!("nothing has changed since version '{last}'");
        return Err(Refused::new(400, "VersionPublishError", message));
    }
    Ok(())
}

pub(crate) fn list(plane: &Plane, call: &Call) -> Answer {
    let (service, _) = call.service();
    let reading = plane.store.read()?;
    need_service(&reading, service)?;
    let mut rows = reading.below(&format!("version/{service}/"))?;
    let number = |name: &str| name.parse::<u64>().unwrap_or(0);
    rows.sort_by_key(|(name, _)| number(name));
    let direction = call.query("direction").unwrap_or("BACKWARD");
    let (versions, next) = match direction {
        "BACKWARD" => {
            rows.reverse();
            cut(call, rows, |name, start| number(name) > number(start))?
        }
        "FORWARD" => cut(call, rows, |name, start| number(name) < number(start))?,
        other => return Err(Refused::value("direction", "BACKWARD | FORWARD", other)),
    };
    let document = json!({ "versions": versions, "nextToken": next, "direction": direction });
    Ok(reply::json(200, &document))
}

pub(crate) fn delete(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let version = call.name("version");
    plane.store.write(|w| {
        need_service(w, service)?;
        if w.remove(&key(&["version", service, version]))?.is_none() {
            return Err(not_found(service, version));
        }
        for (name, _) in w.below(&format!("function/{service}/{version}/"))? {
            w.remove(&key(&["function", service, version, &name]))?;
        }
        Ok(())
    })?;
    Ok(reply::empty(204))
}
