//! Apache OpenWhisk (and IBM Cloud Functions, which ran it): web actions and the
//! blocking invoke. From apache/openwhisk, `docs/webactions.md`,
//! `docs/rest_api.md`, `docs/reference.md`, and the controller's `WebActions`
//! for what they leave open.

mod answer;
mod argument;
mod media;
mod refusal;
mod rest;

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use http::{HeaderMap, Method, Request, Response};
use serde_json::json;

use self::answer::Activation;
use self::refusal::Refusal;
use super::arguments::{seconds, with_default};
use super::times::Moment;
use super::{Emulator, Failure, Gateway, Invocation, Outcome, Variant, build, ids};

/// Most bytes of a request's body, and of a result.
pub(crate) const MOST: usize = 1024 * 1024;

/// Where web actions are.
const WEB: &str = "/api/v1/web/";

const NAMESPACE: &str = "guest";
const ACTION: &str = "pics";

/// Longest that a caller waits.
const WAIT: Duration = Duration::from_secs(60);

/// Methods that web actions have.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::DELETE,
    Method::POST,
    Method::PUT,
    Method::HEAD,
    Method::OPTIONS,
    Method::PATCH,
];

pub(super) const EMULATOR: Emulator = Emulator {
    command: "openwhisk",
    platform: "openwhisk",
    name: "openwhisk",
    product: "Apache OpenWhisk (IBM Cloud Functions), a web action",
    variants: &[
        Variant::new("raw", &["--raw", "--custom-options"]),
        Variant::new(
            "raw, as an action proxy gets it",
            &["--raw", "--custom-options", "--proxy"],
        ),
        Variant::new("parameters", &["--custom-options"]),
        Variant::new("CORS of the controller", &[]),
        Variant::new(".json", &["--extension", "json"]),
        Variant::new(".text", &["--extension", "text"]),
        Variant::new("invoke", &["--invoke"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How an action is set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Hand query and body over as they are (annotation raw-http)
    #[arg(long)]
    raw: bool,
    /// Let OPTIONS reach the action and leave CORS to it (annotation
    /// web-custom-options)
    #[arg(long)]
    custom_options: bool,
    /// Value of X-Require-Whisk-Auth that callers have to send
    #[arg(long, value_name = "SECRET")]
    require_auth: Option<String>,
    /// A default parameter of the action; callers of the web action cannot
    /// override it
    #[arg(long, value_name = "NAME=VALUE", value_parser = with_default)]
    parameter: Vec<(String, String)>,
    /// The extension that is printed as the action's address; callers may use
    /// any
    #[arg(long, value_enum, default_value_t)]
    extension: Extension,
    /// Print the address of the blocking invoke instead; it is there always
    #[arg(long)]
    invoke: bool,
    /// Credentials of the namespace, for the invoke
    #[arg(
        long,
        value_name = "UUID:KEY",
        default_value = "0c0ffee0-0000-4000-8000-000000000001:k"
    )]
    auth: String,
    /// Hand over the whole document that an action proxy gets at /run
    #[arg(long)]
    proxy: bool,
    /// No invoker is healthy
    #[arg(long)]
    unhealthy: bool,
    /// Seconds that the action may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    timeout: Duration,
}

/// What is made of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Extension {
    /// An HTTP answer
    #[default]
    Http,
    /// JSON, whole
    Json,
    /// The page in `body` or `html`
    Html,
    /// The drawing in `body` or `svg`
    Svg,
    /// The text in `body` or `text`
    Text,
}

impl Extension {
    const ALL: [(&'static str, Self); 5] = [
        (".http", Self::Http),
        (".json", Self::Json),
        (".html", Self::Html),
        (".svg", Self::Svg),
        (".text", Self::Text),
    ];

    fn suffix(self) -> &'static str {
        let suffix = Self::ALL.into_iter().find(|(_, known)| *known == self);
        suffix.map_or("", |(suffix, _)| suffix)
    }
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Call {
    /// The web action, with what stands behind its name.
    Web { extension: Extension, rest: String },
    /// The invoke.
    Rest(rest::Wish),
}

impl Gateway for Options {
    fn base(&self) -> String {
        if self.invoke {
            return rest::path();
        }
        let suffix = match self.extension {
            Extension::Http => "",
            other => other.suffix(),
        };
        format!("{WEB}{NAMESPACE}/default/{ACTION}{suffix}")
    }

    fn most_body(&self) -> usize {
        MOST
    }

    fn patience(&self) -> Duration {
        self.timeout.min(WAIT)
    }

