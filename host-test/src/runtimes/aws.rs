//! AWS Lambda, `provided.al2023`: "Using the Lambda runtime API for custom
//! runtimes", "Building a custom runtime", "Defined runtime environment
//! variables" and "Lambda quotas" of the AWS Lambda Developer Guide; the state
//! machine and the texts of errors from the runtime interface emulator.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use serde_json::{Value, json};

use super::machine::{Ground, Plan, UNPRIVILEGED};
use super::package::Modes;
use super::polling::{Death, Interface, Polling};
use super::turns::{NotAsked, Readiness, Turns};
use super::{Bodies, DeployError, Deployment, Limits, Program, Runtime, Settings, environment};
use crate::gateways::ids;
use crate::gateways::lambda::{ACCOUNT, MOST_EVENT, MOST_RESULT, REGION};
use crate::gateways::sending::answer;
use crate::gateways::{Failure, Invocation, Outcome};

const TASK_ROOT: &str = "/var/task";
const NAME: &str = "edgepick";

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "aws",
    platform: "aws",
    product: "AWS Lambda with a runtime of one's own (provided.al2023)",
    gateways: &["aws_rest_v1", "aws_http_v2", "aws_alb", "aws_events"],
    doors: &[],
    bodies: Bodies {
        request: MOST_EVENT,
        answer: Some(MOST_RESULT),
    },
    modes: Modes::Kept,
    most_packed: None,
    most_unpacked: 250 << 20,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let limits = Limits {
        start: Duration::from_secs(10),
        timeout: Duration::from_secs(3),
        memory: 128,
    };
    let lambda = Lambda {
        limits: limits.or(&deployment.settings),
        most_result: deployment.bodies.most_answer(),
        settings: deployment.settings.clone(),
        version: "2018-06-01",
    };
    Ok(Box::new(Polling::new(deployment, lambda, limits)))
}

struct Lambda {
    limits: Limits,
    /// Bytes.
    most_result: usize,
    settings: Settings,
    version: &'static str,
}

impl Interface for Lambda {
    fn plan(&self, address: SocketAddr, ground: &Ground) -> Plan {
        let at = ground.at(TASK_ROOT);
        let root = at.display().to_string();
        let log_group = format!("/aws/lambda/{NAME}");
        let log_stream = format!("2026/11/21/[$LATEST]{}", ids::hex(32));
        let variables = [
            ("AWS_LAMBDA_RUNTIME_API", address.to_string()),
            ("_HANDLER", "bootstrap".to_owned()),
            ("LAMBDA_TASK_ROOT", root),
            ("LAMBDA_RUNTIME_DIR", "/var/runtime".to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", NAME.to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            (
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                self.limits.memory.to_string(),
            ),
            ("AWS_LAMBDA_LOG_GROUP_NAME", log_group),
            ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret-example".to_owned()),
            ("AWS_SESSION_TOKEN", "token-example".to_owned()),
            ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin".to_owned()),
            (
                "LD_LIBRARY_PATH",
                "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
                    .to_owned(),
            ),
            ("LANG", "en_US.UTF-8".to_owned()),
            ("TZ", ":UTC".to_owned()),
        ];
        Plan {
            program: at.join("bootstrap"),
            environment: environment(variables, &self.settings),
            user: Some(UNPRIVILEGED),
            at,
            ..Plan::default()
        }
    }

    fn request_id(&self, _invocation: &Invocation) -> String {
        ids::uuid()
    }

    fn answer<'a>(
        &'a self,
        turns: &'a Turns,
        request: &'a Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Response<Bytes>> + Send + 'a>> {
        Box::pin(self.route(turns, request))
    }

    fn obituary(&self, request_id: &str, death: &Death) -> String {
        let (kind, text) = match death {
            Death::NotExecutable(e) => (
                "Runtime.InvalidEntrypoint",
                format!("Couldn't find valid bootstrap(s): [/var/task/bootstrap]: {e}"),
            ),
            Death::Ended(end) if end.memory => (
                "Runtime.OutOfMemory",
                "Runtime exited with error: signal: killed".to_owned(),
            ),
            Death::Ended(end) => {
                let text = match end.code {
                    0 => "Runtime exited without providing a reason".to_owned(),
                    code @ 1..=127 => format!("Runtime exited with error: exit status {code}"),
                    code => format!("Runtime exited with error: signal: {}", code - 128),
                };
                ("Runtime.ExitError", text)
            }
            Death::SlowStart(limit) | Death::TimedOut(limit) => (
                "Sandbox.Timedout",
                format!("Task timed out after {:.2} seconds", limit.as_secs_f64()),
            ),
        };
        format!("RequestId: {request_id} Error: {text} {kind}")
    }
}

