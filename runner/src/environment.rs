//! The variables that this program wakes up with, and its name.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// Set to anything, the owner's word of [`Environment::takes_events`].
const EVENTS: &str = "EDGEPICK_EVENTS";

/// The environment, read once. Values that are not UTF-8 count as absent.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
    program: Option<String>,
}

/// A variable with a value that the platform never gives it.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {name} is `{value}`; accepted: {accepted}")]
pub(crate) struct BadVariable {
    name: &'static str,
    value: String,
    accepted: &'static str,
}

impl Environment {
    /// That of this process.
    pub(crate) fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let program = std::env::current_exe().ok();
        let program = program.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        Self { variables, program }
    }

    /// What this program's file is called.
    pub(crate) fn program(&self) -> Option<&str> {
        self.program.as_deref()
    }

    /// A variable; none when absent or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether a variable is set.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether events are taken where callers' requests arrive too and nothing
    /// that callers cannot set tells the two apart: the owner has to say so.
    pub(crate) fn takes_events(&self) -> bool {
        self.has(EVENTS)
    }

    /// A variable that the contract cannot do without.
    ///
    /// # Errors
    /// When it is absent or empty.
    pub(crate) fn required(
        &self,
        name: &'static str,
        accepted: &'static str,
    ) -> Result<&str, BadVariable> {
        self.get(name).ok_or(BadVariable {
            name,
            value: String::new(),
            accepted,
        })
    }

    /// An address whose port stands in the first of these variables that is
    /// set, or is the platform's fixed one.
    ///
    /// # Errors
    /// When that variable holds no port.
    pub(crate) fn address(
        &self,
        ip: impl Into<IpAddr>,
        names: &[&'static str],
        otherwise: u16,
    ) -> Result<SocketAddr, BadVariable> {
        let named = names.iter().find_map(|name| Some((*name, self.get(name)?)));
        let port = match named {
            None => otherwise,
            Some((name, value)) => value.parse().map_err(|_| BadVariable {
                name,
                value: value.to_owned(),
                accepted: "a port, 1 to 65535",
            })?,
        };
        Ok(SocketAddr::new(ip.into(), port))
    }
}

#[cfg(test)]
impl Environment {
    /// One of these variables alone.
    pub(crate) fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            variables: pairs.iter().map(owned).collect(),
            program: None,
        }
    }

    /// The same, of a program of this name.
    pub(crate) fn started_as(mut self, program: &str) -> Self {
        self.program = Some(program.to_owned());
        self
    }
}
