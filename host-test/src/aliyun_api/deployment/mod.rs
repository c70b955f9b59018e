//! The deployment endpoint, `POST /v2/{region_id}/deployments`: one call makes
//! a service, its function and its triggers, all of them or none. An article
//! describes it; what it leaves open is decided here.

mod parameters;
mod source;
mod triggers;

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::Plane;
use super::call::{Api, Call};
use super::error::Refused;
use super::reply;
use super::resource::{Answer, code, function, service, text, trigger};
use super::store::{Item, Shelf as _, Writing, key};
use parameters::Parameters;

/// Regions, which may be written without their hyphens.
const REGIONS: &[&str] = &[
    "cn-hangzhou",
    "cn-shanghai",
    "cn-qingdao",
    "cn-beijing",
    "cn-zhangjiakou",
    "cn-huhehaote",
    "cn-wulanchabu",
    "cn-shenzhen",
    "cn-heyuan",
    "cn-guangzhou",
    "cn-chengdu",
    "cn-hongkong",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-7",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "eu-central-1",
    "eu-west-1",
    "us-west-1",
    "us-east-1",
    "me-east-1",
    "me-central-1",
];

fn region(call: &Call) -> Result<&'static str, Refused> {
    let given = call.name("region");
    let plain = given.replace('-', "");
    let mut regions = REGIONS.iter();
    let found = regions.find(|region| region.replace('-', "") == plain);
    found.copied().ok_or_else(|| {
        let message = format!("region '{given}' does not exist");
        Refused::new(404, "RegionNotFound", message)
    })
}

fn not_found(name: &str) -> Refused {
    let message = format!("deployment '{name}' does not exist");
    Refused::new(404, "DeploymentNotFound", message)
}

/// Removes a deployment and, where nobody did so by the other interface, the
/// resources that it made.
fn remove(w: &mut Writing<'_>, name: &str) -> Result<(), Refused> {
    for (domain, mut item) in w.below("domain/")? {
        if let Some(Value::Array(routes)) = item.get_mut("routes") {
            routes.retain(|route| route.get("serviceName").and_then(Value::as_str) != Some(name));
        }
        let empty = item
            .get("routes")
            .and_then(Value::as_array)
            .is_none_or(Vec::is_empty);
        match empty {
            true => drop(w.remove(&key(&["domain", &domain]))?),
            false => w.put(&key(&["domain", &domain]), &item)?,
        }
    }
    for kind in ["trigger", "function", "version", "alias", "async"] {
        for (rest, _) in w.below(&format!("{kind}/{name}/"))? {
            w.remove(&format!("{kind}/{name}/{rest}"))?;
        }
    }
    service::forget(w, name)?;
    w.remove(&key(&["deployment", name]))?;
    Ok(())
}

