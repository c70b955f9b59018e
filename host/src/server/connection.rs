//! One connection and who is behind it.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;

use super::exchange;
use super::worker::Desk;

/// Who is at the other end of a connection.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) desk: Arc<Desk>,
    /// The address as text, without the port.
    pub(super) address: String,
}

impl Caller {
    pub(super) fn new(desk: Arc<Desk>, peer: SocketAddr) -> Arc<Self> {
        Arc::new(Self {
            desk,
            address: peer.ip().to_canonical().to_string(),
        })
    }
}

/// The conversation over one connection, ready to be run.
pub(super) fn serve(
    stream: TcpStream,
    caller: Arc<Caller>,
    graceful: &GracefulShutdown,
) -> io::Result<impl Future<Output = ()> + Send + use<>> {
    let stream = TokioIo::new(tokio::net::TcpStream::from_std(stream)?);
    let options = &caller.desk.shared.options;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(options.idle)
        // A caller may say that it has no more to say before it has heard all.
        .half_close(true)
        // To copy a body behind its head costs less than a gathered write.
        .writev(false)
        // Twice the limit: what is between gets our own 431, the rest hyper's.
        .max_buf_size(options.head.saturating_mul(2).max(16 << 10));
    let service = service_fn(move |request| exchange::answer(Arc::clone(&caller), request));
    let connection = graceful.watch(http.serve_connection(stream, service));
    Ok(async move {
        // Errors here are the caller's: hung up, too slow, no HTTP.
        let _ = connection.await;
    })
}
