//! The vendors' own packages against the emulators: installed into a scratch
//! folder of the target folder, driven by the scripts beside this file.
//!
//! They are fetched from their registries, so every test here is ignored unless
//! asked for: `cargo test -p host-test --test it vendors:: -- --ignored
//! --nocapture`. What cannot be fetched is skipped, which is said.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

mod aliyun;
mod leancloud;

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
    let folder = match installed(registry, packages) {
        Ok(folder) => folder,
        Err(why) => {
            say(&format!("SKIPPED {script}: {why}"));
            return None;
        }
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/vendors");
    let mut command = registry.run(&folder, &path.join(script));
    let ended = end_of(command.args(arguments)).unwrap_or_else(|e| panic!("{script}: {e}"));
    assert!(ended.status.success(), "{script}: {}", ended.said());
    say(&format!(
        "{script} ({}):\n{}",
        packages.join(", "),
        ended.out
    ));
    Some(ended.out)
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

/// To the terminal, also where a test's output is kept back.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
