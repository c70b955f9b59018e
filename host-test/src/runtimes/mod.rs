//! The emulated runtimes: what a platform starts when it is given a zip, and
//! how it speaks with it. One row a kind in [`RUNTIMES`], one file a platform.
//!
//! An emulator is made from its platform's documents alone and runs whatever
//! the zip holds: it knows nothing of our runner.
//!
//! * `package`: zips as the platforms unpack them.
//! * `machine`: namespaces in which a program finds the platform's ports and
//!   paths.
//! * `web`: programs that answer HTTP; `proxy`: what stands before them.
//! * `polling`: programs that ask the platform for events.
//! * `image`: programs in images of the owner's own.

pub(crate) mod aliyun;
mod aws;
mod azure;
mod baidu;
mod functiongraph;
mod google;
mod huawei;
mod huawei_event;
mod image;
mod leancloud;
mod log;
pub(crate) mod machine;
mod openwhisk;
mod openwhisk_proxy;
mod package;
mod polling;
mod proxy;
mod scf;
mod tencent;
mod tencent_event;
mod tencent_image;
mod turns;
pub(crate) mod web;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::function::Function;
use crate::listener::Front;
use log::Log;
use machine::Ground;
use package::Modes;

pub use machine::has_namespaces;
pub(crate) use machine::{INSIDE, inside};
pub use package::PackageError;

/// A row of the table of runtimes.
pub struct Runtime {
    /// What a zip for it is called: the `KIND` of `--for`.
    pub kind: &'static str,
    /// The platform's name, as `gateway.handle` takes it.
    pub platform: &'static str,
    /// The product, for people.
    pub product: &'static str,
    /// The rows of `GATEWAYS`, by name, that reach the program as a function.
    pub gateways: &'static [&'static str],
    /// The ways in which callers reach it by plain HTTP.
    pub doors: &'static [Door],
    /// What bodies it takes.
    pub bodies: Bodies,
    /// What becomes of mode bits.
    modes: Modes,
    /// Most bytes of a zip by the way to upload it that takes most, where that
    /// is documented, and of what it unpacks to.
    most_packed: Option<u64>,
    most_unpacked: u64,
    deploy: fn(Deployment) -> Result<Box<dyn Program>, DeployError>,
}

/// Most bytes of a body. Where a gateway stands before the program, its own
/// limit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bodies {
    /// A request's, or an event's.
    pub request: usize,
    /// An answer's, where one is documented.
    pub answer: Option<usize>,
}

/// What an emulator takes of an answer that no document limits.
const MOST_ANSWER: usize = 64 << 20;

impl Bodies {
    /// Most bytes of an answer that is read.
    fn most_answer(self) -> usize {
        self.answer.unwrap_or(MOST_ANSWER)
    }
}

/// A way to reach a program by plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// In a word or two.
    pub name: &'static str,
    /// The path below which the program is published, without a slash at its
    /// end.
    pub base: &'static str,
}

impl Door {
    const fn new(name: &'static str, base: &'static str) -> Self {
        Self { name, base }
    }
}

/// Every runtime, one row each.
pub static RUNTIMES: &[Runtime] = &[
    aliyun::RUNTIME,
    aws::RUNTIME,
    azure::RUNTIME,
    baidu::RUNTIME,
    google::RUNTIME,
    huawei::RUNTIME,
    huawei_event::RUNTIME,
    leancloud::RUNTIME,
    openwhisk::RUNTIME,
    tencent::RUNTIME,
    tencent_event::RUNTIME,
];

/// The runtimes of images of the owner's own: each is given as a zip of the
/// folder that its program lies in, and [`Settings::command`] starts it.
pub static IMAGES: &[Runtime] = &[openwhisk_proxy::RUNTIME, tencent_image::RUNTIME];

/// The runtime of this kind.
#[must_use]
pub fn find(kind: &str) -> Option<&'static Runtime> {
    all().find(|row| row.kind == kind)
}

/// Zips' runtimes, then images'.
pub fn all() -> impl Iterator<Item = &'static Runtime> {
    RUNTIMES.iter().chain(IMAGES)
}

/// What a function's owner sets. What is absent is as the platform has it.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How long one call may take.
    pub timeout: Option<Duration>,
    /// How long the program may take to start.
    pub start: Option<Duration>,
    /// How long the platform waits for the end of a call's log, where it does:
    /// OpenWhisk's images.
    pub logs: Option<Duration>,
    /// Megabytes.
    pub memory: Option<u64>,
    /// Variables of the owner's own.
    pub environment: Vec<(String, String)>,
    /// The start command, where the zip does not say it.
    pub command: Option<String>,
    /// The port that the program listens at, where the owner chooses it.
    pub port: Option<u16>,
    /// How often the platform's own interface hangs up before it answers: what
    /// a program meets on a bad day.
    pub hang_ups: usize,
    /// What the platform's proxy makes of some answers where its documents
    /// leave that open: Huawei's HTTP functions.
    pub proxy: Proxy,
    /// Whether the owner has the platform announce the beginning and the end of
    /// an instance, where it can: Alibaba's initializer, pre-freeze and pre-stop.
    pub hooks: bool,
    /// Whether what the program writes is printed on standard error.
    pub echo: bool,
    /// The program `host-test`, where it is not the one that runs.
    pub harness: Option<PathBuf>,
    /// The folder below which zips are unpacked; this machine's own for what is
    /// temporary otherwise.
    pub folder: Option<PathBuf>,
}

