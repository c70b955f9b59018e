//! The loop of platforms from which a program fetches its invocations.

use std::ops::ControlFlow;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, Response};

use crate::client::Client;
use crate::function::{Delivery, EventFailure, Function};
use crate::stop::Stop;

/// One invocation.
#[derive(Debug, Default)]
pub(crate) struct Invocation {
    /// The platform's id of it.
    pub(crate) id: String,
    pub(crate) event: Bytes,
    /// What came beside the event.
    pub(crate) headers: HeaderMap,
    /// How long the platform waits for the answer, where it says so.
    pub(crate) left: Option<Duration>,
}

impl Invocation {
    /// One whose id stands in a header field and whose event is the body; none
    /// without the id.
    pub(crate) fn of(response: Response<Bytes>, id: &HeaderName) -> Option<Self> {
        let (parts, event) = response.into_parts();
        let id = parts.headers.get(id)?.to_str().ok()?.to_owned();
        // It becomes part of a path.
        format!("/{id}").parse::<http::uri::PathAndQuery>().ok()?;
        Some(Self {
            id,
            event,
            headers: parts.headers,
            left: None,
        })
    }
}

/// A request of the interface.
pub(crate) fn get(target: &str) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    // Targets are made here, of paths and of ids that were checked.
    *request.uri_mut() = target.parse().unwrap_or_default();
    request
}

/// A message to the interface.
pub(crate) fn post(target: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = get(target).map(|_| body.into());
    *request.method_mut() = Method::POST;
    request
}

/// A platform's runtime interface: what is asked of it, and how it is told.
pub(crate) trait RuntimeApi: Send + Sync {
    /// Its host and port.
    fn authority(&self) -> &str;

    /// Says that the program is ready, where the platform wants to hear it.
    fn ready(&self) -> Option<Request<Bytes>> {
        None
    }

    /// Says that the program cannot start, where the platform wants to hear it.
    fn not_ready(&self, why: &str) -> Option<Request<Bytes>>;

    /// Asks for the next invocation.
    fn next(&self) -> Request<Bytes>;

    /// The invocation in the answer to that; none where it holds none.
    fn invocation(&self, response: Response<Bytes>) -> Option<Invocation>;

    /// Hands in the document.
    fn reply(&self, invocation: &Invocation, document: Vec<u8>) -> Request<Bytes>;

    /// Reports that there is none.
    fn failure(&self, invocation: &Invocation, failure: &EventFailure) -> Request<Bytes>;
}

/// How long is waited after the interface failed once; twice as long each
/// further time.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often the answer to one invocation is sent.
const ATTEMPTS: u32 = 3;

/// Answers invocations until the platform says that this program is to end.
///
/// An interface that fails, with a status or without, is asked again after a
/// pause, for ever: AWS wants a program to exit when its interface answers 500,
/// but one that exits for a short failure is started anew at the owner's cost,
/// and where the failure is no short one the platform ends it anyway.
///
/// # Errors
/// When signals cannot be received.
pub(crate) async fn run(api: &dyn RuntimeApi, function: &Function) -> std::io::Result<()> {
    let mut line = Line::new(api.authority(), Some(Stop::listen()?));
    if let Some(ready) = api.ready() {
        // Without it there is never an invocation.
        if line.deliver(ready, u32::MAX).await.is_break() {
            return Ok(());
        }
    }
    loop {
        // Only waiting is interrupted: what was taken is answered, and nothing
        // more is taken.
        let received = tokio::select! {
            biased;
            () = stopped(&mut line.stop) => return Ok(()),
            received = line.client.send(api.next()) => received,
        };
        let invocation =
            match received.map(|response| (response.status(), api.invocation(response))) {
                Ok((_, Some(invocation))) => invocation,
                failed => {
                    match failed {
                        Ok((status, _)) => eprintln!(
                            "the runtime interface gave no invocation but status {status}"
                        ),
                        Err(e) => eprintln!("the runtime interface at {}: {e}", api.authority()),
                    }
                    if line.pause().await.is_break() {
                        return Ok(());
                    }
                    continue;
                }
            };
        line.pause = PAUSE;
        let answered = function.event(
            &invocation.event,
            Delivery {
                request_id: Some(&invocation.id)
                    .filter(|id| !id.is_empty())
                    .map(String::as_str),
                target: None,
                headers: Some(&invocation.headers),
                left: invocation.left,
            },
        );
        let request = match answered {
            Ok(document) => api.reply(&invocation, document),
            Err(failure) => api.failure(&invocation, &failure),
        };
        if line.deliver(request, ATTEMPTS).await.is_break() {
            return Ok(());
        }
    }
}

/// Tells the platform why nothing can be served; the program then ends.
pub(crate) async fn give_up(api: &dyn RuntimeApi, why: &str) {
    if let Some(request) = api.not_ready(why) {
        let _ = Line::new(api.authority(), None)
            .deliver(request, ATTEMPTS)
            .await;
    }
}

/// The way to the interface.
struct Line {
    client: Client,
    /// How long the next pause is.
    pause: Duration,
    /// None where the program ends in any case.
    stop: Option<Stop>,
}

impl Line {
    fn new(authority: &str, stop: Option<Stop>) -> Self {
        Self {
            client: Client::new(authority),
            pause: PAUSE,
            stop,
        }
    }

    /// Sends what the platform has to get, again while the interface fails, so
    /// often at most. Breaks when the program is to end.
    async fn deliver(&mut self, request: Request<Bytes>, attempts: u32) -> ControlFlow<()> {
        let mut left = attempts;
        let mut ending = ControlFlow::Continue(());
        while left > 0 {
            left -= 1;
            let failed = match self.client.send(request.clone()).await {
                Ok(response) if response.status().is_server_error() => {
                    format!("the runtime interface answers {}", response.status())
                }
                Ok(response) => {
                    if !response.status().is_success() {
                        // The platform has it, and does not want it: too late,
                        // or too large. To send it again changes nothing.
                        let status = response.status();
                        eprintln!("{}: the runtime interface answers {status}", request.uri());
                    }
                    return ending;
                }
                Err(e) => e.to_string(),
            };
            eprintln!("{}, attempt {}: {failed}", request.uri(), attempts - left);
            if left > 0 && ending.is_continue() {
                ending = self.pause().await;
                if ending.is_break() {
                    // What was answered is handed in, once more and at once.
                    left = 1;
                }
            }
        }
        ending
    }

    /// Waits, twice as long each further time. Breaks, at once, when the
    /// program is to end.
    async fn pause(&mut self) -> ControlFlow<()> {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        tokio::select! {
            biased;
            () = stopped(&mut self.stop) => ControlFlow::Break(()),
            () = tokio::time::sleep(pause) => ControlFlow::Continue(()),
        }
    }
}

async fn stopped(stop: &mut Option<Stop>) {
    match stop {
        Some(stop) => stop.wait().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
