//! HTTP to a platform's runtime interface, over one connection.

use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Most bytes of an event: above every platform's own limit.
const MOST_EVENT: usize = 32 << 20;

/// Why a call of the runtime interface failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    #[error("the connection broke: {0}")]
    Broken(#[from] hyper::Error),
    #[error("the answer did not arrive whole: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

/// A client of one host.
pub(crate) struct Client {
    /// `host:port`.
    authority: String,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    /// Of a host and port, the latter 80 when absent.
    pub(crate) fn new(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            connection: None,
        }
    }

    /// Sends a request and waits for the whole answer, however long it takes.
    /// The target is in origin form.
    ///
    /// # Errors
    /// When the host is not there or the connection breaks; the next call
    /// connects anew.
    pub(crate) async fn send(
        &mut self,
        mut request: Request<Bytes>,
    ) -> Result<Response<Bytes>, ClientError> {
        if let Ok(host) = HeaderValue::from_str(&self.authority) {
            request.headers_mut().insert(HOST, host);
        }
        let mut connection = match self.connection.take().filter(SendRequest::is_ready) {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let response = connection.send_request(request.map(Full::new)).await?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MOST_EVENT).collect().await;
        let body = body.map_err(ClientError::Body)?.to_bytes();
        // The connection is ready when its task has seen the answer's end.
        if let Ok(Ok(())) = tokio::time::timeout(SETTLE, connection.ready()).await {
            self.connection = Some(connection);
        }
        Ok(Response::from_parts(parts, body))
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, ClientError> {
        let address = if self.authority.contains(':') {
            self.authority.clone()
        } else {
            format!("{}:80", self.authority)
        };
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

/// How long a connection may take to be ready for the next request.
const SETTLE: Duration = Duration::from_secs(1);
