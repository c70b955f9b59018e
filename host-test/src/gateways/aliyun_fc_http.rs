//! Alibaba Cloud Function Compute 3.0 (函数计算): the HTTP trigger of an event
//! function. From its help pages "HTTP triggers" (request and response of an
//! event function), "Limits" and "Custom domains", `events/http.go` of
//! aliyun/fc-runtime-go-sdk; what the default domain does with redirects from
//! reports of public projects.

mod answer;
mod event;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Request, Response};

use super::alibaba::{self, trigger};
use super::arguments::seconds;
use super::times::Moment;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build};

pub(super) const EMULATOR: Emulator = Emulator {
    command: "aliyun-http",
    platform: "aliyun",
    name: "aliyun_fc_http",
    product: "Alibaba Cloud Function Compute with an HTTP trigger",
    variants: &[
        Variant::new("custom domain", &[]),
        Variant::new("default domain", &["--default-domain"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How a function and its trigger are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Publish the function at its default domain (*.fcapp.run), which passes no
    /// redirect and makes browsers download, instead of a custom one
    #[arg(long)]
    default_domain: bool,
    /// Methods of the trigger
    #[arg(
        long,
        value_name = "METHODS",
        value_delimiter = ',',
        ignore_case = true,
        default_value = "GET,POST,HEAD,OPTIONS,PUT,DELETE,PATCH",
        value_parser = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"]
    )]
    methods: Vec<String>,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    timeout: Duration,
}

impl Gateway for Options {
    fn most_body(&self) -> usize {
        alibaba::MOST_BODY
    }

    fn patience(&self) -> Duration {
        self.timeout
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let moment = Moment::now();
        let request_id = alibaba::request_id(moment);
        let methods: Vec<_> = self.methods.iter().map(String::as_str).collect();
        if let Some(refusal) = trigger::refusal(request, &methods) {
            return Err(refusal.response(&request_id, request.method()));
        }
        let event = event::Event {
            request,
            caller,
            request_id: &request_id,
            moment,
            default_domain: self.default_domain,
        };
        Ok(Invocation {
            event: event.to_bytes(),
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
        let id = &invocation.request_id;
        answer::response(self.default_domain, request, id, outcome)
    }
}

#[cfg(test)]
mod tests;
