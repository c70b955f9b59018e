//! Programs that nobody here wrote: the vendors' own packages against our
//! emulators, and what `edgepick pack` makes under the vendors' own emulators
//! and clients. They are installed into a scratch folder of the target folder,
//! and driven by the scripts beside this file.
//!
//! They are fetched from their registries, so every test here is ignored unless
//! asked for: `cargo test -p host-test --test it vendors:: -- --ignored
//! --nocapture`. What cannot be fetched is skipped, which is said.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

mod aliyun;
mod aws;
mod google;
mod leancloud;
mod openwhisk;
mod process;

use crate::skipped::{say, skipped};

/// How long a program may take at most; no test waits for it to pass.
const DEADLINE: Duration = Duration::from_secs(600);

/// Where packages come from, and what runs scripts that use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registry {
    /// npm; `node`.
    Npm,
    /// The Python package index; `python3`.
    PyPi,
}

impl Registry {
    fn install(self, folder: &Path, packages: &[&str]) -> Command {
        let (program, arguments): (_, &[&str]) = match self {
            Self::Npm => (
                "npm",
                &[
                    "install",
                    "--no-save",
                    "--no-audit",
                    "--no-fund",
                    "--ignore-scripts",
                    "--prefix",
                ],
            ),
            Self::PyPi => (
                "python3",
                &[
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--target",
                ],
            ),
        };
        let mut command = Command::new(program);
        command.args(arguments).arg(folder).args(packages);
        command
    }

    fn run(self, folder: &Path, script: &Path) -> Command {
        let (program, variable, packages) = match self {
            Self::Npm => ("node", "NODE_PATH", folder.join("node_modules")),
            Self::PyPi => ("python3", "PYTHONPATH", folder.to_owned()),
        };
        let mut command = Command::new(program);
        command.arg(script).env(variable, packages);
        command
    }
}

/// Runs a script of this folder with these packages at hand (`name@1.2.3`, or
/// `name==1.2.3`) and gives what it printed. `None` where the packages cannot
/// be had, once that was said.
///
/// Panics when the script fails, with all it said.
#[track_caller]
pub(crate) fn run(
    registry: Registry,
    packages: &[&str],
    script: &str,
    arguments: &[&str],
) -> Option<String> {
    let mut command = scripted(registry, packages, script)?;
    Some(finish(script, packages, command.args(arguments)))
}

/// The command that runs a script of this folder.
fn scripted(registry: Registry, packages: &[&str], script: &str) -> Option<Command> {
    let folder = fetched(registry, packages, script)?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/vendors");
    Some(registry.run(&folder, &path.join(script)))
}

/// What a program printed, which is said too.
///
/// Panics when it fails, with all it said.
#[track_caller]
fn finish(what: &str, packages: &[&str], command: &mut Command) -> String {
    let ended = end_of(command).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert!(ended.status.success(), "{what}: {}", ended.said());
    say(&format!("{what} ({}):\n{}", packages.join(", "), ended.out));
    ended.out
}

/// The folder with these packages. `None` where they cannot be had, once that
/// was said of what needs them.
fn fetched(registry: Registry, packages: &[&str], what: &str) -> Option<PathBuf> {
    let folder = installed(registry, packages);
    folder
        .map_err(|why| skipped(&format!("{what}: {why}")))
        .ok()
}

/// The checkout of a repository that no registry has, which a variable names.
/// `None` where it does not, once that was said of what needs it.
fn checkout(variable: &str, repository: &str, what: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    if named.is_none() {
        skipped(&format!(
            "{what}: set {variable} to a checkout of {repository}"
        ));
    }
    named
}

/// The folder with these packages; they are fetched once.
fn installed(registry: Registry, packages: &[&str]) -> Result<PathBuf, String> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let name = packages.join("+").replace('/', "-");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{registry:?}").to_lowercase())
        .join(name);
    // Written last: what was interrupted is begun again.
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(folder);
    }
    let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let mut command = registry.install(&folder, packages);
    let program = command.get_program().to_string_lossy().into_owned();
    let ended = end_of(&mut command).map_err(|e| format!("{program}: {e}"))?;
    if !ended.status.success() {
        return Err(format!(
            "{program} cannot install {packages:?}: {}",
            ended.said()
        ));
    }
    File::create(complete).map_err(failed)?;
    Ok(folder)
}

/// A program that has ended.
struct Ended {
    status: ExitStatus,
    out: String,
    err: String,
}

impl Ended {
    fn said(&self) -> String {
        format!("{}\n{}{}", self.status, self.out, self.err)
    }
}

/// Waits for a program, which is ended where it takes too long.
fn end_of(command: &mut Command) -> std::io::Result<Ended> {
    let (mut out, mut err) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(out.try_clone()?)
        .stderr(err.try_clone()?)
        .spawn()?;
    let since = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if since.elapsed() > DEADLINE {
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let read = |file: &mut File| {
        let mut bytes = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&bytes).into_owned())
    };
    Ok(Ended {
        status,
        out: read(&mut out)?,
        err: read(&mut err)?,
    })
}
