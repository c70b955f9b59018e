//! LeanCloud's cloud engine (云引擎): "Deploying C/C++ applications", "Cloud
//! engine platform", "CLI" and "Web hosting" of its documents; `lean-cli` for
//! what an upload keeps.
//!
//! An instance counts as started when `/__engine/1/ping` answers, or else `/`
//! with a success. Then the platform asks which functions it has.

mod engine;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;
use tokio::sync::Mutex;

use self::engine::{Engine, Mode};
use super::log::Log;
use super::machine::{Machine, Plan, UNPRIVILEGED};
use super::package::Modes;
use super::proxy::{answered, node, passed, posted};
use super::web::{NOT_LOOPBACK, Web, WebFailure};
use super::{Bodies, DeployError, Deployment, Door, Limits, Program, Runtime, environment};
use crate::function::Function;
use crate::gateways::headers::callers;
use crate::gateways::leancloud::{APP_ID, APP_KEY, MASTER_KEY, MOST_PASSED, balanced};
use crate::gateways::sending::answer;
use crate::gateways::{Failure, Invocation, Outcome};
use crate::listener::{Answered, Front};

const APP: &str = "/home/leanengine/app";
const PORT: u16 = 3000;
const HOST: &str = "web.pics.example.net";
const DOOR: &str = "engine-domain";
const PING: &str = "/__engine/1/ping";
const METADATAS: &str = "/1.1/functions/_ops/metadatas";

/// How often an instance that starts is asked.
const PAUSE: Duration = Duration::from_millis(100);

/// From SIGTERM to SIGKILL.
const GRACE: Duration = Duration::from_secs(10);

/// How long a build may take.
const BUILD: Duration = Duration::from_secs(600);

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "leancloud",
    platform: "leancloud",
    product: "LeanCloud's cloud engine",
    gateways: &["leancloud"],
    doors: &[Door::new(DOOR, "")],
    bodies: Bodies {
        request: MOST_PASSED,
        answer: Some(MOST_PASSED),
    },
    modes: Modes::Dropped,
    most_packed: None,
    most_unpacked: 1 << 30,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let engine = Engine::read(&deployment.ground.code()).map_err(DeployError::Refused)?;
    let at = deployment.ground.at(APP);
    let limits = Limits {
        start: engine.startup_timeout,
        timeout: Duration::from_secs(60),
        memory: 256,
    };
    let own = [
        ("LEANCLOUD_APP_ID", APP_ID.to_owned()),
        ("LEANCLOUD_APP_KEY", APP_KEY.to_owned()),
        ("LEANCLOUD_APP_MASTER_KEY", MASTER_KEY.to_owned()),
        ("LEANCLOUD_APP_HOOK_KEY", "hK3nVb6qWe9rTy1uIo4p".to_owned()),
        ("LEANCLOUD_APP_ENV", "production".to_owned()),
        ("LEANCLOUD_APP_PORT", PORT.to_string()),
        ("LEANCLOUD_APP_GROUP", "web".to_owned()),
        (
            "LEANCLOUD_API_SERVER",
            "https://api.pics.example.net".to_owned(),
        ),
        ("LEANCLOUD_REGION", "CN".to_owned()),
        ("LEANCLOUD_VERSION_TAG", "20260710-183904".to_owned()),
        ("HOME", "/home/leanengine".to_owned()),
        ("TZ", "Asia/Shanghai".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ];
    // Those of the owner cannot replace the platform's.
    let mut variables = environment([], &deployment.settings);
    variables.extend(own.map(|(name, value)| (name.to_owned(), value)));
    let plan = |command: &str| Plan {
        program: PathBuf::from("/bin/sh"),
        arguments: vec!["-c".to_owned(), command.to_owned()],
        environment: variables.clone(),
        user: Some(UNPRIVILEGED),
        writable: true,
        at: at.clone(),
        ..Plan::default()
    };
    for command in &engine.build {
        build(&deployment, plan(command), command)?;
    }
    let address = SocketAddr::from((NOT_LOOPBACK, PORT));
    let plan = plan(&engine.run);
    let web = Web::new(deployment, plan, address, limits);
    Ok(Box::new(App {
        web,
        mode: engine.functions_mode,
        known: Arc::default(),
    }))
}

