//! From lists and settings to a packed site.

#[cfg(feature = "compiler")]
mod overlap;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use edgepick::catalogue::{Duplicate, Entry, PackError, Packed, pack};
use edgepick::settings::{BadSetting, Settings};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::config::{Config, ConfigError};
use crate::source::{self, Limits, Loaded, Origins, Problems, Progress, SourceSpec, Warning};

/// What a site is to be made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Lists, folders and ranges; when empty, those that the settings file
    /// names.
    pub sources: Vec<PathBuf>,
    /// The settings file.
    pub config: Option<PathBuf>,
    /// The address of folders that have none of their own.
    pub base_url: Option<String>,
    /// Whether one bad line refuses the whole.
    pub strict: bool,
    /// Whether the site itself says, at `/info`, what was left out.
    pub public: bool,
    /// How much is read.
    pub limits: Limits,
}

/// A packed site and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What [`bake`](crate::bake::bake) takes.
    pub packed: Packed,
    /// What the site may do.
    pub settings: Settings,
    /// What was left out.
    pub problems: Problems,
    /// Remarks on the sources.
    pub warnings: Vec<Warning>,
    /// Bytes of the longest address.
    pub longest: usize,
    /// Entries with the same URL that said different things, and addresses
    /// that a range holds too, with their places.
    pub conflicts: Vec<String>,
}

