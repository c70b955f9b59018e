//! Alibaba Cloud Function Compute 3.0 (函数计算), `custom.debian*`: help pages
//! "Custom runtimes", "HTTP triggers" of web functions, "Environment
//! variables", "Error codes" and "Limits"; reports of public projects for what
//! the default domain does.
//!
//! An HTTP trigger passes the plain request; every other event is a
//! `POST /invoke`. Connections are kept, and the instance sleeps between calls:
//! what it has closed meanwhile breaks the next call, which only a caller's
//! safe method has made again.

mod custom;

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use tokio::sync::Mutex;

use super::machine::{GRACE, Machine};
use super::package::Modes;
use super::proxy::{self, without};
use super::web::WebFailure;
use super::{Bodies, DeployError, Deployment, Door, Program, Runtime};
use crate::function::Function;
use crate::gateways::alibaba::{self, ACCOUNT, REGION, Refusal, accepted, is_async, trigger};
use crate::gateways::headers::{callers, text};
use crate::gateways::times::Moment;
use crate::gateways::{Failure, Invocation, Outcome, ids};
use crate::listener::{Answered, Front};
pub(crate) use custom::{Custom, PORT};

const NAME: &str = "edgepick";
const NOT_INITIALIZED: &str = "Function instance could not be initialized";
const CUSTOM: &str = "custom-domain";
const DEFAULT: &str = "default-domain";

/// Those of a trigger that lists all.
const METHODS: [&str; 7] = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "aliyun",
    platform: "aliyun",
    product: "Alibaba Cloud Function Compute, web function with a custom runtime",
    gateways: &["aliyun_events"],
    doors: &[Door::new(CUSTOM, ""), Door::new(DEFAULT, "")],
    bodies: Bodies {
        request: alibaba::MOST_BODY,
        answer: None,
    },
    modes: Modes::Kept,
    most_packed: Some(500 << 20),
    most_unpacked: 500 << 20,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let memory = custom::LIMITS.or(&deployment.settings).memory;
    let variables = [
        ("FC_ACCOUNT_ID", ACCOUNT.to_owned()),
        ("FC_FUNCTION_NAME", NAME.to_owned()),
        ("FC_FUNCTION_HANDLER", "index.handler".to_owned()),
        ("FC_FUNCTION_MEMORY_SIZE", memory.to_string()),
        ("FC_REGION", REGION.to_owned()),
        ("FC_INSTANCE_ID", format!("c-{}", ids::hex(32))),
        ("FC_FUNCTION_VERSION", "LATEST".to_owned()),
    ];
    let hooks = deployment.settings.hooks;
    let program = Custom::new(deployment, &[], variables)?;
    Ok(Box::new(WebFunction {
        program,
        hooks: hooks.then(Arc::default),
    }))
}

#[derive(Clone)]
struct WebFunction {
    program: Custom,
    /// The process that was initialized, where the owner has that done.
    hooks: Option<Arc<Mutex<Weak<Machine>>>>,
}

impl Program for WebFunction {
    fn function(&self) -> Option<Box<dyn Function>> {
        Some(Box::new(self.clone()))
    }

    fn front(&self, door: &str) -> Option<Box<dyn Front>> {
        let default_domain = door == DEFAULT;
        (default_domain || door == CUSTOM).then(|| -> Box<dyn Front> {
            Box::new(Trigger {
                function: self.clone(),
                default_domain,
            })
        })
    }

    fn log(&self) -> String {
        self.program.web.log().text()
    }

    fn stop(&self) -> Option<i32> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        if let (Some(begun), Ok(runtime)) = (&self.hooks, runtime) {
            runtime.block_on(async {
                if let Some(machine) = begun.lock().await.upgrade() {
                    self.hook(&machine, Method::GET, "/pre-stop").await;
                }
            });
        }
        self.program.web.stop(GRACE)
    }
}

/// Events that no HTTP request is in.
impl Function for WebFunction {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let mut request = Request::new(Bytes::from(invocation.event.clone()));
            *request.method_mut() = Method::POST;
            *request.uri_mut() = http::Uri::from_static("/invoke");
            let headers = request.headers_mut();
            headers.insert(HOST, HeaderValue::from_static("localhost"));
            let bytes = HeaderValue::from_static("application/octet-stream");
            headers.insert(CONTENT_TYPE, bytes);
            self.add(headers, &invocation.request_id, "/invoke", "/invoke");
            let response = match self.exchange(request).await {
                Ok(Some(response)) => response,
                Ok(None) => {
                    let text = NOT_INITIALIZED.to_owned();
                    return Outcome::Failed(Failure::Threw(text));
                }
                Err(failure) => {
                    let (_, code, message) = self.refused(&failure);
                    self.program.web.log().line(&format!("{code}: {message}"));
                    return Outcome::Failed(failure.into());
                }
            };
            // Status and all other fields are lost.
            let status = response.headers().get("x-fc-status").map(text);
            if status.is_some_and(|status| status != "200") {
                let text = String::from_utf8_lossy(response.body()).into_owned();
                return Outcome::Failed(Failure::Threw(text));
            }
            Outcome::Returned(response.into_body().into())
        })
    }
}

