//! Programs that answer HTTP: at a port that the platform fixes or names.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderMap, Request, Response, Version};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::log::Log;
use super::machine::{End, Ground, Machine, Plan, StartError};
use super::{Bodies, Deployment, Limits};
use crate::gateways::Failure;
use crate::gateways::headers::texts;

/// An address of this machine that a program which listens on 127.0.0.1 alone
/// does not answer at: what comes from outside an instance.
pub(super) const NOT_LOOPBACK: [u8; 4] = [127, 0, 0, 2];

/// How long a connection may take to come to rest once nobody uses it.
const REST: Duration = Duration::from_millis(200);

/// A deployed program, and the process that runs it, if one does.
#[derive(Clone, Debug)]
pub(crate) struct Web(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    plan: Plan,
    address: SocketAddr,
    bodies: Bodies,
    limits: Limits,
    /// Whether connections are kept for later calls.
    keeps: bool,
    ground: Arc<Ground>,
    log: Log,
    machine: Mutex<Option<Arc<Machine>>>,
}

impl Shared {
    fn new(deployment: Deployment, plan: Plan, address: SocketAddr, limits: Limits) -> Self {
        Self {
            plan,
            address,
            bodies: deployment.bodies,
            limits: limits.or(&deployment.settings),
            keeps: false,
            ground: deployment.ground,
            log: deployment.log,
            machine: Mutex::new(None),
        }
    }
}

/// Why a program gives no answer.
#[derive(Debug)]
pub(crate) enum WebFailure {
    /// It cannot be executed.
    NotExecutable(std::io::Error),
    /// It ended before it listened.
    EndedAtStart(End),
    /// It runs and does not listen.
    NotListening,
    /// It did not answer in time, and was ended.
    TimedOut,
    /// It ended over the call.
    Ended(End),
    /// It hung up, or said what is no HTTP.
    Broken(String),
    /// Its answer is longer than the platform takes.
    TooLarge,
    /// The emulator's own trouble.
    Emulator(String),
}

impl From<WebFailure> for Failure {
    fn from(failure: WebFailure) -> Self {
        match failure {
            WebFailure::TimedOut | WebFailure::NotListening => Self::TimedOut,
            WebFailure::EndedAtStart(end) | WebFailure::Ended(end) => end.failure(),
            WebFailure::NotExecutable(_) => Self::Exited,
            WebFailure::TooLarge => Self::Threw("the answer is too large".to_owned()),
            WebFailure::Broken(text) | WebFailure::Emulator(text) => Self::Threw(text),
        }
    }
}

impl Web {
    /// A program that listens at this address when it runs.
    pub(super) fn new(
        deployment: Deployment,
        plan: Plan,
        address: SocketAddr,
        limits: Limits,
    ) -> Self {
        let shared = Shared::new(deployment, plan, address, limits);
        Self(Arc::new(shared))
    }

    /// The same, whose connections are kept: a call goes over one that an
    /// earlier call has left, whether or not the program has closed it since.
    pub(super) fn keeping(
        deployment: Deployment,
        plan: Plan,
        address: SocketAddr,
        limits: Limits,
    ) -> Self {
        let shared = Shared::new(deployment, plan, address, limits);
        Self(Arc::new(Shared {
            keeps: true,
            ..shared
        }))
    }

    pub(crate) fn log(&self) -> &Log {
        &self.0.log
    }

    pub(super) fn limits(&self) -> Limits {
        self.0.limits
    }

    /// Most bytes of an answer's body.
    pub(super) fn most_answer(&self) -> usize {
        self.0.bodies.most_answer()
    }

    /// Most bytes of a request's body.
    pub(super) fn most_body(&self) -> usize {
        self.0.bodies.request
    }

    /// The program, started if it does not run.
    pub(crate) async fn running(&self) -> Result<Arc<Machine>, WebFailure> {
        let shared = &self.0;
        let mut slot = shared.machine.lock().await;
        if let Some(machine) = slot.as_ref().filter(|machine| machine.ended().is_none()) {
            return Ok(Arc::clone(machine));
        }
        *slot = None;
        let memory = shared.limits.memory << 20;
        let (ground, plan) = (Arc::clone(&shared.ground), shared.plan.clone());
        let log = shared.log.clone();
        let started =
            spawn_blocking(move || Machine::start(&ground, plan, None, memory, &log)).await;
        let started = started.map_err(|e| WebFailure::Emulator(e.to_string()))?;
        let (machine, _) = started.map_err(|e| match e {
            StartError::Program(e) => WebFailure::NotExecutable(e),
            StartError::Emulator(text) => WebFailure::Emulator(text),
        })?;
        let limit = shared.limits.start;
        if let Err(end) = machine.connect_in_time(shared.address, limit).await {
            // Ending it takes a while.
            let _ = spawn_blocking(move || drop(machine)).await;
            return Err(end.map_or(WebFailure::NotListening, WebFailure::EndedAtStart));
        }
        let machine = Arc::new(machine);
        *slot = Some(Arc::clone(&machine));
        Ok(machine)
    }

