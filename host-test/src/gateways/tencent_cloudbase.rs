//! Tencent CloudBase (云开发): functions behind its HTTP access service, from
//! docs.cloudbase.net, "Access Cloud Functions via HTTP"; its functions are
//! SCF's. What becomes of a failed call at that door is not documented. The
//! codes `INVALID_PATH`, `FUNCTIONS_EXECUTE_FAIL` and
//! `FUNCTIONS_TIME_LIMIT_EXCEEDED` are CloudBase's; the other codes and all
//! statuses are inferred.

mod answer;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use clap::Args;
use http::header::{COOKIE, HOST};
use http::{Request, Response};
use serde_json::{Map, Value, json};

use self::answer::Refusal;
use super::arguments::seconds;
use super::headers::{callers, end_to_end, named_host, texts};
use super::scf::{APP_ID, MOST};
use super::{Emulator, Gateway, Invocation, Outcome, Variant, build, ids, queries};

/// The environment, and the account that it belongs to.
const ENVIRONMENT: &str = "pics-4g7x0ab1c2d3e4f5";
const ACCOUNT: u64 = 100_000_000_001;

/// Most bytes of a body that is text, from the page on the error code
/// `EXCEED_MAX_PAYLOAD_SIZE`.
const MOST_TEXT: usize = 100 * 1024;

pub(super) const EMULATOR: Emulator = Emulator {
    command: "tencent-cloudbase",
    platform: "tencent",
    name: "tencent_cloudbase",
    product: "Tencent CloudBase's HTTP access service",
    variants: &[
        Variant::new("at the root", &[]),
        Variant::new("with a trigger path", &["--trigger-path", "/api/pics"]),
    ],
    arguments: Options::augment_args,
    build: build::<Options>,
};

/// How an environment's access service and its function are set up.
#[derive(Clone, Debug, Args)]
struct Options {
    /// The trigger path; functions get what comes after it
    #[arg(long, value_name = "PATH", default_value = "/", value_parser = trigger_path)]
    trigger_path: String,
    /// Seconds that the function may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    function_timeout: Duration,
}

fn trigger_path(path: &str) -> Result<String, String> {
    let good = path.starts_with('/')
        && !path.contains(['?', '#', ' ', '%'])
        && (path == "/" || !path.ends_with('/'));
    if good {
        Ok(path.to_owned())
    } else {
        Err("accepted: a path such as / or /api/pics".to_owned())
    }
}

impl Gateway for Options {
    fn base(&self) -> String {
        self.trigger_path.trim_end_matches('/').to_owned()
    }

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
        let below = request.uri().path().strip_prefix(&self.base());
        let refusal = match below.filter(|below| below.is_empty() || below.starts_with('/')) {
            None => Refusal::NoPath,
            Some(_) if is_text(request) && request.body().len() > MOST_TEXT => Refusal::TextTooLong,
            Some(below) => {
                let event = event(request, caller, below, &request_id);
                if event.len() <= MOST {
                    return Ok(Invocation {
                        event,
                        request_id,
                        ..Invocation::default()
                    });
                }
                Refusal::EventTooLarge
            }
        };
        Err(refusal.response(&request_id, request.method()))
    }

    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes> {
        answer::response(request.method(), &invocation.request_id, outcome)
    }
}

/// Which bodies come as base64 is not documented: here what is no text.
fn is_text(request: &Request<Bytes>) -> bool {
    std::str::from_utf8(request.body()).is_ok()
}

fn event(request: &Request<Bytes>, caller: IpAddr, below: &str, request_id: &str) -> Vec<u8> {
    let encoded = !is_text(request);
    let body = match encoded {
        true => STANDARD.encode(request.body()),
        false => String::from_utf8_lossy(request.body()).into_owned(),
    };
    let query: BTreeMap<String, String> = queries::pairs(request.uri().query().unwrap_or_default())
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or_default()))
        .collect();
    json!({
        "path": if below.is_empty() { "/" } else { below },
        "httpMethod": request.method().as_str(),
        "headers": headers(request, caller, request_id),
        // One text a name: of several the last.
        "queryStringParameters": query,
        "requestContext": {
            "requestId": request_id,
            "envId": ENVIRONMENT,
            "appId": APP_ID,
            "uin": ACCOUNT,
        },
        "body": body,
        "isBase64Encoded": encoded,
    })
    .to_string()
    .into_bytes()
}

/// Lower-cased, each name once.
fn headers(request: &Request<Bytes>, caller: IpAddr, request_id: &str) -> Map<String, Value> {
    let fields = end_to_end(request.headers());
    let mut headers = Map::new();
    for name in fields.keys() {
        let separator = if *name == COOKIE { "; " } else { ", " };
        let value = texts(&fields, name).join(separator);
        headers.insert(name.as_str().to_owned(), value.into());
    }
    let callers = callers(&fields, caller);
    let mut add = |name: &str, value: String| headers.insert(name.to_owned(), value.into());
    let own = || format!("{ENVIRONMENT}-{APP_ID}.ap-shanghai.app.tcloudbase.com");
    add(
        HOST.as_str(),
        named_host(request.headers()).unwrap_or_else(own),
    );
    add("x-forwarded-for", callers);
    add("x-request-id", request_id.to_owned());
    headers
}

#[cfg(test)]
mod tests;
