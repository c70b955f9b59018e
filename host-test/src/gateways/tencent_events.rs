//! What calls a function of Tencent Cloud SCF (云函数) when nobody waits, and
//! the Invoke call: product 583, "Timer trigger" (9708), "COS trigger" (9707),
//! "CKafka trigger" (17530), "CMQ topic trigger" (11517) and "Invoke" (17243).
//!
//! What a caller of the emulator does is what makes the event: an object put
//! into a bucket (`PUT /NAME`, or `DELETE`), or messages, one a line of the
//! body. Nobody gets an answer on the platform: the caller of the emulator sees
//! what the platform keeps of the call, in the form that Invoke gives it.

mod event;
mod report;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};

use super::arguments::seconds;
use super::scf::{EVENT_TOO_LARGE, MOST};
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

/// Most bytes of an event that nobody waits for.
const MOST_ASYNCHRONOUS: usize = 128 * 1024;

/// Most bytes of a timer's message.
const MOST_MESSAGE: usize = 4 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "tencent-events",
    platform: "tencent",
    name: "tencent_events",
    product: "Tencent Cloud SCF called by other services",
    variants: &[
        Variant::new("timer", &[]),
        Variant::new("COS", &["--source", "cos"]),
        Variant::new("CKafka", &["--source", "ckafka"]),
        Variant::new("CMQ", &["--source", "cmq"]),
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
    /// The timer's own text
    #[arg(long, default_value = "", value_parser = message)]
    message: String,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

/// Which service calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Source {
    /// A schedule
    #[default]
    Timer,
    /// A bucket
    Cos,
    /// A topic of CKafka
    Ckafka,
    /// A topic of CMQ
    Cmq,
    /// The Invoke call, or the console's test: the body is the event
    Invoke,
}

fn message(text: &str) -> Result<String, String> {
    if text.len() > MOST_MESSAGE {
        return Err(format!("accepted: at most {MOST_MESSAGE} bytes"));
    }
    Ok(text.to_owned())
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
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let request_id = ids::uuid();
        let most = match self.source {
            Source::Invoke => MOST,
            _ => MOST_ASYNCHRONOUS,
        };
        let event = event::event(self, request, caller, &request_id);
        if event.len() > most {
            let (status, message) = EVENT_TOO_LARGE;
            return Err(report::failed(
                &request_id,
                status,
                message,
                request.method(),
            ));
        }
        if serde_json::from_slice::<serde::de::IgnoredAny>(&event).is_err() {
            let message = "the event is no JSON";
            return Err(report::failed(&request_id, 400, message, request.method()));
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
        let timeout = self.function_timeout;
        report::report(timeout, request.method(), &invocation.request_id, outcome)
    }
}

#[cfg(test)]
mod tests;
