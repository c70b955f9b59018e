//! What the platforms' contracts call: the site, over HTTP or by an event.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use bytes::Bytes;
use edgepick_host::refusal::{ANSWER_TOO_LARGE, INTERNAL, Refusal, Refusals, TIMEOUT};
use edgepick_host::{fields, heads};
use http::{HeaderMap, Request, Response, StatusCode};

use crate::guests::{Failure, Guests, answer, gateway};
use crate::log::{self, Line};

/// The site behind a platform's contract.
pub(crate) struct Function {
    pub(crate) guests: Guests,
    /// The platform's name, as `gateway.handle` takes it.
    pub(crate) platform: &'static str,
    /// The prefix that the site is published under; it wins over the settings'.
    pub(crate) mount: Option<String>,
    /// How requests are refused that the site cannot answer.
    pub(crate) refusals: Refusals,
    /// The most bytes of an answer's fields that the platform lets through.
    pub(crate) most_head: Option<usize>,
}

/// What a platform says of a request in fields that only it may set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told<'a> {
    /// Echoed in `X-Request-Id`, and logged.
    pub(crate) request_id: Option<&'a str>,
    /// The caller's address, for the log.
    pub(crate) client: Option<&'a str>,
    /// Whether the platform refuses to pass redirects on this way.
    pub(crate) no_redirects: bool,
    /// How long it waits for the answer.
    pub(crate) left: Option<Duration>,
}

/// What comes with an event.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delivery<'a> {
    /// The platform's id of the invocation.
    pub(crate) request_id: Option<&'a str>,
    /// The request target that the event was delivered to.
    pub(crate) target: Option<&'a str>,
    /// The fields that came with it.
    pub(crate) headers: Option<&'a HeaderMap>,
    /// How long the platform waits for the document.
    pub(crate) left: Option<Duration>,
}

/// Why an event has no document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EventFailure {
    /// The event is none of the platform's, or malformed.
    #[error("{message}")]
    Refused {
        /// `unknown_platform`, `unknown_event` or `bad_event`.
        code: String,
        /// One sentence.
        message: String,
    },
    /// The guest gave none.
    #[error(transparent)]
    Guest(#[from] Failure),
    /// This program failed.
    #[error("the runner failed; its standard error says more")]
    Panic,
}

impl EventFailure {
    /// A stable name, for platforms whose error documents have one.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code,
            Self::Guest(Failure::Timeout(_)) => "timeout",
            Self::Guest(Failure::Trap(_)) | Self::Panic => "internal",
        }
    }
}

impl Function {
    /// Answers a plain HTTP request.
    pub(crate) fn exchange(&self, request: &Request<Bytes>, told: Told<'_>) -> Response<Bytes> {
        let since = Instant::now();
        let refuse = |refusal| self.refuse(refusal, request, told);
        let (response, failure) = match unwound(|| self.answer(request, told)) {
            Some(Ok(response)) => (response, None),
            Some(Err(failure)) => {
                let refusal = match failure {
                    Failure::Timeout(_) => TIMEOUT,
                    Failure::Trap(_) => INTERNAL,
                };
                (refuse(refusal), Some(failure.to_string()))
            }
            None => (refuse(INTERNAL), Some(EventFailure::Panic.to_string())),
        };
        let line = Line {
            id: told.request_id,
            client: told.client,
            method: Some(request.method().as_str()),
            path: Some(target(request)),
            status: Some(response.status().as_u16()),
            micros: since.elapsed().as_micros(),
            failure: failure.as_deref(),
        };
        log::write(&line.with(response.extensions().get()));
        response
    }

    /// The answer, or where its fields are larger than the platform lets
    /// through, which only a redirect's can be, what callers get who can have
    /// no redirects.
    fn answer(&self, request: &Request<Bytes>, told: Told<'_>) -> Result<Response<Bytes>, Failure> {
        let fits = |response: &Response<Bytes>| {
            let most = self.most_head.unwrap_or(usize::MAX);
            heads::size(response.headers()) <= most
        };
        let response = self.ask(request, told)?;
        if fits(&response) {
            return Ok(response);
        }
        let told = Told {
            no_redirects: true,
            ..told
        };
        let response = self.ask(request, told)?;
        if fits(&response) {
            return Ok(response);
        }
        Ok(self.refuse(ANSWER_TOO_LARGE, request, told))
    }

