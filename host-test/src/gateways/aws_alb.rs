//! AWS Lambda as the target of an Application Load Balancer, with and without
//! multi-value headers. From "Lambda functions as targets" and "Troubleshoot
//! your Application Load Balancers" of the balancer's user guide.

mod answer;
mod event;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Request, Response};

use self::answer::Refusal;
use super::arguments::seconds;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

/// Most bytes of a body, either way.
const MOST_BODY: usize = 1024 * 1024;

/// Most bytes of a request's line, and of one field.
const MOST_LINE: usize = 16 * 1024;

/// Most bytes of a request's fields.
const MOST_FIELDS: usize = 64 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "aws-alb",
    platform: "aws",
    name: "aws_alb",
    product: "AWS Lambda as the target of an Application Load Balancer",
    variants: &[
        Variant::new("multi-value", &["--multi-value"]),
        Variant::new("single-value", &[]),
        Variant::new("health check", &["--health-check", "/healthz"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How a target group and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// The target group's attribute `lambda.multi_value_headers.enabled`
    #[arg(long)]
    multi_value: bool,
    /// Every request makes the balancer check the target's health at this path
    /// and shows what comes of it
    #[arg(long, value_name = "PATH", value_parser = path)]
    health_check: Option<String>,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

fn path(text: &str) -> Result<String, String> {
    match text.parse::<http::uri::PathAndQuery>() {
        Ok(_) if text.starts_with('/') => Ok(text.to_owned()),
        _ => Err("accepted: a path that begins with /".to_owned()),
    }
}

impl Gateway for Options {
    fn most_body(&self) -> usize {
        MOST_BODY
    }

    fn patience(&self) -> Duration {
        self.function_timeout
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        accept(request).map_err(|refusal| refusal.response(request.method()))?;
        let event = match &self.health_check {
            Some(path) => event::health_check(self, path),
            None => event::event(self, request, caller),
        };
        Ok(Invocation {
            event: event.to_string().into_bytes(),
            request_id: ids::uuid(),
            ..Invocation::default()
        })
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        _: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        answer::response(self, request.method(), outcome)
    }
}

/// What the balancer looks at before it calls the function.
fn accept(request: &Request<Bytes>) -> Result<(), Refusal> {
    let target = request.uri().path_and_query();
    let line = target.map_or(0, |target| target.as_str().len());
    if request.method().as_str().len() + line + " HTTP/1.1 ".len() > MOST_LINE {
        return Err(Refusal::LineTooLong);
    }
    let lengths = || {
        let fields = request.headers().iter();
        fields.map(|(name, value)| name.as_str().len() + value.len() + ": ".len())
    };
    if lengths().any(|length| length > MOST_LINE) || lengths().sum::<usize>() > MOST_FIELDS {
        return Err(Refusal::FieldsTooLarge);
    }
    if request.headers().contains_key(http::header::UPGRADE) {
        return Err(Refusal::Upgrade);
    }
    if request.method() == http::Method::TRACE {
        return Err(Refusal::Trace);
    }
    if request.body().len() > MOST_BODY {
        return Err(Refusal::BodyTooLarge);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
