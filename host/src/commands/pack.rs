//! `edgepick pack`.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::bake::{Sources, write};
use super::progress::Bar;
use super::{CommandError, output, report, runtime};
use crate::heads;
use crate::pack::{
    ALL, Baked, KINDS, Kind, LARGEST_LISTS, Places, Request, Site, Zip, kinds, pack,
};
use crate::runner_engine::Architecture;

/// Make a zip for a cloud function out of lists or a baked component.
#[derive(Debug, Args)]
pub(super) struct Pack {
    /// Lists, which lie in the zip as they are, or a baked component, or what
    /// else `bake` takes; every line must be good. Without any, those that the
    /// settings file names, or without such a file the embedded sample.
    #[arg(value_name = "SITE.wasm|INPUT")]
    inputs: Vec<PathBuf>,
    /// The kind of function; `all` makes the first kind of every platform.
    #[arg(
        long = "for",
        value_name = "KIND",
        value_parser = PossibleValuesParser::new(KINDS.iter().map(|kind| kind.name).chain([ALL]))
    )]
    kind: String,
    /// The processors that the function is set to run on.
    #[arg(
        long,
        value_name = "ARCH",
        default_value = Architecture::default().name(),
        value_parser = PossibleValuesParser::new(Architecture::ALL.map(Architecture::name))
            .map(|name| Architecture::ALL.into_iter().find(|it| it.name() == name).unwrap_or_default())
    )]
    arch: Architecture,
    /// Where the zip goes, or the folder that it goes into; `-` is standard
    /// output [default: edgepick-KIND.zip].
    #[arg(short, long, value_name = "OUT.zip|DIR")]
    output: Option<PathBuf>,
    /// A path prefix that the site is published under, such as /user/get.
    #[arg(long, value_name = "PATH")]
    mount: Option<String>,
    #[command(flatten)]
    sources: Sources,
}

impl Pack {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        let kinds = kinds(&self.kind);
        let folder = self.folder()?;
        for kind in &kinds {
            kind.runs_on(self.arch)?;
        }
        let site = self.site()?;
        let runner = Places::of_this_process().runner(self.arch)?;
        for kind in kinds {
            let path = match (&folder, &self.output) {
                (None, Some(file)) => file.clone(),
                (folder, _) => folder.clone().unwrap_or_default().join(kind.file_name()),
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = if name == "-" {
                kind.file_name().into()
            } else {
                name
            };
            let zip = pack(kind, &runner, &site, &name)?;
            write(&path, &zip.bytes)?;
            let mut summary = format!("{}\n", path.display());
            describe(&mut summary, kind, &site, &zip);
            summary.push_str("\nNext:\n\n");
            summary.push_str(&kind.next_steps(&name, self.arch));
            summary.push('\n');
            output::summary(&path, &summary)?;
        }
        Ok(())
    }

    /// The folder that zips go into, if they go into one.
    fn folder(&self) -> Result<Option<PathBuf>, CommandError> {
        let Some(output) = &self.output else {
            return Ok(Some(PathBuf::new()));
        };
        if output.is_dir() {
            return Ok(Some(output.clone()));
        }
        if self.kind != ALL {
            return Ok(None);
        }
        if output.exists() || output.as_os_str() == "-" {
            return Err(CommandError::Input(format!(
                "{}: not a folder; `--for {ALL}` makes several zips and wants one",
                output.display()
            )));
        }
        fs::create_dir_all(output).map_err(|e| {
            CommandError::Failed(format!("{}: cannot be made: {e}", output.display()))
        })?;
        Ok(Some(output.clone()))
    }

    fn site(&self) -> Result<Site, CommandError> {
        let request = Request {
            input: self.sources.input(&self.inputs, true),
            mount: self.mount.clone(),
            architecture: self.arch,
        };
        let mut bar = Bar::default();
        let site = runtime()?
            .block_on(request.site(&mut |progress| bar.show(progress), &mut io::stdin()))?;
        if site.baked == Some(Baked::Given) && self.sources.given() {
            let names: Vec<_> = self
                .inputs
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            return Err(CommandError::Input(format!(
                "{}: its settings were baked in; --config and --base-url go with lists",
                names.join(", ")
            )));
        }
        if let Some(prepared) = &site.prepared {
            report::remarks(prepared);
        }
        Ok(site)
    }
}

/// File, size and contents.
fn describe(text: &mut String, kind: &Kind, site: &Site, zip: &Zip<'_>) {
    let number = |n: usize| report::number(n as u64);
    report::row(text, "for", kind.title);
    report::row(text, "pictures", &report::number(site.pictures));
    let baked = match site.baked {
        None | Some(Baked::Given) => None,
        Some(Baked::Folder) => Some("baked: a source is a folder of pictures".to_owned()),
        Some(Baked::Large { lists, site }) => Some(format!(
            "baked: lists of {} bytes and the {} of the site that they make are more than {}, with which a start takes 50 ms",
            number(lists),
            number(site),
            number(LARGEST_LISTS)
        )),
    };
    if let Some(baked) = baked {
        report::row(text, "site", &baked);
    }
    let mut size = number(zip.bytes.len());
    if let Some(limit) = kind.limit.filter(|limit| zip.bytes.len() > *limit) {
        size += &format!(
            ", more than the {} of the platform's plain upload",
            number(limit)
        );
    }
    report::row(text, "bytes", &size);
    if let (Some(longest), Some(most)) = (kind.lost(site), heads::longest_address(kind.name)) {
        let warning = format!(
            "an address has {} bytes; with more than {} the platform lets no redirect through, and callers get the picture's data",
            number(longest),
            number(most)
        );
        report::row(text, "warning", &warning);
    }
    for (i, file) in zip.files.iter().enumerate() {
        let name = if i == 0 { "contents" } else { "" };
        let (mode, bytes) = (file.mode, number(file.bytes.len()));
        report::row(
            text,
            name,
            &format!("{:<24} {mode:04o} {bytes:>12}", file.name),
        );
    }
}
