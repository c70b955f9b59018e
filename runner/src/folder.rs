//! The folder that the program lies in: a baked site, or the component beside
//! a list that people may edit.

use std::path::{Path, PathBuf};

use edgepick_host::config::Config;
use edgepick_host::input::{Input, InputError, Prepared, unavailable};
use edgepick_host::refusal::Refusals;
use edgepick_host::runner_engine::Architecture;
use edgepick_host::source::{Limits, SourceSpec};

use crate::guests::Guests;

/// A site in the component, precompiled.
const BAKED: &str = "site.cwasm";

/// The component without a site, precompiled.
const EMPTY: &str = "component.cwasm";

/// Settings; where they name sources, those are read.
const SETTINGS: &str = "edgepick.toml";

/// The list that is read where the settings name none.
const LISTS: [&str; 5] = [
    "list.txt",
    "list.json",
    "list.csv",
    "list.tsv",
    "list.ndjson",
];

/// Why nothing can be served from a folder.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The folder itself.
    #[error("the folder {0} cannot be entered: {1}")]
    Folder(PathBuf, std::io::Error),
    /// Neither kind of component.
    #[error(
        "the folder {0} holds neither {BAKED} nor {EMPTY}; `edgepick pack` puts one of them beside this program"
    )]
    Nothing(PathBuf),
    /// It is damaged, or not made for this program.
    #[error("{0} was not made for this program, which is for {arch}, pack it again: {1:#}", arch = Architecture::OWN.name())]
    Component(&'static str, wasmtime::Error),
    /// Of a site that stands in for one that cannot be made.
    #[error(transparent)]
    Input(#[from] InputError),
}

/// What is served.
pub(crate) struct Opened {
    pub(crate) guests: Guests,
    /// The settings' own.
    pub(crate) mount: Option<String>,
    pub(crate) refusals: Refusals,
    /// What is wrong with the list, one sentence each.
    pub(crate) problems: Vec<String>,
}

/// Opens a folder and enters it, so that problems name files as their owner
/// knows them. A given prefix wins over the settings'.
///
/// # Errors
/// Where there is no component. A list or a prefix that cannot be read is no
/// error: it is said in the problems, and by each answer; but a site that is
/// baked is served, below the prefix that is likely to be meant.
pub(crate) fn open(
    folder: &Path,
    given: Result<Option<String>, InputError>,
) -> Result<Opened, OpenError> {
    std::env::set_current_dir(folder).map_err(|e| OpenError::Folder(folder.to_owned(), e))?;
    let baked = Path::new(BAKED).is_file();
    if !baked && !Path::new(EMPTY).is_file() {
        return Err(OpenError::Nothing(folder.to_owned()));
    }
    let config = if Path::new(SETTINGS).is_file() {
        Config::read(Path::new(SETTINGS))
    } else {
        Ok(Config::default())
    };
    let (given, config) = match given {
        Ok(given) => (given, config.map_err(InputError::from)),
        Err(e) => (meant(&e), Err(e)),
    };
    let own = config.as_ref().ok().map(|it| it.settings.mount.clone());
    let own = own.filter(|mount| !mount.is_empty());
    // A baked site has settings of its own.
    let known = config.as_ref().ok().filter(|_| !baked);
    let refusals = known.map_or_else(Refusals::default, |it| Refusals::of(&it.settings));
    let mut problems = Vec::new();
    let mut note = |text: &dyn std::fmt::Display| {
        problems.extend(text.to_string().lines().map(str::to_owned));
    };
    let (name, packed) = if baked {
        if let Err(e) = config {
            note(&e);
        }
        (BAKED, None)
    } else {
        let packed = match config.and_then(prepare) {
            Ok(prepared) => {
                note(&prepared.problems);
                prepared.packed
            }
            Err(e) => {
                note(&e);
                unavailable(&e)?
            }
        };
        (EMPTY, Some(packed.bytes))
    };
    let guests =
        Guests::open(Path::new(name), packed).map_err(|e| OpenError::Component(name, e))?;
    Ok(Opened {
        guests,
        mount: given.or(own),
        refusals,
        problems,
    })
}

/// The path that a wrong prefix is likely to be meant for.
fn meant(error: &InputError) -> Option<String> {
    let InputError::Mount(_, bad) = error else {
        return None;
    };
    let path = bad.value.split(['?', '#']).next()?;
    Some(format!("/{}", path.trim_matches('/')))
}

/// Packs what the settings name, else the first of [`LISTS`] that is there;
/// without any, the absence of the first is what is said.
fn prepare(mut config: Config) -> Result<Prepared, InputError> {
    if config.sources.is_empty() {
        let found = LISTS.iter().find(|name| Path::new(name).is_file());
        let list = found.or(LISTS.first());
        config.sources = list.map(SourceSpec::new).into_iter().collect();
    }
    let input = Input {
        public: true,
        limits: Limits::SMALL,
        ..Input::default()
    };
    // Standard input is a platform's to speak by.
    input.prepare_from(&config, &mut |_| {}, &mut std::io::empty())
}

#[cfg(test)]
mod tests;
