//! Events of cloud-function platforms: decoded, answered as any request,
//! encoded.

use http::{HeaderMap, Method, StatusCode, header};

use super::{Caller, Clock, MOST_BODY, Request, Site};
use crate::answer::{Response, ResponseFields};
use crate::gateway::{self, Decoded, Delivery, EventError};
use crate::picker::Dice;

/// What the host of a gateway says beside the event.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventContext<'c> {
    /// A path prefix to strip; it wins over the settings'.
    pub mount: Option<&'c str>,
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
) -> Result<Vec<u8>, EventError> {
    let mut delivery = Delivery::new(event);
    delivery.target = context.target;
    delivery.headers = context.headers.cloned().unwrap_or_default();
    delivery.pass_through = context.pass_through.unwrap_or_else(|| {
        site.settings
            .pass_through
            .iter()
            .any(|name| name == platform)
    });
    let format = gateway::claim(platform, &delivery)?;
    let mut exchange = match format.decode(&delivery) {
        Ok(Decoded::Exchange(exchange)) => exchange,
        Ok(Decoded::Received(document)) => return Ok(document),
        Err(error) => return format.error_document(&error, &delivery).ok_or(error),
    };
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
        request_id: exchange.request_id.as_deref().or(context.request_id),
        redirects,
    };
    let request = Request::from(&exchange.request);
    let response = super::answer(site, dice, now, request, caller);
    Ok(exchange.reply.encode(response.into()))
}

/// An event in the body of a plain POST, where the settings accept its
/// platform; otherwise nothing a stranger sends is an event.
pub(super) fn over_http(
    site: &Site<'_>,
    dice: &mut dyn Dice,
    now: Clock<'_>,
    request: Request<'_>,
) -> Option<Response> {
    if request.method != "POST"
        || site.settings.events.is_empty()
        || request.body.trim_ascii().is_empty()
        || request.body.len() > MOST_BODY
    {
        return None;
    }
    let delivery = Delivery::new(request.body);
    let mut platforms = site.settings.events.iter();
    let platform = platforms.find(|platform| gateway::claim(platform, &delivery).is_ok())?;
    let context = EventContext::default();
    let document = handle_event(site, dice, now, platform, request.body, context).ok()?;
    Some(Response {
        status: StatusCode::OK,
        fields: ResponseFields::of_document(document.len()),
        body: document,
    })
}
