//! Tencent Cloud SCF (云函数), Web function (Web 函数): product 583, "Web
//! function overview" (56124), "Start files" (56126), the fields of a request
//! (56051) and "Function status codes" (42611).

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};

use super::machine::GRACE;
use super::package::Modes;
use super::proxy::{self, answered, without};
use super::scf::{BODIES, CODE, LIMITS, MOST_UNPACKED, SCF_REGION, fields, plan};
use super::web::{NOT_LOOPBACK, Web, WebFailure, size};
use super::{DeployError, Deployment, Door, Program, Runtime};
use crate::gateways::headers::callers;
use crate::gateways::scf::{ANSWER_TOO_LARGE, APP_ID, EVENT_TOO_LARGE, error_document, failure};
use crate::gateways::sending::answer;
use crate::gateways::{Failure, ids};
use crate::listener::{Answered, Front};

const START: &str = "scf_bootstrap";
const PORT: u16 = 9000;
const URL: &str = "function-url";
const GATEWAY: &str = "api-gateway";

/// Where the gateway publishes its API.
const STAGE: &str = "/release";

/// Most bytes of an answer's fields.
const MOST_FIELDS: usize = 4 * 1024;

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "tencent",
    platform: "tencent",
    product: "Tencent Cloud SCF, Web function",
    gateways: &[],
    doors: &[Door::new(URL, ""), Door::new(GATEWAY, STAGE)],
    bodies: BODIES,
    modes: Modes::Kept,
    most_packed: None,
    most_unpacked: MOST_UNPACKED,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let wrong = check(&deployment.ground.code().join(START)).err();
    let plan = plan(&deployment, START);
    let address = SocketAddr::from((NOT_LOOPBACK, PORT));
    let web = Web::new(deployment, plan, address, LIMITS);
    Ok(Box::new(WebFunction { web, wrong }))
}

/// What the documents demand of a start file that is a script.
fn check(file: &Path) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{CODE}/{START}: {what}"));
    let Ok(text) = fs::read(file) else {
        return wrong("no such file at the zip's root");
    };
    if text.starts_with(b"\x7fELF") {
        return Ok(());
    }
    if !text.starts_with(b"#!/bin/bash\n") {
        return wrong("a script has to begin with #!/bin/bash and a line feed");
    }
    if text.contains(&b'\r') || !text.ends_with(b"\n") {
        return wrong("lines have to end with a line feed alone, the last one too");
    }
    Ok(())
}

#[derive(Clone)]
struct WebFunction {
    web: Web,
    /// What is wrong with the start file.
    wrong: Option<String>,
}

impl Program for WebFunction {
    fn front(&self, door: &str) -> Option<Box<dyn Front>> {
        let base = match door {
            URL => "",
            GATEWAY => STAGE,
            _ => return None,
        };
        Some(Box::new(Published {
            function: self.clone(),
            base,
        }))
    }

    fn log(&self) -> String {
        self.web.log().text()
    }

    fn stop(&self) -> Option<i32> {
        self.web.stop(GRACE)
    }
}

struct Published {
    function: WebFunction,
    base: &'static str,
}

impl Front for Published {
    fn most_body(&self) -> usize {
        self.function.web.most_body()
    }

    fn answer<'a>(
        &'a self,
        request: &'a Request<Bytes>,
        caller: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>> {
        Box::pin(async move {
            let request_id = ids::uuid();
            let result = self.exchange(request, caller, &request_id).await;
            let response = result.unwrap_or_else(|(status, message)| {
                let log = self.function.web.log();
                log.line(&format!("{request_id} {status} {message}"));
                error(&request_id, status, &message, request.method())
            });
            response.into()
        })
    }
}

fn error(request_id: &str, status: u16, message: &str, method: &Method) -> Response<Bytes> {
    let document = error_document(request_id, status, message);
    answer(status, "application/json", document.to_string(), method)
}

/// Status code and message of a call that failed.
type Failed = (u16, String);

impl Published {
    async fn exchange(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
        request_id: &str,
    ) -> Result<Response<Bytes>, Failed> {
        if request.body().len() > self.most_body() {
            return Err((EVENT_TOO_LARGE.0, EVENT_TOO_LARGE.1.to_owned()));
        }
        if let Some(wrong) = &self.function.wrong {
            return Err((405, format!("ContainerStateExited: {wrong}")));
        }
        let Some(passed) = self.passed(request, caller, request_id) else {
            return Err((404, "no such path at the API".to_owned()));
        };
        let web = &self.function.web;
        let response = web.exchange(passed).await.map_err(|e| self.failed(e))?;
        if size(response.headers()) > MOST_FIELDS {
            let text = format!("the answer's header fields are over {MOST_FIELDS} bytes");
            return Err((410, text));
        }
        Ok(answered(response, request.method()))
    }

    fn failed(&self, e: WebFailure) -> Failed {
        match e {
            WebFailure::NotExecutable(e) => (405, format!("ContainerStateExited: {e}")),
            WebFailure::EndedAtStart(end) => {
                (445, format!("ContainerInitError: exit status {}", end.code))
            }
            WebFailure::NotListening => (446, format!("PortBindingFailed: port {PORT}")),
            WebFailure::TooLarge => (ANSWER_TOO_LARGE.0, ANSWER_TOO_LARGE.1.to_owned()),
            other => failure(&Failure::from(other), self.function.web.limits().timeout),
        }
    }

    /// The request that the program gets; `None` where the gateway has no API.
    fn passed(&self, request: &Request<Bytes>, caller: IpAddr, id: &str) -> Option<Request<Bytes>> {
        let target = request.uri().path_and_query()?.as_str();
        let below = target.strip_prefix(self.base)?;
        let target = match below.chars().next() {
            Some('/') => below.to_owned(),
            None | Some('?') => format!("/{below}"),
            Some(_) => return None,
        };
        let host = format!("{APP_ID}-ab12cd34ef.{SCF_REGION}.tencentscf.com");
        let callers = callers(request.headers(), caller);
        let mut passed = proxy::passed(request, &host, [("x-forwarded-for", callers)]);
        *passed.uri_mut() = target.parse().ok()?;
        let headers = passed.headers_mut();
        without(headers, "x-scf-");
        let own = [("x-scf-remote-addr", caller.to_string())];
        for (name, value) in own
            .into_iter()
            .chain(fields(self.function.web.limits(), id))
        {
            headers.insert(name, HeaderValue::try_from(value).ok()?);
        }
        Some(passed)
    }
}
