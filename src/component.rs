//! The only file that knows WebAssembly: wasi:http and our own exports in,
//! [`crate::app`] out. Thin; nothing here decides anything.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Write as _;
use std::mem;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use wasip2::http::types::{
    self as wasi, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

use crate::answer::{Lines, RequestField, RequestFields, Response, combined, header_map};
use crate::app::{self, Caller, EventContext, EventEntry, Head, MOST_BODY, Request, Site};
use crate::arena::Arena;
use crate::picker::{Dice, FORESEEN};
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

#[global_allocator]
static ARENA: Arena<{ 64 << 10 }> = Arena::new();

/// The site. A snapshot of the memory that holds it is the baked component;
/// nothing writes to it again.
static SITE: OnceLock<Site<'static>> = OnceLock::new();

/// wasi:random, through `getrandom`. To ask for a page of numbers takes no
/// longer than to ask for one; an instance that answers once asks for one.
struct WasiRandom;

/// Numbers that nobody has had yet.
struct Page {
    bytes: [u8; Page::NUMBERS * Page::NUMBER],
    left: usize,
    first: bool,
    /// Whether nobody has foreseen them.
    unseen: bool,
}

impl Page {
    const NUMBER: usize = size_of::<u64>();
    const NUMBERS: usize = FORESEEN;

    fn next(&mut self) -> u64 {
        // wasi:random has no way to fail.
        if mem::take(&mut self.first) {
            return getrandom::u64().unwrap_or_default();
        }
        if self.left == 0 && getrandom::fill(&mut self.bytes).is_ok() {
            self.left = Self::NUMBERS;
            self.unseen = true;
        }
        self.left = self.left.saturating_sub(1);
        let (numbers, _) = self.bytes.as_chunks();
        numbers
            .get(self.left)
            .map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    fn numbers(&self) -> [u64; Self::NUMBERS] {
        let (numbers, _) = self.bytes.as_chunks();
        std::array::from_fn(|place| numbers.get(place).copied().map_or(0, u64::from_le_bytes))
    }
}

thread_local! {
    static PAGE: RefCell<Page> = const {
        RefCell::new(Page {
            bytes: [0; _],
            left: 0,
            first: true,
            unseen: false,
        })
    };
}

impl Dice for WasiRandom {
    fn next_u64(&mut self) -> u64 {
        PAGE.with_borrow_mut(Page::next)
    }

    fn foresee(&mut self) -> Option<[u64; FORESEEN]> {
        PAGE.with_borrow_mut(|page| mem::take(&mut page.unseen).then(|| page.numbers()))
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn respond(request: Request<'_>, caller: Caller<'_>) -> (Response, Option<Box<EventEntry>>) {
    match SITE.get() {
        Some(site) => app::respond(site, &mut WasiRandom, &now, request, caller),
        None => (app::without_site(request), None),
    }
}

impl From<EventEntry> for gateway::Entry {
    fn from(entry: EventEntry) -> Self {
        Self {
            client: entry.client,
            request_id: entry.request_id,
            method: entry.method,
            target: entry.target,
            status: entry.status.map(|status| status.as_u16()),
        }
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
        ARENA.keep();
        Ok(report)
    }
}

impl answer::Guest for Component {
    fn handle(given: answer::Request) -> answer::Outcome {
        let caller = Caller {
            mount: given.context.mount.as_deref(),
            request_id: given.context.request_id.as_deref(),
            redirects: !given.context.no_redirects,
            ..Caller::default()
        };
        let head = Head::read(&given.head);
        let (response, event) = respond(head.request(&given.body), caller);
        let response = answer::Response {
            status: response.status.as_u16(),
            headers: response.fields.into_bytes(),
            body: response.body,
        };
        match event {
            None => answer::Outcome::Response(response),
            Some(entry) => answer::Outcome::Event((response, (*entry).into())),
        }
    }
}

impl gateway::Guest for Component {
    fn handle(
        platform: String,
        event: Vec<u8>,
        context: gateway::Context,
    ) -> Result<gateway::Reply, gateway::EventError> {
        let Some(site) = SITE.get() else {
            return Err(gateway::EventError {
                code: "no_site".to_owned(),
                message: "no site has been loaded".to_owned(),
            });
        };
        let headers = Lines(&context.headers).all();
        let context = EventContext {
            target: context.target.as_deref(),
            headers: Some(&headers),
            mount: context.mount.as_deref(),
            client: context.client.as_deref(),
            request_id: context.request_id.as_deref(),
            pass_through: context.pass_through,
        };
        app::handle_event(site, &mut WasiRandom, &now, &platform, &event, context)
            .map(|reply| gateway::Reply {
                document: reply.document,
                entry: reply.entry.into(),
            })
            .map_err(|error| gateway::EventError {
                code: error.code().to_owned(),
                message: error.to_string(),
            })
    }
}

impl wasip2::exports::http::incoming_handler::Guest for Component {
    fn handle(given: IncomingRequest, out: ResponseOutparam) {
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
        let request = Request {
            method: &method,
            target: &target,
            fields: &Incoming(given.headers()),
            body: &body,
        };
        send(respond(request, Caller::default()).0, out);
    }
}

/// The fields of a wasi:http request, each asked for only when it takes part.
struct Incoming(wasi::Fields);

impl RequestFields for Incoming {
    fn get(&self, field: RequestField) -> Option<Cow<'_, str>> {
        let value = self.0.get(field.as_str()).into_iter().next()?;
        let value = String::from_utf8(value).ok().filter(|it| it.is_ascii());
        value.map(Cow::Owned)
    }

    fn list(&self, field: RequestField) -> Option<Cow<'_, str>> {
        let lines = self.0.get(field.as_str());
        combined(lines.iter().map(Vec::as_slice)).map(|list| Cow::Owned(list.into_owned()))
    }

    fn all(&self) -> HeaderMap {
        let fields = self.0.entries();
        let fields = fields.iter();
        header_map(fields.map(|(name, value)| (name.as_bytes(), value.as_slice())))
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
fn send(response: Response, out: ResponseOutparam) {
    let fields = wasi::Fields::new();
    for (name, value) in response.fields.as_lines().fields() {
        if let Ok(name) = std::str::from_utf8(name) {
            let _ = fields.append(name, value);
        }
    }
    let outgoing = OutgoingResponse::new(fields);
    let _ = outgoing.set_status_code(response.status.as_u16());
    let Ok(body) = outgoing.body() else {
        ResponseOutparam::set(out, Err(wasi::ErrorCode::InternalError(None)));
        return;
    };
    ResponseOutparam::set(out, Ok(outgoing));
    if !response.body.is_empty()
        && let Ok(mut stream) = body.write()
    {
        let _ = stream
            .write_all(&response.body)
            .and_then(|()| std::io::Write::flush(&mut stream));
    }
    let _ = OutgoingBody::finish(body, None);
}
