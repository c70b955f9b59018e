//! `edgepick bake`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::Bar;
use super::{CommandError, output, report, runtime};
use crate::COMPONENT;
use crate::input::{Input, Prepared, default_config};
use crate::inspect;

/// Arguments that name a site's input.
#[derive(Clone, Debug, Args)]
pub(super) struct Sources {
    /// The settings file [default: edgepick.toml, if there is one].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address that a folder of pictures is published under.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Sources {
    /// These sources, or without any those of the settings file.
    pub(super) fn input(&self, sources: &[PathBuf], strict: bool) -> Input {
        Input {
            sources: sources.to_vec(),
            config: self.config.clone().or_else(default_config),
            base_url: self.base_url.clone(),
            strict,
            ..Input::default()
        }
    }

    /// Whether anything was said that only lists and folders can follow.
    pub(super) fn given(&self) -> bool {
        self.config.is_some() || self.base_url.is_some()
    }
}

/// Make a component out of lists of pictures.
#[derive(Debug, Args)]
pub(super) struct Bake {
    /// Lists (text, JSON, NDJSON, CSV, TSV), folders with --base-url, numbered
    /// ranges such as https://host/{1..833}.webp, `-` for standard input. Without any,
    /// those that the settings file names.
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Where the component goes; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "site.wasm")]
    output: PathBuf,
    #[command(flatten)]
    sources: Sources,
    /// Refuse everything when one line is bad.
    #[arg(long)]
    strict: bool,
}

impl Bake {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        let prepared = prepare(&self.sources.input(&self.inputs, self.strict))?;
        report::remarks(&prepared);
        let site = inspect::site(&prepared.packed.bytes)?;
        let spinner = Bar::spinner(prepared.packed.bytes.len());
        let baked = runtime()?.block_on(crate::bake::bake(COMPONENT, &prepared.packed.bytes))?;
        drop(spinner);
        write(&self.output, &baked.component)?;
        let rest = baked.component.len().saturating_sub(site.bytes);
        let mut summary = format!("{}\n", self.output.display());
        report::site(&mut summary, &site);
        report::row(
            &mut summary,
            "folded",
            &report::count(prepared.packed.folded, "duplicate"),
        );
        report::row(
            &mut summary,
            "bytes",
            &report::bytes(baked.component.len(), rest, site.bytes),
        );
        Ok(output::summary(&self.output, &summary)?)
    }
}

/// Reads and packs, with a bar where that takes long.
pub(super) fn prepare(input: &Input) -> Result<Prepared, CommandError> {
    let mut bar = Bar::default();
    Ok(input.prepare(&mut |progress| bar.show(progress))?)
}

/// Writes a file whole or not at all: into a temporary one beside it, which
/// then takes its name.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    if path.as_os_str() == "-" {
        return Ok(output::write(bytes)?);
    }
    let written = if path.exists() && !path.is_file() {
        // A pipe or a device cannot be replaced; a folder fails here.
        fs::write(path, bytes)
    } else {
        replace(path, bytes)
    };
    written.map_err(|e| CommandError::Failed(format!("{}: cannot be written: {e}", path.display())))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // The temporary file must lie on the same file system as what a link names.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".edgepick-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: what the user's mask leaves.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    temporary.write_all(bytes)?;
    temporary.persist(target)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.wasm");
        write(&path, b"first").unwrap();
        write(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("site.wasm"), folder.path().join("link"));
        write(&path, b"first").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, b"second").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"second");
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            folder.path().to_owned(),
            folder.path().join("none/site.wasm"),
        ] {
            let error = write(&path, b"x").unwrap_err().to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
        }
    }
}
