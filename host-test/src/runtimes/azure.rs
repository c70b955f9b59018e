//! Azure Functions, custom handler: "Azure Functions custom handlers",
//! "host.json reference" and "HTTP trigger" of Microsoft's documents, and the
//! host's source where they are silent.
//!
//! The host reads what the zip holds: `host.json`, and a `function.json` in the
//! folder of each function. An HTTP function gets the plain request where
//! `host.json` says so, else every call is a document.

mod app;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use tokio::sync::Mutex;
use tokio::time::timeout;

use self::app::{App, HttpFunction};
use super::machine::{GRACE, Machine, Plan};
use super::package::Modes;
use super::proxy::{answered, passed, posted};
use super::web::{Web, WebFailure};
use super::{Bodies, DeployError, Deployment, Door, Limits, Program, Runtime, environment};
use crate::function::Function;
use crate::gateways::azure_functions::{FRONT_PATIENCE, MOST_BODY, MOST_URL, empty, shows_key};
use crate::gateways::headers::text;
use crate::gateways::{Failure, Gateway, Invocation, Outcome, ids};
use crate::listener::{Answered, Front};

const ROOT: &str = "/home/site/wwwroot";
const PORT: u16 = 38_215;
const APP_HOST: &str = "pics.azurewebsites.net";
const VERSION: &str = "4.1036.1.0";
const DOOR: &str = "azurewebsites";

/// The setting of the app that says how long a request's body may be.
const BODY_LIMIT: &str = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";

/// The key of the app, where a function asks for one.
const KEY: &str = "kVx3Zr8Qw1Lt6Yb9Nm4Hs7Df2Gj5Pc0A==";

/// After more errors than these a handler is not started again.
const MOST_ERRORS: u32 = 3;

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "azure",
    platform: "azure",
    product: "Azure Functions, custom handler",
    gateways: &["azure_functions"],
    doors: &[Door::new(DOOR, "")],
    bodies: Bodies {
        request: MOST_BODY,
        answer: None,
    },
    modes: Modes::Kept,
    most_packed: None,
    // None is documented for the plan; its storage has more.
    most_unpacked: 1 << 30,
    deploy,
};

fn deploy(mut deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let mut own = deployment.settings.environment.iter();
    if let Some((_, text)) = own.find(|(name, _)| name == BODY_LIMIT) {
        let most = text.parse().map_err(|_| {
            DeployError::Refused(format!("{BODY_LIMIT} is {text:?}; accepted: bytes"))
        })?;
        deployment.bodies.request = most;
    }
    let app = App::read(&deployment.ground.code(), deployment.bodies.request);
    let app = app.map_err(DeployError::Refused)?;
    let limits = Limits {
        start: Duration::from_secs(30),
        timeout: app.timeout,
        memory: 1536,
    };
    let at = deployment.ground.at(ROOT);
    let variables = [
        ("FUNCTIONS_CUSTOMHANDLER_PORT", PORT.to_string()),
        ("FUNCTIONS_HTTPWORKER_PORT", PORT.to_string()),
        ("FUNCTIONS_CUSTOMHANDLER_WORKER_ID", ids::uuid()),
        ("FUNCTIONS_APP_ROOT_PATH", at.display().to_string()),
        ("FUNCTIONS_WORKER_RUNTIME", "custom".to_owned()),
        ("FUNCTIONS_EXTENSION_VERSION", "~4".to_owned()),
        ("WEBSITE_SITE_NAME", "pics".to_owned()),
        ("HOME", "/home".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ];
    let plan = Plan {
        program: at.join(&app.program),
        arguments: app.arguments.clone(),
        folder: at.join(&app.folder),
        environment: environment(variables, &deployment.settings),
        at,
        ..Plan::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let web = Web::new(deployment, plan, address, limits);
    if app.asks_for_a_key() {
        web.log().line(&format!("the app's key is {KEY}"));
    }
    Ok(Box::new(Host(Arc::new(Shared {
        web,
        app,
        errors: AtomicU32::new(0),
        known: Mutex::new(Weak::new()),
    }))))
}

/// The host of one app.
#[derive(Clone)]
struct Host(Arc<Shared>);

struct Shared {
    web: Web,
    app: App,
    /// How often the handler did not start, or ended.
    errors: AtomicU32,
    /// The process that has answered.
    known: Mutex<Weak<Machine>>,
}

impl Program for Host {
    fn function(&self) -> Option<Box<dyn Function>> {
        Some(Box::new(self.clone()))
    }

    fn front(&self, door: &str) -> Option<Box<dyn Front>> {
        (door == DOOR).then(|| -> Box<dyn Front> { Box::new(self.clone()) })
    }

    fn log(&self) -> String {
        self.0.web.log().text()
    }

    fn stop(&self) -> Option<i32> {
        self.0.web.stop(GRACE)
    }
}

/// Invocations as documents.
impl Function for Host {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            if self.0.gave_up() {
                return Outcome::Failed(Failure::Threw(GAVE_UP.to_owned()));
            }
            self.0.document(invocation).await.unwrap_or_else(|failure| {
                self.0.note(&failure);
                Outcome::Failed(failure.into())
            })
        })
    }
}

