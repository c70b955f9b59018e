//! LeanCloud's REST interface before two deployments, by plain HTTP.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use host_test::function::{Deployed, Function};
use host_test::gateways::{Failure, Invocation, Outcome};
use host_test::leancloud_api::{self, Deployments, Running, StartError};
use host_test::listener::{Exchange, Log};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::client::{Connection, Reply, ask, request};
use crate::stands::{ANY_PORT, stand};

mod concurrent;
mod credentials;
mod values;

/// Another list than the sample, for the staging environment.
pub(crate) const STAGING: &str = "catalogues/urls.txt";

pub(crate) const ID: &str = "hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz";
pub(crate) const KEY: &str = "kQ7vXy2LmN4pRs6TuWz8aBcD";
pub(crate) const MASTER: &str = "Mz9yXw8vUt7sRq6pOn5mLk4J";

/// A site with functions of our own beside it.
pub(crate) struct Doubles {
    site: Deployed,
    /// What `slow` waits for.
    gate: Arc<Semaphore>,
}

impl Doubles {
    pub(crate) fn new(site: &str) -> Self {
        Self {
            site: Deployed::new(&stand(site).site, "leancloud"),
            gate: Arc::new(Semaphore::new(0)),
        }
    }
}

impl Function for Doubles {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        let target = invocation.target.as_deref().unwrap_or_default();
        let (_, name) = target.rsplit_once('/').unwrap_or_default();
        let returned = |value: Value| Outcome::Returned(value.to_string().into_bytes());
        Box::pin(async move {
            match name {
                "metadatas" => returned(json!({"result": [
                    "random", "pictures", "info", "echo", "slow", "dead", "silent", "refuses", "throws"
                ]})),
                // The very bytes of its arguments.
                "echo" => {
                    let result = [b"{\"result\":", &invocation.event[..], b"}"];
                    Outcome::Returned(result.concat())
                }
                "slow" => {
                    self.gate.acquire().await.unwrap().forget();
                    returned(json!({"result": "slow"}))
                }
                "dead" => Outcome::Failed(Failure::Exited),
                "silent" => std::future::pending().await,
                "refuses" => returned(json!({"code": 142, "error": "No image"})),
                "throws" => Outcome::Failed(Failure::Threw("No image".to_owned())),
                _ => self.site.invoke(invocation).await,
            }
        })
    }
}

pub(crate) fn start(
    arguments: &[&str],
    production: impl Function,
    staging: Option<Box<dyn Function>>,
    log: Option<Log>,
) -> Result<Running, StartError> {
    let matches = leancloud_api::arguments()
        .no_binary_name(true)
        .try_get_matches_from(arguments)?;
    let deployments = Deployments {
        production: Box::new(production),
        staging,
    };
    leancloud_api::start(ANY_PORT, &matches, deployments, log)
}

/// The sample and [`STAGING`], with [`Doubles`] beside the first.
pub(crate) fn both(arguments: &[&str]) -> Running {
    let staging = Deployed::new(&stand(STAGING).site, "leancloud");
    let production = Doubles::new("sample");
    start(arguments, production, Some(Box::new(staging)), None).unwrap()
}

/// A call with the app's own credentials.
fn call(address: SocketAddr, path: &str, more: &[(&str, &str)], body: &str) -> Reply {
    let own = [
        ("X-LC-Id", ID),
        ("X-LC-Key", KEY),
        ("Content-Type", "application/json"),
    ];
    let headers = [&own[..], more].concat();
    ask(address, "POST", path, &headers, body.as_bytes())
}

