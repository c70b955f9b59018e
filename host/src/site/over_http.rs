//! The wasi:http door: requests and answers as streams.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::sync::oneshot;
use tokio::time::timeout;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _};

use super::{Failure, Guest, Instances};

impl Instances {
    /// One HTTP exchange through `wasi:http/incoming-handler`. The answer's
    /// body is streamed; the guest goes on running in a task of its own until
    /// it has written it.
    ///
    /// The request needs an authority, in its URI or as `host`.
    ///
    /// # Errors
    ///
    /// When the guest traps, takes too long or too much, or gives no answer.
    pub async fn over_http<B>(
        self: &Arc<Self>,
        request: Request<B>,
    ) -> Result<Response<WasiBody>, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let mut guest = self.take().await?;
        let (sender, receiver) = oneshot::channel();
        let mut view = guest.store.data_mut().http();
        let resources = view
            .new_incoming_request(Scheme::Http, request)
            .and_then(|request| Ok((request, view.new_response_outparam(sender)?)));
        let (request, out) = match resources {
            Ok(resources) => resources,
            Err(e) => return Err(Failure::NoAnswer(format!("{e:#}"))),
        };
        let instances = Arc::clone(self);
        let limit = self.site.options().timeout + self.site.options().stream;
        let task = tokio::spawn(async move {
            let Guest { store, proxy, .. } = &mut *guest;
            let call = proxy
                .wasi_http_incoming_handler()
                .call_handle(store, request, out);
            let result = timeout(limit, call).await;
            instances.finish(guest, result)
        });
        let abort = task.abort_handle();
        match timeout(self.site.options().timeout, receiver).await {
            Ok(Ok(Ok(response))) => Ok(response),
            Ok(Ok(Err(code))) => Err(code.into()),
            // The sender is gone: the guest ended without an answer.
            Ok(Err(_)) => Err(match task.await {
                Ok(Err(failure)) => failure,
                _ => Failure::NoAnswer("it never set one".to_owned()),
            }),
            Err(_) => {
                abort.abort();
                Err(Failure::Timeout)
            }
        }
    }
}
