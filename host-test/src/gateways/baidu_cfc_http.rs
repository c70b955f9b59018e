//! Baidu Cloud CFC (函数计算) event functions behind an HTTP trigger: the
//! product's documents ("HTTP trigger", "Limits"), and where they are silent
//! EasyFaaS, Baidu's open engine of CFC (`pkg/httptrigger`).
//!
//! The trigger repairs nothing: a document of the wrong form leaks to the
//! caller as a 200. What a developer ought to know then is a remark.

mod answer;
mod event;
mod refusal;
mod resource;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response};

use self::refusal::Refusal;
use self::resource::Resource;
use super::arguments::seconds;
use super::{Emulator, Gateway, Invocation, Outcome, Remark, Variant, build, ids};

/// Most bytes of an event.
const MOST_EVENT: usize = 6 * 1024 * 1024;

/// The methods that a trigger can have; here it has all.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

pub(super) const EMULATOR: Emulator = Emulator {
    command: "baidu",
    platform: "baidu",
    name: "baidu_cfc_http",
    product: "Baidu Cloud CFC behind an HTTP trigger",
    variants: &[
        Variant::new("decoded path", &[]),
        Variant::new(
            "raw path",
            &["--path", "raw", "--empty-query", "absent", "--source-ip"],
        ),
        Variant::new(
            "a resource's path, base64",
            &[
                "--resource",
                "/img",
                "--resource",
                "/img/{proxy+}",
                "--binary",
                "--empty-query",
                "null",
            ],
        ),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How the triggers of a function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Path of a trigger: literal parts, {name} for one part, {name+} at the end
    /// for all that follows; can be given several times
    #[arg(
        long,
        value_name = "PATH",
        default_values = ["/", "/{proxy+}"]
    )]
    resource: Vec<Resource>,
    /// Send every body as base64 (the box "binary request body")
    #[arg(long)]
    binary: bool,
    /// How paths reach the function, which is not documented
    #[arg(long, value_enum, default_value_t)]
    path: PathForm,
    /// What stands where there is no query
    #[arg(long, value_enum, default_value_t)]
    empty_query: EmptyQuery,
    /// Say the caller's address in `requestContext`
    #[arg(long)]
    source_ip: bool,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

/// How paths reach the function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PathForm {
    /// Decoded and cleaned, as the engine's HTTP library does
    #[default]
    Decoded,
    /// As sent
    Raw,
}

/// What stands in an event where there is no query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum EmptyQuery {
    /// `{}`
    #[default]
    Empty,
    /// `null`
    Null,
    /// Nothing
    Absent,
}

impl Gateway for Options {
    fn base(&self) -> String {
        let first = self.resource.first();
        first.map_or_else(String::new, |resource| resource.prefix().to_owned())
    }

    fn most_body(&self) -> usize {
        MOST_EVENT
    }

    fn patience(&self) -> Duration {
        self.function_timeout
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let refused = |refusal: Refusal| Err(refusal.response(request.method()));
        if !METHODS.contains(&request.method().as_str()) {
            return refused(Refusal::NoRouter);
        }
        let path = event::path(self.path, request.uri().path());
        let matched = self.resource.iter().find_map(|resource| {
            let parameters = resource.matches(&path)?;
            Some((resource, parameters))
        });
        let Some((resource, parameters)) = matched else {
            return refused(Refusal::NoRouter);
        };
        let request_id = ids::uuid();
        let event = event::Event {
            options: self,
            request,
            caller,
            path: &path,
            resource: resource.as_str(),
            parameters,
            request_id: &request_id,
        }
        .to_bytes();
        if event.len() > MOST_EVENT {
            return refused(Refusal::EventTooLarge);
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
        let mut response = answer::response(
            self.function_timeout,
            request.method(),
            &invocation.request_id,
            outcome,
        );
        if !self.binary && std::str::from_utf8(request.body()).is_err() {
            let said = "the request's body is no text and arrived damaged: \
                        the trigger's box \"binary request body\" is not ticked";
            response.extensions_mut().insert(Remark(said.to_owned()));
        }
        response
    }
}

#[cfg(test)]
mod tests;
