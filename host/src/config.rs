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
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let fault = parse(text).unwrap_err();
        let place = fault.offset.map(|at| position(text.as_bytes(), at));
        let message = ConfigError {
            path: "e.toml".into(),
            place,
            message: fault.message,
        };
        assert_eq!(message.to_string(), expected, "{text}");
    }

    #[test]
    fn sources_and_settings_are_read() {
        let text = "sources = [\"a.txt\", { path = \"b\", category = \"c\" }]\n\
                    max_age = 5\n[referrer]\nallow = [\"example.org\"]\n";
        let config = parse(text).unwrap();
        assert_eq!(config.sources.len(), 2);
        assert_eq!(config.settings.max_age, 5);
        assert_eq!(config.settings.referrer.allow, ["example.org"]);
        assert_eq!(parse("").unwrap(), Config::default());
    }

    #[test]
    fn every_key_is_known_with_its_default() {
        let table = serde_json::to_value(Settings::default()).unwrap();
        for name in table.as_object().unwrap().keys() {
            let known =
                |(key, _, _): &(&str, _, _)| *key == name || key.starts_with(&format!("{name}."));
            assert!(KEYS.iter().any(known), "{name}");
        }
        for (key, default, _) in KEYS {
            if key != "placeholder" {
                let text = format!("{key} = {default}");
                assert_eq!(parse(&text).unwrap(), Config::default(), "{text}");
            }
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_the_nearest() {
        check(
            "\nmax_ages = 1",
            "e.toml:2:1: the key `max_ages` is not known; is `max_age` meant?",
        );
        check(
            "[referrer]\n  alow = []",
            "e.toml:2:3: the key `referrer.alow` is not known; is `referrer.allow` meant?",
        );
        check(
            "[referrer]\nzzz = []",
            "e.toml:2:1: the key `referrer.zzz` is not known; known are referrer.allow, \
             referrer.deny, referrer.empty, referrer.refused",
        );
    }

    #[test]
    fn bad_values_are_named_with_their_place() {
        for (text, place) in [
            ("max_age = \"x\"", "e.toml:1:11: "),
            (
                "\nmount = \"nope\"",
                "e.toml:2:1: bad value \"nope\" for mount; accepted: ",
            ),
            (
                "[referrer]\nallow = [\"a/b\"]",
                "e.toml:2:1: bad value \"a/b\" for referrer.allow",
            ),
            ("sources = 5", "e.toml:1:11: "),
            ("a = ", "e.toml:1:"),
        ] {
            let fault = parse(text).unwrap_err();
            let error = ConfigError {
                path: "e.toml".into(),
                place: fault.offset.map(|at| position(text.as_bytes(), at)),
                message: fault.message,
            };
            assert!(error.to_string().starts_with(place), "{text:?}: {error}");
        }
    }

    #[test]
    fn values_of_another_kind_are_refused_in_the_file_s_own_words() {
        let table = [
            (
                "max_age = -1",
                "1:11: bad value -1 for max_age; accepted: a whole number from 0 to 4294967295",
            ),
            (
                "max_age = \"x\"",
                "1:11: bad value \"x\" for max_age; accepted: a whole number from 0 to 4294967295",
            ),
            (
                "mount = 5",
                "1:9: bad value 5 for mount; accepted: a text in quotation marks",
            ),
            (
                "cors_origins = 5",
                "1:16: bad value 5 for cors_origins; accepted: a list in brackets",
            ),
            (
                "[referrer]\nallow = [\"a\", 7]",
                "2:15: bad value 7 for referrer.allow; accepted: a text in quotation marks",
            ),
            (
                "referrer = 1",
                "1:12: bad value 1 for referrer; accepted: a table",
            ),
            (
                "referrer_policy_for = [1]",
                "1:23: bad value [1] for referrer_policy_for; accepted: a table",
            ),
            (
                "type = \"jsn\"",
                "1:8: bad value \"jsn\" for type; accepted: one of `302`, `redirect`, `307`, `json`, `text`, `url`, `html`",
            ),
            (
                "sources = 5",
                "1:11: bad value 5 for sources; accepted: a list in brackets",
            ),
            (
                "sources = [1]",
                "1:12: bad value 1 for sources; accepted: a path, or a table with the key `path`",
            ),
            (
                "[[sources]]\npath = 'a'\n[[sources]]\npath = 'b'\nweight = 70000",
                "5:10: bad value 70000 for sources.weight; accepted: a whole number from 1 to 65535",
            ),
            (
                "sources = [{ path = 'a', orientation = 'wide' }]",
                "1:40: bad value 'wide' for sources.orientation; accepted: landscape (pc, h), portrait (mobile, v) or square",
            ),
        ];
        let said = |text| {
            let fault = parse(text).unwrap_err();
            let (line, column) = position(text.as_bytes(), fault.offset.unwrap());
            format!("{line}:{column}: {}", fault.message)
        };
        assert_eq!(
            table.map(|(text, _)| said(text)),
            table.map(|(_, expected)| expected)
        );
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edgepick.toml");
        std::fs::write(&path, "sources = [\"a.txt\", \"/b.txt\"]").unwrap();
        let config = Config::read(&path).unwrap();
        let paths: Vec<_> = config
            .sources
            .into_iter()
            .map(|source| source.path)
            .collect();
        assert_eq!(
            paths,
            [folder.path().join("a.txt"), PathBuf::from("/b.txt")]
        );
        let missing = Config::read(&folder.path().join("none.toml")).unwrap_err();
        assert!(
            missing.to_string().contains("none.toml: cannot be read"),
            "{missing}"
        );
    }
}
