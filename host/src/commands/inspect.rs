//! `edgepick inspect`.

use std::path::PathBuf;

use clap::Args;

use super::{CommandError, output, read, report};
use crate::inspect::inspect;

/// Tell what a component holds.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// A component, baked or not.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// As JSON, complete.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        let found = inspect(&read(&self.file)?)
            .map_err(|e| CommandError::Input(format!("{}: {e}", self.file.display())))?;
        if self.json {
            let json = serde_json::to_string_pretty(&found)
                .map_err(|e| CommandError::Failed(e.to_string()))?;
            return Ok(output::write(format!("{json}\n").as_bytes())?);
        }
        let mut text = format!("{}\n", self.file.display());
        match &found.site {
            Some(site) => report::site(&mut text, site),
            None => report::row(&mut text, "site", "none: bake one in"),
        }
        let site = found.site.as_ref().map_or(0, |site| site.bytes);
        report::row(
            &mut text,
            "bytes",
            &report::bytes(found.bytes, found.component_bytes, site),
        );
        let lists = [("imports", &found.imports), ("exports", &found.exports)];
        let lines = lists.iter().flat_map(|(name, list)| {
            list.iter()
                .enumerate()
                .map(move |(i, line)| (if i == 0 { *name } else { "" }, line))
        });
        for (name, line) in lines {
            report::row(&mut text, name, line);
        }
        let sections = found
            .site
            .iter()
            .flat_map(|site| &site.sections)
            .enumerate();
        for (i, section) in sections {
            let name = if i == 0 { "sections" } else { "" };
            let bytes = report::number(section.bytes as u64);
            report::row(
                &mut text,
                name,
                &format!("{:<24} {bytes:>12}", section.name),
            );
        }
        Ok(output::write(text.as_bytes())?)
    }
}