pub(crate) async fn create(plane: &Arc<Plane>, call: &Call) -> Answer {
    let region = region(call)?;
    let parameters = Parameters::read(&call.document()?)?;
    let Parameters { name, .. } = &parameters;
    if plane
        .store
        .read()?
        .get(&key(&["deployment", name]))?
        .is_some()
    {
        return Err(taken(name));
    }
    let source = source::fetch(plane, &parameters).await?;
    let item = function::members(&parameters.function()?, Api::Deployments)?;
    let service_members = parameters.service();
    let planned = triggers::plan(&parameters, Api::Deployments)?;
    let now = plane.clock.text();
    let code = source.zip.map(code::Code::Zip);
    let document = tokio::task::block_in_place(|| {
        plane.store.write(|w| {
            if w.get(&key(&["deployment", name]))?.is_some() {
                return Err(taken(name));
            }
            service::make(w, &service_members, &now)?;
            let function = function::make(w, name, item, code, &now)?;
            let mut shown = Vec::new();
            for planned in &planned {
                let made = trigger::make(w, name, name, planned.item.clone(), &now)?;
                let kind = text(&made, "triggerType");
                let mut view = json!({ "name": text(&made, "triggerName"), "type": kind });
                if kind == "http" {
                    let url = match &planned.route {
                        Some(route) => route.add(w, name)?,
                        None => {
                            trigger::url(&call.origin, name, name, &made)
                                .trim_end_matches('/')
                                .to_owned()
                                + planned.path(&made)
                        }
                    };
                    if let Some(view) = view.as_object_mut() {
                        view.insert("url".to_owned(), url.into());
                    }
                }
                shown.push(view);
            }
            let id = Uuid::new_v4().simple().to_string();
            let start = format!("acs:fc:{region}:{}", call.account);
            let document = json!({
                "requestId": call.request_id,
                "deploymentId": format!("d-{}", id.get(..8).unwrap_or_default()),
                "name": name,
                "description": parameters.description,
                "regionId": region,
                "status": "Succeeded",
                "codeSource": source.kind,
                "image": source.image,
                "serviceName": name,
                "functionName": name,
                "functionArn": format!("{start}:services/{name}/functions/{name}"),
                "runtime": text(&function, "runtime"),
                "handler": text(&function, "handler"),
                "memory": parameters.memory,
                "timeout": parameters.timeout,
                "codeSize": function.get("codeSize"),
                "codeChecksum": function.get("codeChecksum"),
                "triggers": shown,
                "warnings": parameters.warnings(source.kind),
                "createdTime": now,
            });
            let Value::Object(item) = document else {
                return Err(Refused::internal("a deployment without members"));
            };
            w.put(&key(&["deployment", name]), &item)?;
            Ok(item)
        })
    })?;
    for trigger in timers(plane, name)? {
        plane.announce(&trigger);
    }
    Ok(reply::json(201, &Value::Object(view(plane, document)?)))
}

/// The timers that a deployment made, as they are now.
fn timers(plane: &Plane, name: &str) -> Result<Vec<Item>, Refused> {
    let triggers = plane
        .store
        .read()?
        .below(&format!("trigger/{name}/{name}/"))?;
    let triggers = triggers.into_iter().map(|(_, trigger)| trigger);
    Ok(triggers
        .filter(|trigger| text(trigger, "triggerType") == "timer")
        .collect())
}

/// The deployment with the next firings of its timers.
fn view(plane: &Plane, mut item: Item) -> Result<Item, Refused> {
    let timers = timers(plane, text(&item, "name"))?;
    let shown = item.get_mut("triggers").and_then(Value::as_array_mut);
    for shown in shown.into_iter().flatten() {
        let name = shown.get("name").and_then(Value::as_str);
        let timer = timers
            .iter()
            .find(|timer| name == Some(text(timer, "triggerName")));
        let firings = timer.and_then(|timer| trigger::firings(timer, plane.clock.now()));
        if let (Some(firings), Some(shown)) = (firings, shown.as_object_mut()) {
            shown.insert("nextFirings".to_owned(), firings);
        }
    }
    Ok(item)
}

fn taken(name: &str) -> Refused {
    let message = format!("deployment '{name}' already exists");
    Refused::new(409, "DeploymentAlreadyExists", message)
}

pub(crate) fn list(plane: &Plane, call: &Call) -> Answer {
    let region = region(call)?;
    let items: Vec<_> = plane
        .store
        .read()?
        .below("deployment/")?
        .into_iter()
        .map(|(_, item)| item)
        .filter(|item| text(item, "regionId") == region)
        .map(|item| view(plane, item))
        .collect::<Result<_, _>>()?;
    let document = json!({ "requestId": call.request_id, "deployments": items });
    Ok(reply::json(200, &document))
}

fn need(shelf: &impl super::store::Shelf, call: &Call) -> Result<Item, Refused> {
    let region = region(call)?;
    let name = call.name("deployment");
    let item = shelf.get(&key(&["deployment", name]))?;
    item.filter(|item| text(item, "regionId") == region)
        .ok_or_else(|| not_found(name))
}

pub(crate) fn get(plane: &Plane, call: &Call) -> Answer {
    let item = need(&plane.store.read()?, call)?;
    Ok(reply::json(200, &Value::Object(view(plane, item)?)))
}

pub(crate) fn delete(plane: &Plane, call: &Call) -> Answer {
    let name = call.name("deployment");
    plane.store.write(|w| {
        need(w, call)?;
        remove(w, name)
    })?;
    plane.retime.notify_one();
    Ok(reply::empty(204))
}