    fn invocation(
        &self,
        request: &Request<Bytes>,
        _: IpAddr,
    ) -> Result<Invocation, Response<Bytes>> {
        let transaction = ids::hex(32);
        match self.arguments(request, &transaction) {
            Ok(event) => {
                let activation = ids::hex(32);
                let event = if self.proxy {
                    self.run(event, &activation, &transaction)
                } else {
                    event
                };
                Ok(Invocation {
                    event: event.to_string().into_bytes(),
                    request_id: activation,
                    // Only `.http` makes an answer of a result: the others send
                    // it, or a member of it, as the body of a 200.
                    pass_through: call(request).is_ok_and(|call| match call {
                        Call::Web { extension, .. } => extension != Extension::Http,
                        Call::Rest(_) => false,
                    }),
                    ..Invocation::default()
                })
            }
            Err(refusal) => {
                let mut response = refusal.response(&transaction, request.method());
                if call(request).is_ok_and(|call| matches!(call, Call::Web { .. })) {
                    self.add_cors(request.headers(), response.headers_mut());
                }
                Err(response)
            }
        }
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        let late = matches!(outcome, Outcome::Failed(Failure::TimedOut));
        let unfinished = late && self.timeout > WAIT;
        let came = Activation::of(outcome);
        let id = &invocation.request_id;
        let mut response = match call(request) {
            Ok(Call::Web { extension, .. }) => {
                let mut response = answer::response(extension, request, came, unfinished);
                self.add_cors(request.headers(), response.headers_mut());
                response
            }
            Ok(Call::Rest(wish)) => rest::response(wish, id, came, unfinished),
            Err(refusal) => refusal.response(id, request.method()),
        };
        if let Ok(id) = HeaderValue::try_from(id) {
            response
                .headers_mut()
                .insert("x-openwhisk-activation-id", id);
        }
        response
    }
}

/// Bytes of a body, all of which are not seen if there are too many.
fn length(request: &Request<Bytes>) -> usize {
    let said = request.headers().get(CONTENT_LENGTH);
    let said = said.and_then(|said| said.to_str().ok()?.parse().ok());
    said.unwrap_or(request.body().len())
}

impl Options {
    /// What the action gets.
    fn arguments(
        &self,
        request: &Request<Bytes>,
        transaction: &str,
    ) -> Result<serde_json::Value, Refusal> {
        if request.body().len() > MOST {
            return Err(Refusal::TooLarge(length(request)));
        }
        let call = call(request)?;
        if self.unhealthy {
            return Err(Refusal::Unavailable);
        }
        match call {
            Call::Rest(_) => {
                if !self.has_credentials(request.headers()) {
                    return Err(Refusal::Unauthorized);
                }
                rest::arguments(&self.parameter, request)
            }
            Call::Web { rest, .. } => {
                let options = *request.method() == Method::OPTIONS;
                if options && !self.custom_options {
                    return Err(Refusal::Preflight);
                }
                let secret = request.headers().get("x-require-whisk-auth");
                let authorized = self
                    .require_auth
                    .as_deref()
                    .is_none_or(|wanted| secret.is_some_and(|given| given == wanted));
                if !authorized && !options {
                    return Err(Refusal::Unauthorized);
                }
                argument::Argument {
                    raw: self.raw,
                    parameters: &self.parameter,
                    user: self.has_credentials(request.headers()).then_some(NAMESPACE),
                    request,
                    rest: &rest,
                    transaction,
                }
                .to_value()
            }
        }
    }

    /// The body of `/run`.
    fn run(
        &self,
        value: serde_json::Value,
        activation: &str,
        transaction: &str,
    ) -> serde_json::Value {
        let patience = i64::try_from(self.timeout.as_millis()).unwrap_or(i64::MAX);
        let deadline = Moment::now().epoch_millis().saturating_add(patience);
        json!({
            "value": value,
            "namespace": NAMESPACE,
            "action_name": format!("/{NAMESPACE}/{ACTION}"),
            "action_version": "0.0.1",
            "activation_id": activation,
            "transaction_id": transaction,
            "deadline": deadline.to_string(),
            "api_host": "https://ow.example.net",
            "api_key": self.auth,
        })
    }

    /// Whether a caller says whose it is.
    fn has_credentials(&self, headers: &HeaderMap) -> bool {
        let wanted = format!("Basic {}", STANDARD.encode(&self.auth));
        headers
            .get(AUTHORIZATION)
            .is_some_and(|given| given.as_bytes() == wanted.as_bytes())
    }

    /// The controller's fields stand beside those of the action, if it has some.
    fn add_cors(&self, asked: &HeaderMap, headers: &mut HeaderMap) {
        if self.custom_options {
            return;
        }
        let allowed = HeaderValue::from_static(
            "Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent",
        );
        let asked = asked.get("access-control-request-headers").cloned();
        let methods = HeaderValue::from_static("OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH");
        headers.append("access-control-allow-origin", HeaderValue::from_static("*"));
        headers.append("access-control-allow-methods", methods);
        headers.append("access-control-allow-headers", asked.unwrap_or(allowed));
    }
}

/// What a request asks for.
fn call(request: &Request<Bytes>) -> Result<Call, Refusal> {
    let path = request.uri().path();
    let Some(path) = path.strip_prefix(WEB) else {
        return rest::Wish::of(request).map(Call::Rest);
    };
    if !METHODS.contains(request.method()) {
        return Err(Refusal::Method);
    }
    let mut parts = path.splitn(3, '/');
    let (namespace, package) = (parts.next(), parts.next());
    let behind = parts.next().ok_or(Refusal::NotFound)?;
    let end = behind.find('/').unwrap_or(behind.len());
    let (name, rest) = behind.split_at_checked(end).unwrap_or((behind, ""));
    let extension = Extension::ALL
        .into_iter()
        .find_map(|(suffix, extension)| Some((name.strip_suffix(suffix)?, extension)));
    let (name, extension) = extension.unwrap_or((name, Extension::Http));
    if (namespace, package, name) != (Some(NAMESPACE), Some("default"), ACTION) {
        return Err(Refusal::NotFound);
    }
    Ok(Call::Web {
        extension,
        rest: rest.to_owned(),
    })
}

#[cfg(test)]
mod tests;
