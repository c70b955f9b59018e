//! `Authorization: FC id:signature`, base64 of HMAC-SHA256; or the same in the
//! query of a trigger's URL.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac as _;
use http::request::Parts;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use md5::{Digest as _, Md5};
use percent_encoding::percent_decode_str;

use super::{Keys, Wrong, field, hex, hmac, missing, skewed};
use crate::aliyun_api::error::Refused;

/// A signature in the query.
pub(super) struct InQuery {
    id: String,
    expires: String,
    signature: String,
}

fn query(head: &Parts) -> Vec<(String, String)> {
    let raw = head.uri.query().unwrap_or_default();
    form_urlencoded::parse(raw.as_bytes())
        .into_owned()
        .collect()
}

pub(super) fn in_query(head: &Parts) -> Option<InQuery> {
    let items = query(head);
    let item = |name: &str| {
        let mut items = items.iter();
        items.find(|item| item.0 == name).map(|item| item.1.clone())
    };
    Some(InQuery {
        id: item("x-fc-access-key-id")?,
        expires: item("x-fc-expires")?,
        signature: item("x-fc-signature")?,
    })
}

pub(super) fn verify(
    keys: &Keys,
    head: &Parts,
    body: &[u8],
    trigger: bool,
    now: Timestamp,
) -> Result<(), Wrong> {
    let (id, date, signature) = match in_query(head).filter(|_| trigger) {
        Some(signed) => {
            let expires = signed.expires.parse().ok();
            let expires = expires.and_then(|s| Timestamp::from_second(s).ok());
            keys.secret(&signed.id)?;
            if expires.is_none_or(|expires| expires < now) {
                let message = "the signed URL has expired";
                return Err(Refused::new(403, "RequestTimeTooSkewed", message).into());
            }
            (signed.id, signed.expires, signed.signature)
        }
        None => {
            let date = field(&head.headers, "date").ok_or_else(|| missing("Date"))?;
            let given = field(&head.headers, "authorization");
            let given = given.ok_or_else(|| missing("Authorization"))?;
            let signed = given
                .strip_prefix("FC ")
                .and_then(|signed| signed.split_once(':'));
            let (id, signature) =
                signed.ok_or_else(|| Refused::value("Authorization", "FC id:signature", given))?;
            keys.secret(id)?;
            let moment = DateTimeParser::new().parse_timestamp(date);
            skewed(
                now,
                moment.map_err(|_| Refused::value("Date", "RFC 1123, GMT", date))?,
            )?;
            (id.to_owned(), date.to_owned(), signature.to_owned())
        }
    };
    check_body(head, body)?;
    let signature = STANDARD.decode(signature).unwrap_or_default();
    let secret = keys.secret(&id)?;
    // One of the vendor's packages signs its argument as it is.
    let texts = [
        text(head, &date, trigger, true),
        text(head, &date, trigger, false),
    ];
    let matches = |text: &String| {
        hmac(secret, text).is_some_and(|hmac| hmac.verify_slice(&signature).is_ok())
    };
    if texts.iter().any(matches) {
        return Ok(());
    }
    let [text, _] = texts;
    Err(Wrong::Signature(text))
}

/// What is signed.
fn text(head: &Parts, date: &str, trigger: bool, decoded: bool) -> String {
    let header = |name| field(&head.headers, name).unwrap_or_default();
    let mut text = format!(
        "{}\n{}\n{}\n{date}\n",
        head.method,
        header("content-md5"),
        header("content-type")
    );
    let mut own: Vec<_> = head
        .headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-fc-"))
        .map(|(name, value)| format!("{name}:{}\n", value.to_str().unwrap_or_default()))
        .collect();
    own.sort();
    text.push_str(&own.concat());
    let path = head.uri.path();
    match decoded {
        true => text.push_str(&percent_decode_str(path).decode_utf8_lossy()),
        false => text.push_str(path),
    }
    if trigger {
        let mut items: Vec<_> = query(head)
            .into_iter()
            .filter(|item| item.0 != "x-fc-signature")
            .map(|(name, value)| match value.is_empty() {
                true if !head
                    .uri
                    .query()
                    .unwrap_or_default()
                    .contains(&format!("{name}=")) =>
                {
                    name
                }
                _ => format!("{name}={value}"),
            })
            .collect();
        items.sort();
        text.push('\n');
        text.push_str(&items.join("\n"));
    }
    text
}

