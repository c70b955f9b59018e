//! Redirects that the proxy follows itself, as the default client of Go's
//! `net/http` does: up to ten, all but 307 and 308 without the body and, unless
//! it was HEAD, as GET.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::gateways::headers::text;
use crate::runtimes::web::{Web, WebFailure, exchange};

/// Where the proxy finds the program.
const PROGRAM: &str = "127.0.0.1:8000";

const MOST: usize = 10;

/// What stands where the program's redirects lead in the end.
pub(super) async fn followed(
    web: &Web,
    mut request: Request<Bytes>,
) -> Result<Response<Bytes>, WebFailure> {
    let mut at = format!("http://{PROGRAM}{}", request.uri());
    for _ in 0..=MOST {
        let again = request.clone();
        let response = match at.strip_prefix("http://") {
            Some(rest) if rest.starts_with(PROGRAM) => web.exchange(again).await?,
            Some(_) => elsewhere(web, &at, again).await?,
            None => {
                let text = format!("{at:?}: this emulator speaks no TLS");
                return Err(WebFailure::Broken(text));
            }
        };
        let location = response.headers().get(LOCATION).map(text);
        let (true, Some(location)) = (is_followed(response.status()), location) else {
            return Ok(response);
        };
        at = resolved(&at, &location);
        next(&mut request, response.status(), &at)
            .ok_or_else(|| WebFailure::Broken(format!("{location:?} is no address")))?;
    }
    let text = format!("{at:?}: stopped after {MOST} redirects");
    Err(WebFailure::Broken(text))
}

fn is_followed(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// An address that a redirect at another one names.
fn resolved(at: &str, location: &str) -> String {
    let path_begins = at
        .match_indices('/')
        .nth(2)
        .map_or(at.len(), |found| found.0);
    let (host, path) = at.split_at(path_begins);
    let folder = path.split('?').next().unwrap_or_default();
    let folder = folder.rsplit_once('/').map_or("", |parts| parts.0);
    if location.starts_with("http://") || location.starts_with("https://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("http:{location}")
    } else if location.starts_with('/') {
        format!("{host}{location}")
    } else {
        format!("{host}{folder}/{location}")
    }
}

/// Makes of a request the one that a redirect asks for; `None` where it leads
/// to no address.
fn next(request: &mut Request<Bytes>, status: StatusCode, at: &str) -> Option<()> {
    let to: Uri = at.parse().ok()?;
    let host = HeaderValue::try_from(to.authority()?.as_str()).ok()?;
    *request.uri_mut() = to.path_and_query()?.as_str().parse().ok()?;
    if !matches!(status.as_u16(), 307 | 308) {
        if request.method() != Method::HEAD {
            *request.method_mut() = Method::GET;
        }
        request.body_mut().clear();
        request.headers_mut().remove(CONTENT_TYPE);
        request.headers_mut().remove(CONTENT_LENGTH);
    }
    request.headers_mut().insert(HOST, host);
    Some(())
}

/// A host that is not the program.
async fn elsewhere(
    web: &Web,
    at: &str,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, WebFailure> {
    let broken = |e: &dyn std::fmt::Display| WebFailure::Broken(format!("{at:?}: {e}"));
    let uri: Uri = at.parse().map_err(|e| broken(&e))?;
    let port = uri.port_u16().unwrap_or(80);
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let there = async {
        let stream = TcpStream::connect((host, port)).await;
        let (response, _) =
            exchange(stream.map_err(|e| broken(&e))?, request, web.most_answer()).await?;
        Ok(response)
    };
    let answered = timeout(web.limits().timeout, there).await;
    answered.unwrap_or(Err(WebFailure::TimedOut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_resolved_where_they_stand() {
        for (location, expected) in [
            ("https://a.example/x", "https://a.example/x"),
            ("//a.example/x", "http://a.example/x"),
            ("/x?q=/1", "http://h:8000/x?q=/1"),
            ("x", "http://h:8000/user/x"),
        ] {
            assert_eq!(resolved("http://h:8000/user/get?p=/7", location), expected);
        }
        assert_eq!(resolved("http://h", "x"), "http://h/x");
    }

    #[test]
    fn bodies_go_along_where_the_method_does() {
        for (method, status, expected, body) in [
            ("POST", 302, "GET", ""),
            ("HEAD", 303, "HEAD", ""),
            ("POST", 307, "POST", "b"),
            ("PUT", 308, "PUT", "b"),
        ] {
            let request = Request::builder().method(method).uri("/");
            let mut request = request.body(Bytes::from_static(b"b")).unwrap();
            let status = StatusCode::from_u16(status).unwrap();
            next(&mut request, status, "http://a.example:81/x?y").unwrap();
            assert_eq!(
                (request.method().as_str(), &request.body()[..]),
                (expected, body.as_bytes())
            );
            assert_eq!(request.uri(), "/x?y");
            assert_eq!(request.headers()[HOST], "a.example:81");
        }
    }
}
