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
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};

use self::refusal::Refusal;
use self::security::Security;
use super::arguments::seconds;
use super::headers::text;
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
        Variant::faithful("at the root", &[]),
        Variant::faithful("an API's path", &["--path", "/user/get", "--no-source-ip"]),
        Variant::changing(
            "security App",
            &["--security", "app", "--credential", "example"],
        ),
        Variant::changing(
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
        answer::response(self, request.method(), &invocation.request_id, outcome)
    }
}

impl Options {
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
        self.security.check(request.headers(), &self.credential)?;
        if request.body().len() > MOST_TRIGGER_BODY {
            return Err(Refusal::EventTooLarge);
        }
        Ok(below)
    }
}

#[cfg(test)]
mod tests;
