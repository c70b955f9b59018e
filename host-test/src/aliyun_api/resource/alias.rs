//! Aliases: names for versions, with a part of the calls for another one.

use serde_json::Value;

use super::{Answer, need_service, page, shown, stamp, text, version};
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::{Api, Call, LATEST};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::schema::{Kind, Member, Otherwise, complete, read};
use crate::aliyun_api::store::{Item, Shelf, key};

const ALIAS: &[Member] = &[
    Member::new("aliasName", Kind::Name(128), Otherwise::Required),
    Member::new("versionId", Kind::Text(1, 20), Otherwise::Required),
    Member::new("description", Kind::Text(0, 256), Otherwise::Text("")),
    Member::new("additionalVersionWeight", Kind::Free, Otherwise::Object),
];

pub(crate) fn not_found(service: &str, alias: &str) -> Refused {
    let name = service.trim_start_matches('$');
    let message = format!("alias '{alias}' does not exist in '{name}'");
    Refused::new(404, "AliasNotFound", message)
}

/// The version for one call.
pub(super) fn draw(item: &Item) -> String {
    let main = text(item, "versionId");
    let weights = item
        .get("additionalVersionWeight")
        .and_then(Value::as_object);
    let mut left = chance();
    for (version, weight) in weights.into_iter().flatten() {
        left -= weight.as_f64().unwrap_or(0.0);
        if left < 0.0 {
            return version.clone();
        }
    }
    main.to_owned()
}

/// From 0 on, below 1.
fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX)) / (f64::from(u32::MAX) + 1.0)
}

fn check(shelf: &impl Shelf, service: &str, item: &Item) -> Result<(), Refused> {
    let main = text(item, "versionId");
    let exists = |version: &str| match shelf.get(&key(&["version", service, version]))? {
        Some(_) => Ok(()),
        None => Err(version::not_found(service, version)),
    };
    exists(main)?;
    let weights = item.get("additionalVersionWeight");
    let Some(weights) = weights.and_then(Value::as_object) else {
        return Err(Refused::value(
            "additionalVersionWeight",
            "{\"VERSION\": WEIGHT}",
            "",
        ));
    };
    for (other, weight) in weights {
        if other == main {
            let message = "the additional version is the alias' own";
            return Err(Refused::new(
                400,
                "AdditionalVersionContainsMajorVersion",
                message,
            ));
        }
        exists(other)?;
        if !weight
            .as_f64()
            .is_some_and(|weight| (0.0..=1.0).contains(&weight))
        {
            let allowed = "weights from 0 to 1";
            let weight = weight.to_string();
            return Err(Refused::value("additionalVersionWeight", allowed, &weight));
        }
    }
    Ok(())
}

pub(crate) fn create(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let mut item = read(ALIAS, &call.document()?, Api::V2016)?;
    complete(ALIAS, &mut item, Api::V2016)?;
    let name = text(&item, "aliasName").to_owned();
    if name == LATEST {
        return Err(Refused::value("aliasName", "any name but LATEST", &name));
    }
    stamp(&mut item, None, &plane.clock.text());
    plane.store.write(|w| {
        need_service(w, service)?;
        check(w, service, &item)?;
        let key = key(&["alias", service, &name]);
        if w.get(&key)?.is_some() {
            let message = format!("alias '{name}' already exists");
            return Err(Refused::new(409, "AliasAlreadyExists", message));
        }
        w.put(&key, &item)
    })?;
    Ok(reply::resource(&item, shown(&item), &[]))
}

pub(crate) fn get(plane: &Plane, call: &Call) -> Answer {
    let (service, _) = call.service();
    let alias = call.name("alias");
    let reading = plane.store.read()?;
    need_service(&reading, service)?;
    let item = reading.get(&key(&["alias", service, alias]))?;
    let item = item.ok_or_else(|| not_found(service, alias))?;
    Ok(reply::resource(&item, shown(&item), &[]))
}

pub(crate) fn update(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let alias = call.name("alias");
    let mut given = read(ALIAS, &call.document()?, Api::V2016)?;
    given.remove("aliasName");
    let item = plane.store.write(|w| {
        need_service(w, service)?;
        let key = key(&["alias", service, alias]);
        let item = w.get(&key)?;
        let mut item = item.ok_or_else(|| not_found(service, alias))?;
        call.check_match(&item)?;
        item.append(&mut given);
        check(w, service, &item)?;
        item.insert("lastModifiedTime".to_owned(), plane.clock.text().into());
        w.put(&key, &item)?;
        Ok(item)
    })?;
    Ok(reply::resource(&item, shown(&item), &[]))
}

pub(crate) fn delete(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let alias = call.name("alias");
    plane.store.write(|w| {
        need_service(w, service)?;
        let key = key(&["alias", service, alias]);
        let item = w.get(&key)?;
        call.check_match(&item.ok_or_else(|| not_found(service, alias))?)?;
        w.remove(&key)
    })?;
    Ok(reply::empty(204))
}

pub(crate) fn list(plane: &Plane, call: &Call) -> Answer {
    let (service, _) = call.service();
    let reading = plane.store.read()?;
    need_service(&reading, service)?;
    page(
        call,
        "aliases",
        reading.below(&format!("alias/{service}/"))?,
    )
}
