//! Tencent Cloud SCF (云函数), event function with a runtime of one's own
//! (`CustomRuntime`): product 583, "Custom Runtime" (47274) and "Function
//! status codes" (42611).

use std::net::SocketAddr;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};

use super::machine::{Ground, Plan};
use super::package::Modes;
use super::polling::{Death, Interface, Polling};
use super::scf::{BODIES, LIMITS, MOST_UNPACKED, plan};
use super::turns::{Readiness, Turns};
use super::{DeployError, Deployment, Limits, Program, Runtime};
use crate::gateways::sending::answer;
use crate::gateways::{Failure, Outcome};

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "tencent-event",
    platform: "tencent",
    product: "Tencent Cloud SCF, event function with the runtime CustomRuntime",
    gateways: &[
        "tencent_scf_apigw",
        "tencent_scf_url",
        "tencent_cloudbase",
        "tencent_events",
    ],
    doors: &[],
    bodies: BODIES,
    modes: Modes::Kept,
    most_packed: None,
    most_unpacked: MOST_UNPACKED,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let custom = Custom {
        limits: LIMITS.or(&deployment.settings),
        plan: plan(&deployment, "bootstrap"),
    };
    Ok(Box::new(Polling::new(deployment, custom, LIMITS)))
}

struct Custom {
    limits: Limits,
    plan: Plan,
}

impl Interface for Custom {
    fn plan(&self, address: SocketAddr, _ground: &Ground) -> Plan {
        let mut plan = self.plan.clone();
        for (name, value) in [
            ("SCF_RUNTIME_API", address.ip().to_string()),
            ("SCF_RUNTIME_API_PORT", address.port().to_string()),
        ] {
            plan.environment.push((name.to_owned(), value));
        }
        plan
    }

    fn answer<'a>(
        &'a self,
        turns: &'a Turns,
        request: &'a Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Response<Bytes>> + Send + 'a>> {
        Box::pin(async {
            let body = request.body();
            match (request.method(), request.uri().path()) {
                // One client knows that an empty one is refused.
                (&Method::POST, "/runtime/init/ready") if body.is_empty() => said(400, "no body"),
                (&Method::POST, "/runtime/init/ready") => {
                    turns.started(Readiness::Ready);
                    said(200, "")
                }
                (&Method::GET, "/runtime/invocation/next") => self.next(turns).await,
                (&Method::POST, "/runtime/invocation/response") => {
                    // The first result counts; the gateway looks at its size.
                    let _ = turns.answer(None, Outcome::Returned(body.to_vec()));
                    said(200, "")
                }
                (&Method::POST, "/runtime/invocation/error") => {
                    let text = String::from_utf8_lossy(body).into_owned();
                    let _ = turns.answer(None, Outcome::Failed(Failure::Threw(text)));
                    said(200, "")
                }
                _ => said(404, "no such call"),
            }
        })
    }

    fn obituary(&self, request_id: &str, death: &Death) -> String {
        let text = match death {
            Death::NotExecutable(e) => format!("405 ContainerStateExited: bootstrap: {e}"),
            Death::Ended(end) if end.memory => "434 MemoryLimitReached".to_owned(),
            Death::Ended(end) => {
                format!(
                    "439 User process exit when running: exit status {}",
                    end.code
                )
            }
            Death::SlowStart(limit) => format!("445 ContainerInitError: no ready in {limit:?}"),
            Death::TimedOut(limit) => {
                format!("433 TimeLimitReached: Invoking task timed out after {limit:?}")
            }
        };
        format!("{request_id} {text}")
    }
}

impl Custom {
    async fn next(&self, turns: &Turns) -> Response<Bytes> {
        if turns.readiness() == Readiness::Starting {
            return said(400, "not ready");
        }
        let invocation = match turns.current() {
            // Asked again before it answered: the same.
            Some(invocation) => invocation,
            None => turns.next().await,
        };
        let mut response = answer(200, "application/json", invocation.event, &Method::GET);
        for (name, value) in [
            ("request_id", invocation.request_id),
            ("memory_limit_in_mb", self.limits.memory.to_string()),
            (
                "time_limit_in_ms",
                self.limits.timeout.as_millis().to_string(),
            ),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

fn said(status: u16, text: &'static str) -> Response<Bytes> {
    answer(status, "text/plain", text, &Method::POST)
}
