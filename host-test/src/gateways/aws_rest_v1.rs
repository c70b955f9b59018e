//! AWS Lambda behind a REST API of API Gateway, proxy integration, and behind
//! an HTTP API with payload format 1.0, which is the same but for a few fields.
//! From "Set up Lambda proxy integrations in API Gateway" and "Gateway response
//! types" of the API Gateway Developer Guide, and recordings where they are
//! silent.

mod answer;
mod event;
mod route;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{HeaderMap, Request, Response};

use self::answer::Refusal;
use self::route::Route;
use super::arguments::seconds;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids, lambda};

/// Most bytes of a body.
const MOST_BODY: usize = 10 * 1024 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "aws-rest",
    platform: "aws",
    name: "aws_rest_v1",
    product: "AWS Lambda behind a REST API",
    variants: &[
        Variant::new("REST API", &[]),
        Variant::new(
            "REST API over HTTP/2 with binary types",
            &["--lower-case", "--binary-media-type", "*/*"],
        ),
        Variant::new("REST API at a custom domain", &["--base-path", "pics"]),
        Variant::new("HTTP API with payload 1.0", &["--http-api"]),
        Variant::new(
            "HTTP API with payload 1.0 at a named stage",
            &["--http-api", "--http-stage", "prod"],
        ),
        Variant::new("console test", &["--console-test"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How an API and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// The API's stage, the first part of the caller's path
    #[arg(long, default_value = "prod", value_parser = lambda::stage)]
    stage: String,
    /// A custom domain with this base path, instead of the stage in the path
    #[arg(long, value_name = "NAME", value_parser = lambda::stage)]
    base_path: Option<String>,
    /// A type that the API takes for binary; `*/*` is every type; can be given
    /// several times
    #[arg(long, value_name = "TYPE")]
    binary_media_type: Vec<String>,
    /// Field names as HTTP/2 callers send them; otherwise as HTTP/1.1 callers do
    #[arg(long)]
    lower_case: bool,
    /// An HTTP API with payload format 1.0
    #[arg(long, conflicts_with_all = ["base_path", "binary_media_type"])]
    http_api: bool,
    /// The HTTP API's stage, which leads the path, instead of $default
    #[arg(long, value_name = "NAME", value_parser = lambda::stage, requires = "http_api")]
    http_stage: Option<String>,
    /// The console's test button: no fields get through
    #[arg(long, conflicts_with_all = ["base_path", "http_api"])]
    console_test: bool,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

impl Gateway for Options {
    fn base(&self) -> String {
        match &self.base_path {
            _ if self.console_test => String::new(),
            _ if self.http_api => {
                let stage = self.http_stage.iter();
                stage.map(|stage| format!("/{stage}")).collect()
            }
            Some(base_path) => format!("/{base_path}"),
            None => format!("/{}", self.stage),
        }
    }

    fn most_body(&self) -> usize {
        MOST_BODY
    }

    fn patience(&self) -> Duration {
        self.function_timeout.min(self.own_patience())
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        self.call(request, caller)
            .map_err(|refusal| refusal.response(self, request.method()))
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
    /// How long the gateway waits for the function.
    fn own_patience(&self) -> Duration {
        Duration::from_secs(if self.http_api { 30 } else { 29 })
    }

    /// Whether the API takes this type, literally as it stands, for binary.
    fn is_binary(&self, media_type: Option<&str>) -> bool {
        self.binary_media_type
            .iter()
            .any(|known| known == "*/*" || Some(known.as_str()) == media_type)
    }

    /// Whether a request's body goes to the function as base64.
    fn encodes(&self, headers: &HeaderMap) -> bool {
        if self.http_api {
            return !lambda::is_text(headers);
        }
        let content_type = headers.get(http::header::CONTENT_TYPE);
        self.is_binary(content_type.and_then(|value| value.to_str().ok()))
    }

    /// Whether what the function calls base64 is decoded for this caller: the
    /// first type that the caller accepts counts.
    fn decodes(&self, headers: &HeaderMap) -> bool {
        let accept = headers.get(http::header::ACCEPT);
        let first = accept
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(',').next())
            .map(str::trim);
        self.http_api || self.is_binary(first)
    }

    fn call(&self, request: &Request<Bytes>, caller: IpAddr) -> Result<Invocation, Refusal> {
        if lambda::head_size(request) > lambda::MOST_HEAD {
            return Err(Refusal::HeadTooLarge);
        }
        if request.body().len() > MOST_BODY {
            return Err(Refusal::BodyTooLarge);
        }
        let route = Route::find(self, request).ok_or(Refusal::NoRoute)?;
        let request_id = if self.http_api {
            ids::short()
        } else {
            ids::uuid()
        };
        let event = event::Event {
            options: self,
            request,
            caller,
            route,
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
    }
}

#[cfg(test)]
mod tests;