impl Front for Host {
    fn most_body(&self) -> usize {
        self.0.web.most_body()
    }

    fn answer<'a>(
        &'a self,
        request: &'a Request<Bytes>,
        caller: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>> {
        Box::pin(async move {
            let method = request.method();
            let own = |status| empty(status, method);
            let target = request.uri().path_and_query();
            if target.map_or(0, |target| target.as_str().len()) > MOST_URL {
                return own(414).into();
            }
            let path = request.uri().path();
            let Some(function) = self.0.app.find(method, path) else {
                return own(404).into();
            };
            if !function.anonymous && !shows_key(request, KEY) {
                return own(401).into();
            }
            if self.0.gave_up() {
                return own(503).into();
            }
            if request.body().len() > self.most_body() {
                return own(413).into();
            }
            let exchange = async {
                match &function.gateway {
                    Some(gateway) => self.by_document(&**gateway, request, caller).await,
                    None => self.0.forwarded(function, request, caller).await,
                }
            };
            match timeout(FRONT_PATIENCE, exchange).await {
                Ok(answered) => answered.unwrap_or_else(|failure| {
                    self.0.note(&failure);
                    own(500)
                }),
                Err(_) => own(502),
            }
            .into()
        })
    }
}

impl Host {
    async fn by_document(
        &self,
        gateway: &dyn Gateway,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Response<Bytes>, WebFailure> {
        match gateway.invocation(request, caller) {
            Err(refused) => Ok(refused),
            Ok(invocation) => {
                let outcome = self.invoke(&invocation).await;
                Ok(gateway.response(request, &invocation, outcome))
            }
        }
    }
}

const GAVE_UP: &str = "the handler failed too often and is not started again";

impl Shared {
    fn gave_up(&self) -> bool {
        self.errors.load(Ordering::SeqCst) > MOST_ERRORS
    }

    /// Logs a failure, and counts those of the process.
    fn note(&self, failure: &WebFailure) {
        self.web.log().line(&format!("{failure:?}"));
        let ended = matches!(
            failure,
            WebFailure::Ended(_) | WebFailure::EndedAtStart(_) | WebFailure::NotExecutable(_)
        );
        if ended && self.errors.fetch_add(1, Ordering::SeqCst) == MOST_ERRORS {
            self.web.log().line(GAVE_UP);
        }
    }

    /// Waits until the handler has answered anything at all.
    async fn ready(&self) -> Result<(), WebFailure> {
        let mut known = self.known.lock().await;
        let machine = self.web.running().await?;
        if known
            .upgrade()
            .is_some_and(|known| Arc::ptr_eq(&known, &machine))
        {
            return Ok(());
        }
        match self.web.exchange_and_spare(ping()).await {
            // Any answer will do, and so does whoever takes the connection.
            Ok(_) | Err(WebFailure::Broken(_)) => {}
            Err(failure) => return Err(failure),
        }
        *known = Arc::downgrade(&machine);
        Ok(())
    }

