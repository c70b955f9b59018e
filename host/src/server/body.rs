//! The body of an answer.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use wasmtime_wasi_http::WasiBody;

use super::log::Pending;

/// The body of an answer: bytes in memory, or a guest's stream.
#[derive(Debug)]
pub(super) enum Answer {
    Bytes(Full<Bytes>),
    /// Rare, and much larger than bytes.
    Stream(Box<Stream>),
}

/// A guest's stream and the line of the log that waits for its end.
#[derive(Debug)]
pub(super) struct Stream {
    body: WasiBody,
    log: Option<Pending>,
}

impl Answer {
    pub(super) fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(Full::new(bytes.into()))
    }

    pub(super) fn stream(body: WasiBody) -> Self {
        Self::Stream(Box::new(Stream { body, log: None }))
    }

    /// Logs a stream when it has ended, however it ends.
    pub(super) fn when_sent(&mut self, pending: Pending) {
        if let Self::Stream(stream) = self {
            stream.log = Some(pending);
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = wasmtime_wasi_http::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Bytes(body) => Pin::new(body).poll_frame(context).map_err(|e| match e {}),
            Self::Stream(stream) => {
                let Stream { body, log } = &mut **stream;
                let polled = Pin::new(body).poll_frame(context);
                if let (Poll::Ready(Some(Ok(frame))), Some(log)) = (&polled, log) {
                    log.sent(frame.data_ref().map_or(0, Bytes::len));
                }
                polled
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(body) => body.is_end_stream(),
            Self::Stream(stream) => stream.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Bytes(body) => body.size_hint(),
            Self::Stream(stream) => stream.body.size_hint(),
        }
    }
}
