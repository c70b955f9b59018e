//! Functions.

use serde_json::{Value, json};

use super::code::{self, Code};
use super::{
    Answer, is_2023, lone_service, name_2023, need_function, need_service, page, service, shown,
    stamp, text,
};
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::{Api, Call, LATEST};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::schema::function::{CONTAINER, FUNCTION, check};
use crate::aliyun_api::schema::{complete, find, inert, read};
use crate::aliyun_api::store::{Item, Shelf, Writing, key};

/// `acs:fc:R:A:services/S[.Q]/functions/F`, or without the service.
pub(crate) fn arn(call: &Call, service: &str, function: &str) -> String {
    let start = format!("acs:fc:{}:{}", call.region, call.account);
    if service.starts_with('$') {
        format!("{start}:functions/{function}")
    } else {
        format!("{start}:services/{service}/functions/{function}")
    }
}

/// The function as an interface shows it.
fn view(call: &Call, service: &str, item: &Item) -> Item {
    let mut view = shown(item);
    let layers = item.get("layers").cloned().unwrap_or_default();
    if is_2023(call) {
        let name = text(item, "functionName");
        let layers = layers.as_array().into_iter().flatten();
        let layers: Vec<_> = layers.map(|arn| json!({ "arn": arn, "size": 0 })).collect();
        for (member, value) in [
            ("functionName", Value::from(name_2023(service, name))),
            ("functionArn", arn(call, service, name).into()),
            ("layers", layers.into()),
            ("state", "Active".into()),
            ("lastUpdateStatus", "Successful".into()),
            ("tags", Value::Array(Vec::new())),
        ] {
            view.insert(member.to_owned(), value);
        }
    } else {
        view.insert("layersArnV2".to_owned(), layers);
    }
    view
}

fn answer(call: &Call, service: &str, item: &Item) -> Answer {
    let mut inert = inert(FUNCTION, item, call.api);
    if item.contains_key("code") {
        inert.push("code");
    }
    Ok(reply::resource(item, view(call, service, item), &inert))
}

/// Keeps the code of a function, and says so in its members.
fn put_code(w: &mut Writing<'_>, item: &mut Item, code: Code) -> Result<(), Refused> {
    let (size, sum) = match &code {
        Code::Zip(zip) => {
            item.insert("_code".to_owned(), w.put_code(zip)?.into());
            item.remove("code");
            (zip.len(), code::checksum(zip))
        }
        Code::Remote(place) => {
            item.remove("_code");
            item.insert("code".to_owned(), place.clone());
            (0, String::new())
        }
    };
    item.insert("codeSize".to_owned(), size.into());
    item.insert("codeChecksum".to_owned(), sum.into());
    Ok(())
}

/// Makes a function within a write.
pub(crate) fn make(
    w: &mut Writing<'_>,
    service: &str,
    mut item: Item,
    code: Option<Code>,
    now: &str,
) -> Result<Item, Refused> {
    let name = text(&item, "functionName").to_owned();
    let key = key(&["function", service, LATEST, &name]);
    if w.get(&key)?.is_some() {
        let place = name_2023(service, &name);
        let message = match place.split_once('$') {
            Some(_) => format!("function '{name}' already exists in service '{service}'"),
            None => format!("function '{name}' already exists"),
        };
        return Err(Refused::new(409, "FunctionAlreadyExists", message));
    }
    match code {
        Some(code) => put_code(w, &mut item, code)?,
        None => {
            item.insert("codeSize".to_owned(), 0.into());
            item.insert("codeChecksum".to_owned(), "".into());
        }
    }
    stamp(&mut item, Some("functionId"), now);
    w.put(&key, &item)?;
    Ok(item)
}

/// The members of a new function, checked.
pub(crate) fn members(given: &Item, api: Api) -> Result<Item, Refused> {
    let mut item = read(FUNCTION, given, api)?;
    complete(FUNCTION, &mut item, api)?;
    check(&item)?;
    Ok(item)
}

/// The code of a new function; images have none.
fn code_of(plane: &Plane, item: &Item, given: &Item) -> Result<Option<Code>, Refused> {
    let (runtime, handler) = (text(item, "runtime"), text(item, "handler"));
    match find(given, "code") {
        Some(code) => code::read(code, runtime, handler, &plane.folder).map(Some),
        None if runtime == CONTAINER => Ok(None),
        None => Err(Refused::absent("code")),
    }
}

fn check_sum(call: &Call, code: Option<&Code>) -> Result<(), Refused> {
    match (call.header("x-fc-code-checksum"), code) {
        (Some(wanted), Some(Code::Zip(zip))) if !wanted.is_empty() => {
            let sum = code::checksum(zip);
            if wanted == sum {
                return Ok(());
            }
            Err(Refused::value("codeChecksum", &sum, wanted))
        }
        _ => Ok(()),
    }
}