impl WebFunction {
    /// One call, with what the owner has called before and after it; none
    /// where the program cannot be initialized.
    async fn exchange(
        &self,
        request: Request<Bytes>,
    ) -> Result<Option<Response<Bytes>>, WebFailure> {
        let web = &self.program.web;
        let Some(begun) = &self.hooks else {
            return web.exchange(request).await.map(Some);
        };
        let machine = {
            let mut begun = begun.lock().await;
            let machine = web.running().await?;
            let known = begun.upgrade();
            if !known.is_some_and(|known| Arc::ptr_eq(&known, &machine)) {
                if !self.hook(&machine, Method::POST, "/initialize").await {
                    machine.kill();
                    return Ok(None);
                }
                *begun = Arc::downgrade(&machine);
            }
            machine
        };
        let response = web.exchange(request).await?;
        self.hook(&machine, Method::GET, "/pre-freeze").await;
        Ok(Some(response))
    }

    /// Tells the program something. Gives whether it answers with success.
    async fn hook(&self, machine: &Machine, method: Method, path: &'static str) -> bool {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = http::Uri::from_static(path);
        let headers = request.headers_mut();
        headers.insert(HOST, HeaderValue::from_static("localhost"));
        self.add(headers, &alibaba::request_id(Moment::now()), path, path);
        let answered = self.program.web.exchange_with(machine, request).await;
        let said = match &answered {
            Ok(response) => response.status().to_string(),
            Err(failure) => format!("{failure:?}"),
        };
        let success = answered.is_ok_and(|response| response.status().is_success());
        if !success {
            self.program.web.log().line(&format!("{path}: {said}"));
        }
        success
    }

    /// The fields that every call has.
    fn add(&self, headers: &mut HeaderMap, request_id: &str, control: &str, path: &str) {
        let limits = self.program.web.limits();
        let (memory, timeout) = (limits.memory.to_string(), limits.timeout.as_secs());
        for (name, value) in [
            ("request-id", request_id),
            ("control-path", control),
            ("function-name", NAME),
            ("function-handler", "index.handler"),
            ("function-memory", &memory),
            ("function-timeout", &timeout.to_string()),
            ("region", REGION),
            ("account-id", ACCOUNT),
            ("qualifier", "LATEST"),
            ("version-id", ""),
            ("access-key-id", ""),
            ("access-key-secret", ""),
            ("security-token", ""),
            ("base-path", path),
            ("retry-count", "0"),
            ("service-name", ""),
            ("service-logproject", ""),
            ("service-logstore", ""),
            ("client-ip", ""),
        ] {
            let name = HeaderName::try_from(format!("x-fc-{name}"));
            if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
    }

    /// Status, code and message of a call that the program did not answer.
    fn refused(&self, failure: &WebFailure) -> (u16, &'static str, String) {
        if let Some((code, message)) = self.program.not_started(failure) {
            return (412, code, message);
        }
        match failure {
            WebFailure::Ended(_) => {
                let text = "Process exited unexpectedly before completing request";
                (502, "FunctionExited", text.to_owned())
            }
            WebFailure::TimedOut => {
                let seconds = self.program.web.limits().timeout.as_secs_f64();
                let text = format!("Function time out after {seconds} seconds");
                (502, "FunctionTimeout", text)
            }
            WebFailure::Broken(text) | WebFailure::Emulator(text) => {
                (502, "BadResponse", text.clone())
            }
            _ => (502, "BadResponse", "the answer is too large".to_owned()),
        }
    }
}

/// An HTTP trigger.
struct Trigger {
    function: WebFunction,
    default_domain: bool,
}

impl Front for Trigger {
    fn most_body(&self) -> usize {
        self.function.program.web.most_body()
    }

    fn answer<'a>(
        &'a self,
        request: &'a Request<Bytes>,
        caller: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>> {
        Box::pin(async move { self.exchange(request, caller).await.into() })
    }
}

impl Trigger {
    async fn exchange(&self, request: &Request<Bytes>, caller: IpAddr) -> Response<Bytes> {
        let request_id = alibaba::request_id(Moment::now());
        let method = request.method();
        if let Some(refusal) = trigger::refusal(request, &METHODS) {
            return refusal.response(&request_id, method);
        }
        let passed = self.passed(request, caller, &request_id);
        let web = &self.function.program.web;
        let mut result = self.function.exchange(passed.clone()).await;
        let broken = matches!(result, Err(WebFailure::Broken(_) | WebFailure::Ended(_)));
        if broken && method.is_safe() {
            result = self.function.exchange(passed).await;
        }
        if is_async(request.headers()) {
            return accepted(&request_id, method);
        }
        match result {
            Ok(None) => alibaba::uninitialized(&request_id, NOT_INITIALIZED, method),
            Ok(Some(response)) => {
                trigger::deliver(self.default_domain, request, &request_id, response)
            }
            Err(failure) => {
                let (status, code, message) = self.function.refused(&failure);
                web.log().line(&format!("{code}: {message}"));
                let refusal = Refusal {
                    status,
                    code,
                    message,
                };
                refusal.response(&request_id, method)
            }
        }
    }

    /// The request that the program gets: the caller's, without what is the
    /// platform's own.
    fn passed(&self, request: &Request<Bytes>, caller: IpAddr, id: &str) -> Request<Bytes> {
        let callers = callers(request.headers(), caller);
        let domain = self.default_domain.then(|| {
            let domain = format!("{NAME}-abcdefghij.{REGION}.fcapp.run");
            ("host", domain)
        });
        let fields = [("x-forwarded-for", callers)].into_iter().chain(domain);
        let mut passed = proxy::passed(request, "pictures.example.net", fields);
        without(passed.headers_mut(), "x-fc-");
        let path = request.uri().path();
        let headers = passed.headers_mut();
        self.function.add(headers, id, "/http-invoke", path);
        passed
    }
}