/// Why there is no packed site. Displays as one problem a line.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The settings file.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The prefix that an option or a variable names.
    #[error("{0}: {1}")]
    Mount(&'static str, BadSetting),
    /// The sources.
    #[error(transparent)]
    Sources(#[from] Problems),
    /// An entry, or all of them together.
    #[error("{0}")]
    Pack(String),
    /// The settings as JSON.
    #[error("the settings cannot be written: {0}")]
    Settings(#[from] serde_json::Error),
}

impl Input {
    /// Reads and packs. `progress` is called on the way.
    ///
    /// # Errors
    ///
    /// When the settings or the sources are wrong; each problem is named with
    /// file, line and column.
    pub fn prepare(&self, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Prepared, InputError> {
        self.prepare_from(&self.resolve()?, progress, &mut io::stdin())
    }

    /// What the settings file says, with the sources that are to be read.
    pub(crate) fn resolve(&self) -> Result<Config, ConfigError> {
        let mut config = self
            .config
            .as_deref()
            .map(Config::read)
            .transpose()?
            .unwrap_or_default();
        if !self.sources.is_empty() {
            config.sources = self.sources.iter().map(SourceSpec::new).collect();
        }
        for source in &mut config.sources {
            source.base_url = source.base_url.take().or_else(|| self.base_url.clone());
        }
        Ok(config)
    }

    /// The same from settings that were read before; the sources are theirs,
    /// and `-` among them is `stdin`.
    ///
    /// # Errors
    ///
    /// When the sources are wrong.
    pub fn prepare_from(
        &self,
        config: &Config,
        progress: &mut dyn FnMut(Progress<'_>),
        stdin: &mut dyn Read,
    ) -> Result<Prepared, InputError> {
        let loaded = source::load(&config.sources, self.strict, self.limits, progress, stdin)?;
        let Loaded {
            entries,
            origins,
            problems,
            warnings,
        } = loaded;
        let mut settings = config.settings.clone();
        if self.public {
            settings.problems = said(&problems);
        }
        let longest = longest(&entries);
        progress(Progress::Packing {
            entries: entries.len(),
        });
        #[cfg(feature = "compiler")]
        let overlaps = overlap::remarks(&entries, &origins);
        let packed = pack_site(&settings, entries, &origins)?;
        let conflicts = conflicts(&packed.duplicates, &origins);
        // Nobody waits for a remark where a list is read at every start.
        #[cfg(feature = "compiler")]
        let conflicts = [conflicts, overlaps].concat();
        Ok(Prepared {
            longest,
            conflicts,
            packed,
            settings,
            problems,
            warnings,
        })
    }
}

/// A path prefix as callers' requests have it: what is not ASCII is encoded as
/// in an address.
///
/// # Errors
///
/// When it is no path, or one that no request has.
pub fn mount(text: &str) -> Result<String, BadSetting> {
    let settings = Settings {
        mount: utf8_percent_encode(text, CONTROLS).to_string(),
        ..Settings::default()
    };
    settings.check(&[], &[])?;
    if text.contains("//") || text.contains(|c: char| c == '#' || c.is_control()) {
        return Err(BadSetting {
            key: "mount",
            value: text.to_owned(),
            accepted: "a path such as /user/get".to_owned(),
        });
    }
    Ok(settings.mount)
}

fn longest(entries: &[Entry]) -> usize {
    let lengths = entries.iter().map(|entry| entry.url.len());
    lengths.max().unwrap_or_default()
}

/// Problems as the site says them.
fn said(problems: &Problems) -> Vec<String> {
    problems.to_string().lines().map(str::to_owned).collect()
}

/// A site without a picture, that answers `503` with the reason: for a program
/// whose input is wrong and that is started again and again if it gives up.
///
/// # Errors
///
/// Never: nothing in it can be wrong.
pub fn unavailable(error: &InputError) -> Result<Packed, InputError> {
    let settings = Settings {
        problems: error.to_string().lines().map(str::to_owned).collect(),
        ..Settings::default()
    };
    pack_site(&settings, Vec::new(), &Origins::default())
}

/// Packs entries whose origins are known, so that a message can name them.
fn pack_site(
    settings: &Settings,
    entries: Vec<Entry>,
    origins: &Origins,
) -> Result<Packed, InputError> {
    let settings = serde_json::to_vec(settings)?;
    pack(&settings, entries).map_err(|PackError { entries, reason }| {
        let places: Vec<_> = entries.iter().map(|entry| place(origins, *entry)).collect();
        let places = places.join(" and ");
        let colon = if places.is_empty() { "" } else { ": " };
        InputError::Pack(format!("{places}{colon}{reason}"))
    })
}

/// Duplicates of which a value was dropped.
fn conflicts(duplicates: &[Duplicate], origins: &Origins) -> Vec<String> {
    duplicates
        .iter()
        .filter(|duplicate| !duplicate.dropped.is_empty())
        .map(
            |Duplicate {
                 url,
                 first,
                 again,
                 dropped,
             }| {
                format!(
                    "{}: {url} stands at {} too, with other {}; one value of each is kept",
                    place(origins, *again),
                    place(origins, *first),
                    dropped.join(", ")
                )
            },
        )
        .collect()
}

fn place(origins: &Origins, entry: usize) -> String {
    origins
        .get(entry)
        .map_or_else(|| format!("entry {entry}"), |origin| origin.to_string())
}

/// The settings file that is read when none is named: `edgepick.toml` in the
/// working folder, if there is one.
#[must_use]
pub fn default_config() -> Option<PathBuf> {
    let path = Path::new("edgepick.toml");
    path.is_file().then(|| path.to_owned())
}

/// Real public pictures to begin with, with their authors and sources.
pub(crate) const SAMPLE: &[u8] = include_bytes!("../../fixtures/catalogues/sample.json");

/// The embedded sample.
///
/// # Errors
///
/// Never, as long as its test passes.
pub fn sample() -> Result<Prepared, InputError> {
    let source = SourceSpec::new("-");
    let loaded = source::load(
        &[source],
        true,
        Limits::default(),
        &mut |_| {},
        &mut &*SAMPLE,
    )?;
    let settings = Settings::default();
    let longest = longest(&loaded.entries);
    let packed = pack_site(&settings, loaded.entries, &loaded.origins)?;
    Ok(Prepared {
        longest,
        packed,
        settings,
        problems: loaded.problems,
        warnings: loaded.warnings,
        conflicts: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
