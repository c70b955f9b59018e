//! The listener that all emulators share: HTTP in, the gateway's work, HTTP
//! out.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::function::Function;
use crate::gateways::{Failure, Gateway, Outcome, Remark};

/// One exchange, as [`Listener::start`]'s `log` gets it.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The caller's method and target.
    pub request: String,
    /// The event, if the function was called.
    pub event: Option<&'a [u8]>,
    /// What came of the call.
    pub outcome: Option<&'a Outcome>,
    /// What the caller gets.
    pub response: &'a Response<Bytes>,
    /// What a developer ought to know of it.
    pub remark: Option<&'a Remark>,
    /// When the request was complete.
    pub since: Instant,
}

/// Called after each exchange.
pub type Log = Box<dyn Fn(&Exchange<'_>) + Send + Sync>;

/// Whatever answers callers.
pub trait Front: Send + Sync + 'static {
    /// Most bytes of a caller's body that it takes. It is given no more than
    /// shows that a body is longer, and refuses it in its own words.
    fn most_body(&self) -> usize;

    /// Answers one of them. [`HangUp`] among the response's extensions: the
    /// connection ends without an answer.
    fn answer<'a>(
        &'a self,
        request: &'a Request<Bytes>,
        caller: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>>;
}

/// An answer, and how it came about.
#[derive(Debug)]
pub struct Answered {
    /// The event, if a function was called with one.
    pub event: Option<Vec<u8>>,
    /// What came of the call.
    pub outcome: Option<Outcome>,
    /// What the caller gets.
    pub response: Response<Bytes>,
}

impl From<Response<Bytes>> for Answered {
    fn from(response: Response<Bytes>) -> Self {
        Self {
            event: None,
            outcome: None,
            response,
        }
    }
}

/// Stands for the end of a connection without an answer.
#[derive(Clone, Copy, Debug)]
pub struct HangUp;

/// A server at work. Dropping it stops it.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A gateway before a function.
struct Published {
    gateway: Box<dyn Gateway>,
    function: Box<dyn Function>,
}

struct Desk {
    front: Box<dyn Front>,
    log: Option<Log>,
}

impl Listener {
    /// Binds an address and puts the gateway before the function there. Port 0
    /// takes a free one; [`Listener::address`] tells which.
    ///
    /// # Errors
    /// When the address cannot be bound or the thread cannot be started.
    pub fn start(
        address: SocketAddr,
        gateway: Box<dyn Gateway>,
        function: Box<dyn Function>,
        log: Option<Log>,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        Self::serve(listener, Box::new(Published { gateway, function }), log)
    }

    /// Lets a front answer those who come to a socket.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn serve(
        listener: std::net::TcpListener,
        front: Box<dyn Front>,
        log: Option<Log>,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let desk = Arc::new(Desk { front, log });
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("gateway".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(&listener, &desk) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process ends.
    pub fn join(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: &TcpListener, desk: &Arc<Desk>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let desk = Arc::clone(desk);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&desk, request, peer.ip()));
            // Errors here are the caller's: hung up, no HTTP.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    desk: &Desk,
    request: Request<Incoming>,
    caller: IpAddr,
) -> Result<Response<Full<Bytes>>, HungUp> {
    let (parts, body) = request.into_parts();
    let body = read(body, desk.front.most_body()).await;
    let request = Request::from_parts(parts, body.map_err(|_| HungUp)?);
    let response = exchange(desk, &request, caller).await;
    match response.extensions().get::<HangUp>() {
        Some(HangUp) => Err(HungUp),
        None => Ok(response.map(Full::new)),
    }
}

/// A caller's body. A longer one than the front takes is read to its end, for
/// callers that listen only then, but not kept.
async fn read(mut body: Incoming, most: usize) -> Result<Bytes, hyper::Error> {
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(data) if kept.len() <= most => kept.extend_from_slice(&data),
            _ => {}
        }
    }
    Ok(kept.freeze())
}

/// What makes hyper end a connection.
#[derive(Debug, thiserror::Error)]
#[error("hung up")]
struct HungUp;

async fn exchange(desk: &Desk, request: &Request<Bytes>, caller: IpAddr) -> Response<Bytes> {
    let since = Instant::now();
    let Answered {
        event,
        outcome,
        mut response,
    } = desk.front.answer(request, caller).await;
    let remark = response.extensions_mut().remove::<Remark>();
    if let Some(log) = &desk.log {
        log(&Exchange {
            request: format!("{} {}", request.method(), request.uri()),
            event: event.as_deref(),
            outcome: outcome.as_ref(),
            response: &response,
            remark: remark.as_ref(),
            since,
        });
    }
    response
}

impl Front for Published {
    fn most_body(&self) -> usize {
        self.gateway.most_body()
    }

    fn answer<'a>(
        &'a self,
        request: &'a Request<Bytes>,
        caller: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>> {
        Box::pin(async move {
            let invocation = match self.gateway.invocation(request, caller) {
                Ok(invocation) => invocation,
                Err(response) => return response.into(),
            };
            let call = timeout(self.gateway.patience(), self.function.invoke(&invocation));
            let outcome = call.await.unwrap_or(Outcome::Failed(Failure::TimedOut));
            let response = self.gateway.response(request, &invocation, outcome.clone());
            Answered {
                event: Some(invocation.event),
                outcome: Some(outcome),
                response,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    /// Says how much of a body it was given.
    struct Ten;

    impl Front for Ten {
        fn most_body(&self) -> usize {
            10
        }

        fn answer<'a>(
            &'a self,
            request: &'a Request<Bytes>,
            _: IpAddr,
        ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>> {
            let length = request.body().len().to_string();
            Box::pin(async { Response::new(Bytes::from(length)).into() })
        }
    }

    /// What comes back over a connection on which a body of `length` bytes was
    /// promised and this one sent. Only who breaks off hangs up first: hyper
    /// need not answer a caller that does.
    fn said(length: usize, body: &[u8]) -> String {
        let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let listener = Listener::serve(socket, Box::new(Ten), None).unwrap();
        let mut stream = TcpStream::connect(listener.address()).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        )
        .unwrap();
        stream.write_all(body).unwrap();
        if body.len() < length {
            stream.shutdown(std::net::Shutdown::Write).unwrap();
        }
        let mut reply = String::new();
        let _ = stream.read_to_string(&mut reply);
        reply
    }

    #[test]
    fn bodies_are_kept_until_they_are_too_long() {
        const ALL: usize = 4 << 20;
        for (sent, fewest, most) in [(0, 0, 0), (10, 10, 10), (11, 11, 11), (ALL, 11, ALL / 2)] {
            let reply = said(sent, &vec![b'x'; sent]);
            assert!(reply.starts_with("HTTP/1.1 200 "), "{sent}: {reply:?}");
            let (_, length) = reply.split_once("\r\n\r\n").unwrap();
            let length: usize = length.parse().unwrap();
            assert!((fewest..=most).contains(&length), "{sent}: {length}");
        }
    }

    #[test]
    fn nobody_answers_a_body_that_breaks_off() {
        let reply = said(9, b"half");
        assert!(!reply.starts_with("HTTP/1.1 2"), "{reply:?}");
    }
}
