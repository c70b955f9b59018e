//! Huawei Cloud FunctionGraph (函数工作流), HTTP function: "Creating an HTTP
//! function" of the user guide; how the proxy before the program works, where
//! the guide is silent, from the open kernel of the service (yuanrong).
//!
//! Callers come through API Gateway alone: its event becomes a request to the
//! program, the program's answer becomes a document.

mod redirects;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING};
use http::{HeaderValue, Request, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::functiongraph::{
    BODIES, CODE_ROOT, LIMITS, MOST_PACKED, MOST_UNPACKED, NAME, PROJECT, REGION, USER,
    interpreters, variables,
};
use super::machine::{End, GRACE, Plan};
use super::package::Modes;
use super::web::{Web, WebFailure};
use super::{DeployError, Deployment, Program, Proxy, Runtime};
use crate::function::Function;
use crate::gateways::headers::{text, title_case};
use crate::gateways::ids;
use crate::gateways::{Failure, Invocation, Outcome};

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "huawei",
    platform: "huawei",
    product: "Huawei Cloud FunctionGraph, HTTP function",
    gateways: &["huawei_apig"],
    doors: &[],
    bodies: BODIES,
    modes: Modes::Kept,
    most_packed: MOST_PACKED,
    most_unpacked: MOST_UNPACKED,
    deploy,
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    if !deployment.ground.code().join("bootstrap").is_file() {
        let text = "the zip has no file bootstrap at its root: an HTTP function starts with it";
        return Err(DeployError::Refused(text.to_owned()));
    }
    let at = deployment.ground.at(CODE_ROOT);
    let limits = LIMITS.or(&deployment.settings);
    let plan = Plan {
        // Shell text, whatever its mode is.
        program: PathBuf::from("/bin/bash"),
        arguments: vec![at.join("bootstrap").display().to_string()],
        environment: variables(&at, limits, &deployment.settings),
        links: interpreters(),
        user: Some(USER),
        at,
        ..Plan::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 8000));
    let proxy = deployment.settings.proxy;
    let web = Web::new(deployment, plan, address, LIMITS);
    Ok(Box::new(HttpFunction { web, proxy }))
}

#[derive(Clone)]
struct HttpFunction {
    web: Web,
    proxy: Proxy,
}

impl Program for HttpFunction {
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

impl Function for HttpFunction {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let Some(request) = self.request(&invocation.event) else {
                let text = "failed to parse request: an HTTP function takes API Gateway's events";
                return Outcome::Failed(Failure::Threw(text.to_owned()));
            };
            let exchange = match self.proxy.follows_redirects {
                true => redirects::followed(&self.web, request).await,
                false => self.web.exchange(request).await,
            };
            match exchange {
                Ok(response) => {
                    let status = response.status();
                    if status.is_redirection() {
                        self.web.log().line(
                            "the answer is a redirect: whether the platform's proxy follows it by itself is not documented",
                        );
                    }
                    if self.proxy.fails_non_2xx && !status.is_success() {
                        let line = format!("function run error (4002): status {status}");
                        self.web.log().line(&line);
                        return Outcome::Failed(Failure::Threw(line));
                    }
                    Outcome::Returned(document(&response))
                }
                Err(failure) => {
                    let (failure, line) = self.failed(failure);
                    self.web.log().line(&line);
                    Outcome::Failed(failure)
                }
            }
        })
    }
}

/// What the proxy reads of the gateway's event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    http_method: String,
    path: String,
    is_base64_encoded: bool,
    #[serde(default)]
    body: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    query_string_parameters: BTreeMap<String, Value>,
    request_context: Context,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    api_id: String,
    request_id: String,
    source_ip: String,
    stage: String,
}

impl HttpFunction {
    /// The request that the program gets.
    fn request(&self, event: &[u8]) -> Option<Request<Bytes>> {
        let event: Event = serde_json::from_slice(event).ok()?;
        let mut target = event.path;
        // Sorted by name, spaces as plus signs; arrays are lost.
        let pairs = event.query_string_parameters.iter();
        let pairs = pairs.filter_map(|(name, value)| Some((name, value.as_str()?)));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        if !query.is_empty() {
            target = format!("{target}?{query}");
        }
        let body = if event.is_base64_encoded {
            STANDARD.decode(event.body).ok()?
        } else {
            event.body.into_bytes()
        };
        let mut request = Request::builder()
            .method(event.http_method.as_str())
            .uri(target)
            .body(Bytes::from(body))
            .ok()?;
        let headers = request.headers_mut();
        let mut set = |name: &str, value: &str| {
            let name = HeaderName::try_from(name).ok()?;
            headers.insert(name, HeaderValue::try_from(value).ok()?);
            Some(())
        };
        for (name, value) in &event.headers {
            if ![TRANSFER_ENCODING.as_str(), CONTENT_LENGTH.as_str()].contains(&name.as_str()) {
                set(name, value)?;
            }
        }
        let limits = self.web.limits();
        let context = event.request_context;
        for (name, value) in [
            (CONNECTION.as_str(), "close"),
            ("x-apig-api-id", &context.api_id),
            ("x-apig-request-id", &context.request_id),
            ("x-apig-source-ip", &context.source_ip),
            ("x-apig-source-stage", &context.stage),
            ("x-cff-request-id", &ids::uuid()),
            ("x-cff-memory", &limits.memory.to_string()),
            ("x-cff-timeout", &limits.timeout.as_secs().to_string()),
            ("x-cff-func-version", "latest"),
            ("x-cff-func-name", NAME),
            ("x-cff-project-id", PROJECT),
            ("x-cff-package", "default"),
            ("x-cff-region", REGION),
        ] {
            set(name, value)?;
        }
        Some(request)
    }

    /// What the gateway hears, and the log.
    fn failed(&self, failure: WebFailure) -> (Failure, String) {
        let seconds = self.web.limits().start.as_secs_f64();
        let line = match &failure {
            WebFailure::NotExecutable(e) => {
                format!("init failed bootstrap failed error {e} (4201)")
            }
            WebFailure::NotListening => {
                format!("init failed bootstrap timed out after {seconds}s (4211)")
            }
            WebFailure::EndedAtStart(End { code, .. }) => {
                format!("init failed bootstrap exited with status {code} (4201)")
            }
            WebFailure::TimedOut => format!(
                "call request timed out after {}s (4010)",
                self.web.limits().timeout.as_secs_f64()
            ),
            other => format!("function run error (4002): {other:?}"),
        };
        let heard = match failure {
            // The start is not the call: what the gateway hears is an error.
            WebFailure::NotListening => Failure::Threw(line.clone()),
            failure => failure.into(),
        };
        (heard, line)
    }
}

/// The program's answer as the gateway takes it: arrays, and always base64.
fn document(response: &Response<Bytes>) -> Vec<u8> {
    let mut headers: Map<String, Value> = Map::new();
    for name in response.headers().keys() {
        let values: Vec<_> = response.headers().get_all(name).iter().map(text).collect();
        headers.insert(title_case(name), values.into());
    }
    json!({
        "body": STANDARD.encode(response.body()),
        "headers": headers,
        "statusCode": response.status().as_u16(),
        "isBase64Encoded": true,
    })
    .to_string()
    .into_bytes()
}
