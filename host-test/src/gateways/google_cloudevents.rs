//! Google Cloud's events as functions and Cloud Run get them: CloudEvents of
//! Eventarc, Pub/Sub push, Cloud Scheduler, and the older form of background
//! functions. From the CloudEvents specification and its HTTP binding, "Push
//! subscriptions" of Pub/Sub, and the function frameworks.
//!
//! Nobody waits for an answer. What a caller of the emulator does is what makes
//! the event: an object uploaded to a bucket (`PUT /NAME`, or `DELETE`), or a
//! message, which is the body.

mod event;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{HeaderMap, Request, Response};
use serde_json::json;

use super::arguments::seconds;
use super::members::set;
use super::sending::{answer, append};
use super::{Emulator, Failure, Gateway, Invocation, Outcome, Variant, build};

/// Most bytes of an event of Eventarc, and of a message of Pub/Sub.
const MOST_EVENT: usize = 512 * 1024;
const MOST_MESSAGE: usize = 10 * 1024 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "google",
    platform: "google",
    name: "google_cloudevents",
    product: "Google Cloud events",
    variants: &[
        Variant::new("binary", &[]),
        Variant::new("structured", &["--shape", "structured"]),
        Variant::new("batch", &["--shape", "batch"]),
        Variant::new("Pub/Sub push", &["--shape", "push"]),
        Variant::new("Pub/Sub through Eventarc", &["--shape", "pubsub"]),
        Variant::new("Scheduler", &["--shape", "scheduler"]),
        Variant::new("background function", &["--shape", "background"]),
        Variant::new(
            "background function, older form",
            &["--shape", "background-flat"],
        ),
        Variant::new(
            "background function, oldest form",
            &["--shape", "background-fields"],
        ),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// What fires, and how.
#[derive(Clone, Debug, Args)]
struct Options {
    /// What the event looks like
    #[arg(long, value_enum, default_value_t)]
    shape: Shape,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "300")]
    function_timeout: Duration,
}

/// What an event looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// A CloudEvent of Storage: its attributes are fields
    #[default]
    Binary,
    /// The same as one JSON document
    Structured,
    /// Two of them as an array
    Batch,
    /// A message of Pub/Sub, pushed
    Push,
    /// The same as a CloudEvent
    Pubsub,
    /// A job of Cloud Scheduler
    Scheduler,
    /// An event of Storage for functions of the first generation
    Background,
    /// A message of Pub/Sub for them, in one level
    BackgroundFlat,
    /// The same, what is known of it in fields
    BackgroundFields,
}

impl Gateway for Options {
    fn most_body(&self) -> usize {
        MOST_MESSAGE
    }

    fn patience(&self) -> Duration {
        self.function_timeout
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        _: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let fired = event::fire(self.shape, request);
        let most = match self.shape {
            Shape::Binary | Shape::Structured | Shape::Batch | Shape::Pubsub => MOST_EVENT,
            Shape::Push
            | Shape::Scheduler
            | Shape::Background
            | Shape::BackgroundFlat
            | Shape::BackgroundFields => MOST_MESSAGE,
        };
        if fired.body.len() > most {
            let text = format!("an event has at most {most} bytes\n");
            return Err(answer(413, "text/plain", text, request.method()));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &fired.fields {
            let _ = append(&mut headers, name, value);
        }
        Ok(Invocation {
            event: fired.body,
            request_id: fired.id,
            target: Some("/".to_owned()),
            headers,
            ..Invocation::default()
        })
    }

    /// Whether the event was acknowledged: any success is one, its body means
    /// nothing. Otherwise it comes again.
    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        let (status, status_of_function, word) = match outcome {
            Outcome::Returned(_) => (200, 200, None),
            Outcome::Failed(Failure::TimedOut) => (504, 504, None),
            Outcome::Failed(Failure::Busy) => (503, 429, None),
            Outcome::Failed(Failure::Threw(_)) => (502, 500, Some("error")),
            Outcome::Failed(Failure::Memory | Failure::Exited) => (502, 500, Some("crash")),
        };
        let mut report = json!({
            "id": invocation.request_id,
            "acknowledged": status == 200,
            "status": status_of_function,
        });
        if let Some(word) = word {
            // What frameworks put beside their 500.
            set(&mut report, "x-google-status", word);
        }
        answer(
            status,
            "application/json",
            report.to_string(),
            request.method(),
        )
    }
}

#[cfg(test)]
mod tests;