/// Runs a command of the build to its end.
fn build(deployment: &Deployment, plan: Plan, command: &str) -> Result<(), DeployError> {
    let log: &Log = &deployment.log;
    let failed = |why: String| DeployError::Refused(format!("the build {command:?} {why}"));
    // Builds have 4 GB.
    let (machine, _) = Machine::start(&deployment.ground, plan, None, 4 << 30, log)
        .map_err(|e| failed(format!("does not start: {e}")))?;
    let patience = Instant::now() + BUILD;
    loop {
        match machine.ended() {
            Some(end) if end.code == 0 => return Ok(()),
            Some(end) => {
                let text = format!("ended with {}: {}", end.code, log.tail(1000));
                return Err(failed(text));
            }
            None if Instant::now() > patience => return Err(failed("takes too long".to_owned())),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[derive(Clone)]
struct App {
    web: Web,
    mode: Mode,
    /// The process that was asked whether it is ready.
    known: Arc<Mutex<Weak<Machine>>>,
}

impl Program for App {
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

/// Calls that come by the API domain. The path says which function is meant.
impl Function for App {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let target = invocation.target.as_deref().unwrap_or("/");
            let Some(mut call) = posted(target, &invocation.headers, &invocation.event) else {
                return Outcome::Failed(Failure::Threw(format!("{target:?} is no target")));
            };
            if target == METADATAS {
                *call.method_mut() = Method::GET;
            }
            match self.exchange(passed(&call, HOST, [])).await {
                Ok(response) => {
                    if let Some(wrong) = mistake(&response) {
                        self.web.log().line(&wrong);
                    }
                    Outcome::Returned(response.into_body().into())
                }
                Err(failure) => Outcome::Failed(failure.into()),
            }
        })
    }
}

/// What a package of LeanCloud's would not answer to a call.
fn mistake(response: &Response<Bytes>) -> Option<String> {
    let status = response.status();
    let document: Option<Value> = serde_json::from_slice(response.body()).ok();
    let member = |name| document.as_ref().and_then(|document| document.get(name));
    let failed = member("code").is_some() && member("error").is_some_and(Value::is_string);
    let right = match status.as_u16() {
        200 => member("result").is_some(),
        400..=599 => failed,
        _ => false,
    };
    (!right).then(|| {
        let body = String::from_utf8_lossy(response.body());
        format!("a function answered {status}: {body}")
    })
}

impl Front for App {
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
            let own = |status| answer(status, "text/html", "", method);
            let acme = "/.well-known/acme-challenge/";
            if request.uri().path().starts_with(acme) {
                return own(404).into();
            }
            if let Some(refusal) = balanced(request, self.most_body()) {
                return refusal.into();
            }
            let fields = [
                ("x-real-ip", caller.to_string()),
                ("x-forwarded-for", callers(request.headers(), caller)),
                ("x-forwarded-proto", "https".to_owned()),
                ("forwarded", format!("for={};proto=https", node(caller))),
            ];
            let request = passed(request, HOST, fields);
            let mut result = self.exchange(request.clone()).await;
            // GET and PUT are sent again.
            if [Method::GET, Method::PUT].contains(method)
                && matches!(result, Err(WebFailure::Broken(_) | WebFailure::Ended(_)))
            {
                result = self.exchange(request).await;
            }
            match result {
                Ok(response) => answered(response, method),
                Err(WebFailure::TimedOut) => own(524),
                Err(WebFailure::Emulator(text)) => answer(500, "text/plain", text, method),
                Err(WebFailure::Broken(_) | WebFailure::Ended(_) | WebFailure::TooLarge) => {
                    own(502)
                }
                Err(_) => own(503),
            }
            .into()
        })
    }
}

impl App {
    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WebFailure> {
        if let Err(failure) = self.ready().await {
            let line = format!("实例启动失败: 无法访问应用的 Web 端口 {PORT}: {failure:?}");
            self.web.log().line(&line);
            return Err(failure);
        }
        self.web.exchange_and_spare(request).await
    }

    /// Asks a process that is new whether it has started.
    async fn ready(&self) -> Result<(), WebFailure> {
        let mut known = self.known.lock().await;
        let machine = self.web.running().await?;
        if known
            .upgrade()
            .is_some_and(|known| Arc::ptr_eq(&known, &machine))
        {
            return Ok(());
        }
        let since = Instant::now();
        while !self.answers().await {
            if since.elapsed() > self.web.limits().start {
                machine.kill();
                machine.end().await;
                return Err(WebFailure::NotListening);
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.ask_for_functions(&machine).await?;
        *known = Arc::downgrade(&machine);
        Ok(())
    }

    /// Whether it is there: its ping, or else its first page.
    async fn answers(&self) -> bool {
        let ping = self.get(PING, &[]).await;
        let is_ping = |response: &Response<Bytes>| {
            let document: Option<Value> = serde_json::from_slice(response.body()).ok();
            let runtime = document.and_then(|document| Some(document.get("runtime")?.is_string()));
            response.status() == StatusCode::OK && runtime == Some(true)
        };
        match ping {
            Ok(response) if is_ping(&response) => {
                let text = String::from_utf8_lossy(response.body()).into_owned();
                self.web.log().line(&text);
                true
            }
            // A plain web site, which strict apps are not.
            Ok(_) if self.mode != Mode::Strict => {
                let page = self.get("/", &[]).await;
                page.is_ok_and(|page| page.status().is_success())
            }
            _ => false,
        }
    }

    /// What the platform does with the answer only strict apps feel.
    async fn ask_for_functions(&self, machine: &Machine) -> Result<(), WebFailure> {
        if self.mode == Mode::Disabled {
            return Ok(());
        }
        let keys = [
            ("x-avoscloud-application-id", APP_ID),
            ("x-avoscloud-master-key", MASTER_KEY),
        ];
        let response = self.get(METADATAS, &keys).await?;
        #[derive(serde::Deserialize)]
        struct Metadatas {
            result: Vec<String>,
        }
        let names = serde_json::from_slice::<Metadatas>(response.body());
        let line = match (response.status(), names) {
            (StatusCode::OK, Ok(names)) => format!("functions: {}", names.result.join(", ")),
            (StatusCode::NOT_FOUND, _) => "no functions".to_owned(),
            (status, _) => {
                let body = String::from_utf8_lossy(response.body());
                let text = format!("functions are dead: {METADATAS} answered {status}: {body}");
                if self.mode == Mode::Strict {
                    machine.kill();
                    machine.end().await;
                    return Err(WebFailure::Broken(text));
                }
                text
            }
        };
        self.web.log().line(&line);
        Ok(())
    }

    async fn get(
        &self,
        path: &str,
        fields: &[(&'static str, &str)],
    ) -> Result<Response<Bytes>, WebFailure> {
        let mut request = posted(path, &HeaderMap::new(), b"").unwrap_or_default();
        *request.method_mut() = Method::GET;
        request.headers_mut().clear();
        let real = ("x-real-ip", Ipv4Addr::LOCALHOST.to_string());
        let fields = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let request = passed(&request, HOST, fields.chain([real]));
        self.web.exchange_and_spare(request).await
    }
}