#[test]
fn the_field_chooses_the_deployment() {
    let running = both(&[]);
    let address = running.listener.address();
    let (sample, other) = (stand("sample"), stand(STAGING));
    for (more, environment) in [
        (&[][..], "production"),
        (&[("X-LC-Prod", "1")], "production"),
        (&[("x-lc-prod", "0")], "stage"),
        (&[("X-AVOSCloud-Application-Production", "0")], "stage"),
        (&[("X-Uluru-Application-Production", "0")], "stage"),
        (&[("X-Uluru-Application-Production", "1")], "production"),
    ] {
        let info = call(address, "/1.1/functions/info", more, "{}").json();
        assert_eq!(info["result"]["environment"], environment, "{more:?}");
        let site = if environment == "stage" {
            &other
        } else {
            &sample
        };
        assert_eq!(info["result"]["pictures"], site.pictures.urls.len());
        for door in ["functions", "call"] {
            let picture = call(address, &format!("/1.1/{door}/random"), more, "{}").json();
            let url = picture["result"]["url"].as_str().unwrap();
            assert!(site.pictures.has(url), "{more:?} {picture}");
        }
    }
    // Old scripts say it in the body.
    let body = json!({"_ApplicationId": ID, "_ApplicationKey": KEY, "_ApplicationProduction": 0});
    let plain = [("Content-Type", "text/plain")];
    let body = body.to_string();
    let info = ask(
        address,
        "POST",
        "/1.1/functions/info",
        &plain,
        body.as_bytes(),
    )
    .json();
    assert_eq!(info["result"]["environment"], "stage");
    assert_eq!(info["result"]["pictures"], other.pictures.urls.len());
}

#[test]
fn without_staging_there_is_no_app_for_it() {
    let running = start(&[], Doubles::new("sample"), None, None).unwrap();
    let address = running.listener.address();
    let refused = call(address, "/1.1/functions/info", &[("X-LC-Prod", "0")], "{}");
    assert_eq!(refused.status, 404);
    assert_eq!(refused.json()["error"], "Application not found");
    assert_eq!(call(address, "/1.1/functions/info", &[], "{}").status, 200);
}

#[test]
fn each_deployment_has_its_own_functions() {
    let running = both(&[]);
    let address = running.listener.address();
    assert!(
        running
            .notice
            .contains("production has random, pictures, info, echo,")
    );
    assert!(
        running
            .notice
            .contains("staging has random, pictures, info\n")
    );
    let staging = [("X-LC-Prod", "0")];
    for (path, more, error) in [
        (
            "/1.1/functions/none",
            &[][..],
            "No such cloud function 'none'",
        ),
        ("/1.1/call/none", &[], "No such cloud function 'none'"),
        (
            "/1.1/functions/echo",
            &staging,
            "No such cloud function 'echo'",
        ),
        (
            "/1.1/functions/Random",
            &[],
            "No such cloud function 'Random'",
        ),
        (
            "/1.1/functions/",
            &[],
            "No function name or class name: /1.1/functions/",
        ),
    ] {
        let refused = call(address, path, more, "{}");
        assert_eq!(refused.status, 404, "{path}");
        assert_eq!(refused.json(), json!({"code": 1, "error": error}));
    }
    assert_eq!(call(address, "/1.1/functions/echo", &[], "{}").status, 200);
}

#[test]
fn an_app_says_which_functions_it_has() {
    let answers = |document: &'static str| {
        move |_: &Invocation| Outcome::Returned(document.as_bytes().to_vec())
    };
    // An app without functions is one all the same.
    let none = answers(r#"{"code":404,"error":"none"}"#);
    let running = start(&[], none, None, None).unwrap();
    let refused = call(running.listener.address(), "/1.1/functions/a", &[], "{}");
    assert_eq!(refused.status, 404);
    let one = || answers(r#"{"result":["a"]}"#);
    for (production, staging, message) in [
        ("<html>", None, "the production deployment does not say"),
        (r#"{"result":[1]}"#, None, "the production deployment"),
        (
            r#"{"code":500,"error":"why"}"#,
            None,
            r#"500 Internal Server Error {"code":500,"error":"why"}"#,
        ),
        (r#"{"result":["a"]}"#, Some("[]"), "the staging deployment"),
    ] {
        let staging = staging.map(|document| Box::new(answers(document)) as Box<dyn Function>);
        let error = start(&[], answers(production), staging, None).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    let dead = |_: &Invocation| Outcome::Failed(Failure::Exited);
    let error = start(&[], one(), Some(Box::new(dead)), None).unwrap_err();
    assert!(error.to_string().contains("524"), "{error}");
}
