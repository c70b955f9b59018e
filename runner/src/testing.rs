//! The real component in a folder as `edgepick pack` makes it.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use edgepick_host::COMPONENT;
use edgepick_host::input::InputError;
use edgepick_host::runner_engine::{self, Architecture};
use tempfile::TempDir;

use crate::folder::{self, OpenError, Opened};
use crate::function::Function;

/// The empty component, as `edgepick` compiles it for the runner.
pub(crate) fn component() -> &'static [u8] {
    static COMPILED: OnceLock<Vec<u8>> = OnceLock::new();
    COMPILED.get_or_init(|| runner_engine::precompile(COMPONENT, Architecture::OWN).unwrap())
}

/// A folder with the empty component and these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("component.cwasm"), component()).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What is served from a folder. The file is mapped, and outlives its name.
pub(crate) fn opened(files: &[(&str, &str)]) -> Opened {
    open(folder(files).path()).unwrap()
}

/// Opens a folder, which a process can do with one at a time.
pub(crate) fn open(path: &Path) -> Result<Opened, OpenError> {
    open_below(path, Ok(None))
}

/// The same with a path prefix.
pub(crate) fn open_below(
    path: &Path,
    mount: Result<Option<String>, InputError>,
) -> Result<Opened, OpenError> {
    static ENTERED: Mutex<()> = Mutex::new(());
    let _entered = ENTERED.lock().unwrap_or_else(PoisonError::into_inner);
    folder::open(path, mount)
}

/// A site of two pictures, as a platform's contract calls it.
pub(crate) fn function(platform: &'static str) -> Function {
    let list = "https://i.example/1.webp\nhttps://i.example/2.webp\n";
    let opened = opened(&[("list.txt", list)]);
    Function {
        guests: opened.guests,
        platform,
        mount: None,
        refusals: opened.refusals,
        most_head: None,
    }
}
