//! The loop of platforms from which a program fetches its invocations.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, Response};
use tokio::signal::unix::{SignalKind, signal};

use crate::client::Client;
use crate::function::{Delivery, EventFailure, Function};

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

/// Answers invocations until SIGTERM or SIGINT.
///
/// # Errors
/// When signals cannot be received.
pub(crate) async fn run(api: &dyn RuntimeApi, function: &Function) -> std::io::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut client = Client::new(api.authority());
    let mut pause = Pause(PAUSE);
    if let Some(ready) = api.ready() {
        // Without it there is never an invocation.
        tokio::select! {
            () = deliver(&mut client, &mut pause, ready, u32::MAX) => {}
            _ = terminated.recv() => return Ok(()),
            _ = interrupted.recv() => return Ok(()),
        }
    }
    loop {
        // Only waiting is interrupted: what was taken is answered, and nothing
        // more is taken.
        let received = tokio::select! {
            biased;
            _ = terminated.recv() => return Ok(()),
            _ = interrupted.recv() => return Ok(()),
            received = client.send(api.next()) => received,
        };
        let invocation =
            match received.map(|response| (response.status(), api.invocation(response))) {
                Ok((_, Some(invocation))) => invocation,
                Ok((status, None)) => {
                    eprintln!("the runtime interface gave no invocation but status {status}");
                    pause.wait().await;
                    continue;
                }
                Err(e) => {
                    eprintln!("the runtime interface at {}: {e}", api.authority());
                    pause.wait().await;
                    continue;
                }
            };
        pause = Pause(PAUSE);
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
        deliver(&mut client, &mut pause, request, ATTEMPTS).await;
    }
}

/// Tells the platform why nothing can be served; the program then ends.
pub(crate) async fn give_up(api: &dyn RuntimeApi, why: &str) {
    if let Some(request) = api.not_ready(why) {
        let mut client = Client::new(api.authority());
        deliver(&mut client, &mut Pause(PAUSE), request, ATTEMPTS).await;
    }
}

/// Sends what the platform has to get, again when the connection broke, so
/// often at most.
async fn deliver(client: &mut Client, pause: &mut Pause, request: Request<Bytes>, attempts: u32) {
    for attempt in 1..=attempts {
        match client.send(request.clone()).await {
            Ok(response) if response.status().is_success() => return,
            Ok(response) => {
                // The platform has it, and does not want it: too late, or too
                // large. To send it again changes nothing.
                eprintln!(
                    "{}: the runtime interface answers {}",
                    request.uri(),
                    response.status()
                );
                return;
            }
            Err(e) => {
                eprintln!("{}, attempt {attempt}: {e}", request.uri());
                pause.wait().await;
            }
        }
    }
}

struct Pause(Duration);

impl Pause {
    async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests;