/// A digest, where one is given, has to be the body's. Documents have base64
/// of its bytes; one of the vendor's packages sends base64 of its digits.
fn check_body(head: &Parts, body: &[u8]) -> Result<(), Refused> {
    let Some(given) = field(&head.headers, "content-md5").filter(|md5| !md5.is_empty()) else {
        return Ok(());
    };
    let digest = Md5::digest(body);
    let forms = [STANDARD.encode(digest), STANDARD.encode(hex(&digest))];
    if forms.iter().any(|form| form == given) {
        return Ok(());
    }
    Err(Refused::value(
        "Content-MD5",
        "base64 of the body's MD5",
        given,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use std::collections::BTreeMap;

    const DATE: &str = "Sat, 21 Nov 2026 07:02:45 GMT";
    const SIGNATURE: &str = "7r3tlyGneIPhdGkKv101y/oQsDH9xLkjX8lFvVAcnQ8=";

    fn keys() -> Keys {
        Keys::new(BTreeMap::from([("ak".to_owned(), "sk".to_owned())]))
    }

    fn head(uri: &str, signature: &str, date: Option<&str>) -> Parts {
        let mut request = Request::post(uri)
            .header("content-type", "application/json")
            .header("authorization", format!("FC {signature}"));
        if let Some(date) = date {
            request = request.header("date", date);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_recorded_signature_is_that_of_its_request() {
        let uri = "/2016-08-15/proxy/s1/f1/a%20b?k+k=v+w&z=1&z=2";
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-21T07:10:00Z");
        let signed = format!("ak:{SIGNATURE}");
        let good = head(uri, &signed, Some(DATE));
        let signed_text = text(&good, DATE, true, true);
        assert!(signed_text.ends_with("/2016-08-15/proxy/s1/f1/a b\nk k=v w\nz=1\nz=2"));
        verify(&keys(), &good, b"", true, now).unwrap();
        for (head, now, status, code) in [
            (head(uri, &signed, None), now, 400, "MissingRequiredHeader"),
            (head(uri, "ak", Some(DATE)), now, 400, "InvalidArgument"),
            (
                head(uri, "other:x", Some(DATE)),
                now,
                403,
                "InvalidAccessKeyID",
            ),
            (
                head(uri, &signed, Some(DATE)),
                at("2026-11-21T07:18:00Z"),
                403,
                "RequestTimeTooSkewed",
            ),
        ] {
            match verify(&keys(), &head, b"", true, now) {
                Err(Wrong::Refused(refused)) => {
                    assert_eq!((refused.status, refused.code), (status, code));
                }
                other => panic!("{code}: {other:?}"),
            }
        }
        let other = head("/2016-08-15/proxy/s1/f1/a", &signed, Some(DATE));
        let wrong = verify(&keys(), &other, b"", true, now);
        assert!(matches!(wrong, Err(Wrong::Signature(_))), "{wrong:?}");
    }

    #[test]
    fn a_digest_has_to_be_the_bodys() {
        for (digest, fits) in [
            ("XUFAKrxLKna5cZ2REBfFkg==", true),
            ("NWQ0MTQwMmFiYzRiMmE3NmI5NzE5ZDkxMTAxN2M1OTI=", true),
            ("AAAA", false),
        ] {
            let request = Request::post("/").header("content-md5", digest);
            let head = request.body(()).unwrap().into_parts().0;
            assert_eq!(check_body(&head, b"hello").is_ok(), fits, "{digest}");
        }
    }
}
