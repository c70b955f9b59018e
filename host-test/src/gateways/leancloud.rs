//! LeanCloud's cloud engine (云引擎): the API domain before an app's cloud
//! functions, and what the engine's package says in the app's name. From
//! LeanCloud's "Cloud function REST API", "Error codes" and the cloud engine's
//! guides; credentials and failures as leanengine 3.8.0 for Node.js has them.
//!
//! An app is an HTTP server there: the path that a call arrives at says which
//! function is meant, and the body is its argument.

mod answer;
mod coding;
mod credentials;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::{HeaderMap, Method, Request, Response};

use self::answer::{Refusal, Style, with_cors};
use self::credentials::{Credentials, Keys};
use super::headers::{end_to_end, named_host, text};
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids};

/// Most bytes of a call, as the package reads them.
const MOST_BODY: usize = 20 * 1024 * 1024;

/// Most bytes of the request line and of one field, and of all fields.
const MOST_LINE: usize = 8 * 1024;
const MOST_HEADERS: usize = 64 * 1024;

/// How long the package gives a function, and the load balancer an app.
const FUNCTION_PATIENCE: Duration = Duration::from_secs(15);
const BALANCER_PATIENCE: Duration = Duration::from_secs(60);

pub(super) const EMULATOR: Emulator = Emulator {
    command: "leancloud",
    platform: "leancloud",
    name: "leancloud",
    product: "LeanCloud's cloud functions, through the API domain",
    variants: &[
        Variant::changing("functions", &[]),
        Variant::changing("call", &["--call"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How an app is set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Print the address of RPC calls, which code objects by type; both are
    /// there always
    #[arg(long)]
    call: bool,
    /// The app's id
    #[arg(
        long,
        value_name = "ID",
        default_value = "hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz"
    )]
    app_id: String,
    /// The app's key
    #[arg(long, value_name = "KEY", default_value = "kQ7vXy2LmN4pRs6TuWz8aBcD")]
    app_key: String,
    /// The app's master key
    #[arg(long, value_name = "KEY", default_value = "Mz9yXw8vUt7sRq6pOn5mLk4J")]
    master_key: String,
    /// A function that the app registered; without any, every name is passed on
    /// (functionsMode: disabled)
    #[arg(long, value_name = "NAME")]
    function: Vec<String>,
    /// A free instance: there is no staging environment
    #[arg(long)]
    free: bool,
    /// How a function that takes too long is reported
    #[arg(long, value_enum, default_value_t)]
    late: Late,
}

/// What callers see of a time-out: all three are documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Late {
    /// 503 by the app's package, after 15 s
    #[default]
    #[value(name = "503")]
    Package,
    /// 524 by the load balancer, after 60 s
    #[value(name = "524")]
    Balancer,
    /// The code 141, after 15 s
    #[value(name = "141")]
    Code,
}

impl Gateway for Options {
    fn base(&self) -> String {
        let word = if self.call { "call" } else { "functions" };
        format!("/1.1/{word}")
    }

    fn patience(&self) -> Duration {
        match self.late {
            Late::Package | Late::Code => FUNCTION_PATIENCE,
            Late::Balancer => BALANCER_PATIENCE,
        }
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let answer = |refusal: Refusal| with_cors(refusal.response(request.method()), request);
        check_size(request).map_err(|refusal| refusal.response(request.method()))?;
        let path = Path::of(request.uri().path_and_query().map_or("", |p| p.as_str()));
        if *request.method() == Method::OPTIONS && path.is_some() {
            return Err(answer::preflight(request));
        }
        // What the package cannot read it refuses before it thinks of origins.
        check_body(request).map_err(|refusal| refusal.response(request.method()))?;
        let Some(path) = path else {
            return Err(Refusal::NotFound.response(request.method()));
        };
        self.check(&path, request).map_err(answer)?;
        Ok(Invocation {
            event: request.body().to_vec(),
            request_id: ids::hex(32),
            target: request.uri().path_and_query().map(ToString::to_string),
            headers: forwarded(request.headers(), caller),
            ..Invocation::default()
        })
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        _: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        let target = request.uri().path_and_query().map_or("", |p| p.as_str());
        let style = match Path::of(target) {
            Some(Path::Call(_)) => Style::Typed,
            _ => Style::Plain,
        };
        let response = answer::response(style, self.late, outcome, request.method());
        with_cors(response, request)
    }
}

