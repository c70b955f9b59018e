//! How an app is set up in the console.

use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::Request;

use super::answer::Refusal;
use super::credentials::{Credentials, Keys};
use crate::gateways::arguments::seconds;

/// How long the package gives a function, and the load balancer an app.
const FUNCTION_PATIENCE: Duration = Duration::from_secs(15);
const BALANCER_PATIENCE: Duration = Duration::from_secs(60);

/// The app's id and keys, unless others are given.
pub(crate) const APP_ID: &str = "hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz";
pub(crate) const APP_KEY: &str = "kQ7vXy2LmN4pRs6TuWz8aBcD";
pub(crate) const MASTER_KEY: &str = "Mz9yXw8vUt7sRq6pOn5mLk4J";

/// Keys, sessions and time-outs.
#[derive(Clone, Debug, Args)]
pub(crate) struct App {
    /// The app's id
    #[arg(long, value_name = "ID", default_value = APP_ID)]
    pub(crate) app_id: String,
    /// The app's key
    #[arg(long, value_name = "KEY", default_value = APP_KEY)]
    pub(crate) app_key: String,
    /// The app's master key
    #[arg(long, value_name = "KEY", default_value = MASTER_KEY)]
    pub(crate) master_key: String,
    /// The key that programs on Android sign with [default: none]
    #[arg(long, value_name = "KEY")]
    android_key: Option<String>,
    /// The token of a user's session; without any, none is looked at
    #[arg(long, value_name = "TOKEN")]
    session: Vec<String>,
    /// How a function that takes too long is reported
    #[arg(long, value_enum, default_value_t)]
    pub(super) late: Late,
    /// How long a function may take [default: as long as the platform waits]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
}

/// What callers see of a time-out: all three are documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Late {
    /// 503 by the app's package, after 15 s
    #[default]
    #[value(name = "503")]
    Package,
    /// 524 by the load balancer, after 60 s
    #[value(name = "524")]
    Balancer,
    /// The code 141, after 15 s
    #[value(name = "141")]
    Code,
}

impl App {
    pub(super) fn patience(&self) -> Duration {
        self.timeout.unwrap_or(match self.late {
            Late::Package | Late::Code => FUNCTION_PATIENCE,
            Late::Balancer => BALANCER_PATIENCE,
        })
    }

    /// What the credentials of a request allow.
    ///
    /// # Errors
    /// Where they are missing or wrong.
    pub(super) fn admit(&self, request: &Request<Bytes>) -> Result<Credentials, Refusal> {
        let keys = Keys {
            id: &self.app_id,
            app: &self.app_key,
            master: &self.master_key,
            android: self.android_key.as_deref(),
        };
        let credentials = Credentials::of(request, keys).ok_or(Refusal::Unauthorized)?;
        match &credentials.session {
            Some(token) if !self.session.is_empty() && !self.session.contains(token) => {
                Err(Refusal::NoSession)
            }
            _ => Ok(credentials),
        }
    }
}