    /// The program and a connection to it.
    async fn connected(&self) -> Result<(Arc<Machine>, TcpStream), WebFailure> {
        loop {
            let machine = self.running().await?;
            match self.connect(&machine).await {
                // It ended just now: there will be another one.
                Err(WebFailure::Ended(_)) => {}
                connected => return connected.map(|connection| (machine, connection)),
            }
        }
    }

    async fn connect(&self, machine: &Machine) -> Result<TcpStream, WebFailure> {
        // Empty where none is kept.
        if let Some(kept) = machine.kept() {
            return TcpStream::from_std(kept).map_err(|e| WebFailure::Emulator(e.to_string()));
        }
        let connection = machine.connect(self.0.address);
        match timeout(self.0.limits.timeout, connection).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(e)) => match machine.about_to_end(self.0.address).await {
                Some(end) => Err(WebFailure::Ended(end)),
                None => Err(WebFailure::Broken(e.to_string())),
            },
            Err(_) => Err(WebFailure::TimedOut),
        }
    }

    /// Asks the program to end, and ends it after that time. Gives its exit
    /// status; `None` where it does not run.
    pub(super) fn stop(&self, grace: Duration) -> Option<i32> {
        self.0.machine.blocking_lock().take()?.stop(grace)
    }

    /// One exchange. A program that does not
    /// answer in time is ended.
    pub(super) async fn exchange(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, WebFailure> {
        let (machine, connection) = self.connected().await?;
        let result = self.over(&machine, connection, request).await;
        if let Err(WebFailure::TimedOut) = result {
            machine.kill();
            machine.end().await;
        }
        result
    }

    /// The same, but a program that does not answer in time goes on.
    pub(super) async fn exchange_and_spare(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, WebFailure> {
        let (machine, connection) = self.connected().await?;
        self.over(&machine, connection, request).await
    }

    /// One exchange with the program that [`Web::running`] gave, and no other:
    /// it is left as it is, whatever comes of this.
    pub(crate) async fn exchange_with(
        &self,
        machine: &Machine,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, WebFailure> {
        let connection = self.connect(machine).await?;
        self.over(machine, connection, request).await
    }

    async fn over(
        &self,
        machine: &Machine,
        connection: TcpStream,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, WebFailure> {
        let exchange = exchange(connection, request, self.most_answer());
        let result = timeout(self.0.limits.timeout, exchange).await;
        let result = result.unwrap_or(Err(WebFailure::TimedOut));
        let result = result.map(|(response, connection)| {
            if let Some(connection) = connection.filter(|_| self.0.keeps) {
                machine.keep(connection);
            }
            response
        });
        if let Err(WebFailure::Broken(_)) = &result
            && let Some(end) = machine.about_to_end(self.0.address).await
        {
            return Err(WebFailure::Ended(end));
        }
        result
    }
}

/// Sends a request over a connection and reads the answer; gives back the
/// connection where it may be used again. Of no runtime then: calls may come
/// from several. Field names go out in title case, as Go's proxies write them.
pub(super) async fn exchange(
    stream: TcpStream,
    request: Request<Bytes>,
    most: usize,
) -> Result<(Response<Bytes>, Option<std::net::TcpStream>), WebFailure> {
    let broken = |e: hyper::Error| WebFailure::Broken(e.to_string());
    let (mut sender, mut connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    // It ends with the sender, so that the connection knows of no more.
    let answer = async move {
        let response = sender.send_request(request.map(Full::new)).await;
        let (parts, body) = response.map_err(broken)?.into_parts();
        let body = Limited::new(body, most).collect().await;
        let body = body.map_err(|e| {
            if e.is::<http_body_util::LengthLimitError>() {
                WebFailure::TooLarge
            } else {
                WebFailure::Broken(e.to_string())
            }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    };
    let response = {
        let mut answer = pin!(answer);
        tokio::select! {
            answer = &mut answer => answer,
            // It has read and written all that it will.
            _ = poll_fn(|cx| connection.poll_without_shutdown(cx)) => answer.await,
        }
    }?;
    let closes = response.version() != Version::HTTP_11
        || texts(response.headers(), &CONNECTION)
            .iter()
            .any(|value| value.to_ascii_lowercase().contains("close"));
    if closes {
        return Ok((response, None));
    }
    let _ = timeout(REST, poll_fn(|cx| connection.poll_without_shutdown(cx))).await;
    let parts = connection.into_parts();
    let rest = parts.read_buf.is_empty();
    let stream = rest.then(|| parts.io.into_inner().into_std().ok());
    Ok((response, stream.flatten()))
}

/// Bytes of all names and values.
pub(super) fn size(headers: &HeaderMap) -> usize {
    let field =
        |(name, value): (&http::HeaderName, &http::HeaderValue)| name.as_str().len() + value.len();
    headers.iter().map(field).sum()
}
