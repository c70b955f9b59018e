//! Events of cloud-function platforms: decoded, answered as any request,
//! encoded.

use http::{HeaderMap, Method, Request, Response, header};

use super::{Caller, Clock, MOST_BODY, Site};
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
    let exchange = match format.decode(&delivery) {
        Ok(Decoded::Exchange(exchange)) => exchange,
        Ok(Decoded::Received(document)) => return Ok(document),
        Err(error) => return format.error_document(&error, &delivery).ok_or(error),
    };
    let caller = Caller {
        mount: context.mount,
        likely_mount: exchange.likely_mount.as_deref(),
        request_id: exchange.request_id.as_deref().or(context.request_id),
        redirects: exchange.reply.redirects(),
    };
    Ok(exchange
        .reply
        .encode(super::answer(site, dice, now, &exchange.request, caller)))
}

/// An event in the body of a plain POST, where the settings accept its
/// platform; otherwise nothing a stranger sends is an event.
pub(super) fn over_http(
    site: &Site<'_>,
    dice: &mut dyn Dice,
    now: Clock<'_>,
    request: &Request<Vec<u8>>,
) -> Option<Response<Vec<u8>>> {
    if *request.method() != Method::POST
        || site.settings.events.is_empty()
        || request.body().len() > MOST_BODY
    {
        return None;
    }
    let delivery = Delivery::new(request.body());
    let platform = site
        .settings
        .events
        .iter()
        .find(|platform| gateway::claim(platform, &delivery).is_ok())?;
    let document = handle_event(
        site,
        dice,
        now,
        platform,
        request.body(),
        EventContext::default(),
    )
    .ok()?;
    let mut response = Response::new(document);
    let json = header::HeaderValue::from_static("application/json");
    let length = response.body().len().into();
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    Some(response)
}
