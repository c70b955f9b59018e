//! One line of JSON for each request. The platforms put the time before it.

use std::io::Write as _;

use serde::Serialize;

use crate::guests::gateway::Entry;

/// One line. The names are those of `edgepick serve`'s log.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<&'a str>,
    /// Path and query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// From the request to the answer, without the network.
    pub(crate) micros: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<&'a str>,
}

impl<'a> Line<'a> {
    /// The same, of the request in an event as far as that says something.
    pub(crate) fn with(self, event: Option<&'a Entry>) -> Self {
        let Some(event) = event else { return self };
        Self {
            id: event.request_id.as_deref().or(self.id),
            client: event.client.as_deref().or(self.client),
            method: event.method.as_deref().or(self.method),
            path: event.target.as_deref().or(self.path),
            status: event.status.or(self.status),
            ..self
        }
    }
}

/// Writes the line to standard output. Where nobody reads it, it is lost.
pub(crate) fn write(line: &Line<'_>) {
    if let Ok(mut text) = serde_json::to_vec(line) {
        text.push(b'\n');
        let _ = std::io::stdout().lock().write_all(&text);
    }
}
