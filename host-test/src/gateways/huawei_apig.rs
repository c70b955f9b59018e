//! Huawei Cloud FunctionGraph (函数工作流) event functions behind API Gateway
//! (APIG): the FunctionGraph user guide, "Using an APIG trigger" and "Supported
//! event sources", the APIG user guide, "Error codes" and its limits, and
//! recordings of Open Telekom Cloud, the same product, where they are silent.
//!
//! The whole request path reaches the function, the API's own path included.

mod answer;
mod event;
mod refusal;
mod security;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{HeaderMap, Request, Response};

use self::refusal::Refusal;
use self::security::Security;
use super::arguments::seconds;
use super::headers::text;
use super::sending::append;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

/// Most bytes of a body that the gateway takes, and that it hands to a function.
const MOST_BODY: usize = 12 * 1024 * 1024;
const MOST_TRIGGER_BODY: usize = 4 * 1024 * 1024;

/// Most bytes of a request's target, of one field and of all.
const MOST_TARGET: usize = 32 * 1024;
const MOST_FIELD: usize = 32 * 1024;
const MOST_FIELDS: usize = 128 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "huawei",
    platform: "huawei",
    name: "huawei_apig",
    product: "Huawei Cloud FunctionGraph behind API Gateway",
    variants: &[
        Variant::new("at the root", &[]),
        Variant::new("an API's path", &["--path", "/user/get", "--no-source-ip"]),
        Variant::new(
            "security App",
            &["--security", "app", "--credential", "example"],
        ),
        Variant::new(
            "security IAM",
            &["--security", "iam", "--credential", "example"],
        ),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How an API and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// The API's path: it takes itself and all below it (SWA)
    #[arg(long, value_name = "PATH", default_value = "/", value_parser = api_path)]
    path: String,
    /// Take the path alone, nothing below it (NORMAL)
    #[arg(long)]
    exact: bool,
    /// The API's method
    #[arg(long, value_enum, ignore_case = true, default_value_t)]
    method: ApiMethod,
    /// The environment that the API is published in
    #[arg(long, default_value = "RELEASE")]
    stage: String,
    /// Who may call (安全认证)
    #[arg(long, value_enum, ignore_case = true, default_value_t)]
    security: Security,
    /// What a caller has to show: the AppCode or the token
    #[arg(long, value_name = "TEXT", default_value = "example")]
    credential: String,
    /// Who shows that is not authorised for the API
    #[arg(long)]
    unauthorized: bool,
    /// Calls that the API takes in all; its debugging domain takes 1000 a day
    #[arg(long, value_name = "NUMBER")]
    calls: Option<u64>,
    /// How many there were
    #[arg(skip)]
    called: Arc<AtomicU64>,
    /// Send bodies of JSON as text, every other still as base64
    #[arg(long)]
    text_body: bool,
    /// Leave the caller's address out of `requestContext`, as recordings do
    #[arg(long)]
    no_source_ip: bool,
    /// Seconds that the gateway waits for the function
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "5")]
    api_timeout: Duration,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

/// The method of an API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
enum ApiMethod {
    #[default]
    Any,
    Get,
    Post,
    Put,
    Delete,
    Head,
    Patch,
    Options,
}

fn api_path(path: &str) -> Result<String, String> {
    let good = path.starts_with('/')
        && !path.contains(['?', '#', ' ', '%', '{', '}'])
        && (path == "/" || !path.ends_with('/'));
    if good {
        Ok(path.to_owned())
    } else {
        Err("accepted: a path such as / or /user/get".to_owned())
    }
}

impl Gateway for Options {
    fn base(&self) -> String {
        self.path.trim_end_matches('/').to_owned()
    }

    fn most_body(&self) -> usize {
        MOST_BODY
    }

    fn patience(&self) -> Duration {
        self.function_timeout.min(self.api_timeout)
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let request_id = ids::hex(32);
        match self.accept(request) {
            Ok(below) => Ok(Invocation {
                event: event::event(self, request, caller, below, &request_id),
                request_id,
                ..Invocation::default()
            }),
            Err(refusal) => Err(refusal.response(&request_id, request.method())),
        }
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        let id = &invocation.request_id;
        let mut response = answer::response(self, request.method(), id, outcome);
        let mode = request.headers().get("x-apig-mode").map(text);
        if mode.is_some_and(|mode| mode == "debug") {
            self.debug(response.headers_mut());
        }
        response
    }
}

impl Options {
    /// What the gateway says of a call to who asks for it (`X-Apig-Mode: debug`).
    /// The form of the times is not documented: milliseconds here.
    fn debug(&self, headers: &mut HeaderMap) {
        let mut add = |name, value: String| {
            let _ = append(headers, name, &value);
        };
        add("x-apig-latency", "12".to_owned());
        add("x-apig-upstream-latency", "9".to_owned());
        add(
            "x-apig-ratelimit-api-allenv",
            "remain:199,limit:200,time:1 second".to_owned(),
        );
        if let Some(calls) = self.calls {
            let remain = calls.saturating_sub(self.called.load(Ordering::Relaxed));
            let limit = format!("remain:{remain},limit:{calls},time:1 day");
            add("x-apig-ratelimit-api", limit);
        }
    }

    /// What the gateway looks at before it calls the function; gives what comes
    /// after the API's path.
    fn accept<'r>(&self, request: &'r Request<Bytes>) -> Result<&'r str, Refusal> {
        let target = request.uri().path_and_query();
        if target.is_some_and(|target| target.as_str().len() > MOST_TARGET) {
            return Err(Refusal::TargetTooLong);
        }
        let lengths: Vec<usize> = request
            .headers()
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .collect();
        if lengths.iter().any(|length| *length > MOST_FIELD)
            || lengths.iter().sum::<usize>() > MOST_FIELDS
        {
            return Err(Refusal::FieldsTooLarge);
        }
        if request.body().len() > MOST_BODY {
            return Err(Refusal::BodyTooLarge);
        }
        let stage = request.headers().get("x-stage").map(text);
        if stage.is_some_and(|stage| stage != self.stage) {
            return Err(Refusal::NoApi);
        }
        let below = request.uri().path().strip_prefix(self.base().as_str());
        let below = below.filter(|below| below.is_empty() || below.starts_with('/'));
        let below = below.filter(|below| !self.exact || below.is_empty() || self.path == *below);
        let below = below.ok_or(Refusal::NoApi)?;
        let method = self.method.to_possible_value();
        let takes = |method: &str| method == "ANY" || method == request.method().as_str();
        if !method.is_some_and(|method| takes(method.get_name())) {
            return Err(Refusal::NoApi);
        }
        let called = self.called.fetch_add(1, Ordering::Relaxed);
        if self.calls.is_some_and(|calls| called >= calls) {
            return Err(Refusal::Throttled);
        }
        self.security
            .check(request.headers(), &self.credential, !self.unauthorized)?;
        if request.body().len() > MOST_TRIGGER_BODY {
            return Err(Refusal::EventTooLarge);
        }
        Ok(below)
    }
}

#[cfg(test)]
mod tests;
