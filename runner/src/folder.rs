//! The folder that the program lies in: a baked site, or the component beside
//! a list that people may edit.

use std::path::{Path, PathBuf};

use edgepick_host::config::Config;
use edgepick_host::input::{Input, InputError, unavailable};
use edgepick_host::source::Problems;

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
    #[error("{0} was not made for this program, pack it again: {1:#}")]
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
    /// What is wrong with the list, one sentence each.
    pub(crate) problems: Vec<String>,
}

/// Opens a folder and enters it, so that problems name files as their owner
/// knows them.
///
/// # Errors
/// Where there is no component. A list that cannot be read is no error: it is
/// said in the problems, and by each answer.
pub(crate) fn open(folder: &Path) -> Result<Opened, OpenError> {
    std::env::set_current_dir(folder).map_err(|e| OpenError::Folder(folder.to_owned(), e))?;
    let settings = Some(PathBuf::from(SETTINGS)).filter(|path| path.is_file());
    let baked = Path::new(BAKED).is_file();
    if !baked && !Path::new(EMPTY).is_file() {
        return Err(OpenError::Nothing(folder.to_owned()));
    }
    let mut problems = Vec::new();
    let mut note = |text: &dyn std::fmt::Display| {
        problems.extend(text.to_string().lines().map(str::to_owned));
    };
    let mount = settings
        .as_deref()
        .and_then(|path| match Config::read(path) {
            Ok(config) => Some(config.settings.mount).filter(|mount| !mount.is_empty()),
            Err(e) => {
                // Beside a list the same is said by what follows.
                if baked {
                    note(&e);
                }
                None
            }
        });
    let (name, packed) = if baked {
        (BAKED, None)
    } else {
        let input = Input {
            sources: sources(settings.as_deref()),
            config: settings,
            public: true,
            ..Input::default()
        };
        let packed = match input.prepare(&mut |_| {}) {
            Ok(prepared) => {
                said(&prepared.problems, &mut note);
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
        mount,
        problems,
    })
}

fn said(problems: &Problems, note: &mut dyn FnMut(&dyn std::fmt::Display)) {
    if !problems.is_empty() {
        note(problems);
    }
}

/// The lists where the settings name none; without any, the first name, whose
/// absence is then what is said.
fn sources(settings: Option<&Path>) -> Vec<PathBuf> {
    let named = settings
        .and_then(|path| Config::read(path).ok())
        .is_some_and(|config| !config.sources.is_empty());
    if named {
        return Vec::new();
    }
    let found = LISTS.iter().find(|name| Path::new(name).is_file());
    found
        .or(LISTS.first())
        .map(PathBuf::from)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests;
