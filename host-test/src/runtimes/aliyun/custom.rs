//! What a custom runtime starts, whoever deploys it: `/code/bootstrap`, or the
//! owner's command, which listens at the port that its environment names.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::super::machine::{Ground, Plan};
use super::super::web::{NOT_LOOPBACK, Web, WebFailure};
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
    /// Where its owner has it listen.
    port: u16,
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
        let wanted = settings.port.unwrap_or(PORT);
        let port = Ground::port(wanted)?;
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
        let web = Web::keeping(deployment, plan, address, LIMITS);
        Ok(Self {
            web,
            file,
            port: wanted,
        })
    }

    /// Why the program did not start, as "Error codes" has it: code and
    /// message. `None` where it did.
    pub(crate) fn not_started(&self, failure: &WebFailure) -> Option<(&'static str, String)> {
        let logs = || self.web.log().tail(1000);
        let exited = |code: i32| {
            let message = match code {
                2 => "no such file or directory",
                8 => "exec format error",
                137 => "killed",
                _ => "exit status",
            };
            let text = format!(
                "The function cannot be started. Function instance exited unexpectedly(code {code}, message:{message}) with start command '/code/bootstrap '. Logs:{}",
                logs()
            );
            ("CAExited", text)
        };
        let missing = self.file.as_ref().is_some_and(|file| !file.is_file());
        Some(match failure {
            WebFailure::NotExecutable(_) if missing => {
                let text = "The function cannot be started. Failed to start function instance. Error: the file /code/bootstrap is not exist";
                ("CAFileNotFound", text.to_owned())
            }
            WebFailure::NotExecutable(e) if e.kind() == io::ErrorKind::PermissionDenied => {
                let text = "The CA process cannot be started due to bootstrap file don't have execute permissions";
                ("CAFilePermission", text.to_owned())
            }
            WebFailure::NotExecutable(e) => exited(e.raw_os_error().unwrap_or(1)),
            WebFailure::EndedAtStart(end) => exited(end.code),
            WebFailure::NotListening => {
                let (port, seconds) = (self.port, self.web.limits().start.as_secs_f64());
                let text = format!(
                    "Function instance health check failed on port {port} in {seconds} seconds.\nLogs:{}",
                    logs()
                );
                ("FunctionNotStarted", text)
            }
            _ => return None,
        })
    }
}
