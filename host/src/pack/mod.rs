//! Zips for the cloud functions that know nothing of WebAssembly: the runner,
//! what starts it on a platform, and the site beside it.
//!
//! Each platform's file says exactly the layout that the platform takes and
//! what its owner does with the zip; [`KINDS`] has one row a kind.

mod aliyun;
mod archive;
mod aws;
mod azure;
mod baidu;
mod google;
mod huawei;
mod kind;
mod leancloud;
mod openwhisk;
mod program;
mod settings;
mod site;
mod tencent;

use std::path::PathBuf;

use edgepick::settings::BadSetting;

use crate::bake::BakeError;
use crate::config::ConfigError;
use crate::input::InputError;
use crate::inspect::InspectError;
use crate::runner_engine::Architecture;

pub use kind::{File, Kind, Step};
pub use program::{NoRunner, Places};
pub use site::{Baked, LARGEST_LISTS, Request, Site};

/// All kinds of functions; the first of a platform is what its users expect.
pub static KINDS: [&Kind; 11] = [
    &aws::AWS,
    &azure::AZURE,
    &google::GOOGLE,
    &openwhisk::OPENWHISK,
    &aliyun::ALIYUN,
    &tencent::WEB,
    &tencent::EVENT,
    &baidu::BAIDU,
    &huawei::HTTP,
    &huawei::EVENT,
    &leancloud::LEANCLOUD,
];

/// The word for the first kind of every platform.
pub const ALL: &str = "all";

/// The kinds that a word names: that of the name, or with [`ALL`] one a
/// platform. Empty when nobody knows the word.
#[must_use]
pub fn kinds(word: &str) -> Vec<&'static Kind> {
    let wanted = |kind: &&&Kind| match word {
        ALL => kind.name == kind.platform,
        name => kind.name == name,
    };
    KINDS.iter().filter(wanted).copied().collect()
}

/// A zip's bytes and what is in it.
#[derive(Clone, Debug)]
pub struct Zip<'a> {
    /// The zip.
    pub bytes: Vec<u8>,
    /// Its files, by name.
    pub files: Vec<File<'a>>,
}

/// Makes a kind's zip. `file_name` is the zip's own name, which descriptors
/// that lie beside it say.
///
/// # Errors
///
/// When the platform has no such processors as the site was compiled for, or
/// the files cannot be written into a zip.
pub fn pack<'a>(
    kind: &'a Kind,
    runner: &'a [u8],
    site: &'a Site,
    file_name: &str,
) -> Result<Zip<'a>, PackError> {
    kind.runs_on(site.architecture)?;
    let mut files = kind.files(runner, file_name, site.architecture);
    files.extend(site.files.iter().map(|file| File {
        name: (&*file.name).into(),
        mode: file.mode,
        bytes: (&*file.bytes).into(),
    }));
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Zip {
        bytes: archive::archive(&files)?,
        files,
    })
}

/// Why there is no zip. Displays as one problem a line.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The architecture.
    #[error(
        "{kind}: no function there runs on {arch}, accepted is {accepted}; {arch} is for {kinds}",
        arch = architecture.name()
    )]
    Architecture {
        /// The kind's name.
        kind: &'static str,
        /// What was asked for.
        architecture: Architecture,
        /// What the kind takes.
        accepted: String,
        /// The kinds that take it.
        kinds: String,
    },
    /// This program was built without what compiles for the architecture.
    #[error(
        "this edgepick compiles for {own} alone: one that is built with the feature `cross` \
         (`cargo run --bin edgepick --features edgepick-host/cross`) does so for {arch} too",
        own = Architecture::OWN.name(),
        arch = .0.name()
    )]
    NoCompiler(Architecture),
    /// The mount.
    #[error(transparent)]
    Mount(#[from] BadSetting),
    /// The settings or the lists.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The settings cannot be changed.
    #[error(transparent)]
    Settings(#[from] toml_edit::TomlError),
    /// A file cannot be read.
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A list's name is no text.
    #[error("{}: a name in a zip is text in UTF-8: rename the file", .0.display())]
    Name(PathBuf),
    /// It is no component of ours.
    #[error("{path}: {source}", path = path.display())]
    Component {
        /// The file.
        path: PathBuf,
        /// What it is.
        source: InspectError,
    },
    /// It is our component, but nothing was baked into it.
    #[error("{}: the component has no site: bake one in", .0.display())]
    Empty(PathBuf),
    /// The site cannot be baked.
    #[error(transparent)]
    Bake(#[from] BakeError),
    /// The component cannot be compiled for the runner.
    #[error("the component cannot be compiled for the runner: {0:#}")]
    Compile(wasmtime::Error),
    /// The zip cannot be written.
    #[error("the zip cannot be made: {0}")]
    Zip(#[from] zip::result::ZipError),
}

impl From<ConfigError> for PackError {
    fn from(error: ConfigError) -> Self {
        Self::Input(error.into())
    }
}

#[cfg(test)]
mod tests;
