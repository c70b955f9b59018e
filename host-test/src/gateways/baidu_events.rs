//! What calls a function of Baidu Cloud CFC (函数计算) beside its HTTP trigger:
//! a crontab, the object storage BOS, the content network, Kafka, a skill of
//! DuerOS, and the Invoke call. Events as Baidu's `cfc-vscode-extension` has
//! them (`src/events`), answers from "Invoke" of the API reference and
//! EasyFaaS, Baidu's open engine of CFC.
//!
//! What a caller of the emulator does is what makes the event: an object put
//! into a bucket (`PUT /NAME`), or messages, one a line of the body. On the
//! platform nobody but DuerOS and Invoke gets an answer: the caller of the
//! emulator sees what the Invoke call would give.

mod event;
mod report;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};
use serde::de::IgnoredAny;

use super::arguments::{json, seconds};
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

/// Most bytes of an event that nobody waits for, and of one of Invoke.
const MOST_ASYNCHRONOUS: usize = 256 * 1024;
const MOST: usize = 6 * 1024 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "baidu-events",
    platform: "baidu",
    name: "baidu_events",
    product: "Baidu Cloud CFC called by other services",
    variants: &[
        Variant::new("timer", &[]),
        Variant::new("timer with input", &["--input", r#"{"count":2}"#]),
        Variant::new("BOS", &["--source", "bos"]),
        Variant::new("CDN", &["--source", "cdn"]),
        Variant::new("Kafka", &["--source", "kafka"]),
        Variant::new("DuerOS", &["--source", "dueros"]),
        Variant::new("Invoke", &["--source", "invoke"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// What fires, and how.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Which service calls
    #[arg(long, value_enum, default_value_t)]
    source: Source,
    /// JSON that the timer sends instead of its event
    #[arg(long, value_name = "JSON", value_parser = json)]
    input: Option<String>,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

/// Which service calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Source {
    /// A crontab
    #[default]
    Timer,
    /// A bucket of the object storage
    Bos,
    /// The content network
    Cdn,
    /// A topic of Kafka
    Kafka,
    /// A skill of DuerOS, which waits
    Dueros,
    /// The Invoke call, or the console's test: the body is the event
    Invoke,
}

impl Gateway for Options {
    fn most_body(&self) -> usize {
        MOST
    }

    fn patience(&self) -> Duration {
        self.function_timeout
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        _: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let request_id = ids::uuid();
        let event = event::event(self, request);
        let most = match self.source {
            Source::Invoke | Source::Dueros => MOST,
            Source::Timer | Source::Bos | Source::Cdn | Source::Kafka => MOST_ASYNCHRONOUS,
        };
        let refused = |status, code, message| {
            let method = request.method();
            Err(report::refused(&request_id, status, code, message, method))
        };
        if event.len() > most {
            return refused(413, "RequestTooLargeException", "Request Too Large");
        }
        if serde_json::from_slice::<IgnoredAny>(&event).is_err() {
            let message = "could not be parsed as JSON";
            return refused(400, "InvalidRequestContentException", message);
        }
        Ok(Invocation {
            event,
            request_id,
            ..Invocation::default()
        })
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        report::report(self, request.method(), &invocation.request_id, outcome)
    }
}

#[cfg(test)]
mod tests;
