//! Where a request comes from and what it is under.

use http::Uri;
use http::header::{HeaderMap, HeaderName};
use http::request::Parts;
use http::uri::PathAndQuery;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who asks, and under which id.
#[derive(Debug)]
pub(super) struct Origin<'a> {
    /// The caller's address, without a port.
    pub(super) client: &'a str,
    /// As the trusted proxy in front says it. What a stranger says is not
    /// taken: it would go into our log and our answer.
    pub(super) id: Option<&'a str>,
}

impl<'a> Origin<'a> {
    /// Of a request that came from `peer`.
    pub(super) fn of(headers: &'a HeaderMap, peer: &'a str, trust_proxy: bool) -> Self {
        if !trust_proxy {
            return Self {
                client: peer,
                id: None,
            };
        }
        // The proxy appends whom it talks to; what stands before is hearsay.
        let client = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .next_back()
            .and_then(|list| list.to_str().ok()?.rsplit(',').next())
            .map(str::trim)
            .filter(|client| !client.is_empty());
        let id = headers
            .get(REQUEST_ID)
            .and_then(|id| id.to_str().ok())
            .filter(|id| (1..=128).contains(&id.len()));
        Self {
            client: client.unwrap_or(peer),
            id,
        }
    }
}

/// The request's target without the prefix it is mounted under.
pub(super) fn unmounted(parts: &Parts, mount: Option<&str>) -> Uri {
    let uri = &parts.uri;
    let Some(mount) = mount
        .map(|mount| mount.trim_end_matches('/'))
        .filter(|m| !m.is_empty())
    else {
        return uri.clone();
    };
    let rest = uri
        .path_and_query()
        .and_then(|target| target.as_str().strip_prefix(mount));
    let target = match rest {
        Some(rest) if rest.starts_with('/') => PathAndQuery::try_from(rest),
        Some(rest) if rest.is_empty() || rest.starts_with('?') => {
            PathAndQuery::try_from(format!("/{rest}"))
        }
        _ => return uri.clone(),
    };
    let mut moved = uri.clone().into_parts();
    moved.path_and_query = target.ok();
    Uri::from_parts(moved).unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    #[test]
    fn a_stranger_names_neither_client_nor_id() {
        let request = Request::get("/")
            .header("x-forwarded-for", "1.1.1.1, 2.2.2.2")
            .header("x-forwarded-for", "3.3.3.3 , 4.4.4.4")
            .header("x-request-id", "abc")
            .body(())
            .unwrap();
        let origin = Origin::of(request.headers(), "9.9.9.9", false);
        assert_eq!((origin.client, origin.id), ("9.9.9.9", None));
        let origin = Origin::of(request.headers(), "9.9.9.9", true);
        assert_eq!((origin.client, origin.id), ("4.4.4.4", Some("abc")));
    }

    #[test]
    fn a_silent_proxy_changes_nothing() {
        let long = "x".repeat(129);
        let request = Request::get("/")
            .header("x-forwarded-for", "")
            .header("x-request-id", long)
            .body(())
            .unwrap();
        let origin = Origin::of(request.headers(), "9.9.9.9", true);
        assert_eq!((origin.client, origin.id), ("9.9.9.9", None));
    }

    #[test]
    fn a_mount_is_stripped_at_a_segment() {
        for (mount, target, expected) in [
            (None, "/a?b", "/a?b"),
            (Some(""), "/a", "/a"),
            (Some("/"), "/a", "/a"),
            (Some("/a"), "/a", "/"),
            (Some("/a"), "/a?b=/a", "/?b=/a"),
            (Some("/a/"), "/a/b/a", "/b/a"),
            (Some("/a"), "/ab", "/ab"),
            (Some("/x"), "/a", "/a"),
        ] {
            let (parts, ()) = Request::get(target).body(()).unwrap().into_parts();
            assert_eq!(unmounted(&parts, mount), expected, "{mount:?} {target}");
        }
    }
}
