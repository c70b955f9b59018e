//! Services, functions, their versions and aliases, triggers: made, read,
//! changed, listed, removed.

pub(crate) mod alias;
pub(crate) mod async_config;
pub(crate) mod code;
pub(crate) mod function;
pub(crate) mod service;
pub(crate) mod trigger;
pub(crate) mod version;

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::{Api, Call, LATEST};
use super::error::Refused;
use super::reply;
use super::store::{Item, Shelf, key};

/// An answer, or why there is none.
pub(crate) type Answer = Result<Response<Bytes>, Refused>;

/// The service in which a function of 2023-03-30 is alone.
pub(crate) fn lone_service(function: &str) -> String {
    format!("${function}")
}

/// A function's name, as 2023-03-30 has it: alone, or behind its service's.
pub(crate) fn name_2023(service: &str, function: &str) -> String {
    if service.starts_with('$') {
        function.to_owned()
    } else {
        format!("{service}${function}")
    }
}

/// The text of a member; nothing when it is no text.
pub(crate) fn text<'a>(item: &'a Item, member: &str) -> &'a str {
    item.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Without the members that are the emulator's own.
pub(crate) fn shown(item: &Item) -> Item {
    let own = item.iter().filter(|member| !member.0.starts_with('_'));
    own.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Gives a new resource its id and times.
fn stamp(item: &mut Item, id: Option<&str>, now: &str) {
    if let Some(id) = id {
        item.insert(id.to_owned(), Uuid::new_v4().to_string().into());
    }
    item.insert("createdTime".to_owned(), now.into());
    item.insert("lastModifiedTime".to_owned(), now.into());
}

fn service_not_found(service: &str) -> Refused {
    let message = format!("service '{service}' does not exist");
    Refused::new(404, "ServiceNotFound", message)
}

fn function_not_found(service: &str, function: &str) -> Refused {
    let place = if service.starts_with('$') {
        String::new()
    } else {
        format!(" in service '{service}'")
    };
    let message = format!("function '{function}' does not exist{place}");
    Refused::new(404, "FunctionNotFound", message)
}

/// The service as it is now.
pub(crate) fn need_service(shelf: &impl Shelf, service: &str) -> Result<Item, Refused> {
    let item = shelf.get(&key(&["service", service]))?;
    item.ok_or_else(|| service_not_found(service))
}

/// The version that a qualifier stands for. An alias with weights draws anew
/// at each call.
pub(crate) fn resolve(
    shelf: &impl Shelf,
    service: &str,
    qualifier: &str,
) -> Result<String, Refused> {
    if qualifier == LATEST {
        return Ok(LATEST.to_owned());
    }
    let version = if qualifier.bytes().all(|b| b.is_ascii_digit()) {
        qualifier.to_owned()
    } else {
        let item = shelf.get(&key(&["alias", service, qualifier]))?;
        let item = item.ok_or_else(|| {
            need_service(shelf, service)
                .err()
                .unwrap_or_else(|| alias::not_found(service, qualifier))
        })?;
        alias::draw(&item)
    };
    match shelf.get(&key(&["version", service, &version]))? {
        Some(_) => Ok(version),
        None => {
            need_service(shelf, service)?;
            Err(version::not_found(service, &version))
        }
    }
}

/// A function as a qualifier has it, and that qualifier's version.
pub(crate) fn need_function(
    shelf: &impl Shelf,
    service: &str,
    qualifier: &str,
    function: &str,
) -> Result<(Item, String), Refused> {
    // A function of 2023-03-30 that is missing has no service either.
    if !service.starts_with('$') {
        need_service(shelf, service)?;
    } else if shelf.get(&key(&["service", service]))?.is_none() {
        return Err(function_not_found(service, function));
    }
    let version = resolve(shelf, service, qualifier)?;
    match shelf.get(&key(&["function", service, &version, function]))? {
        Some(item) => Ok((item, version)),
        None => Err(function_not_found(service, function)),
    }
}

/// A page of a list in the order of its names, as the query asks for it.
fn page(call: &Call, list: &str, rows: Vec<(String, Item)>) -> Answer {
    let (items, next) = cut(call, rows, |name, start| name < start)?;
    Ok(reply::json(200, &json!({ list: items, "nextToken": next })))
}

/// The rows that the query asks for, and the name of the one behind them. Those
/// `before` the one that it starts with are left out.
pub(crate) fn cut(
    call: &Call,
    rows: Vec<(String, Item)>,
    before: impl Fn(&str, &str) -> bool,
) -> Result<(Vec<Value>, String), Refused> {
    let limit = match call.query("limit") {
        None => 20,
        Some(text) => match text.parse() {
            Ok(limit @ 1..=100) => limit,
            _ => return Err(Refused::value("limit", "1 to 100", text)),
        },
    };
    let prefix = call.query("prefix").unwrap_or_default();
    let token = call.query("nextToken");
    let start = token.or_else(|| call.query("startKey"));
    let mut rows = rows
        .into_iter()
        .filter(|(name, _)| name.starts_with(prefix))
        .skip_while(|(name, _)| start.is_some_and(|start| before(name, start)));
    let items: Vec<_> = rows
        .by_ref()
        .take(limit)
        .map(|(_, item)| Value::Object(shown(&item)))
        .collect();
    let next = rows.next().map(|(name, _)| name);
    Ok((items, next.unwrap_or_default()))
}

/// How one interface names things in documents that both have.
fn is_2023(call: &Call) -> bool {
    call.api == Api::V2023
}