/// See [`Settings::proxy`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proxy {
    /// It follows redirects itself, so that callers see what stands there.
    pub follows_redirects: bool,
    /// An answer that is no 2xx is a failure of the function to it.
    pub fails_non_2xx: bool,
}

/// A zip that a platform has taken.
pub trait Program: Send + Sync {
    /// What stands behind the gateways of its row.
    fn function(&self) -> Option<Box<dyn Function>> {
        None
    }

    /// What callers reach at a door of its row.
    fn front(&self, _door: &str) -> Option<Box<dyn Front>> {
        None
    }

    /// What it wrote, the end of it.
    fn log(&self) -> String;

    /// Takes it out of service: SIGTERM, as some platforms send it and whoever
    /// runs a container, and SIGKILL after the time that the platform gives it,
    /// or else a container has. Gives the exit status, 128 and the signal's
    /// number where it was killed; `None` where it did not run.
    fn stop(&self) -> Option<i32>;
}

/// Why a platform does not take a zip.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// Whatever platform it is.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The platform's own reason.
    #[error("{0}")]
    Refused(String),
    /// The emulator's own trouble.
    #[error("the emulator cannot deploy: {0}")]
    Emulator(#[from] io::Error),
}

/// How long a program may take, and how much it may need.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// From its start until it is ready.
    start: Duration,
    /// From an event to the answer.
    timeout: Duration,
    /// Megabytes.
    memory: u64,
}

impl Limits {
    /// These, where the owner sets no others.
    fn or(self, settings: &Settings) -> Self {
        Self {
            start: settings.start.unwrap_or(self.start),
            timeout: settings.timeout.unwrap_or(self.timeout),
            memory: settings.memory.unwrap_or(self.memory),
        }
    }
}

/// An unpacked zip.
struct Deployment {
    ground: Arc<Ground>,
    settings: Settings,
    bodies: Bodies,
    log: Log,
}

impl Runtime {
    /// The doors and gateways that reach the program, by name.
    #[must_use]
    pub fn ways(&self) -> Vec<&'static str> {
        let doors = self.doors.iter().map(|door| door.name);
        doors.chain(self.gateways.iter().copied()).collect()
    }

    /// Hands the platform a zip.
    ///
    /// # Errors
    /// When it does not take it. A program that cannot run is not known before
    /// it is called.
    pub fn deploy(&self, zip: &[u8], settings: Settings) -> Result<Box<dyn Program>, DeployError> {
        (self.deploy)(self.unpacked(zip, settings)?)
    }

    /// A zip as the platform unpacks it.
    fn unpacked(&self, zip: &[u8], settings: Settings) -> Result<Deployment, DeployError> {
        if let Some(most) = self.most_packed
            && zip.len() as u64 > most
        {
            return Err(PackageError::TooLong(most).into());
        }
        let ground = Ground::new(settings.folder.as_deref(), settings.harness.as_deref())?;
        package::unpack(zip, &ground.code(), self.modes, self.most_unpacked)?;
        Ok(Deployment {
            ground: Arc::new(ground),
            log: Log::new(settings.echo),
            bodies: self.bodies,
            settings,
        })
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// An environment of these variables and the owner's own.
fn environment<'a>(
    variables: impl IntoIterator<Item = (&'a str, String)>,
    settings: &Settings,
) -> Vec<(String, String)> {
    let variables = variables.into_iter();
    let own = settings.environment.iter().cloned();
    variables
        .map(|(name, value)| (name.to_owned(), value))
        .chain(own)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateways::GATEWAYS;

    #[test]
    fn rows_are_found_by_unique_kinds_and_name_gateways_of_their_platform() {
        for (i, row) in all().enumerate() {
            assert!(row.kind.starts_with(row.platform), "{}", row.kind);
            assert!(all().take(i).all(|other| other.kind != row.kind));
            assert_eq!(find(row.kind).unwrap().kind, row.kind);
            assert!(row.gateways.len() + row.doors.len() > 0, "{}", row.kind);
            for name in row.gateways {
                let gateway = GATEWAYS.iter().find(|gateway| gateway.name == *name);
                let gateway = gateway.unwrap_or_else(|| panic!("{}: no {name}", row.kind));
                assert_eq!(gateway.platform, row.platform, "{name}");
            }
        }
        assert!(find("nothing").is_none());
    }
}
