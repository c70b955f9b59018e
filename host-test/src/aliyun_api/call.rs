//! One call of an interface, as its route understood it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::IF_MATCH;
use http::request::Parts;
use serde_json::Value;

use super::error::Refused;
use super::reply::etag;
use super::store::Item;

/// The interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// Services that hold functions, `/2016-08-15`.
    V2016,
    /// Functions alone, `/2023-03-30`.
    V2023,
    /// `/v2/{region_id}/deployments`.
    Deployments,
}

/// The version that stands for the newest state.
pub(crate) const LATEST: &str = "LATEST";

/// A call whose route is known.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) api: Api,
    /// What stands in the path where the route has a name in braces, decoded.
    pub(crate) names: BTreeMap<&'static str, String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
    pub(crate) request_id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    /// `http://HOST`, as the caller reached the emulator.
    pub(crate) origin: String,
}

impl Call {
    /// A name of the path.
    pub(crate) fn name(&self, name: &str) -> &str {
        self.names.get(name).map_or("", String::as_str)
    }

    /// A query item.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let mut items = self.query.iter();
        items
            .find(|item| item.0 == name)
            .map(|item| item.1.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A header field's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The service and what stands behind its dot, else in the query. A
    /// function of 2023-03-30 is alone in a service that only it can name.
    pub(crate) fn service(&self) -> (&str, &str) {
        let (service, qualifier) = match self.name("service").split_once('.') {
            Some((service, qualifier)) => (service, Some(qualifier)),
            None => (self.name("service"), None),
        };
        let qualifier = qualifier.or_else(|| self.query("qualifier"));
        (service, qualifier.unwrap_or(LATEST))
    }

    /// The service of a call that changes it.
    ///
    /// # Errors
    /// When a version or an alias is named: they do not change.
    pub(crate) fn service_to_change(&self) -> Result<&str, Refused> {
        match self.name("service").split_once('.') {
            Some((_, qualifier)) if qualifier != LATEST => Err(Refused::value(
                "qualifier",
                "LATEST, for a change",
                qualifier,
            )),
            Some((service, _)) => Ok(service),
            None => Ok(self.name("service")),
        }
    }

    /// The body as an object; nothing is an empty one.
    ///
    /// # Errors
    /// When it is anything else.
    pub(crate) fn document(&self) -> Result<Item, Refused> {
        if self.body.is_empty() {
            return Ok(Item::new());
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(item)) => Ok(item),
            Ok(_) => Err(Refused::invalid("the request body is not a JSON object")),
            Err(e) => Err(Refused::invalid(format!(
                "the request body is not JSON: {e}"
            ))),
        }
    }

    /// Refuses a change of what the caller has not seen.
    pub(crate) fn check_match(&self, stored: &Item) -> Result<(), Refused> {
        let Some(wanted) = self.head.headers.get(IF_MATCH) else {
            return Ok(());
        };
        let tag = etag(stored);
        let wanted = wanted.to_str().unwrap_or_default().trim();
        if wanted == "*" || wanted.trim_matches('"') == tag {
            return Ok(());
        }
        let message = "the resource being modified has been changed";
        Err(Refused::new(412, "PreconditionFailed", message))
    }
}
