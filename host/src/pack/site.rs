//! What lies beside the runner: the lists as plain files, which a person can
//! edit in a platform's web console, or a baked site.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use edgepick::settings::BadSetting;
use memchr::memmem;

use super::kind::{File, TEXT};
use super::settings::settings;
use super::{KINDS, PackError};
use crate::config::Config;
use crate::input::{Input, Prepared, SAMPLE, mount, sample};
use crate::runner_engine::{self, Architecture};
use crate::shape::is_wasm;
use crate::source::{Location, Progress, SourceSpec, extension, is_orientation};
use crate::{COMPONENT, bake, inspect};

/// The most bytes of lists that lie in a zip as plain files, together with
/// those of the packed site that they make. The runner makes it at each start,
/// which takes up to 28 ns for each of these bytes whatever the lists hold; with
/// more a start could take longer than 50 ms, and a baked site is there instead.
pub const LARGEST_LISTS: usize = 1_700_000;

/// The names that the runner knows.
const SETTINGS: &str = "edgepick.toml";
const EMPTY: &str = "component.cwasm";
const BAKED: &str = "site.cwasm";

/// What is to be packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What [`bake`](crate::bake::bake) is given too; every line must be good.
    /// Or a baked component alone. Without any source, here or in a settings
    /// file, the embedded sample.
    pub input: Input,
    /// A path prefix that the site is published under.
    pub mount: Option<String>,
    /// What it is compiled for.
    pub architecture: Architecture,
}

/// Why a zip holds a baked site and no lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baked {
    /// It was given.
    Given,
    /// A source is a folder of pictures.
    Folder,
    /// Both together are more than [`LARGEST_LISTS`].
    Large {
        /// Bytes of the lists.
        lists: usize,
        /// Bytes of the packed site.
        site: usize,
    },
}

/// What lies beside the runner, the same for all kinds.
#[derive(Clone, Debug)]
pub struct Site {
    /// The files.
    pub files: Vec<File<'static>>,
    /// What they are compiled for.
    pub architecture: Architecture,
    /// Ranges expanded.
    pub pictures: u64,
    /// Why it is baked, if it is.
    pub baked: Option<Baked>,
    /// What was noticed while reading; none of a component that was baked
    /// before.
    pub prepared: Option<Prepared>,
}

