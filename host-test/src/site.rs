//! Lists of pictures, baked into a component.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use edgepick_host::COMPONENT;
use edgepick_host::bake::{BakeError, bake};
use edgepick_host::input::{Input, InputError, Prepared, sample};

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The lists or the settings are wrong.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The component does not take the site.
    #[error(transparent)]
    Bake(#[from] BakeError),
    /// A file, or the runtime that baking needs.
    #[error("{0}: {1}")]
    Io(String, io::Error),
}

/// A baked component: that of a file, or one made of a list; without either,
/// the embedded sample.
///
/// # Errors
/// When the file cannot be read or holds no list of pictures.
pub fn open(path: Option<&Path>, config: Option<&Path>) -> Result<Vec<u8>, SiteError> {
    let prepared = match path {
        None if config.is_none() => sample()?,
        Some(path)
            if path
                .extension()
                .is_some_and(|extension| extension == "wasm") =>
        {
            return fs::read(path).map_err(|e| SiteError::Io(path.display().to_string(), e));
        }
        path => prepare(path.map(Path::to_owned).into_iter().collect(), config)?,
    };
    baked(&prepared)
}

/// What these lists and settings make.
///
/// # Errors
/// When they are wrong.
pub fn prepare(sources: Vec<PathBuf>, config: Option<&Path>) -> Result<Prepared, SiteError> {
    let input = Input {
        sources,
        config: config.map(Path::to_owned),
        strict: true,
        ..Input::default()
    };
    Ok(input.prepare(&mut |_| {})?)
}

/// The component with this site in it.
///
/// # Errors
/// When the component does not take it.
pub fn baked(prepared: &Prepared) -> Result<Vec<u8>, SiteError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| SiteError::Io("cannot start a runtime".to_owned(), e))?;
    Ok(runtime
        .block_on(bake(COMPONENT, &prepared.packed.bytes))?
        .component)
}
