//! What every proxy does with header fields (RFC 9110 section 7.6.1).

use std::net::IpAddr;

use http::header::{
    CONNECTION, HOST, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Uri};

/// Fields that are about one connection, beside those that `Connection` names.
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The fields that go beyond one connection.
pub(crate) fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for list in headers.get_all(CONNECTION) {
        for name in list.to_str().unwrap_or_default().split(',') {
            if let Ok(name) = HeaderName::try_from(name.trim()) {
                kept.remove(name);
            }
        }
    }
    for name in HOP_BY_HOP {
        kept.remove(name);
    }
    kept
}

/// The name that the caller used, unless it says nothing but where this machine
/// is: there is no other way to reach an emulator.
pub(crate) fn named_host(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let uri: Uri = host.parse().ok()?;
    let name = uri.host()?;
    let here = name == "localhost" || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    (!here).then(|| host.to_owned())
}

/// A value as text; bytes that are no UTF-8 are lost.
pub(crate) fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// All values of a name, in the order sent.
pub(crate) fn texts(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    headers.get_all(name).iter().map(text).collect()
}

/// The value of `X-Forwarded-For`: what the caller says, then the caller.
pub(crate) fn callers(headers: &HeaderMap, caller: IpAddr) -> String {
    let mut callers = texts(headers, &HeaderName::from_static("x-forwarded-for"));
    callers.push(caller.to_string());
    callers.join(", ")
}

/// A name as HTTP/1.1 callers write it: `X-Forwarded-For`.
pub(crate) fn title_case(name: impl AsRef<str>) -> String {
    let mut start = true;
    let spell = |c: char| {
        let spelled = if start { c.to_ascii_uppercase() } else { c };
        start = c == '-';
        spelled
    };
    name.as_ref().chars().map(spell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_capitals() {
        for (name, expected) in [
            ("x-forwarded-for", "X-Forwarded-For"),
            ("a--b-", "A--B-"),
            ("host", "Host"),
            ("sec-ch-ua-mobile", "Sec-Ch-Ua-Mobile"),
        ] {
            assert_eq!(title_case(name), expected);
        }
    }

    #[test]
    fn hosts_that_say_nothing_are_none() {
        for (host, expected) in [
            ("localhost:8090", None),
            ("127.0.0.1", None),
            ("[::1]:80", None),
            ("pictures.test:81", Some("pictures.test:81")),
            ("a b", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            assert_eq!(named_host(&headers).as_deref(), expected);
        }
        assert_eq!(named_host(&HeaderMap::new()), None);
    }

    #[test]
    fn fields_of_one_connection_stay_behind() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, x-mine"),
            ("connection", "Keep-Alive"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("x-mine", "1"),
            ("x-yours", "2"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let kept = end_to_end(&headers);
        assert_eq!(
            kept.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
            ["x-yours"]
        );
    }
}
