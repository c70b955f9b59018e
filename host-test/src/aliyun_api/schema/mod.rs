//! Members of resources: a table each, and the one reader of all tables.
//!
//! Names are found whatever their case, `null` is the same as absent, unknown
//! members are passed over: so the interface takes them.

pub(crate) mod function;
mod kind;
pub(crate) mod service;
pub(crate) mod trigger;

use serde_json::Value;

use super::call::Api;
use super::error::Refused;
use super::store::Item;

pub(crate) use kind::{Kind, is_name};

/// A member.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    otherwise: Otherwise,
    inert: bool,
    only: Option<Api>,
}

/// What a resource has where its maker says nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Otherwise {
    /// It is refused.
    Required,
    /// Nothing, not even the name.
    Nothing,
    Null,
    Text(&'static str),
    Whole(i64),
    Flag(bool),
    List,
    Object,
    /// What the members of its members are otherwise.
    Members,
}

impl Member {
    pub(crate) const fn new(name: &'static str, kind: Kind, otherwise: Otherwise) -> Self {
        Self {
            name,
            kind,
            otherwise,
            inert: false,
            only: None,
        }
    }

    /// Kept and returned; nothing on this machine acts by it.
    pub(crate) const fn inert(mut self) -> Self {
        self.inert = true;
        self
    }

    /// Known to one interface only.
    pub(crate) const fn only(mut self, api: Api) -> Self {
        self.only = Some(api);
        self
    }

    fn known_to(&self, api: Api) -> bool {
        // The deployment endpoint makes what 2016-08-15 then shows.
        let api = match api {
            Api::Deployments => Api::V2016,
            known => known,
        };
        self.only.is_none_or(|only| only == api)
    }

    fn default(&self, api: Api) -> Result<Option<Value>, Refused> {
        Ok(Some(match self.otherwise {
            Otherwise::Required => return Err(Refused::absent(self.name)),
            Otherwise::Nothing => return Ok(None),
            Otherwise::Null => Value::Null,
            Otherwise::Text(text) => text.into(),
            Otherwise::Whole(number) => number.into(),
            Otherwise::Flag(flag) => flag.into(),
            Otherwise::List => Value::Array(Vec::new()),
            Otherwise::Object => Value::Object(Item::new()),
            Otherwise::Members => {
                let mut item = Item::new();
                if let Kind::Object(members) = self.kind {
                    complete(members, &mut item, api)?;
                }
                Value::Object(item)
            }
        }))
    }
}

/// The member of this name, whatever its case; `null` is absent.
pub(crate) fn find<'a>(given: &'a Item, name: &str) -> Option<&'a Value> {
    let exact = given.get(name);
    let found = exact.or_else(|| {
        let mut members = given.iter();
        let same = members.find(|member| member.0.eq_ignore_ascii_case(name));
        same.map(|member| member.1)
    });
    found.filter(|value| !value.is_null())
}

/// What is given of a table's members, checked, under the table's names.
pub(crate) fn read(members: &[Member], given: &Item, api: Api) -> Result<Item, Refused> {
    let mut item = Item::new();
    for member in members.iter().filter(|member| member.known_to(api)) {
        if let Some(value) = find(given, member.name) {
            let value = member.kind.check(member.name, value, api)?;
            item.insert(member.name.to_owned(), value);
        }
    }
    Ok(item)
}

/// Adds what was not given.
pub(crate) fn complete(members: &[Member], item: &mut Item, api: Api) -> Result<(), Refused> {
    for member in members.iter().filter(|member| member.known_to(api)) {
        if !item.contains_key(member.name)
            && let Some(value) = member.default(api)?
        {
            item.insert(member.name.to_owned(), value);
        }
    }
    Ok(())
}

/// The members that are set to something and that nothing acts by.
pub(crate) fn inert(members: &[Member], item: &Item, api: Api) -> Vec<&'static str> {
    let set = |member: &&Member| {
        item.get(member.name).is_some_and(|value| {
            let default = member.default(api).ok().flatten();
            !value.is_null() && default.as_ref() != Some(value)
        })
    };
    let inert = members.iter().filter(|member| member.inert);
    inert.filter(set).map(|member| member.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TABLE: &[Member] = &[
        Member::new("userId", Kind::Digits, Otherwise::Whole(-1)),
        Member::new("size", Kind::whole(64, 256, 64), Otherwise::Required),
        Member::new("nasConfig", Kind::Free, Otherwise::Null).inert(),
    ];

    #[test]
    fn members_are_read_whatever_their_case() {
        let given = json!({ "UserId": "12", "SIZE": 128, "other": 1, "nasConfig": null });
        let mut item = read(TABLE, given.as_object().unwrap(), Api::V2016).unwrap();
        complete(TABLE, &mut item, Api::V2016).unwrap();
        let expected = json!({ "userId": 12, "size": 128, "nasConfig": null });
        assert_eq!(Value::Object(item.clone()), expected);
        assert!(inert(TABLE, &item, Api::V2016).is_empty());
        item.insert("nasConfig".to_owned(), json!({ "a": 1 }));
        assert_eq!(inert(TABLE, &item, Api::V2016), ["nasConfig"]);
    }

    #[test]
    fn what_has_to_be_there_is_missed() {
        let refused = complete(TABLE, &mut Item::new(), Api::V2016).unwrap_err();
        assert_eq!(refused.message, "Size is required but not provided");
    }
}
