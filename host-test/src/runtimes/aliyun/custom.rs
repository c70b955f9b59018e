//! What a custom runtime starts, whoever deploys it: `/code/bootstrap`, or the
//! owner's command, which listens at the port that its environment names.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::super::machine::{Ground, Plan};
use super::super::web::{NOT_LOOPBACK, Web};
use super::super::{DeployError, Deployment, Limits, Settings, environment};

const CODE: &str = "/code";

/// Where programs listen whose owners choose no other port.
pub(crate) const PORT: u16 = 9000;

/// Those of the platform's console, and its time for a start.
pub(super) const LIMITS: Limits = Limits {
    start: Duration::from_secs(120),
    timeout: Duration::from_secs(60),
    memory: 512,
};

/// A program of a custom runtime.
#[derive(Clone, Debug)]
pub(crate) struct Custom {
    pub(crate) web: Web,
    /// The start file, outside, where no command is given.
    file: Option<PathBuf>,
}

impl Custom {
    /// Unpacks a zip and starts nothing yet. Command, port, limits and all
    /// variables but the runtime's own are the owner's.
    pub(crate) fn deploy(
        zip: &[u8],
        command: &[String],
        settings: Settings,
    ) -> Result<Self, DeployError> {
        let deployment = super::RUNTIME.unpacked(zip, settings)?;
        Ok(Self::new(deployment, command, [])?)
    }

    pub(super) fn new<'a>(
        deployment: Deployment,
        command: &[String],
        variables: impl IntoIterator<Item = (&'a str, String)>,
    ) -> io::Result<Self> {
        let (ground, settings) = (&deployment.ground, &deployment.settings);
        let at = ground.at(CODE);
        let port = Ground::port(settings.port.unwrap_or(PORT))?;
        let own = [
            ("FC_FUNC_CODE_PATH", format!("{}/", at.display())),
            ("FC_CUSTOM_LISTEN_PORT", port.to_string()),
            ("FC_SERVER_PORT", port.to_string()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ];
        let here = |word: &String| match word.strip_prefix("/code/") {
            Some(rest) => at.join(rest),
            None => PathBuf::from(word),
        };
        let mut words = command.iter();
        let program = words.next().map(here);
        let plan = Plan {
            arguments: words.map(|word| here(word).display().to_string()).collect(),
            environment: environment(own.into_iter().chain(variables), settings),
            writable: true,
            any_port: true,
            program: program.clone().unwrap_or_else(|| at.join("bootstrap")),
            at,
            ..Plan::default()
        };
        let file = program.is_none().then(|| ground.code().join("bootstrap"));
        let address = SocketAddr::from((NOT_LOOPBACK, port));
        let web = Web::new(deployment, plan, address, LIMITS);
        Ok(Self { web, file })
    }

    /// Whether the zip has no start file, and needs one.
    pub(crate) fn missing(&self) -> bool {
        self.file.as_ref().is_some_and(|file| !file.is_file())
    }
}
