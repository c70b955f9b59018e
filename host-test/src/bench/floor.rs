//! The floor: hyper, set up as the host sets it up, answering every request
//! with the same bytes.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response as Answer, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use super::Result;
use super::wire::Response;

/// Serves the response, for as long as this process lives, and checks that it
/// comes out byte for byte.
pub(super) fn start(model: &Response) -> Result<SocketAddr> {
    let (status, fields, body) = prepare(model)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
    let address = listener.local_addr()?;
    std::thread::Builder::new()
        .name("floor".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                while let Ok((stream, _)) = listener.accept().await {
                    let _ = stream.set_nodelay(true);
                    let (fields, body) = (fields.clone(), body.clone());
                    let service = service_fn(move |_| {
                        let mut answer = Answer::new(Full::new(body.clone()));
                        *answer.status_mut() = status;
                        *answer.headers_mut() = fields.clone();
                        std::future::ready(Ok::<_, Infallible>(answer))
                    });
                    // As the host does it.
                    let connection = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(Duration::from_secs(30))
                        .max_buf_size(32 << 10)
                        .writev(false)
                        .serve_connection(TokioIo::new(stream), service);
                    tokio::spawn(connection);
                }
            });
        })?;
    let ours = undated(Response::fetch(address, "/")?);
    if ours != undated(model.clone()) {
        return Err(format!("the floor says {ours:?} instead of {model:?}").into());
    }
    Ok(address)
}

/// The answer in its cheapest form: texts that live for ever cost nothing to
/// copy. `date` is hyper's own.
fn prepare(model: &Response) -> Result<(StatusCode, HeaderMap, Bytes)> {
    let mut fields = HeaderMap::new();
    for (name, value) in &model.fields {
        if !name.eq_ignore_ascii_case("date") {
            let value = String::from_utf8(value.clone())?.leak();
            fields.append(HeaderName::try_from(name)?, HeaderValue::from_static(value));
        }
    }
    let body = Bytes::from_static(model.body.clone().leak());
    Ok((StatusCode::from_u16(model.status)?, fields, body))
}

/// The response at no special time.
fn undated(mut response: Response) -> Response {
    for (name, value) in &mut response.fields {
        if name.eq_ignore_ascii_case("date") {
            value.fill(b' ');
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_come_out() {
        let model = Response {
            status: 302,
            fields: [
                ("location", "https://a.example/1"),
                ("content-length", "2"),
                ("date", ""),
            ]
            .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
            .to_vec(),
            body: b"hi".to_vec(),
        };
        let date = b"Thu, 01 Jan 1970 00:00:00 GMT".to_vec();
        let mut dated = model.clone();
        dated.fields[2].1 = date;
        start(&dated).unwrap();
        // Without the date's place it is another answer.
        dated.fields.pop();
        assert!(start(&dated).is_err());
    }
}
