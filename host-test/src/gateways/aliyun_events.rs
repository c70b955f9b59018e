//! Alibaba Cloud Function Compute: events that no HTTP request is in. From its
//! help pages of the timer, OSS, CDN, Log Service, Tablestore, MNS topic and
//! EventBridge triggers, and `events/oss.go` of aliyun/fc-runtime-go-sdk.
//!
//! Whatever a caller asks fires one event: its body is the event's text, its
//! path names the object. What the caller sees is what the trigger's side hears:
//! 202 from those that do not wait, the function's answer with
//! `X-Fc-Error-Type` from those that do. The console's test waits for all.

mod event;
mod tablestore;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};

use super::alibaba::{self, MOST_ASYNC_BODY, accepted, marked, numbered};
use super::arguments::seconds;
use super::sending::answer;
use super::times::Moment;
use super::{Emulator, Failure, Gateway, Invocation, Outcome, Remark, Variant, build};

pub(super) const EMULATOR: Emulator = Emulator {
    command: "aliyun-events",
    platform: "aliyun",
    name: "aliyun_events",
    product: "Alibaba Cloud Function Compute with other triggers",
    variants: &[
        Variant::new("timer", &["--shape", "timer"]),
        Variant::new("OSS", &["--shape", "oss"]),
        Variant::new("CDN", &["--shape", "cdn"]),
        Variant::new("log", &["--shape", "log"]),
        Variant::new("Tablestore", &["--shape", "tablestore"]),
        Variant::new("MNS topic, JSON", &["--shape", "mns-json"]),
        Variant::new("MNS topic, stream", &["--shape", "mns-stream"]),
        Variant::new("CloudEvents", &["--shape", "cloudevents"]),
        Variant::new("CloudEvent of a rule", &["--shape", "cloudevent"]),
        Variant::new("RocketMQ", &["--shape", "rocketmq"]),
        Variant::new("invoke", &["--shape", "invoke"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// Which trigger there is.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Whose event is fired
    #[arg(long, value_enum, default_value_t)]
    shape: Shape,
    /// Send the event as the console's test does, which waits and shows what
    /// the function gives; Tablestore's is JSON then
    #[arg(long)]
    console: bool,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    timeout: Duration,
}

/// The triggers, and the invoke of those who have credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// At a time
    #[default]
    Timer,
    /// An object was stored
    Oss,
    /// A log file of a content network is there
    Cdn,
    /// Log Service: a part of a log store
    Log,
    /// A row was written
    Tablestore,
    /// A topic's message, with its facts
    MnsJson,
    /// A topic's message, with its attributes
    MnsStream,
    /// EventBridge: a queue's message
    Cloudevents,
    /// EventBridge: an event that a rule let through
    Cloudevent,
    /// EventBridge: a message of a RocketMQ that is one's own
    Rocketmq,
    /// The caller's own bytes
    Invoke,
}

impl Shape {
    /// Whether the trigger's side waits for the function.
    fn waits(self) -> bool {
        match self {
            Self::Log
            | Self::Tablestore
            | Self::Cloudevents
            | Self::Cloudevent
            | Self::Rocketmq
            | Self::Invoke => true,
            Self::Timer | Self::Oss | Self::Cdn | Self::MnsJson | Self::MnsStream => false,
        }
    }

    /// What becomes of an event whose function failed.
    fn again(self) -> &'static str {
        match self {
            Self::Log | Self::Tablestore => "the trigger sends this again until it succeeds",
            Self::Invoke => "the caller sees this",
            _ => "the platform tries this three times more",
        }
    }
}

impl Gateway for Options {
    fn most_body(&self) -> usize {
        alibaba::MOST_BODY
    }

    fn patience(&self) -> Duration {
        // A function at Tablestore has a minute at most.
        match self.shape {
            Shape::Tablestore => self.timeout.min(Duration::from_secs(60)),
            _ => self.timeout,
        }
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let moment = Moment::now();
        let request_id = alibaba::request_id(moment);
        let Options { shape, console, .. } = *self;
        let event = match shape {
            Shape::Invoke => request.body().to_vec(),
            Shape::Tablestore if !console => tablestore::cbor(moment, request),
            Shape::Tablestore => tablestore::json(moment, request),
            shape => event::of(shape, moment, request, caller),
        };
        let waits = console || shape.waits();
        let refusal = match alibaba::too_large(request.headers(), event.len()) {
            None if !waits && event.len() > MOST_ASYNC_BODY => Some(alibaba::Refusal {
                status: 400,
                code: "EntityTooLarge",
                message: format!(
                    "payload size exceeds maximum allowed size ({MOST_ASYNC_BODY} bytes)"
                ),
            }),
            refusal => refusal,
        };
        match refusal {
            Some(refusal) => Err(refusal.response(&request_id, request.method())),
            None => Ok(Invocation {
                event,
                request_id,
                ..Invocation::default()
            }),
        }
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        let Options { shape, console, .. } = *self;
        let method = request.method();
        let id = &invocation.request_id;
        let waits = (console || shape.waits()) && !alibaba::is_async(request.headers());
        let again = match &outcome {
            Outcome::Returned(_) => None,
            Outcome::Failed(_) => Some(Remark(shape.again().to_owned())),
        };
        let mut response = match outcome {
            _ if !waits => accepted(id, method),
            Outcome::Returned(bytes) => {
                numbered(answer(200, "application/octet-stream", bytes, method), id)
            }
            Outcome::Failed(Failure::Busy) => alibaba::Refusal::throttled().response(id, method),
            Outcome::Failed(failure) => {
                let text = message(&failure, self.timeout);
                let document = serde_json::json!({ "errorMessage": text });
                let body = document.to_string();
                let response = answer(200, "application/json", body, method);
                marked(numbered(response, id), &failure)
            }
        };
        if let Some(again) = again {
            response.extensions_mut().insert(again);
        }
        response
    }
}

/// What the platform says of a failure.
fn message(failure: &Failure, timeout: Duration) -> String {
    match failure {
        Failure::Threw(text) => text.clone(),
        Failure::TimedOut => format!("Function timed out after {} seconds", timeout.as_secs()),
        Failure::Memory | Failure::Exited | Failure::Busy => {
            "Process exited unexpectedly before completing request".to_owned()
        }
    }
}

#[cfg(test)]
mod tests;
