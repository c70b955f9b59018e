//! Huawei Cloud FunctionGraph (函数工作流), event function with a runtime of
//! one's own (定制运行时): "Creating an event function from a custom runtime" of
//! the user guide.

use std::net::SocketAddr;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};

use super::functiongraph::{
    BODIES, CODE_ROOT, LIMITS, MOST_PACKED, MOST_UNPACKED, USER, variables,
};
use super::machine::{Ground, Plan};
use super::package::Modes;
use super::polling::{Death, Interface, Polling};
use super::turns::{Readiness, Turns};
use super::{DeployError, Deployment, Limits, Program, Runtime, Settings};
use crate::gateways::sending::answer;
use crate::gateways::{Failure, Outcome};

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "huawei-event",
    platform: "huawei",
    product: "Huawei Cloud FunctionGraph, event function with the runtime Custom",
    gateways: &["huawei_apig", "huawei_events"],
    doors: &[],
    bodies: BODIES,
    modes: Modes::Kept,
    most_packed: MOST_PACKED,
    most_unpacked: MOST_UNPACKED,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let custom = Custom {
        limits: LIMITS.or(&deployment.settings),
        most_result: deployment.bodies.most_answer(),
        settings: deployment.settings.clone(),
    };
    Ok(Box::new(Polling::new(deployment, custom, LIMITS)))
}

struct Custom {
    limits: Limits,
    /// Bytes.
    most_result: usize,
    settings: Settings,
}

impl Interface for Custom {
    fn plan(&self, address: SocketAddr, ground: &Ground) -> Plan {
        let at = ground.at(CODE_ROOT);
        let mut environment = variables(&at, self.limits, &self.settings);
        environment.push(("RUNTIME_API_ADDR".to_owned(), address.to_string()));
        Plan {
            program: at.join("bootstrap"),
            environment,
            user: Some(USER),
            at,
            ..Plan::default()
        }
    }

    fn answer<'a>(
        &'a self,
        turns: &'a Turns,
        request: &'a Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Response<Bytes>> + Send + 'a>> {
        Box::pin(async {
            let Some(call) = request.uri().path().strip_prefix("/v1/runtime/invocation/") else {
                return said(404, "no such call");
            };
            match (request.method(), call.split_once('/')) {
                (&Method::GET, None) if call == "request" => next(turns).await,
                (&Method::POST, Some(("response", id))) => {
                    let result = request.body();
                    let (size, most) = (result.len(), self.most_result);
                    let outcome = if size > most {
                        let text =
                            format!("Response body size '{size}' larger than max value '{most}'.");
                        Outcome::Failed(Failure::Threw(text))
                    } else {
                        Outcome::Returned(result.to_vec())
                    };
                    finish(turns, id, outcome)
                }
                (&Method::POST, Some(("error", id))) => {
                    let text = String::from_utf8_lossy(request.body()).into_owned();
                    finish(turns, id, Outcome::Failed(Failure::Threw(text)))
                }
                _ => said(404, "no such call"),
            }
        })
    }

    fn obituary(&self, request_id: &str, death: &Death) -> String {
        let text = match death {
            Death::NotExecutable(e) => format!("init failed bootstrap failed error {e} (4201)"),
            Death::Ended(end) if end.memory => "runtime memory limit exceeded (4205)".to_owned(),
            Death::Ended(end) => format!("function run error: exit status {} (4002)", end.code),
            Death::SlowStart(limit) => {
                format!("init failed bootstrap timed out after {limit:?} (4211)")
            }
            Death::TimedOut(limit) => format!("call request timed out after {limit:?} (4010)"),
        };
        format!("{request_id} {text}")
    }
}

async fn next(turns: &Turns) -> Response<Bytes> {
    turns.started(Readiness::Ready);
    let invocation = match turns.current() {
        // It asks again: the event is still its own.
        Some(invocation) => invocation,
        None => turns.next().await,
    };
    let mut response = answer(200, "application/json", invocation.event, &Method::GET);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(invocation.request_id) {
        headers.insert("x-cff-request-id", id);
    }
    headers.insert("x-cff-invoke-type", HeaderValue::from_static("sync"));
    response
}

fn finish(turns: &Turns, id: &str, outcome: Outcome) -> Response<Bytes> {
    match turns.answer(Some(id), outcome) {
        Ok(()) => said(200, ""),
        Err(_) => said(400, "no such request"),
    }
}

fn said(status: u16, text: &'static str) -> Response<Bytes> {
    answer(status, "text/plain", text, &Method::POST)
}