/// What a path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path<'a> {
    /// A plain call.
    Functions(&'a str),
    /// An RPC call.
    Call(&'a str),
    /// Which functions there are.
    Metadatas,
}

impl<'a> Path<'a> {
    /// `None` for paths of anything but functions. Query and escapes are part
    /// of a name, as they are for the package.
    fn of(target: &'a str) -> Option<Self> {
        let rest = target
            .strip_prefix("/1.1/")
            .or_else(|| target.strip_prefix("/1/"))?;
        let (word, name) = rest.split_once('/').unwrap_or((rest, ""));
        match (word, name) {
            ("functions", "_ops/metadatas") => Some(Self::Metadatas),
            ("functions", name) => Some(Self::Functions(name.trim_end_matches('/'))),
            ("call", name) => Some(Self::Call(name.trim_end_matches('/'))),
            _ => None,
        }
    }
}

impl Options {
    fn check(&self, path: &Path<'_>, request: &Request<Bytes>) -> Result<(), Refusal> {
        let keys = Keys {
            id: &self.app_id,
            app: &self.app_key,
            master: &self.master_key,
        };
        let credentials = Credentials::of(request, keys).ok_or(Refusal::Unauthorized)?;
        let name = match path {
            Path::Metadatas if credentials.master => return Ok(()),
            Path::Metadatas => return Err(Refusal::Unauthorized),
            Path::Functions(name) | Path::Call(name) => *name,
        };
        if credentials.staging && self.free {
            return Err(Refusal::NoStaging);
        }
        if name.is_empty() {
            return Err(Refusal::NoName(request.uri().path().to_owned()));
        }
        if !self.function.is_empty() && !self.function.iter().any(|known| known == name) {
            return Err(Refusal::NoFunction(name.to_owned()));
        }
        Ok(())
    }
}

/// The load balancer's limits.
fn check_size(request: &Request<Bytes>) -> Result<(), Refusal> {
    let target = request.uri().path_and_query().map_or("", |p| p.as_str());
    let line = request.method().as_str().len() + target.len() + " HTTP/1.1 ".len();
    if line > MOST_LINE {
        return Err(Refusal::LineTooLong);
    }
    let lines = || {
        let fields = request.headers().iter();
        fields.map(|(name, value)| name.as_str().len() + value.len() + ": ".len())
    };
    if lines().any(|length| length > MOST_LINE) || lines().sum::<usize>() > MOST_HEADERS {
        return Err(Refusal::HeadersTooLarge);
    }
    Ok(())
}

/// The package's limits.
fn check_body(request: &Request<Bytes>) -> Result<(), Refusal> {
    if request.body().len() > MOST_BODY {
        return Err(Refusal::BodyTooLarge);
    }
    let kind = request.headers().get(CONTENT_TYPE).map(text);
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    if let Some((_, charset)) = kind.split_once("charset=") {
        let charset = charset.trim_matches('"');
        if !charset.starts_with("utf-") {
            return Err(Refusal::Charset(charset.to_ascii_uppercase()));
        }
    }
    Ok(())
}

/// The caller's fields and those of the load balancer.
fn forwarded(headers: &HeaderMap, caller: IpAddr) -> HeaderMap {
    let mut headers = end_to_end(headers);
    let host = named_host(&headers).unwrap_or_else(|| "api.pics.example.net".to_owned());
    let address = caller.to_string();
    let node = match caller {
        IpAddr::V4(_) => address.clone(),
        IpAddr::V6(_) => format!("\"[{address}]\""),
    };
    for (name, value) in [
        (HOST.as_str(), host),
        ("x-real-ip", address),
        ("x-forwarded-proto", "https".to_owned()),
        ("forwarded", format!("for={node};proto=https")),
    ] {
        if let (Ok(name), Ok(value)) = (
            http::HeaderName::try_from(name),
            HeaderValue::try_from(value),
        ) {
            headers.insert(name, value);
        }
    }
    headers
}

#[cfg(test)]
mod tests;
