//! One request and its answer.

use std::cell::Cell;
use std::convert::Infallible;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;
use edgepick::query::MOST_TARGET;
use http::header::{CONTENT_LENGTH, HeaderName};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use super::Door;
use super::body::Answer;
use super::connection::Caller;
use super::log::{Entry, Pending};
use super::origin::Origin;
use super::worker::{Desk, Shared};
use crate::bindings::answer::{Context, Outcome, Request as Records, Response as Answered};
use crate::bindings::gateway::Entry as Event;
use crate::fields;
use crate::refusal::{
    BODY_TOO_LARGE, HEAD_TOO_LARGE, INTERNAL, OVERLOADED, Refusal, TIMEOUT, TOO_SLOW, URI_TOO_LONG,
};
use crate::site::Failure;

/// The field in which an answer names its picture.
const IMAGE_ID: HeaderName = HeaderName::from_static("x-image-id");

/// Answers a request, whatever happens, and logs it.
pub(super) async fn answer(
    caller: Arc<Caller>,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let started = caller.desk.journal.on().then(Instant::now);
    let (parts, body) = request.into_parts();
    let desk = &caller.desk;
    let origin = Origin::of(
        &parts.headers,
        &caller.address,
        desk.shared.options.trust_proxy,
    );
    let reply = match Busy::enter(&desk.shared) {
        Some(_busy) => reply(desk, &parts, body, &origin).await,
        None => Err(Refused(OVERLOADED, None)),
    };
    let (mut response, failure) = match reply {
        Ok(response) => (response, None),
        Err(Refused(refusal, failure)) => {
            let refusals = &desk.shared.options.refusals;
            let response = refusals.answer(refusal, &parts.method, &parts.headers, origin.id);
            (response.map(Answer::bytes), failure)
        }
    };
    if let Some(started) = started {
        log(
            &caller,
            &parts,
            &origin,
            started,
            &mut response,
            failure.as_ref(),
        );
    }
    Ok(response)
}

/// A request that the host itself answers, and why when the guest failed.
struct Refused(Refusal, Option<Failure>);

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        let refusal = match failure {
            Failure::Timeout => TIMEOUT,
            Failure::Busy => OVERLOADED,
            Failure::Memory | Failure::Trap(_) | Failure::NoAnswer(_) => INTERNAL,
        };
        Self(refusal, Some(failure))
    }
}

/// A request under way, counted until it is dropped.
struct Busy<'a>(&'a Shared);

impl<'a> Busy<'a> {
    fn enter(shared: &'a Shared) -> Option<Self> {
        let busy = Self(shared);
        let before = shared.requests.fetch_add(1, Ordering::Relaxed);
        (before < shared.options.requests).then_some(busy)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn reply(
    desk: &Desk,
    parts: &Parts,
    body: Incoming,
    origin: &Origin<'_>,
) -> Result<Response<Answer>, Refused> {
    let mut head = Head::take();
    for part in [parts.method.as_str(), " ", target(parts), " HTTP/1.1\r\n"] {
        head.0.extend_from_slice(part.as_bytes());
    }
    fields::write(&parts.headers, &mut head.0);
    if head.0.len() > desk.shared.options.head {
        // What the component says of a long target that it gets to see.
        let refusal = if target(parts).len() > MOST_TARGET {
            URI_TOO_LONG
        } else {
            HEAD_TOO_LARGE
        };
        return Err(Refused(refusal, None));
    }
    let body = receive(desk, body).await?;
    if desk.shared.options.door == Door::Typed {
        match typed(desk, &head.0, &body, origin).await? {
            Outcome::Response(answered) => return Ok(assemble(answered, &parts.method)?),
            Outcome::Event((answered, event)) => {
                let mut response = assemble(answered, &parts.method)?;
                response.extensions_mut().insert(event);
                return Ok(response);
            }
            Outcome::OverHttp => {}
        }
    }
    let response = desk
        .instances
        .over_http(over_http(desk, parts, body))
        .await?;
    Ok(response.map(Answer::stream))
}

/// The request's body, within the limits.
async fn receive(desk: &Desk, body: Incoming) -> Result<Bytes, Refused> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let options = &desk.shared.options;
    if body.size_hint().lower() > options.body as u64 {
        return Err(Refused(BODY_TOO_LARGE, None));
    }
    match timeout(options.upload, Limited::new(body, options.body).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(e)) if e.is::<LengthLimitError>() => Err(Refused(BODY_TOO_LARGE, None)),
        // The caller hung up in the middle and will not read this.
        Ok(Err(_)) | Err(_) => Err(Refused(TOO_SLOW, None)),
    }
}

