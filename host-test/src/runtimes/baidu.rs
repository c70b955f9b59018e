//! Baidu Cloud CFC (函数计算), web function (web函数) with a custom runtime:
//! "Web functions" and "HTTP trigger" of its documents; what callers see of a
//! failure from EasyFaaS, Baidu's open engine of CFC.
//!
//! Start command and port are fields of the console. An HTTP trigger passes
//! the plain request; every other event is a `POST /invoke`.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use serde_json::json;
use tokio::sync::Semaphore;

use super::machine::{GRACE, Plan, UNPRIVILEGED};
use super::package::Modes;
use super::proxy::{acknowledged, answered, passed, posted};
use super::web::{NOT_LOOPBACK, Web, WebFailure};
use super::{Bodies, DeployError, Deployment, Door, Limits, Program, Runtime, environment};
use crate::function::Function;
use crate::gateways::sending::answer;
use crate::gateways::{Failure, Invocation, Outcome, ids};
use crate::listener::{Answered, Front};

const CODE: &str = "/var/task";
const NAME: &str = "edgepick";
const HOST: &str = "7abc1def2gh3j.cfc-execute.bj.baidubce.com";
const DOOR: &str = "http-trigger";

/// The methods that a trigger can have.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// How many requests an instance has at once; more have to wait here, where
/// there is one instance.
const AT_ONCE: usize = 10;

const LIMITS: Limits = Limits {
    start: Duration::from_secs(3),
    timeout: Duration::from_secs(3),
    memory: 128,
};

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "baidu",
    platform: "baidu",
    product: "Baidu Cloud CFC, web function with a custom runtime",
    gateways: &["baidu_events"],
    doors: &[Door::new(DOOR, "")],
    bodies: Bodies {
        request: 6 * 1024 * 1024,
        answer: None,
    },
    modes: Modes::Kept,
    most_packed: Some(150 << 20),
    most_unpacked: 500 << 20,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let missing = |what: &str| {
        let text =
            format!("a web function has no {what}: the console asks for it, no file says it");
        DeployError::Refused(text)
    };
    let settings = &deployment.settings;
    let command = settings.command.clone().unwrap_or_default();
    // No quotes: the platform splits at spaces.
    let mut words = command.split_whitespace();
    let program = words.next().ok_or_else(|| missing("start command"))?;
    let port = settings.port.ok_or_else(|| missing("port"))?;
    let at = deployment.ground.at(CODE);
    // Without namespaces the code lies elsewhere.
    let program = match Path::new(program).strip_prefix(CODE) {
        Ok(below) => at.join(below),
        Err(_) => at.join(program),
    };
    let variables = [
        ("BCE_USER_CODE_ROOT", at.display().to_string()),
        ("BCE_USER_FUNCTION_NAME", NAME.to_owned()),
        ("BCE_USER_FUNCTION_VERSION", "$LATEST".to_owned()),
        (
            "BCE_USER_FUNCTION_MEMSIZE",
            LIMITS.or(settings).memory.to_string(),
        ),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ];
    let plan = Plan {
        program,
        arguments: words.map(ToOwned::to_owned).collect(),
        environment: environment(variables, settings),
        user: Some(UNPRIVILEGED),
        at,
        ..Plan::default()
    };
    let address = SocketAddr::from((NOT_LOOPBACK, port));
    let web = Web::new(deployment, plan, address, LIMITS);
    Ok(Box::new(WebFunction {
        web,
        room: Arc::new(Semaphore::new(AT_ONCE)),
    }))
}

#[derive(Clone)]
struct WebFunction {
    web: Web,
    room: Arc<Semaphore>,
}

impl Program for WebFunction {
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

/// Events that no HTTP request is in.
impl Function for WebFunction {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let Some(event) = posted("/invoke", &HeaderMap::new(), &invocation.event) else {
                return Outcome::Failed(Failure::Threw("no event".to_owned()));
            };
            match self.exchange(event).await {
                Ok(response) => acknowledged(response),
                Err(failure) => {
                    let (_, text) = self.failed(&failure, &invocation.request_id);
                    self.web.log().line(&text);
                    Outcome::Failed(failure.into())
                }
            }
        })
    }
}

impl Front for WebFunction {
    fn most_body(&self) -> usize {
        self.web.most_body()
    }

    fn answer<'a>(
        &'a self,
        request: &'a Request<Bytes>,
        _: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>> {
        Box::pin(async move {
            let method = request.method();
            if !METHODS.contains(&method.as_str()) {
                return refusal(404, "NotFountException", "Router Not Found", method).into();
            }
            if request.body().len() > self.most_body() {
                return refusal(413, "RequestTooLargeException", "Request Too Large", method)
                    .into();
            }
            match self.exchange(passed(request, HOST, [])).await {
                Ok(response) => answered(response, method),
                Err(failure) => {
                    let (status, text) = self.failed(&failure, &ids::uuid());
                    self.web.log().line(&text);
                    let document = json!({ "errorMessage": text });
                    answer(status, "application/json", document.to_string(), method)
                }
            }
            .into()
        })
    }
}

/// The platform's own answer, spelled as it does.
fn refusal(status: u16, code: &str, message: &str, method: &Method) -> Response<Bytes> {
    let document = json!({
        "Code": code, "Message": message, "Status": status, "Type": "User",
    });
    answer(status, "application/json", document.to_string(), method)
}

impl WebFunction {
    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WebFailure> {
        // It is never closed.
        let _room = self.room.acquire().await;
        self.web.exchange(request).await
    }

    /// Status and text of a call that the program did not answer.
    fn failed(&self, failure: &WebFailure, id: &str) -> (u16, String) {
        match failure {
            WebFailure::NotExecutable(_)
            | WebFailure::EndedAtStart(_)
            | WebFailure::NotListening => {
                let text = format!("{id} wait runtime error: runtime {NAME} not ready");
                (200, text)
            }
            WebFailure::TimedOut => {
                let seconds = self.web.limits().timeout.as_secs_f64();
                let text = format!("{id} Task timed out after {seconds:.2} seconds");
                (500, text)
            }
            WebFailure::Ended(_) => {
                let text = format!("RequestID: {id} Process exited before completing request");
                (502, text)
            }
            WebFailure::Broken(text) | WebFailure::Emulator(text) => (502, text.clone()),
            WebFailure::TooLarge => (502, "the answer is too large".to_owned()),
        }
    }
}
