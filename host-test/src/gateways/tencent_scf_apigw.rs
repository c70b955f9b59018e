//! Tencent Cloud SCF (云函数) behind API Gateway (API 网关), as its documents
//! have it: product 583, "API Gateway trigger" (12513) and "Function status
//! codes" (42611); product 628, "Structures to back ends" (38896), "Base64"
//! (51799) and the gateway's error codes.
//!
//! Callers reach the function at `/{stage}{path}`. Where the documents are
//! silent and recordings differ, the two profiles differ too.

mod answer;
mod base64_rules;
mod event;
mod refusal;
mod rule;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, FromArgMatches as _, ValueEnum};
use http::{Request, Response};

use self::base64_rules::Base64Rule;
use self::refusal::Refusal;
use self::rule::{Rule, RuleMethod};
use super::arguments::{seconds, with_default};
use super::scf::MOST;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, ids};

/// Most rules of the base64 setting.
const MOST_BASE64_RULES: usize = 10;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "tencent",
    platform: "tencent",
    name: "tencent_scf_apigw",
    product: "Tencent Cloud SCF behind API Gateway",
    variants: &[
        Variant::new("integrated", &[]),
        Variant::new("integrated, recorded", &["--profile", "recorded"]),
        Variant::new("pass-through", &["--pass-through"]),
    ],
    arguments: Options::augment_args,
    build: |matches| {
        let options = Options::from_arg_matches(matches)?;
        if options.base64.len() > MOST_BASE64_RULES {
            return Err(clap::Error::raw(
                clap::error::ErrorKind::TooManyValues,
                format!("--base64 can be given at most {MOST_BASE64_RULES} times\n"),
            ));
        }
        Ok(Box::new(options))
    },
};

/// How an API and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Send what the function gives as the body of a 200 (透传响应), as APIs
    /// made in the API Gateway console do; otherwise integrated (集成响应)
    #[arg(long)]
    pass_through: bool,
    /// Which fields events have
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
    /// Path of the API rule: it matches itself and all below it
    #[arg(long, value_name = "PATH", default_value = "/")]
    rule: Rule,
    /// Method of the API rule
    #[arg(long, value_enum, ignore_case = true, default_value_t)]
    method: RuleMethod,
    /// Where the API is published, the first part of the caller's path
    #[arg(long, default_value = "release", value_parser = ["release", "prepub", "test"])]
    stage: String,
    /// A query parameter that the API rule declares
    #[arg(long, value_name = "NAME[=DEFAULT]", value_parser = with_default)]
    query_parameter: Vec<(String, String)>,
    /// A header parameter that the API rule declares
    #[arg(long, value_name = "NAME[=DEFAULT]", value_parser = with_default)]
    header_parameter: Vec<(String, String)>,
    /// When bodies are sent as base64: always, or where a field holds a text;
    /// can be given several times
    #[arg(long, value_name = "all|accept=TEXT|content-type=TEXT")]
    base64: Vec<Base64Rule>,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
    /// Seconds that the gateway waits for the function
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "15")]
    gateway_timeout: Duration,
    /// Send a failure's own status as that of the answer: which statuses go out
    /// is not documented
    #[arg(long)]
    failure_status: bool,
}

/// Which fields events have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// All that the documents name
    #[default]
    Documented,
    /// Those of recordings: without request id, stage variables, empty bodies
    /// and the base64 flag of text
    Recorded,
}

impl Gateway for Options {
    fn base(&self) -> String {
        format!("/{}{}", self.stage, self.rule.prefix())
    }

    fn most_body(&self) -> usize {
        MOST
    }

    fn patience(&self) -> Duration {
        self.function_timeout.min(self.gateway_timeout)
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        self.invoke(request, caller)
            .map_err(|refusal| refusal.response(request.method()))
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        answer::response(self, request, &invocation.request_id, outcome)
    }
}

impl Options {
    fn invoke(&self, request: &Request<Bytes>, caller: IpAddr) -> Result<Invocation, Refusal> {
        let path = request.uri().path();
        let below = path
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(self.stage.as_str()))
            .filter(|below| below.is_empty() || below.starts_with('/'));
        let Some(below) = below else {
            let first = path.split('/').nth(1).unwrap_or_default();
            return Err(Refusal::NoStage(format!("/{first}")));
        };
        let path = if below.is_empty() { "/" } else { below };
        let parameters = self
            .rule
            .matches(path)
            .ok_or_else(|| Refusal::NoRule(path.to_owned()))?;
        if event::is_preflight(request) {
            return Err(Refusal::CrossOrigin(path.to_owned()));
        }
        if !self.method.takes(request.method()) {
            return Err(Refusal::Method);
        }
        let request_id = ids::hex(32);
        let event = event::Event {
            options: self,
            request,
            caller,
            path,
            parameters,
            request_id: &request_id,
        }
        .to_bytes();
        if event.len() > MOST {
            return Err(Refusal::EventTooLarge(request_id));
        }
        Ok(Invocation {
            event,
            request_id,
            pass_through: self.pass_through,
            ..Invocation::default()
        })
    }
}

#[cfg(test)]
mod tests;
