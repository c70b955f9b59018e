//! Apache OpenWhisk's action loop (`--docker openwhisk/actionloop-base`):
//! `docs/actions-actionloop.md` of apache/openwhisk and the proxy of
//! apache/openwhisk-runtime-go, which is what is emulated here.
//!
//! The proxy unpacks the zip that comes with `/init` and starts its `exec`
//! once. For each `/run` it writes a line of JSON to the program's standard
//! input and reads one from its file descriptor 3.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::log::Log;
use super::machine::{End, GRACE, Ground, Machine, Plan, Running, StartError};
use super::package::Modes;
use super::{Bodies, DeployError, Deployment, Limits, Program, Runtime, Settings, environment};
use crate::function::Function;
use crate::gateways::openwhisk::MOST;
use crate::gateways::times::Moment;
use crate::gateways::{Failure, Invocation, Outcome};

const CODE: &str = "/action/1/bin";
pub(super) const ACTION: &str = "/guest/pics";
pub(super) const API_HOST: &str = "https://ow.example.net";

/// How the logs of one activation end.
pub(super) const SENTINEL: &str = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX";

/// Asks the program to say that it has started.
const WAIT: &str = "__OW_WAIT_FOR_ACK";

/// The proxy's pipes: standard input, and one at 3. They end in a connection
/// to the emulator, its port the first argument; the program is the second.
const PIPES: &str =
    r#"exec 9<>/dev/tcp/127.0.0.1/$1; exec "$2" < <(exec cat <&9) 3> >(exec cat >&9) 9>&-"#;

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "openwhisk",
    platform: "openwhisk",
    product: "Apache OpenWhisk, action loop",
    gateways: &["openwhisk"],
    doors: &[],
    bodies: Bodies {
        request: MOST,
        answer: Some(MOST),
    },
    modes: Modes::Kept,
    most_packed: Some(48 << 20),
    // None is documented.
    most_unpacked: 1 << 30,
    deploy,
};

/// What an action may take where its owner sets nothing.
pub(super) const LIMITS: Limits = Limits {
    start: Duration::from_secs(60),
    timeout: Duration::from_secs(60),
    memory: 256,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    Ok(Box::new(Action(Arc::new(Shared {
        limits: LIMITS.or(&deployment.settings),
        settings: deployment.settings,
        ground: deployment.ground,
        log: deployment.log,
        instance: Mutex::new(None),
        running: Running::default(),
    }))))
}

/// A deployed action, and the process that runs it, if one does.
#[derive(Clone)]
struct Action(Arc<Shared>);

struct Shared {
    limits: Limits,
    settings: Settings,
    ground: Arc<Ground>,
    log: Log,
    /// Held for the length of a call: a container has one at a time.
    instance: Mutex<Option<Instance>>,
    running: Running,
}

struct Instance {
    machine: Arc<Machine>,
    /// Of no runtime: calls may come from several.
    pipes: std::net::TcpStream,
}

impl Program for Action {
    fn function(&self) -> Option<Box<dyn Function>> {
        Some(Box::new(self.clone()))
    }

    fn log(&self) -> String {
        self.0.log.text()
    }

    fn stop(&self) -> Option<i32> {
        self.0.running.stop(GRACE)
    }
}

impl Function for Action {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let outcome = self.0.invoke(invocation).await;
            // The proxy writes it to both streams.
            self.0.log.line(SENTINEL);
            self.0.log.line(SENTINEL);
            outcome.unwrap_or_else(Outcome::Failed)
        })
    }
}

pub(super) fn threw(text: &str) -> Failure {
    Failure::Threw(text.to_owned())
}

impl Shared {
    async fn invoke(&self, invocation: &Invocation) -> Result<Outcome, Failure> {
        let mut slot = self.instance.lock().await;
        // Taken out: if the caller goes away, the program ends with the call.
        let old = slot.take().filter(|old| old.machine.ended().is_none());
        let instance = match old {
            Some(instance) => instance,
            None => self.initialize().await?,
        };
        let run = activation(invocation, self.limits.timeout)?;
        let line = format!("{run}\n").into_bytes();
        let answer = timeout(self.limits.timeout, exchange(&instance.pipes, &line));
        let answer = match answer.await.map_err(|_| Failure::TimedOut)? {
            Ok(answer) => answer,
            Err(e) => {
                self.log.line(&format!("command exited: {e}"));
                let end = timeout(self.limits.timeout, instance.machine.end()).await;
                return Err(end.map_or_else(|_| threw("command exited"), End::failure));
            }
        };
        *slot = Some(instance);
        match serde_json::from_slice(&answer) {
            Ok(Value::Object(_) | Value::Array(_)) => Ok(Outcome::Returned(answer)),
            _ => Err(threw("The action did not return a dictionary or array.")),
        }
    }

