//! AWS Lambda behind an HTTP API of API Gateway (payload format 2.0) or at a
//! function URL. From "Working with AWS Lambda proxy integrations for HTTP
//! APIs" of the API Gateway Developer Guide, "Invoking Lambda function URLs" of
//! the Lambda Developer Guide, and recordings where they are silent.

mod answer;
mod event;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Request, Response};

use super::arguments::seconds;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};
use answer::Refusal;

/// The longest that an HTTP API waits for its integration.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most bytes of a body that an HTTP API takes.
const MOST_BODY: usize = 10 * 1024 * 1024;

/// Most bytes of a request's line and fields.
const MOST_HEAD: usize = 10_240;

/// The stage and the route of an API that has nothing set up.
const DEFAULT: &str = "$default";

pub(super) const EMULATOR: Emulator = Emulator {
    command: "aws-http",
    platform: "aws",
    name: "aws_http_v2",
    product: "AWS Lambda behind an HTTP API, or at a function URL",
    variants: &[
        Variant::faithful("HTTP API", &[]),
        Variant::faithful("HTTP API at a named stage", &["--stage", "prod"]),
        Variant::faithful("function URL", &["--function-url"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How an API, or a URL, and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// A function URL instead of an HTTP API
    #[arg(long, conflicts_with = "stage")]
    function_url: bool,
    /// The API's stage; any but $default is the first part of the caller's path
    #[arg(long, default_value = DEFAULT, value_parser = stage)]
    stage: String,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

/// `$default`, or a name of letters, digits, `-` and `_`.
fn stage(text: &str) -> Result<String, String> {
    let named = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if text == DEFAULT || (!text.is_empty() && text.len() <= 128 && text.bytes().all(named)) {
        Ok(text.to_owned())
    } else {
        Err("accepted: $default, or letters, digits, - and _".to_owned())
    }
}

impl Gateway for Options {
    fn base(&self) -> String {
        match self.stage.as_str() {
            DEFAULT => String::new(),
            stage => format!("/{stage}"),
        }
    }

    fn most_body(&self) -> usize {
        MOST_BODY
    }

    fn patience(&self) -> Duration {
        if self.function_url {
            self.function_timeout
        } else {
            self.function_timeout.min(PATIENCE)
        }
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        self.accept(request)
            .and_then(|()| {
                let request_id = if self.function_url {
                    ids::uuid()
                } else {
                    ids::short()
                };
                let event = event::Event {
                    options: self,
                    request,
                    caller,
                    request_id: &request_id,
                }
                .to_bytes();
                if event.len() > super::lambda::MOST_EVENT {
                    return Err(Refusal::EventTooLarge);
                }
                Ok(Invocation {
                    event,
                    request_id,
                    ..Invocation::default()
                })
            })
            .map_err(|refusal| refusal.response(self, request.method()))
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
    /// What the gateway looks at before it calls the function.
    fn accept(&self, request: &Request<Bytes>) -> Result<(), Refusal> {
        if self.function_url {
            return Ok(());
        }
        let fields: usize = request
            .headers()
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        let target = request.uri().path_and_query();
        let line = target.map_or(0, |target| target.as_str().len());
        if line + fields > MOST_HEAD {
            return Err(Refusal::HeadTooLarge);
        }
        if request.body().len() > MOST_BODY {
            return Err(Refusal::BodyTooLarge);
        }
        let base = self.base();
        let below = request.uri().path().strip_prefix(&base);
        match below {
            Some(below) if below.is_empty() || below.starts_with('/') => Ok(()),
            _ => Err(Refusal::NoRoute),
        }
    }
}

#[cfg(test)]
mod tests;
