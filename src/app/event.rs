//! Events of cloud-function platforms: decoded, answered as any request,
//! encoded.

use http::{HeaderMap, Method, StatusCode, header};

use super::{Caller, Clock, MOST_BODY, Request, Site};
use crate::answer::{Response, ResponseFields};
use crate::gateway::{self, Decoded, Delivery, EventError, WireFormat};
use crate::picker::Dice;

/// The answer to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventReply {
    /// The platform's document.
    pub document: Vec<u8>,
    /// What a log says of the event.
    pub entry: EventEntry,
}

/// What a log says of an event: of the request in it, where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventEntry {
    /// The caller's address, without a port.
    pub client: Option<String>,
    /// The platform's id of the invocation.
    pub request_id: Option<String>,
    /// As on a request line.
    pub method: Option<String>,
    /// Path and query, in origin form.
    pub target: Option<String>,
    /// Of the answer in the document; none where nobody waits for one.
    pub status: Option<StatusCode>,
}

/// What the host of a gateway says beside the event.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventContext<'c> {
    /// A path prefix to strip; it wins over the settings'.
    pub mount: Option<&'c str>,
    /// The caller's address, where the event itself does not say it.
    pub client: Option<&'c str>,
    /// Where the event itself has no id.
    pub request_id: Option<&'c str>,
    /// Whether the platform sends the answer's body alone; the settings' word
    /// counts when absent.
    pub pass_through: Option<bool>,
    /// The request target that the event was delivered to.
    pub target: Option<&'c str>,
    /// The fields that came with it.
    pub headers: Option<&'c HeaderMap>,
}

/// Answers one event of a platform with that platform's document. A trusted
/// door: only who received the event from its platform calls it.
///
/// # Errors
/// An event that no format of the platform claims, or that is malformed and
/// whose platform has no document for that.
pub fn handle_event(
    site: &Site<'_>,
    dice: &mut dyn Dice,
    now: Clock<'_>,
    platform: &str,
    event: &[u8],
    context: EventContext<'_>,
) -> Result<EventReply, EventError> {
    let mut delivery = Delivery::new(event);
    delivery.target = context.target;
    delivery.headers = context.headers.cloned().unwrap_or_default();
    delivery.pass_through = context
        .pass_through
        .unwrap_or_else(|| passes_through(site, platform));
    let format = gateway::claim(platform, &delivery)?;
    answer_event(site, dice, now, format, &delivery, context)
}

/// Likewise, of an event whose format is known.
fn answer_event(
    site: &Site<'_>,
    dice: &mut dyn Dice,
    now: Clock<'_>,
    format: &dyn WireFormat,
    delivery: &Delivery<'_>,
    context: EventContext<'_>,
) -> Result<EventReply, EventError> {
    let mut entry = EventEntry {
        client: context.client.map(str::to_owned),
        request_id: context.request_id.map(str::to_owned),
        ..EventEntry::default()
    };
    let mut exchange = match format.decode(delivery) {
        Ok(Decoded::Exchange(exchange)) => exchange,
        Ok(Decoded::Received(document)) => return Ok(EventReply { document, entry }),
        Err(error) => {
            let document = format.error_document(&error, delivery).ok_or(error)?;
            entry.status = Some(StatusCode::BAD_REQUEST);
            return Ok(EventReply { document, entry });
        }
    };
    let asked = Request::from(&exchange.request);
    entry.method = Some(asked.method.to_owned());
    entry.target = Some(asked.target.to_owned());
    entry.client = exchange.client.take().or(entry.client);
    entry.request_id = exchange.request_id.take().or(entry.request_id);
    let redirects = exchange.reply.redirects();
    if !redirects {
        exchange.request.headers_mut().remove(header::IF_NONE_MATCH);
    }
    // Gateways count the document's body for the length that they state, and
    // as any server leave it out of an answer to HEAD.
    if exchange.request.method() == Method::HEAD {
        *exchange.request.method_mut() = Method::GET;
    }
    let caller = Caller {
        mount: context.mount,
        likely_mount: exchange.likely_mount.as_deref(),
        request_id: entry.request_id.as_deref(),
        redirects,
    };
    let request = Request::from(&exchange.request);
    let of_invoke = exchange.invoked.then(|| Site {
        settings: site.settings.of_invoke(),
        catalogue: site.catalogue,
    });
    let site = of_invoke.as_ref().unwrap_or(site);
    let response = super::answer(site, dice, now, request, caller);
    entry.status = Some(response.status);
    Ok(EventReply {
        document: exchange.reply.encode(response.into()),
        entry,
    })
}

/// An event in the body of a plain POST, where the settings accept its
/// platform; otherwise nothing a stranger sends is an event.
pub(super) fn over_http(
    site: &Site<'_>,
    dice: &mut dyn Dice,
    now: Clock<'_>,
    request: Request<'_>,
    caller: Caller<'_>,
) -> Option<(Response, EventEntry)> {
    if site.settings.events.is_empty() || request.method != "POST" || request.body.len() > MOST_BODY
    {
        return None;
    }
    let mut delivery = Delivery::new(request.body);
    delivery.target = Some(request.target);
    delivery.headers = request.fields.all();
    let (platform, format) = sender(&site.settings.events, &delivery)?;
    delivery.pass_through = passes_through(site, platform);
    let context = EventContext {
        mount: caller.mount,
        request_id: caller.request_id,
        ..EventContext::default()
    };
    let (status, body, entry) = match answer_event(site, dice, now, format, &delivery, context) {
        Ok(reply) => (format.status(&reply.document), reply.document, reply.entry),
        Err(error) => {
            let (parts, body) = gateway::refusal(&error).into_parts();
            let entry = EventEntry {
                status: Some(parts.status),
                ..EventEntry::default()
            };
            (parts.status, body, entry)
        }
    };
    let response = Response {
        status,
        fields: ResponseFields::of_document(body.len()),
        body,
    };
    Some((response, entry))
}

/// The platform that an event is of. One whose marks it bears comes before all
/// that would take it for a caller's own JSON.
fn sender<'s>(
    platforms: &'s [String],
    delivery: &Delivery<'_>,
) -> Option<(&'s str, &'static dyn WireFormat)> {
    let marked =
        |platform: &'s String| Some((&**platform, gateway::recognise(platform, delivery)?));
    if let Some(found) = platforms.iter().find_map(marked) {
        return Some(found);
    }
    let platform = platforms.first().filter(|_| delivery.json.is_object())?;
    Some((platform, gateway::claim(platform, delivery).ok()?))
}

fn passes_through(site: &Site<'_>, platform: &str) -> bool {
    let mut platforms = site.settings.pass_through.iter();
    platforms.any(|name| name == platform)
}
