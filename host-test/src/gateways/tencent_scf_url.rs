//! Tencent Cloud SCF (云函数) at a function URL (函数 URL): product 583,
//! "Function URL" (96099) and its successor note (107631), with recordings of
//! 2026 where they differ.
//!
//! The documents show the event, a document without `statusCode` and one with
//! it. What becomes of an answer of no form they do not say: here it is the
//! platform's error document, with its status code as the answer's status.

mod answer;
mod event;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};

use super::arguments::seconds;
use super::scf::{EVENT_TOO_LARGE, MOST};
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

pub(super) const EMULATOR: Emulator = Emulator {
    command: "tencent-url",
    platform: "tencent",
    name: "tencent_scf_url",
    product: "Tencent Cloud SCF at a function URL",
    variants: &[
        Variant::new("documented", &[]),
        Variant::new("recorded in 2026", &["--profile", "2026"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How a URL and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Which fields events have
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

/// Which fields events have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// Those of the documents: no `requestContext`
    #[default]
    Docs,
    /// Those of recordings: `requestContext` with the caller's address
    #[value(name = "2026")]
    Recorded,
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
        let event = event::event(self.profile, request, caller);
        if event.len() > MOST {
            let (status, message) = EVENT_TOO_LARGE;
            return Err(answer::error(
                &request_id,
                status,
                message,
                request.method(),
            ));
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
        answer::response(self, request.method(), &invocation.request_id, outcome)
    }
}

#[cfg(test)]
mod tests;
