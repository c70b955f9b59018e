//! The command line: arguments in, text and an exit code out. Everything that
//! does something stands in the library's other modules.

mod bake;
mod clouds;
mod inspect;
mod output;
mod pack;
mod progress;
mod report;
mod serve;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bake::BakeError;
use crate::input::InputError;
use crate::inspect::InspectError;
use crate::pack::{NoRunner, PackError};
use crate::site::SiteError;

/// A random-image service as one WebAssembly component.
#[derive(Debug, Parser)]
#[command(name = "edgepick", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a site over HTTP.
    Serve(Box<serve::Serve>),
    /// Make a component out of lists of pictures.
    Bake(bake::Bake),
    /// Tell what a component holds.
    Inspect(inspect::Inspect),
    /// Make a zip for a cloud function out of lists or a baked component.
    Pack(pack::Pack),
    /// Compare the cloud-function platforms: what is free, what callers see.
    Clouds(clouds::CloudsCommand),
}

/// Why a command ends without having done its work.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    /// What the user gave is wrong: exit code 2.
    #[error("{0}")]
    Input(String),
    /// Something else went wrong: exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl From<InputError> for CommandError {
    fn from(error: InputError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<InspectError> for CommandError {
    fn from(error: InspectError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<SiteError> for CommandError {
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::Compile(_) => Self::Failed(error.to_string()),
            SiteError::Seal(_) | SiteError::Exports(_) => Self::Input(error.to_string()),
        }
    }
}

impl From<BakeError> for CommandError {
    fn from(error: BakeError) -> Self {
        match error {
            BakeError::TooLarge(_) => Self::Input(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<PackError> for CommandError {
    fn from(error: PackError) -> Self {
        match error {
            PackError::Bake(error) => error.into(),
            PackError::NoCompiler(_) | PackError::Compile(_) | PackError::Zip(_) => {
                Self::Failed(error.to_string())
            }
            error => Self::Input(error.to_string()),
        }
    }
}

impl From<NoRunner> for CommandError {
    fn from(error: NoRunner) -> Self {
        match error {
            NoRunner::Unreadable { .. } | NoRunner::Foreign(..) => Self::Input(error.to_string()),
            NoRunner::Nowhere { .. } | NoRunner::NoCCompiler(_) | NoRunner::Build => {
                Self::Failed(error.to_string())
            }
        }
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Runs the command that the arguments name, the program's name first. Gives
/// 0 on success, 2 when the arguments or the input are wrong, 1 when something
/// else went wrong.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2));
        }
    };
    let result = match arguments.command {
        Command::Serve(serve) => serve.run(),
        Command::Bake(bake) => bake.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Pack(pack) => pack.run(),
        Command::Clouds(clouds) => clouds.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            output::tell(&format!("error: {e}\n"));
            ExitCode::from(match e {
                CommandError::Input(_) => 2,
                CommandError::Failed(_) => 1,
            })
        }
    }
}

/// A runtime for what a command does itself; a server has its own.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// The bytes of a file, or an error that names it.
fn read(path: &std::path::Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path)
        .map_err(|e| CommandError::Input(format!("{}: cannot be read: {e}", path.display())))
}
