//! InvokeFunction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, Response};

use super::function::{Function, Particulars};
use super::outcome::{Outcome, megabytes};
use super::pool::Served;
use super::task;
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::Call;
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::resource::{Answer, text};

/// Most bytes of an event, where its caller waits and where not.
pub(crate) const MOST: usize = 32 << 20;
pub(crate) const MOST_ASYNC: usize = 128 << 10;

/// Bytes of the log that a caller gets.
const TAIL: usize = 4096;

/// How a caller wants to be served.
struct Manner {
    waits: bool,
    tail: bool,
}

impl Manner {
    fn of(call: &Call) -> Result<Self, Refused> {
        let kind = call.header("x-fc-invocation-type").unwrap_or("Sync");
        let waits = match kind {
            _ if kind.eq_ignore_ascii_case("sync") || kind.is_empty() => true,
            _ if kind.eq_ignore_ascii_case("async") => false,
            _ => return Err(Refused::value("InvocationType", "Sync | Async", kind)),
        };
        let log = call.header("x-fc-log-type").unwrap_or("None");
        let tail = match log {
            _ if log.eq_ignore_ascii_case("none") || log.is_empty() => false,
            _ if log.eq_ignore_ascii_case("tail") && waits => true,
            _ if waits => return Err(Refused::value("LogType", "Tail | None", log)),
            _ => return Err(Refused::value("LogType", "None", log)),
        };
        Ok(Self { waits, tail })
    }
}

/// Refuses what is larger than the platform takes.
pub(super) fn check_size(size: usize, waits: bool) -> Result<(), Refused> {
    let most = if waits { MOST } else { MOST_ASYNC };
    if size <= most {
        return Ok(());
    }
    let message = format!("payload size exceeds maximum allowed size ({most} bytes)");
    Err(Refused::new(400, "EntityTooLarge", message))
}

pub(crate) async fn invoke(plane: &Arc<Plane>, call: &Call) -> Answer {
    let manner = Manner::of(call)?;
    check_size(call.body.len(), manner.waits)?;
    let (service, qualifier) = call.service();
    let reading = plane.store.read()?;
    let function = Function::find(&reading, service, qualifier, call.name("function"))?;
    drop(reading);
    if !manner.waits {
        return task::accept(plane, call, &function).await;
    }
    let particulars = Particulars {
        request_id: &call.request_id,
        account: &call.account,
        region: &call.region,
        control_path: "/invoke",
        ..Particulars::default()
    };
    let (served, took) = event(plane, &function, &particulars, call.body.clone()).await?;
    let outcome = Outcome::of(&served, function.timeout(), took);
    let mut response = match outcome {
        Outcome::Returned(body) => reply::typed(200, "application/octet-stream", body),
        Outcome::Threw(kind, document) => {
            let mut response = reply::json(200, &document);
            let kind = HeaderValue::from_static(kind);
            response.headers_mut().insert(reply::ERROR_TYPE, kind);
            response
        }
        Outcome::NotCalled(refused) => refused.response(call.api, &call.request_id),
    };
    describe(&mut response, &function, &served, took);
    if manner.tail {
        tail(&mut response, &call.request_id, &served.finished.log);
    }
    Ok(response)
}

/// Hands an event to a function.
///
/// # Errors
/// When it cannot run on this machine.
pub(super) async fn event(
    plane: &Plane,
    function: &Function,
    particulars: &Particulars<'_>,
    event: Bytes,
) -> Result<(Served, Duration), Refused> {
    let mut request = Request::new(event);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = http::Uri::from_static("/invoke");
    let length = request.body().len();
    let headers = request.headers_mut();
    *headers = function.control(particulars);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    run(plane, function, request).await
}

/// Hands a request to an instance of a function.
pub(super) async fn run(
    plane: &Plane,
    function: &Function,
    request: Request<Bytes>,
) -> Result<(Served, Duration), Refused> {
    let since = Instant::now();
    let (pool, tag) = (function.pool(), function.tag());
    let program = || function.program(plane);
    let served = plane.pools.call(&pool, &tag, program, request).await?;
    Ok((served, since.elapsed()))
}

/// What the platform says of a call beside its result.
pub(super) fn describe(
    response: &mut Response<Bytes>,
    function: &Function,
    served: &Served,
    took: Duration,
) {
    let version = match function.version.as_str() {
        "LATEST" => "",
        version => version,
    };
    for (name, value) in [
        ("x-fc-code-checksum", text(&function.item, "codeChecksum")),
        ("x-fc-instance-id", &served.instance),
        ("x-fc-invocation-duration", &took.as_millis().to_string()),
        ("x-fc-invocation-service-version", version),
        ("x-fc-max-memory-usage", &megabytes(served.finished.memory)),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            let name = HeaderName::from_static(name);
            response.headers_mut().insert(name, value);
        }
    }
}

/// The end of the call's log, between the platform's two lines.
pub(super) fn tail(response: &mut Response<Bytes>, request_id: &str, log: &str) {
    let newline = if log.is_empty() || log.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let log = format!(
        "FC Invoke Start RequestId: {request_id}\n{log}{newline}FC Invoke End RequestId: {request_id}\n"
    );
    let start = log.len().saturating_sub(TAIL);
    let text = STANDARD.encode(log.as_bytes().get(start..).unwrap_or_default());
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().insert("x-fc-log-result", value);
    }
}
