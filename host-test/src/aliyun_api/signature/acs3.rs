//! `ACS3-HMAC-SHA256`, the scheme of the newer interfaces.

use hmac::Mac as _;
use http::request::Parts;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::{Keys, Wrong, field, hex, hmac, missing, skewed};
use crate::aliyun_api::error::Refused;

const NAME: &str = "ACS3-HMAC-SHA256";

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What `Authorization` says.
#[derive(Debug, PartialEq, Eq)]
struct Given<'a> {
    id: &'a str,
    headers: &'a str,
    signature: &'a str,
}

impl<'a> Given<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(NAME)?.trim_start();
        let member = |name: &str| {
            let mut parts = rest.split(',');
            parts.find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
        };
        Some(Self {
            id: member("Credential")?,
            headers: member("SignedHeaders")?,
            signature: member("Signature")?,
        })
    }
}

pub(super) fn verify(
    keys: &Keys,
    head: &Parts,
    body: &[u8],
    authorization: &str,
    now: Timestamp,
) -> Result<(), Wrong> {
    let given = Given::parse(authorization).ok_or_else(|| {
        let allowed = "ACS3-HMAC-SHA256 Credential=,SignedHeaders=,Signature=";
        Refused::value("Authorization", allowed, authorization)
    })?;
    let date = field(&head.headers, "x-acs-date").ok_or_else(|| missing("x-acs-date"))?;
    let secret = keys.secret(given.id)?;
    let moment = date.parse::<Timestamp>();
    skewed(
        now,
        moment.map_err(|_| Refused::value("x-acs-date", "2026-01-31T08:15:27Z", date))?,
    )?;
    let digest = hex(&Sha256::digest(body));
    if let Some(claimed) = field(&head.headers, "x-acs-content-sha256")
        && claimed != digest
    {
        return Err(Refused::value("x-acs-content-sha256", &digest, claimed).into());
    }
    let canonical = canonical(head, given.headers, &digest);
    let text = format!("{NAME}\n{}", hex(&Sha256::digest(&canonical)));
    let right = hmac(secret, &text).map(|hmac| hex(&hmac.finalize().into_bytes()));
    if right.as_deref() != Some(given.signature) {
        return Err(Wrong::Signature(canonical));
    }
    match field(&head.headers, "x-acs-signature-nonce") {
        Some(nonce) => Ok(keys.once(nonce, now)?),
        None => Ok(()),
    }
}

/// The request in the form that is signed.
fn canonical(head: &Parts, signed: &str, digest: &str) -> String {
    let query = head.uri.query().unwrap_or_default();
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let mut items: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| format!("{}={}", encode(&name), encode(&value)))
        .collect();
    items.sort();
    let fields: String = signed
        .split(';')
        .map(|name| {
            let values = head.headers.get_all(name).iter();
            let values: Vec<_> = values
                .map(|value| value.to_str().unwrap_or_default().trim())
                .collect();
            format!("{name}:{}\n", values.join(","))
        })
        .collect();
    let path = head.uri.path();
    let path = path
        .replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~");
    format!(
        "{}\n{path}\n{}\n{fields}\n{signed}\n{digest}",
        head.method,
        items.join("&")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use std::collections::BTreeMap;

    const RIGHT: &str = "89919f1db9f03e8b731c133b9254bb2d53a90cb8c38bf3e876def278d665bc9c";

    fn head(signature: &str) -> (Parts, String) {
        let signed = "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;\
                      x-acs-date;x-acs-signature-nonce;x-acs-version";
        let authorization =
            format!("{NAME} Credential=ak,SignedHeaders={signed},Signature={signature}");
        let request = Request::get("/2023-03-30/functions/f%201?qualifier=prod")
            .header("host", "127.0.0.1:18932")
            .header("x-acs-action", "GetFunction")
            .header("x-acs-version", "2023-03-30")
            .header("x-acs-credentials-provider", "static_ak")
            .header("x-acs-date", "2026-11-21T07:02:44Z")
            .header("x-acs-content-sha256", hex(&Sha256::digest(b"")))
            .header(
                "x-acs-signature-nonce",
                "e53f4df359a3631c63f1ba8412ec9739544bffdcd27abdcf9a5586f00a3c5687",
            );
        (request.body(()).unwrap().into_parts().0, authorization)
    }

    #[test]
    fn a_recorded_signature_is_that_of_its_request_once() {
        let keys = Keys::new(BTreeMap::from([("ak".to_owned(), "sk".to_owned())]));
        let now = "2026-11-21T07:10:00Z".parse().unwrap();
        let (wrong, authorization) = head("00");
        let refused = verify(&keys, &wrong, b"", &authorization, now);
        assert!(matches!(refused, Err(Wrong::Signature(_))));
        let (right, authorization) = head(RIGHT);
        verify(&keys, &right, b"", &authorization, now).unwrap();
        for (body, code) in [(&b""[..], "SignatureNonceUsed"), (b"x", "InvalidArgument")] {
            match verify(&keys, &right, body, &authorization, now) {
                Err(Wrong::Refused(refused)) => assert_eq!(refused.code, code),
                other => panic!("{other:?}"),
            }
        }
    }
}