    fn refuse(
        &self,
        refusal: Refusal,
        request: &Request<Bytes>,
        told: Told<'_>,
    ) -> Response<Bytes> {
        let (method, headers) = (request.method(), request.headers());
        let answer = self
            .refusals
            .answer(refusal, method, headers, told.request_id);
        answer.map(Bytes::from)
    }

    fn ask(&self, request: &Request<Bytes>, told: Told<'_>) -> Result<Response<Bytes>, Failure> {
        let mut head = Vec::with_capacity(1024);
        for part in [
            request.method().as_str(),
            " ",
            target(request),
            " HTTP/1.1\r\n",
        ] {
            head.extend_from_slice(part.as_bytes());
        }
        fields::write(request.headers(), &mut head);
        let request = answer::Request {
            head: &head,
            body: request.body(),
            context: answer::Context {
                mount: self.mount.as_deref(),
                request_id: told.request_id,
                no_redirects: told.no_redirects,
            },
        };
        let outcome = self.guests.answer(request, told.left)?;
        let (answered, event) = match outcome {
            answer::Outcome::Response(answered) => (answered, None),
            answer::Outcome::Event((answered, event)) => (answered, Some(event)),
            answer::Outcome::OverHttp => {
                return Err(Failure::Trap(
                    "this answer needs the network, which the runner does not offer".to_owned(),
                ));
            }
        };
        let status = StatusCode::from_u16(answered.status)
            .map_err(|_| Failure::Trap(format!("the status {} is none", answered.status)))?;
        let mut response = Response::new(Bytes::from(answered.body));
        *response.status_mut() = status;
        *response.headers_mut() = fields::read(answered.headers);
        if let Some(event) = event {
            response.extensions_mut().insert(event);
        }
        Ok(response)
    }

    /// The platform's document for one of its events. Only who received the
    /// event from the platform calls this.
    ///
    /// # Errors
    /// Where there is no document, each of which the platform's contract says
    /// how to report.
    pub(crate) fn event(
        &self,
        event: &[u8],
        delivery: Delivery<'_>,
    ) -> Result<Vec<u8>, EventFailure> {
        let since = Instant::now();
        let answered = unwound(|| self.reply(event, delivery));
        let answered = answered.unwrap_or(Err(EventFailure::Panic));
        let failure = answered.as_ref().err().map(ToString::to_string);
        let line = Line {
            id: delivery.request_id,
            client: None,
            method: None,
            path: delivery.target,
            status: None,
            micros: since.elapsed().as_micros(),
            failure: failure.as_deref(),
        };
        log::write(&line.with(answered.as_ref().ok().map(|reply| &reply.entry)));
        answered.map(|reply| reply.document)
    }

    fn reply(&self, event: &[u8], delivery: Delivery<'_>) -> Result<gateway::Reply, EventFailure> {
        let mut lines = Vec::new();
        if let Some(headers) = delivery.headers {
            fields::write(headers, &mut lines);
        }
        let context = gateway::Context {
            mount: self.mount.as_deref(),
            client: None,
            request_id: delivery.request_id,
            pass_through: None,
            target: delivery.target,
            headers: &lines,
        };
        self.guests
            .event(self.platform, event, context, delivery.left)?
            .map_err(|error| EventFailure::Refused {
                code: error.code,
                message: error.message,
            })
    }
}

/// The request target in origin form.
fn target(request: &Request<Bytes>) -> &str {
    let target = request.uri().path_and_query();
    target.map_or("/", http::uri::PathAndQuery::as_str)
}

/// Runs something; none when it panicked, which one invocation may without
/// ending the others.
fn unwound<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn where_a_redirect_is_too_large_the_picture_s_data_is_sent() {
        let address = format!("https://i.example/{}.webp", "x".repeat(4_300));
        for (most_head, status) in [(None, 302), (Some(4_000), 200), (Some(100), 500)] {
            let opened = testing::opened(&[("list.txt", &*address)]);
            let function = Function {
                guests: opened.guests,
                platform: "tencent",
                mount: None,
                refusals: opened.refusals,
                most_head,
            };
            let request = Request::get("/").body(Bytes::new()).unwrap();
            let response = function.exchange(&request, Told::default());
            assert_eq!(response.status(), status, "{most_head:?}");
            let body = String::from_utf8_lossy(response.body());
            match status {
                200 => assert!(body.contains(&address), "{body}"),
                500 => assert!(body.contains("answer_too_large"), "{body}"),
                _ => {}
            }
        }
    }
}
