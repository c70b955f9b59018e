//! The only file that knows WebAssembly: wasi:http and our own exports in,
//! [`crate::app`] out. Thin; nothing here decides anything.

use std::io::Write as _;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use wasip2::http::types::{
    self as wasi, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

use crate::answer::READS;
use crate::app::{self, Caller, EventContext, MOST_BODY, Site};
use crate::picker::Dice;
use bindings::exports::edgepick::site::{answer, gateway, setup};

#[expect(unsafe_code, reason = "the component's exports are foreign functions")]
#[allow(
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]
mod bindings {
    use super::Component;

    wit_bindgen::generate!({ path: "wit", world: "edgepick" });
    export!(Component);
    wasip2::http::proxy::export!(Component);
}

struct Component;

/// The one piece of state. A snapshot of the memory that holds it is the baked
/// component; nothing writes to it again.
static SITE: OnceLock<Site<'static>> = OnceLock::new();

/// wasi:random, through `getrandom`.
struct WasiRandom;

impl Dice for WasiRandom {
    fn next_u64(&mut self) -> u64 {
        // wasi:random has no way to fail.
        getrandom::u64().unwrap_or_default()
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn respond(request: &Request<Vec<u8>>, caller: Caller<'_>) -> Response<Vec<u8>> {
    match SITE.get() {
        Some(site) => app::respond(site, &mut WasiRandom, &now, request, caller),
        None => app::without_site(request),
    }
}

impl setup::Guest for Component {
    fn load(site: Vec<u8>) -> Result<setup::Report, setup::LoadError> {
        if SITE.get().is_some() {
            return Err(setup::LoadError::AlreadyLoaded);
        }
        // The site lives as long as the instance does.
        let site = Site::open(site.leak())
            .map_err(|error| setup::LoadError::Damaged(error.to_string()))?;
        let report = setup::Report {
            pictures: site.catalogue.pictures(),
            entries: site.catalogue.entries(),
        };
        SITE.set(site)
            .map_err(|_| setup::LoadError::AlreadyLoaded)?;
        Ok(report)
    }
}

/// A request of plain values; `None` where HTTP has no such method or target.
fn request(
    method: &str,
    target: &str,
    headers: HeaderMap,
    body: Vec<u8>,
) -> Option<Request<Vec<u8>>> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::from_bytes(method.as_bytes()).ok()?;
    *request.uri_mut() = target.parse().ok()?;
    *request.headers_mut() = headers;
    Some(request)
}

/// Field lines as a map, of the names that `wanted` makes of theirs.
fn read_lines(lines: &[u8], wanted: impl Fn(&[u8]) -> Option<HeaderName>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let colon = line.iter().position(|byte| *byte == b':');
        let Some((name, value)) = colon.and_then(|colon| line.split_at_checked(colon)) else {
            continue;
        };
        let Some(name) = wanted(name) else { continue };
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if let Ok(value) = HeaderValue::from_bytes(value) {
            // A map that is full takes no more.
            let _ = headers.try_append(name, value);
        }
    }
    headers
}

/// The fields that may take part in an answer.
fn reads(name: &[u8]) -> Option<HeaderName> {
    READS
        .into_iter()
        .find(|read| read.as_str().as_bytes().eq_ignore_ascii_case(name))
}

