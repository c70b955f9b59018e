//! Google Cloud Run, services and functions: "Container runtime contract",
//! "Deploy from source code", "OS only runtimes", "Configure maximum
//! concurrent requests" and "Known issues" of its documents, and of Cloud Run
//! functions the variables that Google's function frameworks read.
//!
//! Every way in is plain HTTP. A function differs in its variables: where its
//! owner sets `FUNCTION_SIGNATURE_TYPE`, the rest of them is there too.

mod dockerfile;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Uri};

use self::dockerfile::Image;
use super::machine::Plan;
use super::package::Modes;
use super::proxy::{acknowledged, answered, node, passed, posted};
use super::web::{NOT_LOOPBACK, Web, WebFailure};
use super::{
    Bodies, DeployError, Deployment, Door, Limits, Program, Runtime, Settings, environment,
};
use crate::function::Function;
use crate::gateways::headers::callers;
use crate::gateways::sending::answer;
use crate::gateways::{Failure, Invocation, Outcome, ids};
use crate::listener::{Answered, Front};

const SERVICE: &str = "edgepick";
const REVISION: &str = "edgepick-00001-abc";
const HOST: &str = "edgepick-ab12cd34ef-ew.a.run.app";
const DOOR: &str = "run-app";

/// Where the source lies that is not built.
const WORKSPACE: &str = "/workspace";

/// From SIGTERM to SIGKILL.
const GRACE: Duration = Duration::from_secs(10);

const LIMITS: Limits = Limits {
    start: Duration::from_secs(240),
    timeout: Duration::from_secs(300),
    memory: 512,
};

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "google",
    platform: "google",
    product: "Google Cloud Run",
    gateways: &["google_cloudevents"],
    doors: &[Door::new(DOOR, "")],
    bodies: Bodies {
        request: 32 << 20,
        answer: Some(32 << 20),
    },
    modes: Modes::Kept,
    most_packed: None,
    // The file system is in memory, and counts there.
    most_unpacked: 512 << 20,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let settings = &deployment.settings;
    let image = image(&deployment.ground.code(), settings).map_err(DeployError::Refused)?;
    let port = settings.port.unwrap_or(8080);
    let at = deployment.ground.at(&image.code);
    let limits = LIMITS.or(settings);
    let mut variables = vec![
        ("PORT", port.to_string()),
        ("K_SERVICE", SERVICE.to_owned()),
        ("K_REVISION", REVISION.to_owned()),
        ("K_CONFIGURATION", SERVICE.to_owned()),
        (
            "CLOUD_RUN_TIMEOUT_SECONDS",
            limits.timeout.as_secs().to_string(),
        ),
        ("HOME", "/root".to_owned()),
        (
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        ),
    ];
    if is_function(settings) {
        variables.extend([
            ("FUNCTION_TARGET", SERVICE.to_owned()),
            ("FUNCTION_SOURCE", at.display().to_string()),
            ("LOG_EXECUTION_ID", "true".to_owned()),
        ]);
    }
    let mut all = image.environment.clone();
    all.extend(environment(variables, settings));
    // Without namespaces the code lies elsewhere.
    let here = |path: &Path| match path.strip_prefix(&image.code) {
        Ok(below) => at.join(below),
        Err(_) => path.to_owned(),
    };
    let plan = Plan {
        program: here(&image.program),
        folder: here(&image.folder),
        arguments: image.arguments.clone(),
        environment: all,
        writable: true,
        at: at.clone(),
        ..Plan::default()
    };
    let address = SocketAddr::from((NOT_LOOPBACK, port));
    let function = is_function(settings);
    let web = Web::new(deployment, plan, address, LIMITS);
    Ok(Box::new(Service { web, function }))
}

fn is_function(settings: &Settings) -> bool {
    let mut own = settings.environment.iter();
    own.any(|(name, _)| name == "FUNCTION_SIGNATURE_TYPE")
}

/// What is started: a command that was given, else what the Dockerfile builds.
fn image(code: &Path, settings: &Settings) -> Result<Image, String> {
    if let Some(command) = &settings.command {
        return Image::unbuilt(WORKSPACE, command).ok_or_else(|| "the command is empty".to_owned());
    }
    match std::fs::read_to_string(code.join("Dockerfile")) {
        Ok(text) => Image::built(&text),
        Err(_) => Err("Cloud Run has no runtime for the zip: it holds no Dockerfile, and no command is given for a deployment without a build".to_owned()),
    }
}

#[derive(Clone)]
struct Service {
    web: Web,
    function: bool,
}

impl Program for Service {
    fn function(&self) -> Option<Box<dyn Function>> {
        Some(Box::new(self.clone()))
    }

    fn front(&self, door: &str) -> Option<Box<dyn Front>> {
        (door == DOOR).then(|| -> Box<dyn Front> { Box::new(self.clone()) })
    }

    fn log(&self) -> String {
        self.web.log().text()
    }

    fn stop(&self) -> Option<i32> {
        self.web.stop(GRACE)
    }
}

