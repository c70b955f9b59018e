//! Apache OpenWhisk, an action that is an image of its owner's own (`--docker
//! USER/IMAGE`): `docs/actions-new.md` of apache/openwhisk, which says what an
//! action proxy is, and its invoker.
//!
//! The invoker posts to port 8080: `/init` once, then `/run` for each
//! activation, one at a time. An activation's log ends with a sentinel, on
//! standard output and on standard error.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::machine::{GRACE, Machine};
use super::openwhisk::{ACTION, API_HOST, SENTINEL, activation, threw};
use super::proxy::posted;
use super::web::{NOT_LOOPBACK, Web, WebFailure};
use super::{DeployError, Deployment, Program, Runtime, image, openwhisk};
use crate::function::Function;
use crate::gateways::{Failure, Invocation, Outcome};

const PORT: u16 = 8080;

/// How long the invoker waits for the sentinels of an answer.
const LOGS: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(5);

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "openwhisk-proxy",
    product: "Apache OpenWhisk, image of one's own",
    most_packed: None,
    deploy,
    ..openwhisk::RUNTIME
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let variables = [
        ("__OW_API_HOST", API_HOST.to_owned()),
        ("__OW_ALLOW_CONCURRENT", "False".to_owned()),
    ];
    let mut plan = image::plan(&deployment, variables)?;
    plan.writable = true;
    let address = SocketAddr::from((NOT_LOOPBACK, PORT));
    let logs = deployment.settings.logs.unwrap_or(LOGS);
    let web = Web::new(deployment, plan, address, openwhisk::LIMITS);
    Ok(Box::new(Container {
        web,
        logs,
        begun: Arc::default(),
    }))
}

#[derive(Clone)]
struct Container {
    web: Web,
    /// [`LOGS`], or what its owner sets.
    logs: Duration,
    /// The process that was initialized. Held for the length of a call.
    begun: Arc<Mutex<Weak<Machine>>>,
}

impl Program for Container {
    fn function(&self) -> Option<Box<dyn Function>> {
        Some(Box::new(self.clone()))
    }

    fn log(&self) -> String {
        self.web.log().text()
    }

    fn stop(&self) -> Option<i32> {
        self.web.stop(GRACE)
    }
}

impl Function for Container {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let answered = self.activate(invocation).await;
            answered.map_or_else(Outcome::Failed, Outcome::Returned)
        })
    }
}

impl Container {
    async fn activate(&self, invocation: &Invocation) -> Result<Vec<u8>, Failure> {
        let mut begun = self.begun.lock().await;
        let machine = self.web.running().await?;
        let known = begun.upgrade();
        if !known.is_some_and(|known| Arc::ptr_eq(&known, &machine)) {
            let response = self.post("/init", &initializer()).await?;
            if response.status() != StatusCode::OK {
                machine.kill();
                return Err(failed(&response));
            }
            *begun = Arc::downgrade(&machine);
        }
        let mark = self.web.log().mark();
        let run = activation(invocation, self.web.limits().timeout)?;
        let response = self.post("/run", &run).await?;
        self.read_logs(mark).await;
        let is_result = serde_json::from_slice(response.body())
            .is_ok_and(|result: Value| result.is_object() || result.is_array());
        match response.status() {
            StatusCode::OK if is_result => Ok(response.into_body().into()),
            _ => Err(failed(&response)),
        }
    }

    async fn post(&self, path: &str, document: &Value) -> Result<Response<Bytes>, WebFailure> {
        let request = posted(path, &HeaderMap::new(), document.to_string().as_bytes());
        self.web.exchange(request.unwrap_or_default()).await
    }

    /// Reads on until both streams have said that the activation is over.
    async fn read_logs(&self, mark: u64) {
        let log = self.web.log();
        let patience = Instant::now() + self.logs;
        while log
            .since(mark)
            .lines()
            .filter(|line| *line == SENTINEL)
            .count()
            < 2
        {
            if Instant::now() > patience {
                log.line("There was an issue while collecting your logs. Data might be missing.");
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// What `/init` gets: the code is in the image.
fn initializer() -> Value {
    let env = json!({ "__OW_ACTION_NAME": ACTION, "__OW_NAMESPACE": "guest" });
    let value = json!({
        "name": "pics", "main": "main", "binary": false, "code": "", "env": env,
    });
    json!({ "value": value })
}

/// What a proxy says in place of a result: its `error`, or else nothing that
/// the platform passes on.
fn failed(response: &Response<Bytes>) -> Failure {
    let document: Option<Value> = serde_json::from_slice(response.body()).ok();
    match document.as_ref().and_then(|document| document.get("error")) {
        Some(Value::String(error)) => threw(error),
        Some(error) => threw(&error.to_string()),
        None => threw("The action did not produce a valid response and exited unexpectedly."),
    }
}