    /// What `/init` does.
    async fn initialize(&self) -> Result<Instance, Failure> {
        if !self.ground.code().join("exec").is_file() {
            let text = "The action failed to generate or locate a binary. See logs for details.";
            return Err(threw(text));
        }
        let start = timeout(self.limits.start, self.start());
        match start.await {
            Ok(Ok(instance)) => Ok(instance),
            Ok(Err(text)) => {
                self.log.line(&text);
                Err(threw("Cannot start action. Check logs for details."))
            }
            Err(_) => Err(threw("Cannot start action. Check logs for details.")),
        }
    }

    async fn start(&self) -> Result<Instance, String> {
        let trouble = |e: io::Error| format!("the emulator cannot start the action: {e}");
        let reserved = Ground::reserve().map_err(trouble)?;
        let at = self.ground.at(CODE);
        let program = at.join("exec").display().to_string();
        let port = reserved.address.port().to_string();
        let variables = [
            ("__OW_API_HOST", API_HOST.to_owned()),
            ("__OW_NAMESPACE", "guest".to_owned()),
            ("__OW_ACTION_NAME", ACTION.to_owned()),
            ("__OW_ACTION_VERSION", "0.0.1".to_owned()),
            ("OW_EXECUTION_ENV", "openwhisk/actionloop-base".to_owned()),
            ("HOME", "/root".to_owned()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ];
        let plan = Plan {
            program: PathBuf::from("/bin/bash"),
            arguments: ["-c", PIPES, "proxy", &port, &program]
                .map(ToOwned::to_owned)
                .to_vec(),
            environment: environment(variables, &self.settings),
            writable: true,
            at,
            ..Plan::default()
        };
        let memory = self.limits.memory << 20;
        let started = Machine::start(&self.ground, plan, Some(reserved), memory, &self.log);
        let (machine, socket) = started.map_err(|e: StartError| e.to_string())?;
        let machine = self.running.is(machine);
        let socket = socket.ok_or("no socket")?;
        socket.set_nonblocking(true).map_err(trouble)?;
        let socket = TcpListener::from_std(socket).map_err(trouble)?;
        let (stream, _) = tokio::select! {
            accepted = socket.accept() => accepted.map_err(trouble)?,
            end = machine.end() => return Err(format!("exit status {}", end.code)),
        };
        let mut pipes = BufReader::new(stream);
        let mut own = self.settings.environment.iter();
        if own.any(|(name, _)| name == WAIT) {
            let line = tokio::select! {
                biased;
                line = read(&mut pipes) => line.map_err(trouble)?,
                end = machine.end() => return Err(format!("exit status {}", end.code)),
            };
            let word: Option<Value> = serde_json::from_slice(&line).ok();
            if word != Some(json!({ "ok": true })) {
                let text = String::from_utf8_lossy(&line);
                return Err(format!("no acknowledgement: {text}"));
            }
        }
        let pipes = pipes.into_inner().into_std().map_err(trouble)?;
        Ok(Instance { machine, pipes })
    }
}

/// What `/run` gets for an event: a gateway gives the whole document, or its
/// `value`.
pub(super) fn activation(invocation: &Invocation, limit: Duration) -> Result<Value, Failure> {
    let event: Value = serde_json::from_slice(&invocation.event)
        .map_err(|e| threw(&format!("Error unmarshaling request: {e}")))?;
    if event.get("value").is_some() && event.get("activation_id").is_some() {
        return Ok(event);
    }
    let left = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    let deadline = Moment::now().epoch_millis().saturating_add(left);
    Ok(json!({
        "value": event,
        "namespace": "guest",
        "action_name": ACTION,
        "action_version": "0.0.1",
        "activation_id": invocation.request_id,
        "transaction_id": invocation.request_id,
        "deadline": deadline.to_string(),
        "api_host": API_HOST,
        "api_key": "",
    }))
}

async fn exchange(pipes: &std::net::TcpStream, line: &[u8]) -> io::Result<Vec<u8>> {
    let mut pipes = BufReader::new(TcpStream::from_std(pipes.try_clone()?)?);
    pipes.write_all(line).await?;
    read(&mut pipes).await
}

async fn read(pipes: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    pipes.read_until(b'\n', &mut line).await?;
    match line.pop() {
        Some(b'\n') => Ok(line),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