pub(crate) fn create(plane: &Plane, call: &Call) -> Answer {
    let given = call.document()?;
    let item = members(&given, call.api)?;
    let code = code_of(plane, &item, &given)?;
    check_sum(call, code.as_ref())?;
    let now = plane.clock.text();
    let name = text(&item, "functionName").to_owned();
    let service = if is_2023(call) {
        lone_service(&name)
    } else {
        let service = call.service_to_change()?.to_owned();
        service::same_name(&given, "serviceName", &service)?;
        service
    };
    let item = plane.store.write(|w| {
        if is_2023(call) {
            let own = key(&["service", &service]);
            if w.get(&own)?.is_none() {
                let mut holder = Item::new();
                holder.insert("serviceName".to_owned(), service.as_str().into());
                w.put(&own, &holder)?;
            }
        } else {
            need_service(w, &service)?;
        }
        make(w, &service, item, code, &now)
    })?;
    answer(call, &service, &item)
}

pub(crate) fn get(plane: &Plane, call: &Call) -> Answer {
    let (service, qualifier) = call.service();
    let reading = plane.store.read()?;
    let (item, _) = need_function(&reading, service, qualifier, call.name("function"))?;
    answer(call, service, &item)
}

pub(crate) fn update(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let function = call.name("function");
    let given = call.document()?;
    let mut members = read(FUNCTION, &given, call.api)?;
    members.remove("functionName");
    let item = plane.store.write(|w| {
        let (mut item, _) = need_function(w, service, LATEST, function)?;
        call.check_match(&item)?;
        item.append(&mut members);
        check(&item)?;
        if let Some(code) = find(&given, "code") {
            let (runtime, handler) = (text(&item, "runtime"), text(&item, "handler"));
            let code = code::read(code, runtime, handler, &plane.folder)?;
            check_sum(call, Some(&code))?;
            put_code(w, &mut item, code)?;
        }
        item.insert("lastModifiedTime".to_owned(), plane.clock.text().into());
        w.put(&key(&["function", service, LATEST, function]), &item)?;
        Ok(item)
    })?;
    answer(call, service, &item)
}

/// Removes a function; a service that was its own goes with it.
pub(crate) fn forget(w: &mut Writing<'_>, service: &str, function: &str) -> Result<(), Refused> {
    w.remove(&key(&["function", service, LATEST, function]))?;
    for (rest, _) in w.below(&format!("async/{service}/"))? {
        if rest.ends_with(&format!("/{function}")) {
            w.remove(&format!("async/{service}/{rest}"))?;
        }
    }
    if service.starts_with('$') {
        for kind in ["version", "alias", "function"] {
            for (rest, _) in w.below(&format!("{kind}/{service}/"))? {
                w.remove(&format!("{kind}/{service}/{rest}"))?;
            }
        }
        service::forget(w, service)?;
    }
    Ok(())
}

pub(crate) fn delete(plane: &Plane, call: &Call) -> Answer {
    let service = call.service_to_change()?;
    let function = call.name("function");
    plane.store.write(|w| {
        let (item, _) = need_function(w, service, LATEST, function)?;
        call.check_match(&item)?;
        if !w
            .below(&format!("trigger/{service}/{function}/"))?
            .is_empty()
        {
            let message = format!("function '{function}' has active triggers");
            return Err(Refused::new(409, "FunctionNotEmpty", message));
        }
        forget(w, service, function)
    })?;
    Ok(reply::empty(204))
}

pub(crate) fn list(plane: &Plane, call: &Call) -> Answer {
    let reading = plane.store.read()?;
    if !is_2023(call) {
        let (service, qualifier) = call.service();
        need_service(&reading, service)?;
        let version = super::resolve(&reading, service, qualifier)?;
        let rows = reading.below(&format!("function/{service}/{version}/"))?;
        let view = |(name, item)| (name, view(call, service, &item));
        return page(call, "functions", rows.into_iter().map(view).collect());
    }
    let rows = reading.below("function/")?.into_iter();
    let mut rows: Vec<_> = rows
        .filter_map(|(rest, item)| {
            let mut parts = rest.split('/');
            let (service, version) = (parts.next()?, parts.next()?);
            let name = name_2023(service, text(&item, "functionName"));
            (version == LATEST).then(|| (name, view(call, service, &item)))
        })
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    page(call, "functions", rows)
}

/// Where the code can be fetched from.
pub(crate) fn code(plane: &Plane, call: &Call) -> Answer {
    let (service, qualifier) = call.service();
    let reading = plane.store.read()?;
    let (item, _) = need_function(&reading, service, qualifier, call.name("function"))?;
    let digest = text(&item, "_code");
    if digest.is_empty() {
        return Err(Refused::new(
            404,
            "CodeNotFound",
            "the function's code is not on this machine",
        ));
    }
    let url = format!("{}/emulator/code/{digest}", call.origin);
    let document = json!({ "url": url, "checksum": text(&item, "codeChecksum") });
    Ok(reply::json(200, &document))
}

/// The zip that [`code`] points to.
pub(crate) fn download(plane: &Plane, call: &Call) -> Answer {
    match plane.store.read()?.code(call.name("digest"))? {
        Some(zip) => Ok(reply::typed(200, "application/zip", zip)),
        None => Err(Refused::new(404, "CodeNotFound", "there is no such code")),
    }
}
