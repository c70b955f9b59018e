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
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};

use super::arguments::seconds;
use super::headers::{named_host, text};
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids, lambda};
use answer::Refusal;

/// The longest that an HTTP API waits for its integration.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most bytes of a body that an HTTP API takes.
const MOST_BODY: usize = 10 * 1024 * 1024;

/// The stage and the route of an API that has nothing set up.
const DEFAULT: &str = "$default";

pub(super) const EMULATOR: Emulator = Emulator {
    command: "aws-http",
    platform: "aws",
    name: "aws_http_v2",
    product: "AWS Lambda behind an HTTP API, or at a function URL",
    variants: &[
        Variant::new("HTTP API", &[]),
        Variant::new("HTTP API at a named stage", &["--stage", "prod"]),
        Variant::new("HTTP API with routes", &["--proxy"]),
        Variant::new("function URL", &["--function-url"]),
        Variant::new(
            "function URL for users of IAM",
            &["--function-url", "--access-key", "AKIAIOSFODNN7EXAMPLE"],
        ),
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
    /// Who may call the URL: those who sign with this access key (AuthType
    /// AWS_IAM); without it everyone (NONE)
    #[arg(long, value_name = "ACCESS-KEY", requires = "function_url")]
    access_key: Option<String>,
    /// Routes `ANY /` and `ANY /{proxy+}` instead of `$default`
    #[arg(long, conflicts_with = "function_url")]
    proxy: bool,
    /// The API's stage; any but $default is the first part of the caller's path
    #[arg(long, default_value = DEFAULT, value_parser = stage)]
    stage: String,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

/// `$default`, or a name of letters, digits, `-` and `_`.
fn stage(text: &str) -> Result<String, String> {
    if text == DEFAULT {
        return Ok(text.to_owned());
    }
    lambda::stage(text).map_err(|accepted| format!("{accepted}; or $default"))
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
                if event.len() > lambda::MOST_EVENT {
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
    /// Whether a URL has this name, and lets this caller in. Signatures are not
    /// verified: who names the access key is whose it is.
    fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = named_host(headers).unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        let of_a_url = host
            .split_once('.')
            .filter(|(_, domain)| domain.starts_with("lambda-url.") && domain.ends_with(".on.aws"));
        if of_a_url.is_some_and(|(id, _)| id != event::URL) {
            return Err(Refusal::NoUrl);
        }
        let Some(key) = &self.access_key else {
            return Ok(());
        };
        let signed = headers.get(AUTHORIZATION).map(text).unwrap_or_default();
        let credential = format!("AWS4-HMAC-SHA256 Credential={key}/");
        if signed.starts_with(&credential) {
            Ok(())
        } else {
            Err(Refusal::Forbidden)
        }
    }

    /// What the gateway looks at before it calls the function.
    fn accept(&self, request: &Request<Bytes>) -> Result<(), Refusal> {
        if self.function_url {
            return self.admit(request.headers());
        }
        if lambda::head_size(request) > lambda::MOST_HEAD {
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
