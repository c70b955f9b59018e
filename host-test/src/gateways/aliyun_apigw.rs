//! Alibaba Cloud's API Gateway (the classic one, 传统 API 网关) before an event
//! function of Function Compute. From Function Compute's help pages "API
//! Gateway triggers" and the gateway's "Error codes"; the fields that the
//! gateway adds from recordings of the live service.

mod answer;
mod event;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Method, Request, Response};

use self::answer::Refusal;
use super::alibaba::MOST_BODY;
use super::arguments::seconds;
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

/// Methods that an API can have.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::HEAD,
    Method::PATCH,
    Method::OPTIONS,
];

pub(super) const EMULATOR: Emulator = Emulator {
    command: "aliyun-apigw",
    platform: "aliyun",
    name: "aliyun_apigw",
    product: "Alibaba Cloud API Gateway before Function Compute",
    variants: &[
        Variant::new("parameters passed through", &[]),
        Variant::new(
            "parameters passed through, path decoded",
            &["--path", "decoded"],
        ),
        Variant::new(
            "parameters mapped",
            &["--parameters", "mapped", "--header", "Accept"],
        ),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How an API and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Path of the API; [name] is one part of it, * at the end the rest
    #[arg(long, value_name = "PATH", default_value = "/*", value_parser = ApiPath::parse)]
    api: ApiPath,
    /// What of the request the function gets
    #[arg(long, value_enum, default_value_t)]
    parameters: Parameters,
    /// A header parameter, where parameters are mapped
    #[arg(long, value_name = "NAME")]
    header: Vec<String>,
    /// Add the system parameters (CaRequestId, CaClientIp, ...)
    #[arg(long)]
    system_parameters: bool,
    /// How the path stands in the event: the documents do not say
    #[arg(long, value_enum, default_value_t)]
    path: PathForm,
    /// Status for an answer of the wrong form: the documents name both
    #[arg(long, default_value_t = 502, value_parser = status)]
    bad_answer: u16,
    /// Seconds that the gateway waits for the function
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    timeout: Duration,
}

/// What of a request the function gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Parameters {
    /// All of it (入参透传)
    #[default]
    PassedThrough,
    /// Parameters of the query, fields that are declared, forms as text
    /// (入参映射)
    Mapped,
}

/// How a path is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PathForm {
    /// As it was sent
    #[default]
    Sent,
    /// Decoded
    Decoded,
}

fn status(text: &str) -> Result<u16, String> {
    match text {
        "502" => Ok(502),
        "503" => Ok(503),
        _ => Err("accepted: 502 or 503".to_owned()),
    }
}

/// The path of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ApiPath {
    parts: Vec<String>,
    /// Whether more may follow.
    open: bool,
}

impl ApiPath {
    fn parse(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix('/').ok_or("a path begins with /")?;
        let (path, open) = match path.strip_suffix('*') {
            Some(path) => (path, true),
            None => (path, false),
        };
        let parts = path.split('/').filter(|part| !part.is_empty());
        Ok(Self {
            parts: parts.map(str::to_owned).collect(),
            open,
        })
    }

    /// The parameters of a path; `None` where it is another API's.
    fn matches<'p>(&self, path: &'p str) -> Option<Vec<(&str, &'p str)>> {
        let mut given = path.split('/').filter(|part| !part.is_empty());
        let mut parameters = Vec::new();
        for part in &self.parts {
            let value = given.next()?;
            let name = part.strip_prefix('[').and_then(|p| p.strip_suffix(']'));
            match name {
                Some(name) => parameters.push((name, value)),
                None if part == value => {}
                None => return None,
            }
        }
        (self.open || given.next().is_none()).then_some(parameters)
    }

    /// What stands before everything that is variable.
    fn prefix(&self) -> String {
        let fixed = self.parts.iter().take_while(|part| !part.starts_with('['));
        fixed.map(|part| format!("/{part}")).collect()
    }
}

impl Gateway for Options {
    fn base(&self) -> String {
        self.api.prefix()
    }

    fn most_body(&self) -> usize {
        MOST_BODY
    }

    fn patience(&self) -> Duration {
        self.timeout
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let request_id = ids::uuid().to_ascii_uppercase();
        let refuse = |refusal: Refusal| refusal.response(&request_id, request.method());
        let parameters = self.api.matches(request.uri().path());
        let parameters = parameters.filter(|_| METHODS.contains(request.method()));
        let Some(parameters) = parameters else {
            return Err(refuse(Refusal::NoApi));
        };
        if request.body().len() > MOST_BODY {
            return Err(refuse(Refusal::BodyTooLarge));
        }
        let event = event::Event {
            options: self,
            request,
            caller,
            parameters,
            request_id: &request_id,
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
        answer::response(self.bad_answer, id, outcome, request.method())
    }
}

#[cfg(test)]
mod tests;
