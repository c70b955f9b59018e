//! What calls a function of Huawei Cloud FunctionGraph (函数工作流) when nobody
//! waits, and the Invoke call: the FunctionGraph user guide, "Supported event
//! sources", and its API reference, "Executing a function synchronously".
//!
//! What a caller of the emulator does is what makes the event: an object put
//! into a bucket (`PUT /NAME`, or `DELETE`), or messages, one a line of the
//! body. Nobody gets an answer on the platform: the caller of the emulator sees
//! what the Invoke call would give, raw (`v0`) or, with the field
//! `X-CFF-Request-Version: v1`, in its envelope.

mod event;
mod report;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};
use serde_json::Value;

use self::report::Version;
use super::arguments::seconds;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

/// Most bytes of an event that nobody waits for, and of one of Invoke.
const MOST_ASYNCHRONOUS: usize = 256 * 1024;
const MOST: usize = 6 * 1024 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "huawei-events",
    platform: "huawei",
    name: "huawei_events",
    product: "Huawei Cloud FunctionGraph called by other services",
    variants: &[
        Variant::new("timer", &[]),
        Variant::new("OBS", &["--source", "obs"]),
        Variant::new("SMN", &["--source", "smn"]),
        Variant::new("DIS", &["--source", "dis"]),
        Variant::new("LTS", &["--source", "lts"]),
        Variant::new("Kafka", &["--source", "kafka"]),
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
    #[arg(long, default_value = "")]
    user_event: String,
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
    /// A bucket of the object storage
    Obs,
    /// A topic of the notification service
    Smn,
    /// A stream of the ingestion service
    Dis,
    /// A group of logs
    Lts,
    /// A topic of Kafka
    Kafka,
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
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let request_id = ids::uuid();
        let event = event::event(self, request, caller);
        let most = match self.source {
            Source::Invoke => MOST,
            _ => MOST_ASYNCHRONOUS,
        };
        let refused = |status, code, message| {
            let method = request.method();
            Err(report::refused(&request_id, status, code, message, method))
        };
        if event.len() > most {
            return refused(413, "FSS.1201", "The request body is too large.");
        }
        if !matches!(serde_json::from_slice(&event), Ok(Value::Object(_))) {
            return refused(406, "FSS.0406", "The request body is not a JSON object.");
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
        let version = match request.headers().get("x-cff-request-version") {
            Some(version) if version.as_bytes() == b"v1" => Version::Envelope,
            _ => Version::Raw,
        };
        let timeout = self.function_timeout;
        let id = &invocation.request_id;
        report::report(version, timeout, request.method(), id, outcome)
    }
}

#[cfg(test)]
mod tests;
