//! The listener: HTTP in, the interface's work, HTTP out.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::call::{Api, Call};
use super::error::Refused;
use super::resource::Answer;
use super::routes::{self, Handler};
use super::running::{invoke, proxy};
use super::store::{Shelf as _, key};
use super::{Plane, deployment, reply, signature};

/// Most bytes of a body.
const MOST_BODY: usize = 100 << 20;

/// After a connection that could not be taken.
const PAUSE: Duration = Duration::from_millis(10);

pub(super) async fn accept(listener: TcpListener, plane: Arc<Plane>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of descriptors, say: that passes.
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let plane = Arc::clone(&plane);
        tokio::spawn(async move {
            let service = service_fn(|request| exchange(&plane, request, peer));
            // Errors here are the caller's: hung up, no HTTP.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn exchange(
    plane: &Arc<Plane>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let request_id = Uuid::new_v4().to_string();
    let (head, body) = request.into_parts();
    let line = format!("{} {}", head.method, head.uri);
    let mut response = match Limited::new(body, MOST_BODY).collect().await {
        Ok(body) => answer(plane, head, body.to_bytes(), &request_id, peer.ip()).await,
        Err(_) => {
            let message = format!("payload size exceeds maximum allowed size ({MOST_BODY} bytes)");
            let (api, _) = routes::interface(head.uri.path());
            Refused::new(400, "EntityTooLarge", message).response(api, &request_id)
        }
    };
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(&request_id) {
        headers.insert(reply::REQUEST_ID, id);
    }
    plane.log(&format!("{line} -> {}", response.status()));
    Ok(response.map(Full::new))
}

/// Answers one request: to a trigger, to a domain, or to the interfaces.
pub(super) async fn answer(
    plane: &Arc<Plane>,
    head: Parts,
    body: Bytes,
    request_id: &str,
    caller: IpAddr,
) -> Response<Bytes> {
    let host = host(&head);
    let target = match proxy::Target::of(&head.uri) {
        Some(target) => Some(Ok(target)),
        None => domain(plane, &host, &head),
    };
    match target {
        Some(Ok(target)) => proxy::serve(plane, &target, &head, body, request_id, caller).await,
        Some(Err(refused)) => refused.response(Api::V2016, request_id),
        None => {
            let (api, _) = routes::interface(head.uri.path());
            match handle(plane, head, body, request_id, &host).await {
                Ok(response) => response,
                Err(refused) => refused.response(api, request_id),
            }
        }
    }
}

fn host(head: &Parts) -> String {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    host.or_else(|| head.uri.authority().map(http::uri::Authority::as_str))
        .unwrap_or_default()
        .to_owned()
}

/// The function that a custom domain's route names, if the host is one.
fn domain(plane: &Plane, host: &str, head: &Parts) -> Option<Result<proxy::Target, Refused>> {
    let name = host.split(':').next().filter(|name| !name.is_empty())?;
    let name = name.to_ascii_lowercase();
    let item = plane
        .store
        .read()
        .ok()?
        .get(&key(&["domain", &name]))
        .ok()??;
    let path = head.uri.path();
    let fits = |route: &&Value| {
        let pattern = route
            .get("path")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match pattern.strip_suffix("/*") {
            Some(start) => {
                let rest = path.strip_prefix(start);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            None => pattern == path,
        }
    };
    let routes = item
        .get("routes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let best = routes.filter(fits).max_by_key(|route| {
        route
            .get("path")
            .and_then(Value::as_str)
            .map_or(0, str::len)
    });
    Some(
        best.and_then(|route| proxy::Target::of_route(route, &head.uri))
            .ok_or_else(|| {
                let message = format!("no route found in domain '{name}' for path '{path}'");
                Refused::new(404, "DomainRouteNotFound", message)
            }),
    )
}

async fn handle(
    plane: &Arc<Plane>,
    head: Parts,
    body: Bytes,
    request_id: &str,
    host: &str,
) -> Answer {
    let (api, path) = routes::interface(head.uri.path());
    let Some((route, names)) = routes::find(&head.method, api, path) else {
        let message = format!(
            "'{}' against '{}' is not supported",
            head.method,
            head.uri.path()
        );
        return Err(Refused::new(400, "PathNotSupported", message));
    };
    if route.signed {
        signature::verify(plane, &head, &body, false)?;
    }
    let query = head.uri.query().unwrap_or_default();
    let labels: Vec<_> = host.split('.').collect();
    let (account, region) = match labels.as_slice() {
        [account, region, "fc", "aliyuncs", ..] => (
            Some(*account),
            Some(region.trim_end_matches("-internal").to_owned()),
        ),
        _ => (text(&head.headers, "x-fc-account-id"), None),
    };
    let call = Call {
        api,
        names,
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        account: account.unwrap_or(&plane.options.account).to_owned(),
        region: region.unwrap_or_else(|| plane.options.region.clone()),
        origin: plane.origin(host),
        request_id: request_id.to_owned(),
        body,
        head,
    };
    match route.handler {
        Handler::Invoke => invoke::invoke(plane, &call).await,
        Handler::Deploy => deployment::create(plane, &call).await,
        Handler::Resource(work) => {
            let plane = Arc::clone(plane);
            let done = tokio::task::spawn_blocking(move || work(&plane, &call)).await;
            let mut response = done.map_err(Refused::internal)??;
            if response.body().is_empty() {
                response.headers_mut().remove(CONTENT_TYPE);
            }
            Ok(response)
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