/// What there is to put beside the runner.
enum Content {
    /// Lists and settings.
    Lists(Vec<File<'static>>, Prepared),
    /// A baked component and its number of pictures.
    Component(Vec<u8>, u64),
    /// What is to be baked, and why.
    Packed(Prepared, Baked),
}

impl Request {
    /// Reads, checks and compiles. `progress` is called while a folder is
    /// read, `stdin` is read where a source is `-`.
    ///
    /// # Errors
    ///
    /// When the mount, the settings or any line is wrong, or the site cannot be
    /// baked, or compiled for that architecture.
    pub async fn site(
        &self,
        progress: &mut dyn FnMut(Progress<'_>),
        stdin: &mut dyn Read,
    ) -> Result<Site, PackError> {
        let mount = self.mount()?;
        let architecture = self.architecture;
        if !runner_engine::compiles_for(architecture) {
            return Err(PackError::NoCompiler(architecture));
        }
        let compile = |component: &[u8]| {
            runner_engine::precompile(component, architecture).map_err(PackError::Compile)
        };
        let (component, pictures, baked, prepared) = match self.content(progress, stdin)? {
            Content::Lists(mut files, prepared) => {
                files.push(file(EMPTY, compile(COMPONENT)?));
                return Ok(Site {
                    files,
                    architecture,
                    pictures: prepared.packed.pictures,
                    baked: None,
                    prepared: Some(prepared),
                });
            }
            Content::Component(component, pictures) => (component, pictures, Baked::Given, None),
            Content::Packed(prepared, why) => {
                let baked = bake::bake(COMPONENT, &prepared.packed.bytes).await?;
                let pictures = prepared.packed.pictures;
                (baked.component, pictures, why, Some(prepared))
            }
        };
        let mut files = vec![file(BAKED, compile(&component)?)];
        if self.mount.is_some() {
            let text = settings("", &[], true, mount.as_deref())?;
            files.push(file(SETTINGS, text.into_bytes()));
        }
        Ok(Site {
            files,
            architecture,
            pictures,
            baked: Some(baked),
            prepared,
        })
    }

    fn mount(&self) -> Result<Option<String>, BadSetting> {
        self.mount.as_deref().map(mount).transpose()
    }

    /// Reads and checks.
    fn content(
        &self,
        progress: &mut dyn FnMut(Progress<'_>),
        stdin: &mut dyn Read,
    ) -> Result<Content, PackError> {
        if let [path] = &*self.input.sources
            && path.is_file()
        {
            let component = read(path)?;
            if is_wasm(&component) {
                let pictures = pictures(path, &component)?;
                return Ok(Content::Component(component, pictures));
            }
        }
        if self.input.sources.is_empty() && self.input.config.is_none() {
            let lists = Lists {
                sources: vec![SourceSpec::new("list.json")],
                files: vec![file("list.json", SAMPLE.to_vec())],
            };
            return Ok(Content::Lists(self.with_settings(lists)?, sample()?));
        }
        let config = self.input.resolve()?;
        let mut piped = Vec::new();
        let mut locations = config.sources.iter().map(SourceSpec::location);
        if locations.any(|location| location == Location::Stdin) {
            let path = "standard input".into();
            let unreadable = |source| PackError::Read { path, source };
            stdin.read_to_end(&mut piped).map_err(unreadable)?;
        }
        let strict = Input {
            strict: true,
            ..self.input.clone()
        };
        let prepared = strict.prepare_from(&config, progress, &mut &*piped)?;
        let is_folder = |source: &SourceSpec| match source.location() {
            Location::Path(path) => path.is_dir(),
            Location::Stdin | Location::Inline(_) => false,
        };
        if config.sources.iter().any(is_folder) {
            return Ok(Content::Packed(prepared, Baked::Folder));
        }
        let lists = Lists::read(&config, &piped)?;
        let bytes: usize = lists.files.iter().map(|list| list.bytes.len()).sum();
        let site = prepared.packed.bytes.len();
        if bytes + site > LARGEST_LISTS {
            return Ok(Content::Packed(
                prepared,
                Baked::Large { lists: bytes, site },
            ));
        }
        Ok(Content::Lists(self.with_settings(lists)?, prepared))
    }

    /// The lists, and the settings file where one is needed.
    fn with_settings(&self, lists: Lists) -> Result<Vec<File<'static>>, PackError> {
        let Lists { sources, mut files } = lists;
        if self.input.config.is_none() && self.mount.is_none() && is_found(&sources) {
            return Ok(files);
        }
        let text = match &self.input.config {
            Some(path) => String::from_utf8_lossy(&read(path)?).replace("\r\n", "\n"),
            None => String::new(),
        };
        let in_place = self.input.sources.is_empty() && self.input.config.is_some();
        let sources = match &*sources {
            // The runner finds it, and whatever list replaces it.
            sources if !in_place && is_found(sources) => &[],
            sources => sources,
        };
        let text = settings(&text, sources, in_place, self.mount()?.as_deref())?;
        files.push(file(SETTINGS, text.into_bytes()));
        Ok(files)
    }
}

/// Whether the runner finds these sources without a settings file.
fn is_found(sources: &[SourceSpec]) -> bool {
    match sources {
        [source] => {
            let name = source.path.to_str().unwrap_or_default();
            name.starts_with("list.") && *source == SourceSpec::new(name)
        }
        _ => false,
    }
}

/// Lists at their places in the zip.
#[derive(Debug, Default)]
struct Lists {
    /// In their order, with their new paths.
    sources: Vec<SourceSpec>,
    files: Vec<File<'static>>,
}

impl Lists {
    fn read(config: &Config, piped: &[u8]) -> Result<Self, PackError> {
        let single = config.sources.len() == 1;
        let mut lists = Self::default();
        let mut taken = Taken::new();
        for source in &config.sources {
            let mut source = source.clone();
            let (name, content) = match source.location() {
                Location::Inline(_) => {
                    lists.sources.push(source);
                    continue;
                }
                Location::Stdin => {
                    let extension = extension(None, piped);
                    let name = if single { "list" } else { "stdin" };
                    (format!("{name}.{extension}"), piped.to_vec())
                }
                Location::Path(path) => {
                    let content = read(path)?;
                    (name(path, single, &content)?, content)
                }
            };
            if source.location() == Location::Stdin && !single {
                // What comes through a pipe has no name to be a category.
                source.category.get_or_insert_default();
            }
            let name = taken.place(&name);
            source.path = PathBuf::from(&name);
            lists.sources.push(source);
            lists.files.push(file(name, unix_lines(&content)));
        }
        Ok(lists)
    }
}

/// What a list is called in the zip: a single one as the runner looks for it,
/// unless its name says how its pictures lie.
fn name(path: &Path, single: bool, content: &[u8]) -> Result<String, PackError> {
    if single && !is_orientation(path) {
        let given = path.extension().and_then(|extension| extension.to_str());
        return Ok(format!("list.{}", extension(given, content)));
    }
    path.file_name()
        .and_then(|name| name.to_str())
        .map(ToOwned::to_owned)
        .ok_or_else(|| PackError::Name(path.to_owned()))
}

/// The places in the zip that are taken, in small letters: not every system
/// that unpacks it tells them from capitals.
struct Taken(BTreeSet<String>);

impl Taken {
    /// Those of the runner's files and of all kinds.
    fn new() -> Self {
        let kinds = KINDS.iter().flat_map(|kind| kind.names());
        let names = kinds.chain([SETTINGS, EMPTY, BAKED]);
        // The folder of a file is taken as well.
        let names =
            names.flat_map(|name| [Some(name), name.split_once('/').map(|(first, _)| first)]);
        Self(names.flatten().map(str::to_lowercase).collect())
    }

    /// The root's place of that name, else the first free one in a folder
    /// `2/`, `3/`, …: the name must stay, it may be a category.
    fn place(&mut self, name: &str) -> String {
        let mut place = name.to_owned();
        let mut folder = 2;
        while !self.0.insert(place.to_lowercase()) {
            place = format!("{folder}/{name}");
            folder += 1;
        }
        place
    }
}

fn file(name: impl Into<String>, bytes: Vec<u8>) -> File<'static> {
    File {
        name: name.into().into(),
        mode: TEXT,
        bytes: bytes.into(),
    }
}

/// A text with line feeds alone, as every system writes it into a zip.
fn unix_lines(text: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = memmem::find(rest, b"\r\n") {
        let (line, more) = rest.split_at(end);
        lines.extend_from_slice(line);
        rest = more.get(1..).unwrap_or_default();
    }
    lines.extend_from_slice(rest);
    lines
}

/// The number of pictures of a baked component.
fn pictures(path: &Path, component: &[u8]) -> Result<u64, PackError> {
    let found = inspect::inspect(component).map_err(|source| PackError::Component {
        path: path.to_owned(),
        source,
    })?;
    let site = found
        .site
        .ok_or_else(|| PackError::Empty(path.to_owned()))?;
    Ok(site.pictures)
}

fn read(path: &Path) -> Result<Vec<u8>, PackError> {
    fs::read(path).map_err(|source| PackError::Read {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
