//! Reads `edgepick.toml`: where the pictures come from and what the site may
//! do.

use std::fmt;
use std::path::{Path, PathBuf};

use edgepick::settings::{KEYS, Settings};
use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::position::position;
use crate::source::{SourceSpec, excerpt};

/// The key beside the settings.
const SOURCES: &str = "sources";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Paths are relative to the file's folder.
    pub sources: Vec<SourceSpec>,
    /// What the file does not set is the default.
    pub settings: Settings,
}

/// What is wrong with the file. Displays as `edgepick.toml:3:1: what is wrong`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file as its owner named it.
    pub path: PathBuf,
    /// Line and column, counted from 1, where one place is to blame.
    pub place: Option<(u32, u32)>,
    /// What is wrong and what is accepted.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.message)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is not TOML, has a key that no setting has (the
    /// nearest known one is named) or a value that a setting does not take.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError {
            path: path.to_owned(),
            place: None,
            message: format!("cannot be read: {e}"),
        })?;
        let mut config = parse(&text).map_err(|fault| ConfigError {
            path: path.to_owned(),
            place: fault.offset.map(|at| position(text.as_bytes(), at)),
            message: fault.message,
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.sources = config
            .sources
            .into_iter()
            .map(|source| source.relative_to(folder))
            .collect();
        Ok(config)
    }
}

/// What is wrong, and at which byte.
#[derive(Debug)]
struct Fault {
    offset: Option<usize>,
    message: String,
}

impl From<toml::de::Error> for Fault {
    fn from(error: toml::de::Error) -> Self {
        Self {
            offset: error.span().map(|span| span.start),
            message: error.message().to_owned(),
        }
    }
}

fn parse(text: &str) -> Result<Config, Fault> {
    let mut table = DeTable::parse(text)?;
    known("", table.get_ref())?;
    let keys = table.clone();
    let refused = |error| refused(&error, text, keys.get_ref());
    let sources = match table.get_mut().remove(SOURCES) {
        Some(sources) => Vec::deserialize(sources.into_deserializer()).map_err(refused)?,
        None => Vec::new(),
    };
    let settings = Settings::deserialize(toml::de::Deserializer::from(table)).map_err(refused)?;
    let platforms: Vec<_> = edgepick::gateway::platforms().collect();
    settings
        .check(&platforms, &edgepick::gateway::ALIKE)
        .map_err(|bad| Fault {
            offset: offset(keys.get_ref(), bad.key),
            message: bad.to_string(),
        })?;
    Ok(Config { sources, settings })
}

/// Refuses keys of a table that no setting has. `prefix` is the table's own
/// name with a dot.
fn known(prefix: &str, table: &DeTable<'_>) -> Result<(), Fault> {
    let names: Vec<&str> = KEYS
        .iter()
        .filter_map(|(key, _, _)| key.strip_prefix(prefix))
        .map(|key| key.split_once('.').map_or(key, |(first, _)| first))
        .chain(prefix.is_empty().then_some(SOURCES))
        .collect();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let inner = format!("{prefix}{name}.");
        if !names.contains(&name) {
            return Err(Fault {
                offset: Some(key.span().start),
                message: unknown(prefix, name, &names),
            });
        }
        if let DeValue::Table(table) = value.get_ref()
            && KEYS.iter().any(|(key, _, _)| key.starts_with(&inner))
        {
            known(&inner, table)?;
        }
    }
    Ok(())
}

fn unknown(prefix: &str, name: &str, names: &[&str]) -> String {
    let likeness = |known: &&&str| (strsim::jaro_winkler(name, known) * 1000.0) as u32;
    match names
        .iter()
        .max_by_key(likeness)
        .filter(|known| likeness(known) >= 800)
    {
        Some(nearest) => {
            format!("the key `{prefix}{name}` is not known; is `{prefix}{nearest}` meant?")
        }
        None => {
            let mut sorted: Vec<_> = names
                .iter()
                .map(|known| format!("{prefix}{known}"))
                .collect();
            sorted.sort();
            sorted.dedup();
            format!(
                "the key `{prefix}{name}` is not known; known are {}",
                sorted.join(", ")
            )
        }
    }
}

/// What is wrong with a value, in the words of the one who wrote it: the
/// reader's own name a type of the program and no key.
fn refused(error: &toml::de::Error, text: &str, table: &DeTable<'_>) -> Fault {
    let message = error.message();
    let span = error.span().unwrap_or_default();
    let value = text.get(span.clone()).unwrap_or_default();
    let key = key_of(table, span.start);
    let said = message.split_once(", expected ").filter(|(what, _)| {
        ["invalid type", "invalid value", "unknown variant"]
            .iter()
            .any(|start| what.starts_with(start))
    });
    let message = match (said, key) {
        (Some((_, expected)), Some(key)) => format!(
            "bad value {} for {key}; accepted: {}",
            excerpt(value),
            accepted(expected)
        ),
        _ => message.to_owned(),
    };
    Fault {
        offset: error.span().map(|span| span.start),
        message,
    }
}

/// What a type of the program accepts, for people.
fn accepted(expected: &str) -> &str {
    match expected {
        "u32" => "a whole number from 0 to 4294967295",
        "a nonzero u16" => "a whole number from 1 to 65535",
        "a string" | "path string" => "a text in quotation marks",
        "a sequence" => "a list in brackets",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}

/// The key, such as `sources.weight`, whose value holds this byte.
fn key_of(table: &DeTable<'_>, at: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let inner = match value.get_ref() {
            DeValue::Table(table) => key_of(table, at),
            DeValue::Array(list) => list.iter().find_map(|value| match value.get_ref() {
                DeValue::Table(table) => key_of(table, at),
                _ => None,
            }),
            _ => None,
        };
        let name = key.get_ref();
        match inner {
            Some(inner) => Some(format!("{name}.{inner}")),
            None => value.span().contains(&at).then(|| name.to_string()),
        }
    })
}

/// Where a key such as `referrer.allow` stands.
fn offset(table: &DeTable<'_>, key: &str) -> Option<usize> {
    let (first, rest) = key
        .split_once('.')
        .map_or((key, None), |(a, b)| (a, Some(b)));
    let (name, value): (&Spanned<_>, &Spanned<DeValue<'_>>) = table.get_key_value(first)?;
    match (rest, value.get_ref()) {
        (Some(rest), DeValue::Table(table)) => offset(table, rest),
        _ => Some(name.span().start),
    }
}

#[cfg(test)]
mod tests;
