//! What calls an AWS Lambda function when nobody asks: schedules, buckets,
//! topics, queues. From "Using AWS Lambda with ..." and "Asynchronous
//! invocation" of the Lambda Developer Guide, and the services' own guides.
//!
//! What a caller of the emulator does is what makes the event: an object
//! uploaded to a bucket (`PUT /NAME`, or `DELETE`), a message, which is the
//! body, or, for a queue, messages, one a line of it.

mod event;
mod report;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};

use super::arguments::seconds;
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
        Variant::changing("schedule", &[]),
        Variant::changing("S3", &["--source", "s3"]),
        Variant::changing("S3 test", &["--source", "s3-test"]),
        Variant::changing("S3 through EventBridge", &["--source", "event-bridge"]),
        Variant::changing("SNS", &["--source", "sns"]),
        Variant::changing("SQS", &["--source", "sqs"]),
        Variant::changing(
            "SQS with partial answers",
            &["--source", "sqs", "--report-batch-item-failures"],
        ),
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
    /// The queue's setting ReportBatchItemFailures: the answer names the
    /// messages that failed
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
}

impl Gateway for Options {
    fn patience(&self) -> Duration {
        self.function_timeout
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let event = event::event(self.source, request, caller).to_string();
        let most = match self.source {
            Source::Sqs => MOST_BATCH,
            _ => MOST_EVENT,
        };
        if event.len() > most {
            let text = format!("an event has at most {most} bytes\n");
            return Err(answer(413, "text/plain", text, request.method()));
        }
        Ok(Invocation {
            event: event.into_bytes(),
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
            Source::Sqs => report::batch(self, invocation, outcome),
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