impl Lambda {
    async fn route(&self, turns: &Turns, request: &Request<Bytes>) -> Response<Bytes> {
        let path: Vec<_> = request.uri().path().split('/').skip(1).collect();
        let Some((version, path)) = path.split_first() else {
            return error(404, "NotFound", "no such call");
        };
        if *version != self.version {
            return error(404, "NotFound", "no such version");
        }
        match (request.method(), path) {
            (&Method::GET, ["runtime", "invocation", "next"]) => self.next(turns).await,
            (&Method::POST, ["runtime", "invocation", id, "response"]) => {
                self.respond(turns, id, request)
            }
            (&Method::POST, ["runtime", "invocation", id, "error"]) => {
                let outcome = Outcome::Failed(Failure::Threw(reported(request)));
                finish(turns, id, outcome)
            }
            (&Method::POST, ["runtime", "init", "error"]) => {
                if turns.readiness() != Readiness::Starting {
                    return forbidden();
                }
                turns.started(Readiness::Failed(reported(request)));
                accepted()
            }
            _ => error(404, "NotFound", "no such call"),
        }
    }

    async fn next(&self, turns: &Turns) -> Response<Bytes> {
        // An event that was not answered is not left behind.
        if turns.current().is_some() {
            return forbidden();
        }
        turns.started(Readiness::Ready);
        let invocation = turns.next().await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let deadline = now + self.limits.timeout;
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}");
        let trace = format!("Root=1-{:08x}-{};Sampled=0", now.as_secs(), ids::hex(24));
        let mut response = answer(200, "application/json", invocation.event, &Method::GET);
        for (name, value) in [
            ("lambda-runtime-aws-request-id", invocation.request_id),
            (
                "lambda-runtime-deadline-ms",
                deadline.as_millis().to_string(),
            ),
            ("lambda-runtime-invoked-function-arn", arn),
            ("lambda-runtime-trace-id", trace),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    fn respond(&self, turns: &Turns, id: &str, request: &Request<Bytes>) -> Response<Bytes> {
        let (size, most) = (request.body().len(), self.most_result);
        if size > most {
            let text = format!(
                "Response payload size ({size} bytes) exceeded maximum allowed payload size ({most} bytes)."
            );
            let failed = Outcome::Failed(Failure::Threw(text.clone()));
            let refusal = finish(turns, id, failed);
            if refusal.status() != 202 {
                return refusal;
            }
            return error(413, "RequestEntityTooLarge", &text);
        }
        finish(turns, id, Outcome::Returned(request.body().to_vec()))
    }
}

fn finish(turns: &Turns, id: &str, outcome: Outcome) -> Response<Bytes> {
    match turns.answer(Some(id), outcome) {
        Ok(()) => accepted(),
        Err(NotAsked::Nothing) => forbidden(),
        Err(NotAsked::Other) => error(400, "InvalidRequestID", "Invalid request ID"),
    }
}

/// What the program says of an error: the type in a field or the document.
fn reported(request: &Request<Bytes>) -> String {
    let document: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let said = |name: &str| document.get(name).and_then(Value::as_str);
    let field = request.headers().get("lambda-runtime-function-error-type");
    let kind = field
        .and_then(|kind| kind.to_str().ok())
        .or(said("errorType"))
        .filter(|kind| kind.starts_with("Runtime.") || kind.starts_with("Function."))
        .unwrap_or("Runtime.Unknown");
    format!("{kind}: {}", said("errorMessage").unwrap_or_default())
}

fn accepted() -> Response<Bytes> {
    answer(202, "application/json", r#"{"status":"OK"}"#, &Method::POST)
}

fn forbidden() -> Response<Bytes> {
    error(403, "InvalidStateTransition", "Transition is not allowed")
}

fn error(status: u16, kind: &str, message: &str) -> Response<Bytes> {
    let document = json!({ "errorMessage": message, "errorType": kind });
    answer(
        status,
        "application/json",
        document.to_string(),
        &Method::POST,
    )
}
