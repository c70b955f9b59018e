//! LeanCloud's REST interface of cloud functions ("Cloud function REST API",
//! "Staging and production"): `POST /1.1/functions/<name>` and
//! `POST /1.1/call/<name>` before an app that is deployed once or twice. What a
//! call looks like is the emulated gateway's, `gateways::leancloud`; here each
//! deployment is asked which functions it has, as the platform asks when a
//! deployment starts, and `X-LC-Prod` chooses between the two.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;

use bytes::Bytes;
use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use http::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use tokio::time::timeout;

use crate::function::Function;
use crate::gateways::leancloud::{ApiDomain, App, Functions};
use crate::gateways::{Failure, Gateway as _, Invocation, Outcome};
use crate::listener::{Listener, Log};

/// What it is called on the command line.
pub const COMMAND: &str = "leancloud-api";

/// Where an app says which functions it has.
const METADATAS: &str = "/1.1/functions/_ops/metadatas";

/// An app's deployments.
pub struct Deployments {
    /// For `X-LC-Prod: 1`, and for calls that do not say.
    pub production: Box<dyn Function>,
    /// For `X-LC-Prod: 0`; a free app has none.
    pub staging: Option<Box<dyn Function>>,
}

impl Function for Deployments {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        match &self.staging {
            Some(staging) if invocation.staging => staging.invoke(invocation),
            _ => self.production.invoke(invocation),
        }
    }
}

/// Why the interface does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The arguments are wrong.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// A deployment does not answer as an app does.
    #[error("the {deployment} deployment does not say which functions it has: {answer}")]
    NoFunctions {
        /// `production` or `staging`.
        deployment: &'static str,
        /// What it says instead.
        answer: String,
    },
    /// The address cannot be had.
    #[error("{0}: cannot listen there: {1}")]
    Listen(SocketAddr, io::Error),
    /// A runtime is needed to ask for the functions.
    #[error("cannot start a runtime: {0}")]
    Runtime(io::Error),
}

/// An interface at work. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub listener: Listener,
    /// What callers have to know, a line each: functions and credentials.
    pub notice: String,
}

/// The command line that sets up an app; see [`start`].
#[must_use]
pub fn arguments() -> Command {
    App::augment_args(Command::new(COMMAND))
        .about("LeanCloud's REST interface of cloud functions, before production and staging")
}

/// Puts the interface before an app. Port 0 takes a free one.
///
/// # Errors
/// When the arguments are wrong, a deployment does not say which functions it
/// has, or the address cannot be had.
pub fn start(
    address: SocketAddr,
    arguments: &ArgMatches,
    deployments: Deployments,
    log: Option<Log>,
) -> Result<Running, StartError> {
    let app = App::from_arg_matches(arguments)?;
    let mut domain = ApiDomain {
        app,
        word: "functions",
        production: Functions::Any,
        staging: deployments.staging.is_some().then_some(Functions::Any),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    let ask = |domain: &ApiDomain, deployment| {
        runtime.block_on(functions(domain, &deployments, deployment))
    };
    let production = ask(&domain, "production")?;
    let mut notice = format!("production has {}\n", production.join(", "));
    if domain.staging.is_some() {
        let staging = ask(&domain, "staging")?;
        notice.push_str(&format!("staging has {}\n", staging.join(", ")));
        domain.staging = Some(Functions::Named(staging));
    }
    domain.production = Functions::Named(production);
    notice.push_str(&format!(
        "X-LC-Id: {}\nX-LC-Key: {} (master: {},master)",
        domain.app.app_id, domain.app.app_key, domain.app.master_key
    ));
    let listener = Listener::start(address, Box::new(domain), Box::new(deployments), log)
        .map_err(|e| StartError::Listen(address, e))?;
    Ok(Running { listener, notice })
}

/// What an app answers to the question for its functions.
#[derive(Deserialize)]
struct Metadatas {
    result: Vec<String>,
}

/// The functions of a deployment; an app that answers 404 has none.
async fn functions(
    domain: &ApiDomain,
    deployments: &Deployments,
    deployment: &'static str,
) -> Result<Vec<String>, StartError> {
    let response = answer(domain, deployments, deployment == "staging").await;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(Vec::new());
    }
    serde_json::from_slice(response.body())
        .map(|Metadatas { result }| result)
        .map_err(|_| StartError::NoFunctions {
            deployment,
            answer: format!(
                "{} {}",
                response.status(),
                String::from_utf8_lossy(response.body())
            ),
        })
}

/// Asks as the platform's own tools do, with the older names of the fields.
async fn answer(domain: &ApiDomain, deployments: &Deployments, staging: bool) -> Response<Bytes> {
    let request = Request::builder()
        .method(Method::GET)
        .uri(METADATAS)
        .header("x-avoscloud-application-id", &domain.app.app_id)
        .header("x-avoscloud-master-key", &domain.app.master_key)
        .header("x-lc-prod", if staging { "0" } else { "1" })
        .body(Bytes::new());
    let Ok(request) = request else {
        let mut response = Response::new(Bytes::from_static(b"a key is no text for a header"));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    };
    match domain.invocation(&request, IpAddr::V4(Ipv4Addr::LOCALHOST)) {
        Err(refused) => refused,
        Ok(invocation) => {
            let call = timeout(domain.patience(), deployments.invoke(&invocation));
            let outcome = call.await.unwrap_or(Outcome::Failed(Failure::TimedOut));
            domain.response(&request, &invocation, outcome)
        }
    }
}
