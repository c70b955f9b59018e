//! LeanCloud's cloud engine (云引擎): the API domain before an app's cloud
//! functions, and what the engine's package says in the app's name. From
//! LeanCloud's "Cloud function REST API", "Error codes" and the cloud engine's
//! guides; credentials and failures as leanengine 3.8.0 for Node.js has them.
//!
//! An app is an HTTP server there: the path that a call arrives at says which
//! function is meant, and the body is its argument.

mod answer;
mod app;
mod coding;
mod credentials;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, FromArgMatches as _};
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::{HeaderMap, Method, Request, Response};

use self::answer::{Refusal, Style, with_cors};
pub(crate) use self::app::{APP_ID, APP_KEY, App, MASTER_KEY};
use super::headers::{end_to_end, named_host, text};
use super::{Emulator, Gateway, Invocation, Outcome, Variant, ids};

/// Most bytes of a body that the load balancer passes on.
pub(crate) const MOST_PASSED: usize = 100 * 1024 * 1024;

/// Most bytes of a call, as the package reads them.
const MOST_BODY: usize = 20 * 1024 * 1024;

/// Most bytes of the request line and of one field, and of all fields.
const MOST_LINE: usize = 8 * 1024;
const MOST_HEADERS: usize = 64 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "leancloud",
    platform: "leancloud",
    name: "leancloud",
    product: "LeanCloud's cloud functions, through the API domain",
    variants: &[
        Variant::new("functions", &[]),
        Variant::new("call", &["--call"]),
    ],
    arguments: Options::augment_args,
    build: |matches| {
        Ok(Box::new(ApiDomain::from(Options::from_arg_matches(
            matches,
        )?)))
    },
};

/// One app by hand.
#[derive(Clone, Debug, Args)]
struct Options {
    #[command(flatten)]
    app: App,
    /// Print the address of RPC calls, which code objects by type; both are
    /// there always
    #[arg(long)]
    call: bool,
    /// A function that the app registered; without any, every name is passed on
    /// (functionsMode: disabled)
    #[arg(long, value_name = "NAME")]
    function: Vec<String>,
    /// A free instance: there is no staging environment
    #[arg(long)]
    free: bool,
}

impl From<Options> for ApiDomain {
    fn from(options: Options) -> Self {
        let functions = match options.function {
            names if names.is_empty() => Functions::Any,
            names => Functions::Named(names),
        };
        Self {
            app: options.app,
            word: if options.call { "call" } else { "functions" },
            staging: (!options.free).then(|| functions.clone()),
            production: functions,
        }
    }
}

/// The functions of a deployment.
#[derive(Clone, Debug)]
pub(crate) enum Functions {
    /// Nobody asked for them: every name is passed on.
    Any,
    /// Those that it registered.
    Named(Vec<String>),
}

/// The API domain before one app.
#[derive(Debug)]
pub(crate) struct ApiDomain {
    pub(crate) app: App,
    /// The way to call that is published: `functions` or `call`.
    pub(crate) word: &'static str,
    pub(crate) production: Functions,
    /// Where there is one.
    pub(crate) staging: Option<Functions>,
}

impl Gateway for ApiDomain {
    fn base(&self) -> String {
        format!("/1.1/{}", self.word)
    }

    fn most_body(&self) -> usize {
        MOST_PASSED
    }

    fn patience(&self) -> Duration {
        self.app.patience()
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let answer = |refusal: Refusal| with_cors(refusal.response(request.method()), request);
        if let Some(refusal) = balanced(request, MOST_PASSED) {
            return Err(refusal);
        }
        let path = Path::of(request.uri().path_and_query().map_or("", |p| p.as_str()));
        if *request.method() == Method::OPTIONS && path.is_some() {
            return Err(answer::preflight(request));
        }
        // What the package cannot read it refuses before it thinks of origins.
        check_body(request).map_err(|refusal| refusal.response(request.method()))?;
        let Some(path) = path else {
            return Err(Refusal::NotFound.response(request.method()));
        };
        let staging = self.check(&path, request).map_err(answer)?;
        Ok(Invocation {
            event: request.body().to_vec(),
            request_id: ids::hex(32),
            target: request.uri().path_and_query().map(ToString::to_string),
            headers: forwarded(request.headers(), caller),
            staging,
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
        let response = answer::response(style, self.app.late, outcome, request.method());
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

impl ApiDomain {
    /// Whether the call is for the staging environment.
    fn check(&self, path: &Path<'_>, request: &Request<Bytes>) -> Result<bool, Refusal> {
        let credentials = self.app.admit(request)?;
        let functions = if credentials.staging {
            self.staging.as_ref().ok_or(Refusal::NoStaging)?
        } else {
            &self.production
        };
        let name = match path {
            Path::Metadatas if credentials.master => return Ok(credentials.staging),
            Path::Metadatas => return Err(Refusal::Unauthorized),
            Path::Functions(name) | Path::Call(name) => *name,
        };
        if name.is_empty() {
            return Err(Refusal::NoName(request.uri().path().to_owned()));
        }
        match functions {
            Functions::Named(names) if !names.iter().any(|known| known == name) => {
                Err(Refusal::NoFunction(name.to_owned()))
            }
            _ => Ok(credentials.staging),
        }
    }
}

/// What the load balancer says of a request that it does not pass on.
pub(crate) fn balanced(request: &Request<Bytes>, most: usize) -> Option<Response<Bytes>> {
    let refusal = check_size(request, most).err()?;
    Some(refusal.response(request.method()))
}

/// The load balancer's limits.
fn check_size(request: &Request<Bytes>, most: usize) -> Result<(), Refusal> {
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
    if request.body().len() > most {
        return Err(Refusal::NotPassed);
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