fn write_lines(headers: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::with_capacity(1024);
    for (name, value) in headers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

impl answer::Guest for Component {
    fn handle(given: answer::Request) -> answer::Outcome {
        let caller = Caller {
            mount: given.context.mount.as_deref(),
            request_id: given.context.request_id.as_deref(),
            ..Caller::default()
        };
        let headers = read_lines(&given.headers, reads);
        let response = match request(&given.method, &given.target, headers, given.body) {
            Some(request) => respond(&request, caller),
            None => app::bad_request(),
        };
        let (parts, body) = response.into_parts();
        answer::Outcome::Response(answer::Response {
            status: parts.status.as_u16(),
            headers: write_lines(&parts.headers),
            body,
        })
    }
}

impl gateway::Guest for Component {
    fn handle(
        platform: String,
        event: Vec<u8>,
        context: gateway::Context,
    ) -> Result<Vec<u8>, gateway::EventError> {
        let Some(site) = SITE.get() else {
            return Err(gateway::EventError {
                code: "no_site".to_owned(),
                message: "no site has been loaded".to_owned(),
            });
        };
        let headers = read_lines(&context.headers, |name| HeaderName::from_bytes(name).ok());
        let context = EventContext {
            target: context.target.as_deref(),
            headers: Some(&headers),
            mount: context.mount.as_deref(),
            request_id: context.request_id.as_deref(),
            pass_through: context.pass_through,
        };
        app::handle_event(site, &mut WasiRandom, &now, &platform, &event, context).map_err(
            |error| gateway::EventError {
                code: error.code().to_owned(),
                message: error.to_string(),
            },
        )
    }
}

impl wasip2::exports::http::incoming_handler::Guest for Component {
    fn handle(given: IncomingRequest, out: ResponseOutparam) {
        let mut headers = HeaderMap::new();
        let fields = given.headers();
        for name in READS {
            for value in fields.get(name.as_str()) {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    headers.append(name.clone(), value);
                }
            }
        }
        drop(fields);
        let method = method_text(given.method());
        let target = given.path_with_query().unwrap_or_else(|| "/".to_owned());
        // Only an event could mean anything in a body.
        let wants_body = SITE
            .get()
            .is_some_and(|site| !site.settings.events.is_empty());
        let body = if method == "POST" && wants_body {
            read_body(&given)
        } else {
            Vec::new()
        };
        let response = match request(&method, &target, headers, body) {
            Some(request) => respond(&request, Caller::default()),
            None => app::bad_request(),
        };
        send(response, out);
    }
}

fn method_text(method: wasi::Method) -> String {
    match method {
        wasi::Method::Get => "GET",
        wasi::Method::Head => "HEAD",
        wasi::Method::Post => "POST",
        wasi::Method::Put => "PUT",
        wasi::Method::Delete => "DELETE",
        wasi::Method::Connect => "CONNECT",
        wasi::Method::Options => "OPTIONS",
        wasi::Method::Trace => "TRACE",
        wasi::Method::Patch => "PATCH",
        wasi::Method::Other(text) => return text,
    }
    .to_owned()
}

/// The body as far as it came, one byte beyond [`MOST_BODY`] at most.
fn read_body(request: &IncomingRequest) -> Vec<u8> {
    const CHUNK: u64 = 64 * 1024;
    let mut body = Vec::new();
    let Ok(incoming) = request.consume() else {
        return body;
    };
    if let Ok(stream) = incoming.stream() {
        while body.len() <= MOST_BODY {
            match stream.blocking_read(CHUNK) {
                Ok(chunk) => body.extend_from_slice(&chunk),
                Err(_) => break,
            }
        }
    }
    body
}

/// Hosts differ in what they refuse; a field or a write that one of them does
/// is left out, never a trap.
fn send(response: Response<Vec<u8>>, out: ResponseOutparam) {
    let (parts, bytes) = response.into_parts();
    let fields = wasi::Fields::new();
    for (name, value) in &parts.headers {
        let _ = fields.append(name.as_str(), value.as_bytes());
    }
    let outgoing = OutgoingResponse::new(fields);
    let _ = outgoing.set_status_code(parts.status.as_u16());
    let Ok(body) = outgoing.body() else {
        ResponseOutparam::set(out, Err(wasi::ErrorCode::InternalError(None)));
        return;
    };
    ResponseOutparam::set(out, Ok(outgoing));
    if !bytes.is_empty()
        && let Ok(mut stream) = body.write()
    {
        let _ = stream
            .write_all(&bytes)
            .and_then(|()| std::io::Write::flush(&mut stream));
    }
    let _ = OutgoingBody::finish(body, None);
}