thread_local! {
    static HEAD: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Room for a request's head, used again and again.
struct Head(Vec<u8>);

impl Head {
    fn take() -> Self {
        let mut head = HEAD.take();
        head.clear();
        Self(head)
    }
}

impl Drop for Head {
    fn drop(&mut self) {
        HEAD.set(mem::take(&mut self.0));
    }
}

/// Asks the component through `answer.handle`.
async fn typed(
    desk: &Desk,
    head: &[u8],
    body: &[u8],
    origin: &Origin<'_>,
) -> Result<Outcome, Failure> {
    let request = Records {
        head,
        body,
        context: Context {
            mount: desk.shared.options.mount.as_deref(),
            request_id: origin.id,
            no_redirects: false,
        },
    };
    desk.instances.answer(request).await
}

/// The request target in origin form.
fn target(parts: &Parts) -> &str {
    parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
}

/// Host and port the request was sent to.
fn authority(parts: &Parts) -> &str {
    match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => parts
            .headers
            .get(http::header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default(),
    }
}

/// The component's records as an answer.
fn assemble(answered: Answered, method: &Method) -> Result<Response<Answer>, Failure> {
    let status = StatusCode::from_u16(answered.status)
        .ok()
        .filter(|status| !status.is_informational())
        .ok_or_else(|| Failure::NoAnswer(format!("it said status {}", answered.status)))?;
    let bodiless = method == Method::HEAD || status == StatusCode::NOT_MODIFIED;
    let length = answered.body.len();
    // hyper wants a body to be as long as its length says, sent or not.
    let body = if bodiless { Vec::new() } else { answered.body };
    let mut response = Response::new(Answer::bytes(body));
    *response.status_mut() = status;
    *response.headers_mut() = fields::read(answered.headers);
    if !bodiless && !says(response.headers(), length) {
        // hyper writes the true one.
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    Ok(response)
}

/// Whether the header says just that length.
fn says(headers: &HeaderMap, length: usize) -> bool {
    let mut said = headers.get_all(CONTENT_LENGTH).iter();
    let first = said
        .next()
        .and_then(|value| value.to_str().ok()?.parse().ok());
    first == Some(length) && said.next().is_none()
}

/// The same request for the wasi:http door.
fn over_http(desk: &Desk, parts: &Parts, body: Bytes) -> Request<http_body_util::Full<Bytes>> {
    let mut request = Request::new(http_body_util::Full::new(body));
    *request.method_mut() = parts.method.clone();
    *request.headers_mut() = parts.headers.clone();
    *request.uri_mut() = super::origin::unmounted(parts, desk.shared.options.mount.as_deref());
    if authority(parts).is_empty() {
        // HTTP/1.0 needs none, wasi:http does.
        let unknown = http::HeaderValue::from_static("localhost");
        request.headers_mut().insert(http::header::HOST, unknown);
    }
    request
}

fn log(
    caller: &Arc<Caller>,
    parts: &Parts,
    origin: &Origin<'_>,
    started: Instant,
    response: &mut Response<Answer>,
    failure: Option<&Failure>,
) {
    let failure = failure.map(ToString::to_string);
    let picture = response
        .headers()
        .get(IMAGE_ID)
        .and_then(|id| id.to_str().ok());
    // The request in an event is what its platform's caller sent.
    let event = response.extensions().get::<Event>();
    let said = |part: fn(&Event) -> &Option<String>| event.and_then(|event| part(event).as_deref());
    let entry = Entry {
        started,
        id: said(|event| &event.request_id).or(origin.id),
        client: said(|event| &event.client).unwrap_or(origin.client),
        method: said(|event| &event.method).unwrap_or(parts.method.as_str()),
        path: said(|event| &event.target).unwrap_or(target(parts)),
        status: event
            .and_then(|event| event.status)
            .unwrap_or(response.status().as_u16()),
        bytes: 0,
        picture,
        failure: failure.as_deref(),
    };
    match response.body() {
        Answer::Bytes(body) => {
            let sent = if parts.method == Method::HEAD {
                0
            } else {
                body.size_hint().lower()
            };
            caller.desk.journal.add(&Entry {
                bytes: sent,
                ..entry
            });
        }
        Answer::Stream(_) => {
            let pending = Pending::new(Arc::clone(caller), &entry);
            response.body_mut().when_sent(pending);
        }
    }
}
