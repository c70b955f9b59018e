//! Azure Functions, custom handler in its default mode: every invocation is a
//! document. From "Azure Functions custom handlers", "Azure Functions HTTP
//! trigger", "Timer trigger" and "Queue storage trigger", and the host's source
//! where they are silent.

mod answer;
mod event;
mod route;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{HeaderMap, Method, Request, Response};

use super::arguments::seconds;
use super::headers::text;
use super::sending::append;
use super::{Emulator, Failure, Gateway, Invocation, Outcome, Variant, build, ids};
pub(crate) use answer::empty;

/// How long the platform's front waits for the host.
pub(crate) const FRONT_PATIENCE: Duration = Duration::from_secs(230);

/// The same, as an argument.
const FRONT_SECONDS: &str = "230";

/// Most bytes of a request's body, where the app does not say.
pub(crate) const MOST_BODY: usize = 104_857_600;

/// Most bytes of a request's URL.
pub(crate) const MOST_URL: usize = 4096;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "azure",
    platform: "azure",
    name: "azure_functions",
    product: "Azure Functions, custom handler",
    variants: &[
        Variant::new("HTTP", &[]),
        Variant::new(
            "HTTP at the root on an older host",
            &["--route-prefix", "", "--older-host", "--binding", "request"],
        ),
        Variant::new("HTTP at the function's name", &["--no-route"]),
        Variant::new("timer", &["--trigger", "timer"]),
        Variant::new("queue", &["--trigger", "queue"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How an app and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// What calls the function; all but http fire at every request
    #[arg(long, value_enum, default_value_t)]
    trigger: Trigger,
    /// The function's name, which is its folder's
    #[arg(long, default_value = "pic", value_parser = name)]
    function: String,
    /// host.json's extensions.http.routePrefix
    #[arg(long, default_value = "api", value_parser = prefix)]
    route_prefix: String,
    /// No route in function.json: the function is published at its name;
    /// otherwise the route is {*path}
    #[arg(long)]
    no_route: bool,
    /// A method that function.json lists; can be given several times; without
    /// any the function takes every method
    #[arg(long = "method", value_name = "NAME")]
    methods: Vec<Method>,
    /// The app's key, which callers have to show (authLevel function, not
    /// anonymous)
    #[arg(long)]
    key: Option<String>,
    /// Name of the trigger's binding
    #[arg(long, default_value = "req", value_parser = name)]
    binding: String,
    /// Name of the output binding of type http
    #[arg(long, default_value = "res", value_parser = output)]
    output: String,
    /// Documents as hosts before 3.0.147 have them
    #[arg(long)]
    older_host: bool,
    /// The timer missed its time
    #[arg(long)]
    past_due: bool,
    /// Most bytes of a body (FUNCTIONS_REQUEST_BODY_SIZE_LIMIT)
    #[arg(long, value_name = "BYTES", default_value_t = MOST_BODY)]
    body_limit: usize,
    /// Seconds that the function may take (host.json's functionTimeout)
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "300")]
    function_timeout: Duration,
    /// Seconds that the platform's front waits for the host; timers and queues
    /// have none before them
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = FRONT_SECONDS)]
    front_timeout: Duration,
}

/// What calls the function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Trigger {
    /// A caller
    #[default]
    Http,
    /// A clock
    Timer,
    /// A message, which is the body of the request
    Queue,
}

/// Letters, digits, `-` and `_`.
fn name(text: &str) -> Result<String, String> {
    let named = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !text.is_empty() && text.len() <= 127 && text.bytes().all(named) {
        Ok(text.to_owned())
    } else {
        Err("accepted: letters, digits, - and _".to_owned())
    }
}

/// Names between slashes, or nothing.
fn prefix(text: &str) -> Result<String, String> {
    if text.is_empty() || text.split('/').all(|part| name(part).is_ok()) {
        Ok(text.to_owned())
    } else {
        Err("accepted: nothing, or names between slashes".to_owned())
    }
}

/// A name, or `$return`.
fn output(text: &str) -> Result<String, String> {
    if text == answer::RETURN {
        return Ok(text.to_owned());
    }
    name(text).map_err(|accepted| format!("{accepted}; or $return"))
}

/// Whether a caller shows a key, in the query or in a field.
pub(crate) fn shows_key(request: &Request<Bytes>, key: &str) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let field = request.headers().get("x-functions-key").map(text);
    pairs.any(|(name, value)| name == "code" && value == key) || field.as_deref() == Some(key)
}

impl Gateway for Options {
    fn base(&self) -> String {
        match (self.trigger, self.route_prefix.as_str()) {
            (Trigger::Timer | Trigger::Queue, _) => String::new(),
            (Trigger::Http, "") if self.no_route => format!("/{}", self.function),
            (Trigger::Http, prefix) if self.no_route => format!("/{prefix}/{}", self.function),
            (Trigger::Http, "") => String::new(),
            (Trigger::Http, prefix) => format!("/{prefix}"),
        }
    }

    fn most_body(&self) -> usize {
        self.body_limit
    }

    fn patience(&self) -> Duration {
        match self.trigger {
            Trigger::Http => self.function_timeout.min(self.front_timeout),
            Trigger::Timer | Trigger::Queue => self.function_timeout,
        }
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let refused = |status| Err(answer::empty(status, request.method()));
        let target = request.uri().path_and_query();
        if target.map_or(0, |target| target.as_str().len()) > MOST_URL {
            return refused(414);
        }
        if request.body().len() > self.body_limit {
            return refused(413);
        }
        let request_id = ids::uuid();
        let event = match self.trigger {
            Trigger::Http => {
                let listed = self.methods.is_empty() || self.methods.contains(request.method());
                let route = route::Route::find(self, request.uri().path());
                let Some(route) = route.filter(|_| listed) else {
                    return refused(404);
                };
                if self
                    .key
                    .as_ref()
                    .is_some_and(|key| !shows_key(request, key))
                {
                    return refused(401);
                }
                event::http(self, request, caller, &route)
            }
            Trigger::Timer => event::timer(self),
            Trigger::Queue => event::queue(self, request.body()),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", "application/json; charset=utf-8"),
            ("user-agent", "Azure-Functions-Host/4.1036.1.0"),
            ("x-azure-functions-hostversion", "4.1036.1.0"),
            ("x-azure-functions-invocationid", &request_id),
        ] {
            let _ = append(&mut headers, name, value);
        }
        Ok(Invocation {
            event: event.to_string().into_bytes(),
            request_id,
            target: Some(format!("/{}", self.function)),
            headers,
            ..Invocation::default()
        })
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        let method = request.method();
        if self.trigger != Trigger::Http {
            return answer::executed(self, &invocation.request_id, &outcome, method);
        }
        match outcome {
            Outcome::Returned(bytes) => answer::response(self, &bytes, method),
            Outcome::Failed(Failure::TimedOut) if self.front_timeout < self.function_timeout => {
                answer::empty(502, method)
            }
            Outcome::Failed(_) => answer::empty(500, method),
        }
    }
}

#[cfg(test)]
mod tests;
