//! The one public door: [`respond`]. Routes, and nothing below it knows of
//! paths.

mod choose;
mod event;
mod picture;
mod request;
mod route;
mod screen;
mod service;

use std::borrow::Cow;

use http::StatusCode;

use crate::answer::{Answer, Body, Cache, PLACEHOLDER, Response, Vary};
use crate::catalogue::{Catalogue, Damaged, FacetKind};
use crate::error::{Code, Error};
use crate::picker::Dice;
use crate::query::Query;
use crate::settings::{OnError, Refused, Settings};

pub use event::{EventContext, EventEntry, EventReply, handle_event};
pub use request::{Head, Request};
pub use route::{Route, WORDS, Word, reserved};

/// Most bytes of a request's body. Bodies mean something only where the settings
/// accept events over plain HTTP; there more is `413`.
pub const MOST_BODY: usize = 6 * 1024 * 1024;

/// A site: its settings and its pictures.
#[derive(Debug)]
pub struct Site<'a> {
    /// What the site's owner set.
    pub settings: Settings,
    /// The pictures.
    pub catalogue: Catalogue<'a>,
}

/// Why a packed site was not opened.
#[derive(Debug)]
pub enum OpenError {
    /// The catalogue is damaged, or of an unknown version.
    Damaged(Damaged),
    /// The settings are no JSON of the known keys.
    Settings(serde_json::Error),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damaged(damaged) => damaged.fmt(f),
            Self::Settings(error) => write!(f, "the settings in the packed site: {error}"),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Damaged(damaged) => Some(damaged),
            Self::Settings(error) => Some(error),
        }
    }
}

impl<'a> Site<'a> {
    /// Reads a packed site in place.
    ///
    /// # Errors
    /// Where the bytes are not what [`crate::catalogue::pack()`] makes.
    pub fn open(packed: &'a [u8]) -> Result<Self, OpenError> {
        let (catalogue, settings) = Catalogue::open(packed).map_err(OpenError::Damaged)?;
        let settings = serde_json::from_slice(settings).map_err(OpenError::Settings)?;
        Ok(Self {
            settings,
            catalogue,
        })
    }
}

impl route::Names for Site<'_> {
    fn is_category(&self, name: &str) -> bool {
        self.catalogue.facet(FacetKind::Category, name).is_some()
    }

    fn is_id(&self, id: &str) -> bool {
        self.catalogue.find_picture(id).is_some()
    }
}

/// What the host knows of the caller, beside the request itself.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'c> {
    /// A path prefix to strip; it wins over the settings'.
    pub mount: Option<&'c str>,
    /// A prefix that the gateway may have published the site under: stripped
    /// only where the path would mean nothing otherwise.
    pub likely_mount: Option<&'c str>,
    /// Echoed in `X-Request-Id`.
    pub request_id: Option<&'c str>,
    /// Whether a redirect gets through to the caller.
    pub redirects: bool,
}

impl Default for Caller<'_> {
    fn default() -> Self {
        Self {
            mount: None,
            likely_mount: None,
            request_id: None,
            redirects: true,
        }
    }
}

/// Seconds since 1970-01-01T00:00:00Z, asked only where a period takes part.
pub type Clock<'c> = &'c dyn Fn() -> u64;

/// Everything an answer is made from.
struct Exchange<'e> {
    site: &'e Site<'e>,
    request: Request<'e>,
    caller: Caller<'e>,
    now: Clock<'e>,
}

/// Answers a request; with what a log says of the event in its body, where that
/// is one.
#[must_use]
pub fn respond(
    site: &Site<'_>,
    dice: &mut dyn Dice,
    now: Clock<'_>,
    request: Request<'_>,
    caller: Caller<'_>,
) -> (Response, Option<Box<EventEntry>>) {
    match event::over_http(site, dice, now, request, caller) {
        Some((response, entry)) => (response, Some(Box::new(entry))),
        None => (answer(site, dice, now, request, caller), None),
    }
}

/// The answer of an instance that nobody has given a site.
#[must_use]
pub fn without_site(request: Request<'_>) -> Response {
    let error = Error::new(
        Code::EmptyCatalogue,
        "no site has been loaded into this component",
    )
    .hint("bake a list of pictures into it, or load one through setup.load");
    refuse(&Settings::default(), request, None, &error)
}

/// The answer to a request that is not even looked at, with the fields that
/// stand on every answer of a site with these settings: for hosts whose
/// component cannot answer.
#[must_use]
pub fn refuse(
    settings: &Settings,
    request: Request<'_>,
    request_id: Option<&str>,
    error: &Error,
) -> Response {
    let mut vary = Vary::default();
    let answer = Answer::error(error, request.fields, &mut vary);
    answer.into_response(settings, request.method, request.fields, vary, request_id)
}

