//! Services.

use serde_json::Value;

use super::{Answer, need_service, page, resolve, shown, stamp};
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::{Api, Call, LATEST};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::schema::service::{SERVICE, check};
use crate::aliyun_api::schema::{complete, find, inert, read};
use crate::aliyun_api::store::{Item, Shelf as _, Writing, key};

fn answer(item: &Item) -> Answer {
    let inert = inert(SERVICE, item, Api::V2016);
    Ok(reply::resource(item, shown(item), &inert))
}

/// Makes a service within a write.
pub(crate) fn make(w: &mut Writing<'_>, given: &Item, now: &str) -> Result<Item, Refused> {
    let mut item = read(SERVICE, given, Api::V2016)?;
    complete(SERVICE, &mut item, Api::V2016)?;
    check(&item)?;
    let name = super::text(&item, "serviceName").to_owned();
    let key = key(&["service", &name]);
    if w.get(&key)?.is_some() {
        let message = format!("service '{name}' already exists");
        return Err(Refused::new(409, "ServiceAlreadyExists", message));
    }
    stamp(&mut item, Some("serviceId"), now);
    w.put(&key, &item)?;
    Ok(item)
}

pub(crate) fn create(plane: &Plane, call: &Call) -> Answer {
    let given = call.document()?;
    let now = plane.clock.text();
    let item = plane.store.write(|w| make(w, &given, &now))?;
    answer(&item)
}

pub(crate) fn get(plane: &Plane, call: &Call) -> Answer {
    let (service, qualifier) = call.service();
    let reading = plane.store.read()?;
    let current = need_service(&reading, service)?;
    match resolve(&reading, service, qualifier)?.as_str() {
        LATEST => answer(&current),
        version => {
            let snapshot = reading.get(&key(&["version", service, version]))?;
            let snapshot = snapshot.as_ref().and_then(|item| item.get("_service"));
            let frozen = snapshot.and_then(Value::as_object);
            answer(frozen.unwrap_or(&current))
        }
    }
}

pub(crate) fn update(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let mut given = read(SERVICE, &call.document()?, Api::V2016)?;
    given.remove("serviceName");
    let item = plane.store.write(|w| {
        let mut item = need_service(w, service)?;
        call.check_match(&item)?;
        item.append(&mut given);
        check(&item)?;
        item.insert("lastModifiedTime".to_owned(), plane.clock.text().into());
        w.put(&key(&["service", service]), &item)?;
        Ok(item)
    })?;
    answer(&item)
}

/// Removes a service and all it counts by.
pub(crate) fn forget(w: &mut Writing<'_>, service: &str) -> Result<(), Refused> {
    w.remove(&key(&["service", service]))?;
    w.remove(&key(&["counter", service]))?;
    Ok(())
}

pub(crate) fn delete(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    plane.store.write(|w| {
        let item = need_service(w, service)?;
        call.check_match(&item)?;
        for (kind, word) in [
            ("function", "functions"),
            ("version", "versions"),
            ("alias", "aliases"),
        ] {
            if !w.below(&format!("{kind}/{service}/"))?.is_empty() {
                let message = format!("service '{service}' still has {word}");
                return Err(Refused::new(409, "ServiceNotEmpty", message));
            }
        }
        forget(w, service)
    })?;
    Ok(reply::empty(204))
}

pub(crate) fn list(plane: &Plane, call: &Call) -> Answer {
    let mut rows = plane.store.read()?.below("service/")?;
    rows.retain(|(name, _)| !name.starts_with('$'));
    page(call, "services", rows)
}

/// The body's `serviceName` has to be the path's, where it is there.
pub(super) fn same_name(given: &Item, member: &str, name: &str) -> Result<(), Refused> {
    match find(given, member).and_then(Value::as_str) {
        Some(other) if other != name => Err(Refused::value(member, name, other)),
        _ => Ok(()),
    }
}