    async fn document(&self, invocation: &Invocation) -> Result<Outcome, WebFailure> {
        let target = invocation.target.as_deref().unwrap_or("/");
        let name = target.trim_start_matches('/');
        if !self.app.names.iter().any(|known| known == name) {
            let text = format!("the zip has no function {name:?}");
            return Ok(Outcome::Failed(Failure::Threw(text)));
        }
        self.ready().await?;
        let Some(request) = posted(target, &invocation.headers, &invocation.event) else {
            return Ok(Outcome::Failed(Failure::Threw("no target".to_owned())));
        };
        let response = self.web.exchange(request).await?;
        let kind = response.headers().get(CONTENT_TYPE).map(text);
        let wrong = match response.status() {
            status if status.is_redirection() => Some(format!(
                "{status}: the host follows redirects by itself here; one for the caller stands in Outputs"
            )),
            status if !status.is_success() => Some(status.to_string()),
            _ if !kind.unwrap_or_default().contains("json") => {
                Some("Invalid HttpResponseMessage: its type is not JSON".to_owned())
            }
            _ => None,
        };
        Ok(match wrong {
            None => Outcome::Returned(response.into_body().into()),
            Some(text) => {
                self.web.log().line(&text);
                Outcome::Failed(Failure::Threw(text))
            }
        })
    }

    /// The plain request, on its way to the handler and back.
    async fn forwarded(
        &self,
        function: &HttpFunction,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Response<Bytes>, WebFailure> {
        self.ready().await?;
        let caller_and_port = SocketAddr::new(caller, 53_124).to_string();
        let before = request.headers().get("x-forwarded-for").map(text);
        let callers = before.into_iter().chain([caller_and_port.clone()]);
        let own = [
            ("x-forwarded-for", callers.collect::<Vec<_>>().join(", ")),
            ("x-forwarded-proto", "https".to_owned()),
            ("client-ip", caller_and_port),
            ("x-arr-log-id", ids::uuid()),
        ];
        let id = ids::uuid();
        let own = own.into_iter().chain(fields(request.headers(), &id));
        let mut passed = passed(request, APP_HOST, own);
        if !function.streamed {
            *passed.uri_mut() = joined(request.uri());
        }
        let response = self.web.exchange(passed).await?;
        Ok(answered(response, request.method()))
    }
}

/// How the host asks a handler whether it is there: a call's fields are not on
/// it (`SendPingRequestAsync` of its source).
fn ping() -> Request<Bytes> {
    let mut ping = Request::new(Bytes::new());
    let address = format!("127.0.0.1:{PORT}");
    if let Ok(address) = HeaderValue::try_from(address) {
        ping.headers_mut().insert(HOST, address);
    }
    ping
}

/// Those of every call; the host's name stands behind the caller's.
fn fields(headers: &HeaderMap, id: &str) -> [(&'static str, String); 3] {
    let host = format!("Azure-Functions-Host/{VERSION}");
    let agents = headers.get(USER_AGENT).map(text).into_iter().chain([host]);
    [
        ("x-azure-functions-hostversion", VERSION.to_owned()),
        ("x-azure-functions-invocationid", id.to_owned()),
        ("user-agent", agents.collect::<Vec<_>>().join(" ")),
    ]
}

/// The target with its query as the host writes it anew: values of one name
/// are joined with commas.
fn joined(target: &Uri) -> Uri {
    let Some(query) = target.query() else {
        return target.clone();
    };
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => *values = format!("{values},{value}"),
            None => pairs.push((name.into_owned(), value.into_owned())),
        }
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let text = format!("{}?{query}", target.path());
    text.parse().unwrap_or_else(|_| target.clone())
}
