//! The triggers of a deployment.

use serde_json::{Value, json};

use super::parameters::{Parameters, Trigger};
use crate::aliyun_api::call::{Api, LATEST};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::resource::{text, trigger};
use crate::aliyun_api::store::{Item, Shelf as _, Writing, key};

/// A trigger to be made.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) item: Item,
    /// The address of a domain of one's own.
    pub(super) route: Option<Route>,
}

impl Planned {
    /// What stands behind the function in the trigger's address.
    pub(super) fn path<'a>(&self, made: &'a Item) -> &'a str {
        let url = made
            .get("triggerConfig")
            .and_then(|config| config.get("url"));
        url.and_then(Value::as_str).unwrap_or("/")
    }
}

/// A route of a custom domain.
#[derive(Debug)]
pub(super) struct Route {
    url: String,
    domain: String,
    path: String,
    qualifier: String,
}

impl Route {
    /// Adds the route to its domain; gives its address.
    pub(super) fn add(&self, w: &mut Writing<'_>, name: &str) -> Result<String, Refused> {
        let key = key(&["domain", &self.domain]);
        let mut item = w.get(&key)?.unwrap_or_default();
        let routes = item
            .entry("routes")
            .or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(routes) = routes else {
            return Err(Refused::internal("a domain without routes"));
        };
        let path = Some(self.path.as_str());
        if routes
            .iter()
            .any(|route| route.get("path").and_then(Value::as_str) == path)
        {
            let message = format!("'{}' leads to another function already", self.url);
            return Err(Refused::new(409, "DomainNameAlreadyExists", message));
        }
        routes.push(json!({
            "path": self.path, "serviceName": name, "functionName": name,
            "qualifier": self.qualifier,
        }));
        w.put(&key, &item)?;
        Ok(self.url.clone())
    }
}

/// All triggers of a deployment, checked.
pub(super) fn plan(parameters: &Parameters, api: Api) -> Result<Vec<Planned>, Refused> {
    let triggers = parameters.triggers.iter().enumerate();
    triggers
        .map(|(index, trigger)| planned(index, trigger, api))
        .collect()
}

fn planned(index: usize, given: &Trigger, api: Api) -> Result<Planned, Refused> {
    let kind = given.r#type.to_ascii_lowercase();
    let qualifier = given.qualifier.as_deref().unwrap_or(LATEST);
    let mut config = given.config.clone();
    let mut route = None;
    if kind == "http" {
        let absent =
            |config: &Item, member: &str| crate::aliyun_api::schema::find(config, member).is_none();
        if absent(&config, "authType") {
            config.insert("authType".to_owned(), "anonymous".into());
        }
        if absent(&config, "methods") {
            config.insert("methods".to_owned(), json!(["GET", "POST"]));
        }
        let url = config
            .get("url")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if url.starts_with("http://") || url.starts_with("https://") {
            route = Some(own_domain(url, qualifier)?);
            config.remove("url");
        }
    }
    let item = json!({
        "triggerName": given.name.clone().unwrap_or_else(|| format!("{kind}-{index}")),
        "triggerType": kind,
        "triggerConfig": config,
        "qualifier": qualifier,
        "invocationRole": given.role,
        "sourceArn": given.source_arn,
    });
    let none = Item::new();
    let item = trigger::prepare(item.as_object().unwrap_or(&none), api)?;
    debug_assert!(!text(&item, "triggerName").is_empty());
    Ok(Planned { item, route })
}

fn own_domain(url: &str, qualifier: &str) -> Result<Route, Refused> {
    let uri: http::Uri = url
        .parse()
        .map_err(|_| Refused::value("triggers.config.url", "a URL", url))?;
    let domain = uri.host().unwrap_or_default().to_ascii_lowercase();
    Ok(Route {
        url: url.to_owned(),
        domain,
        path: uri.path().to_owned(),
        qualifier: qualifier.to_owned(),
    })
}