/// Answers a request whose body is certainly no event.
fn answer(
    site: &Site<'_>,
    dice: &mut dyn Dice,
    now: Clock<'_>,
    request: Request<'_>,
    caller: Caller<'_>,
) -> Response {
    let exchange = Exchange {
        site,
        request,
        caller,
        now,
    };
    let mut vary = Vary::default();
    let answer = if exchange.asks_nothing() {
        exchange
            .any_picture(dice, &mut vary)
            .unwrap_or_else(|error| exchange.fail(&error, &Query::default(), &mut vary))
    } else {
        let mut query = Query::default();
        exchange
            .answer(dice, &mut query, &mut vary)
            .unwrap_or_else(|error| exchange.fail(&error, &query, &mut vary))
    };
    answer.into_response(
        &site.settings,
        request.method,
        request.fields,
        vary,
        caller.request_id,
    )
}

impl Exchange<'_> {
    fn mount(&self) -> &str {
        self.caller.mount.unwrap_or(&self.site.settings.mount)
    }

    /// Whether this is what most callers send, which asks for no more than a
    /// picture.
    fn asks_nothing(&self) -> bool {
        let Request { method, target, .. } = self.request;
        matches!(method, "GET" | "HEAD")
            && target.starts_with('/')
            && route::strip_mount(target, self.mount()) == "/"
    }

    fn answer(
        &self,
        dice: &mut dyn Dice,
        query: &mut Query,
        vary: &mut Vary,
    ) -> Result<Answer<'_>, Error> {
        match self.request.method {
            "OPTIONS" => return Ok(Answer::new(StatusCode::NO_CONTENT, None, Cache::Never)),
            "GET" | "HEAD" => {}
            "POST" if self.request.body.len() > MOST_BODY && self.takes_events() => {
                let code = Code::BodyTooLarge;
                let hint = format!("accepted: at most {MOST_BODY} bytes");
                return Err(Error::new(code, code.means()).hint(hint));
            }
            other => {
                return Err(Error::new(
                    Code::MethodNotAllowed,
                    format!("the method {other} is not answered"),
                )
                .hint(format!("accepted: {}", crate::answer::ALLOW)));
            }
        }
        self.request.check_target()?;
        // The query is read even where the path leads nowhere: it says what
        // form the error takes.
        let (path, asked) = self.request.parts();
        let routed = self
            .segments(path)
            .and_then(|segments| route::route(&segments, query, self.site));
        // A path alone contradicts nothing.
        let read = (!asked.is_empty()).then(|| query.read(asked));
        let route = routed.map_err(|error| self.with_categories(error))?;
        if let Some(read) = read {
            read?;
            query.check()?;
        }
        match route {
            Route::Picture => self.picture(dice, query, vary),
            service => self.service(service, query),
        }
    }

    fn takes_events(&self) -> bool {
        !self.site.settings.events.is_empty()
    }

    fn segments<'p>(&self, path: &'p str) -> Result<Vec<Cow<'p, str>>, Error> {
        let mount = self.mount();
        let below = route::strip_mount(path, mount);
        let segments = route::segments(below);
        let is_known = |segments: &Vec<_>| route::is_known(segments, self.site);
        // Where the mount was there, it is all that stands before the path.
        if let Some(likely) = self.caller.likely_mount
            && below.len() == path.len()
            && !segments.as_ref().is_ok_and(is_known)
        {
            let below = route::strip_mount(path, likely);
            return route::segments(route::strip_mount(below, mount));
        }
        segments
    }

    /// An unknown category's error says what exists.
    fn with_categories(&self, error: Error) -> Error {
        if error.code != Code::UnknownCategory {
            return error;
        }
        let catalogue = self.site.catalogue;
        error.available(
            catalogue
                .facets(FacetKind::Category)
                .map(|facet| catalogue.facet_name(facet)),
        )
    }

    /// The error as an answer: the document, or the placeholder where the
    /// caller asked for a picture and the settings say so.
    fn fail(&self, error: &Error, query: &Query, vary: &mut Vary) -> Answer<'_> {
        let settings = &self.site.settings;
        let wants_picture = match query.answer.get() {
            Some(answer) => answer.is_redirect(),
            None => settings.answer.is_redirect() && !vary.reads_json_alone(self.request.fields),
        };
        let placeholder = match error.code {
            Code::MethodNotAllowed => false,
            Code::ReferrerRefused => settings.referrer.refused == Refused::Image,
            _ => settings.on_error == OnError::Image,
        };
        if !placeholder || !wants_picture {
            return Answer::error(error, self.request.fields, vary);
        }
        let mut answer = match &settings.placeholder {
            Some(url) if self.caller.redirects => {
                let mut answer = Answer::new(StatusCode::FOUND, None, Cache::Never);
                answer.location = Some(url.into());
                answer
            }
            _ => Answer::new(StatusCode::OK, Some(Body::svg(PLACEHOLDER)), Cache::Never),
        };
        answer.fallback = Some(error.code);
        answer
    }
}

#[cfg(test)]
mod tests;
