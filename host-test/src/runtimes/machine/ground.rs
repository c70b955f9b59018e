//! The folders of a deployment, and which paths and ports stand for those that
//! its platform fixes.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Where a platform's own interface listens inside.
const OWN_PORT: u16 = 9001;

/// A new user, network, mounts and processes; all of them end together.
pub(super) const NAMESPACES: [&str; 6] = [
    "-Urnmp",
    "--fork",
    "--kill-child",
    "--propagation",
    "private",
    "--",
];

/// The variable that, with any value, has this machine taken for one without
/// namespaces.
const NONE: &str = "EDGEPICK_NO_NAMESPACES";

/// Whether this machine grants namespaces, and the variable
/// `EDGEPICK_NO_NAMESPACES` does not say otherwise. Says once if it does not.
#[must_use]
pub fn has_namespaces() -> bool {
    static GRANTED: OnceLock<bool> = OnceLock::new();
    *GRANTED.get_or_init(|| {
        let mut probe = Command::new("unshare");
        probe.args(NAMESPACES).arg("true").stdin(Stdio::null());
        let granted = std::env::var_os(NONE).is_none()
            && probe.output().is_ok_and(|output| output.status.success());
        if !granted {
            // Also where a test's output is kept back.
            let _ = writeln!(
                io::stderr(),
                "no namespaces on this machine: programs see other paths than their platform's, and ports that their variables name or, one program at a time, the platform's"
            );
        }
        granted
    })
}

/// The folders of one deployment.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(super) scratch: TempDir,
    pub(super) harness: PathBuf,
}

impl Ground {
    /// Empty folders below this one, or where this machine has temporary ones.
    /// The harness is the program `host-test`.
    pub(in crate::runtimes) fn new(
        below: Option<&Path>,
        harness: Option<&Path>,
    ) -> io::Result<Self> {
        let below = below.map_or_else(std::env::temp_dir, Path::to_owned);
        // Programs run in another folder than this one.
        let scratch = TempDir::with_prefix_in("edgepick-", below.canonicalize()?)?;
        for folder in ["code", "root"] {
            std::fs::create_dir(scratch.path().join(folder))?;
        }
        Ok(Self {
            scratch,
            harness: match harness {
                Some(harness) => harness.to_owned(),
                None => std::env::current_exe()?,
            },
        })
    }

    /// Where the zip is unpacked.
    pub(in crate::runtimes) fn code(&self) -> PathBuf {
        self.scratch.path().join("code")
    }

    /// Where a program finds that which a platform puts at this path.
    pub(in crate::runtimes) fn at(&self, path: &str) -> PathBuf {
        if has_namespaces() {
            PathBuf::from(path)
        } else {
            self.code()
        }
    }

    /// The port to tell a program that asks its environment for one.
    pub(in crate::runtimes) fn port(wanted: u16) -> io::Result<u16> {
        if has_namespaces() {
            return Ok(wanted);
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Ok(listener.local_addr()?.port())
    }

    /// An address at which the platform can listen for the program.
    pub(in crate::runtimes) fn reserve() -> io::Result<Reserved> {
        let port = if has_namespaces() { OWN_PORT } else { 0 };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = match port {
            0 => Some(TcpListener::bind(address)?),
            _ => None,
        };
        let bound = listener.as_ref().map(TcpListener::local_addr).transpose()?;
        Ok(Reserved {
            address: bound.unwrap_or(address),
            listener,
        })
    }
}

/// See [`Ground::reserve`].
#[derive(Debug)]
pub(in crate::runtimes) struct Reserved {
    /// For the program's environment.
    pub(in crate::runtimes) address: SocketAddr,
    pub(super) listener: Option<TcpListener>,
}
