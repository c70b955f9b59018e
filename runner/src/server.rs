//! The HTTP server of platforms that send requests to a port.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use edgepick_host::refusal::{BODY_TOO_LARGE, HEAD_TOO_LARGE, TOO_SLOW};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::function::Function;
use crate::platform::Http;
use crate::stop::Stop;

/// Most bytes of a request's line and fields: Huawei's gateway, which lets most
/// through, takes 32 KB of the one and 128 KB of the others.
const MOST_HEAD: usize = 160 << 10;

/// Most fields: as many of usual length as the limit above allows.
const MOST_FIELDS: usize = 4096;

/// Most bytes of a body: what the largest event of a platform needs.
const MOST_EVENT: usize = 8 << 20;

/// How long a body may take to arrive, and requests under way to be answered
/// when the platform stops this program: Google and LeanCloud kill it after
/// 10 s, which no other does sooner.
const UPLOAD: Duration = Duration::from_secs(30);
const FAREWELL: Duration = Duration::from_secs(8);

struct Desk {
    contract: Box<dyn Http>,
    function: Function,
}

/// Serves until the platform says otherwise by SIGTERM or SIGINT, then ends
/// when what is under way is answered.
///
/// # Errors
/// When the address cannot be bound.
pub(crate) async fn serve(
    address: SocketAddr,
    contract: Box<dyn Http>,
    function: Function,
) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    let mut stop = Stop::listen()?;
    let desk = Arc::new(Desk { contract, function });
    let http = http();
    let connections = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let _ = stream.set_nodelay(true);
                    let connection = connection(&http, stream, Arc::clone(&desk));
                    // What goes wrong here is the caller's: it hung up.
                    tokio::spawn(connections.watch(connection));
                }
                // Out of descriptors, for instance: others may be closed soon.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            () = stop.wait() => break,
        }
    }
    drop(listener);
    let _ = timeout(FAREWELL, connections.shutdown()).await;
    Ok(())
}

/// How HTTP is spoken. Nobody connects but the platform, which keeps its idle
/// connections and counts on them for hours: none of them is ever too old.
fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.header_read_timeout(None)
        .max_headers(MOST_FIELDS)
        // Twice the limit: what is between gets our own 431, the rest hyper's.
        .max_buf_size(2 * MOST_HEAD);
    http
}

/// The conversation over one connection.
fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    http: &http1::Builder,
    stream: S,
    desk: Arc<Desk>,
) -> impl GracefulConnection<Error = hyper::Error> + Send + use<S> {
    let service = service_fn(move |request| {
        let desk = Arc::clone(&desk);
        async move { answer(&desk, request).await }
    });
    http.serve_connection(TokioIo::new(stream), service)
}

async fn answer(
    desk: &Desk,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let head: usize = parts
        .headers
        .iter()
        .map(|(n, v)| n.as_str().len() + v.len() + 4)
        .sum();
    let received = if head > MOST_HEAD {
        Err(HEAD_TOO_LARGE)
    } else {
        match timeout(UPLOAD, Limited::new(body, MOST_EVENT).collect()).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(e)) if e.is::<LengthLimitError>() => Err(BODY_TOO_LARGE),
            Ok(Err(_)) | Err(_) => Err(TOO_SLOW),
        }
    };
    let response = match received {
        Ok(body) => {
            let request = Request::from_parts(parts, body);
            desk.contract.answer(&desk.function, &request)
        }
        Err(refusal) => {
            let refusals = &desk.function.refusals;
            let response = refusals.answer(refusal, &parts.method, &parts.headers, None);
            response.map(Bytes::from)
        }
    };
    Ok(response.map(Full::new))
}

#[cfg(test)]
mod tests;
