//! What calls an AWS Lambda function when nobody asks: schedules, buckets,
//! topics, queues, streams; and the Invoke call. From "Using AWS Lambda with
//! ..." and "Asynchronous invocation" of the Lambda Developer Guide, its API
//! reference, and the services' own guides.
//!
//! What a caller of the emulator does is what makes the event: an object
//! uploaded to a bucket (`PUT /NAME`, or `DELETE`), a message, which is the
//! body, or, for queues and streams, messages, one a line of it.

mod event;
mod invoke;
mod records;
mod report;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};

use super::arguments::{json, seconds};
use super::sending::answer;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

/// Most bytes of an event that nobody waits for, and of a batch of messages.
const MOST_EVENT: usize = 1024 * 1024;
const MOST_BATCH: usize = super::lambda::MOST_EVENT;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "aws-events",
    platform: "aws",
    name: "aws_events",
    product: "AWS Lambda called by other services",
    variants: &[
        Variant::new("schedule", &[]),
        Variant::new("schedule with input", &["--input", r#"{"count":2}"#]),
        Variant::new("EventBridge Scheduler", &["--source", "scheduler"]),
        Variant::new("S3", &["--source", "s3"]),
        Variant::new("S3 test", &["--source", "s3-test"]),
        Variant::new("S3 through EventBridge", &["--source", "event-bridge"]),
        Variant::new("SNS", &["--source", "sns"]),
        Variant::new("SQS", &["--source", "sqs"]),
        Variant::new(
            "SQS with partial answers",
            &["--source", "sqs", "--report-batch-item-failures"],
        ),
        Variant::new("Kinesis", &["--source", "kinesis"]),
        Variant::new("DynamoDB", &["--source", "dynamodb"]),
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
    /// JSON that a schedule sends instead of its event
    #[arg(long, value_name = "JSON", value_parser = json)]
    input: Option<String>,
    /// The setting ReportBatchItemFailures of a queue or stream: the answer
    /// names the records that failed
    #[arg(long)]
    report_batch_item_failures: bool,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

/// Which service calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Source {
    /// A rule of EventBridge
    #[default]
    Schedule,
    /// A schedule of EventBridge Scheduler
    Scheduler,
    /// A bucket
    S3,
    /// A bucket whose notifications were just set up
    S3Test,
    /// A bucket, by way of EventBridge
    EventBridge,
    /// A topic
    Sns,
    /// A queue
    Sqs,
    /// A stream
    Kinesis,
    /// The changes of a table
    Dynamodb,
    /// The Invoke call: the body is the event
    Invoke,
}

impl Source {
    /// Whether the platform reads from it, and goes on after a success.
    fn is_polled(self) -> bool {
        matches!(self, Self::Sqs | Self::Kinesis | Self::Dynamodb)
    }
}

impl Gateway for Options {
    fn base(&self) -> String {
        match self.source {
            Source::Invoke => invoke::PATH.to_owned(),
            _ => String::new(),
        }
    }

    fn most_body(&self) -> usize {
        MOST_BATCH
    }

    fn patience(&self) -> Duration {
        self.function_timeout
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        if self.source == Source::Invoke {
            invoke::check(request)?;
        }
        let event = event::event(self, request, caller);
        let waits = self.source == Source::Invoke || self.source.is_polled();
        let most = if waits { MOST_BATCH } else { MOST_EVENT };
        if event.len() > most {
            let text = format!("an event has at most {most} bytes\n");
            return Err(answer(413, "text/plain", text, request.method()));
        }
        Ok(Invocation {
            event,
            request_id: ids::uuid(),
            ..Invocation::default()
        })
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        let report = match self.source {
            Source::Invoke => return invoke::response(self, request, invocation, outcome),
            source if source.is_polled() => report::batch(self, invocation, outcome),
            _ => report::destination(invocation, outcome),
        };
        answer(
            200,
            "application/json",
            report.to_string(),
            request.method(),
        )
    }
}

#[cfg(test)]
mod tests;