/// Events, as Eventarc, Pub/Sub and Scheduler deliver them.
impl Function for Service {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let target = invocation.target.as_deref().unwrap_or("/");
            let Some(event) = posted(target, &invocation.headers, &invocation.event) else {
                let text = format!("{target:?} is no target");
                return Outcome::Failed(Failure::Threw(text));
            };
            let event = passed(&event, HOST, self.fields());
            match self.web.exchange_and_spare(event).await {
                Ok(response) => acknowledged(response),
                Err(failure) => {
                    self.report(&failure);
                    Outcome::Failed(failure.into())
                }
            }
        })
    }
}

impl Front for Service {
    fn most_body(&self) -> usize {
        self.web.most_body()
    }

    fn answer<'a>(
        &'a self,
        request: &'a Request<Bytes>,
        caller: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>> {
        Box::pin(async move {
            let method = request.method();
            let own = |status, text: &'static str| answer(status, "text/plain", text, method);
            if [Method::TRACE, Method::CONNECT].contains(method) {
                return own(405, "Method Not Allowed").into();
            }
            if is_reserved(request.uri().path()) {
                return own(404, "Not Found").into();
            }
            if request.body().len() > self.most_body() {
                return own(413, "Request Entity Too Large").into();
            }
            let forwarded = [
                ("x-forwarded-for", callers(request.headers(), caller)),
                ("x-forwarded-proto", "https".to_owned()),
                ("forwarded", format!("for={};proto=https", node(caller))),
            ];
            let fields = forwarded.into_iter().chain(self.fields());
            let mut request = passed(request, HOST, fields);
            *request.uri_mut() = plain(request.uri());
            match self.web.exchange_and_spare(request).await {
                Ok(response) => answered(response, method),
                Err(failure) => {
                    self.report(&failure);
                    match failure {
                        WebFailure::TimedOut => own(504, "upstream request timeout"),
                        WebFailure::Broken(_) => own(502, "Bad Gateway"),
                        WebFailure::TooLarge => own(500, "Response size was too large"),
                        WebFailure::Emulator(text) => answer(500, "text/plain", text, method),
                        WebFailure::NotExecutable(_)
                        | WebFailure::EndedAtStart(_)
                        | WebFailure::NotListening
                        | WebFailure::Ended(_) => own(503, "Service Unavailable"),
                    }
                }
            }
            .into()
        })
    }
}

impl Service {
    /// What every request has, whoever sends it.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let (trace, span) = (ids::hex(32), ids::hex(16));
        let decimal = u64::from_str_radix(&span, 16).unwrap_or(1);
        let mut fields = vec![
            ("x-cloud-trace-context", format!("{trace}/{decimal};o=1")),
            ("traceparent", format!("00-{trace}-{span}-01")),
        ];
        if self.function {
            fields.push(("function-execution-id", ids::hex(12)));
        }
        fields
    }

    fn report(&self, failure: &WebFailure) {
        let log = self.web.log();
        match failure {
            WebFailure::NotExecutable(e) => log.line(&format!("Container failed to start. {e}")),
            WebFailure::EndedAtStart(end) => {
                log.line(&format!("Container called exit({}).", end.code));
                log.line(NOT_STARTED);
            }
            WebFailure::NotListening => log.line(NOT_STARTED),
            WebFailure::TimedOut => log.line(
                "The request has been terminated because it has reached the maximum request timeout.",
            ),
            WebFailure::Ended(end) if end.memory => {
                let limit = self.web.limits().memory;
                log.line(&format!("Memory limit of {limit} MiB exceeded."));
            }
            WebFailure::Ended(end) => log.line(&format!("Container called exit({}).", end.code)),
            WebFailure::Broken(_) | WebFailure::TooLarge | WebFailure::Emulator(_) => log.line(
                &format!("The request failed because either the HTTP response was malformed or connection to the instance had an error: {failure:?}"),
            ),
        }
    }
}

const NOT_STARTED: &str = "Container failed to start. Failed to start and then listen on the port defined by the PORT environment variable.";

/// Paths of run.app that are Google's own.
fn is_reserved(path: &str) -> bool {
    ["/eventlog", "/healthz"].contains(&path) || path == "/_ah" || path.starts_with("/_ah/")
}

/// The front decodes escapes that are not needed: those of letters, digits and
/// `-._~`.
fn plain(target: &Uri) -> Uri {
    let mut pieces = target.path().split('%');
    let mut path = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let byte = piece
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                path.push(char::from(byte));
                path.push_str(piece.get(2..).unwrap_or_default());
            }
            _ => {
                path.push('%');
                path.push_str(piece);
            }
        }
    }
    if let Some(query) = target.query() {
        path = format!("{path}?{query}");
    }
    path.parse().unwrap_or_else(|_| target.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_that_nobody_needs_are_decoded() {
        for (sent, there) in [
            ("/%41%2d%7E", "/A-~"),
            ("/a%20b%2Fc?q=%41", "/a%20b%2Fc?q=%41"),
            ("/100%25", "/100%25"),
            ("/%E7%8C%AB", "/%E7%8C%AB"),
            ("/", "/"),
        ] {
            assert_eq!(plain(&sent.parse().unwrap()), there);
        }
    }

    #[test]
    fn some_paths_are_the_platform_s() {
        for path in ["/healthz", "/eventlog", "/_ah", "/_ah/warmup"] {
            assert!(is_reserved(path), "{path}");
        }
        for path in ["/", "/health", "/_ahead", "/a/healthz"] {
            assert!(!is_reserved(path), "{path}");
        }
    }
}
