//! How an event reaches a function, where the platform says part of it beside
//! the event: `fixtures/<format>/<case>.delivery.json`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use edgepick_host::bindings::gateway::Context;
use serde::{Deserialize, Serialize};

/// What comes with an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delivery {
    /// The request target that it is delivered to.
    pub target: Option<String>,
    /// The fields that it is delivered with.
    pub headers: BTreeMap<String, String>,
    /// Whether the gateway sends the reply as the body of a 200.
    pub pass_through: Option<bool>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The file is there and cannot be read.
    #[error("{0}: {1}")]
    Io(String, io::Error),
    /// It is no delivery.
    #[error("{0}: {1}; accepted: target, headers and pass_through")]
    Json(String, serde_json::Error),
}

impl Delivery {
    /// That of an event in a file `<case>.event.<form>`; one without anything
    /// where no `<case>.delivery.json` lies beside it.
    ///
    /// # Errors
    /// When that file is there and is no delivery.
    pub fn beside(event: &Path) -> Result<Self, DeliveryError> {
        let name = event.file_name().unwrap_or_default().to_string_lossy();
        let Some((case, _)) = name.split_once(".event.") else {
            return Ok(Self::default());
        };
        let path = event.with_file_name(format!("{case}.delivery.json"));
        let named = || path.display().to_string();
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|e| DeliveryError::Json(named(), e)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(e) => Err(DeliveryError::Io(named(), e)),
        }
    }

    /// Sets a field in place of those of the same name.
    pub fn set(&mut self, name: &str, value: &str) {
        self.headers
            .retain(|known, _| !known.eq_ignore_ascii_case(name));
        self.headers.insert(name.to_owned(), value.to_owned());
    }

    /// The fields as lines, as `wit/edgepick.wit` has them.
    #[must_use]
    pub fn lines(&self) -> Vec<u8> {
        let line = |(name, value): (&String, &String)| format!("{name}: {value}\r\n");
        self.headers.iter().map(line).collect::<String>().into()
    }

    /// What `gateway.handle` is told, given [`Delivery::lines`].
    #[must_use]
    pub fn context<'a>(&'a self, lines: &'a [u8]) -> Context<'a> {
        Context {
            mount: None,
            client: None,
            request_id: None,
            pass_through: self.pass_through,
            target: self.target.as_deref(),
            headers: lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_lies_beside_its_event() {
        let folder = tempfile::tempdir().unwrap();
        let event = folder.path().join("a.event.json");
        let of = |name: &str| Delivery::beside(&folder.path().join(name));
        assert_eq!(of("a.event.json").unwrap(), Delivery::default());
        let file = event.with_file_name("a.delivery.json");
        fs::write(&file, r#"{"target":"/x","headers":{"A-b":"1","C":"2"}}"#).unwrap();
        let mut found = of("a.event.cbor").unwrap();
        assert_eq!(found.target.as_deref(), Some("/x"));
        found.set("a-B", "3");
        assert_eq!(found.lines(), b"C: 2\r\na-B: 3\r\n");
        assert_eq!(of("a.json").unwrap(), Delivery::default());
        fs::write(&file, r#"{"targt":"/x"}"#).unwrap();
        let error = of("a.event.json").unwrap_err().to_string();
        assert!(
            error.contains("a.delivery.json") && error.contains("accepted: "),
            "{error}"
        );
    }
}
