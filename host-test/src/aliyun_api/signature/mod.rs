//! Who calls: the two schemes by which a request is signed.

mod acs3;
mod fc;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use super::Plane;
use super::error::Refused;

/// How far a caller's clock may be off.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Access keys; where there are none, nothing is checked.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    secrets: BTreeMap<String, String>,
    /// Nonces that were seen, and when.
    nonces: Mutex<HashMap<String, Timestamp>>,
}

impl Keys {
    pub(crate) fn new(secrets: BTreeMap<String, String>) -> Self {
        Self {
            secrets,
            nonces: Mutex::default(),
        }
    }

    fn secret(&self, id: &str) -> Result<&str, Refused> {
        self.secrets.get(id).map(String::as_str).ok_or_else(|| {
            let message = format!("invalid access key ID '{id}'");
            Refused::new(403, "InvalidAccessKeyID", message)
        })
    }

    /// Refuses a nonce that was there before.
    fn once(&self, nonce: &str, now: Timestamp) -> Result<(), Refused> {
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.retain(|_, seen| now.duration_since(*seen) <= SKEW + SKEW);
        match nonces.insert(nonce.to_owned(), now) {
            None => Ok(()),
            Some(_) => {
                let message = "the signature nonce was used before";
                Err(Refused::new(400, "SignatureNonceUsed", message))
            }
        }
    }
}

/// Checks a request's signature. `trigger` says that it is one to an HTTP
/// trigger, whose query is signed too.
///
/// # Errors
/// The platform's own refusals. Without keys only an unsigned request to a
/// trigger is refused.
pub(crate) fn verify(
    plane: &Plane,
    head: &Parts,
    body: &[u8],
    trigger: bool,
) -> Result<(), Refused> {
    let keys = &plane.keys;
    let authorization = field(&head.headers, "authorization");
    if keys.secrets.is_empty() {
        return match authorization {
            None if trigger && fc::in_query(head).is_none() => Err(missing("Authorization")),
            _ => Ok(()),
        };
    }
    // Signatures go by the callers' clocks, not by one that a test has set.
    let now = Timestamp::now();
    let checked = match authorization {
        Some(text) if text.starts_with("ACS3-HMAC-SHA256") => {
            acs3::verify(keys, head, body, text, now)
        }
        _ => fc::verify(keys, head, body, trigger, now),
    };
    checked.map_err(|wrong| match wrong {
        Wrong::Refused(refused) => refused,
        Wrong::Signature(signed) => {
            plane.log(&format!("expected a signature of {signed:?}"));
            let message = "The request signature we calculated does not match the signature you \
                           provided. Check your access key and signing method";
            Refused::new(403, "SignatureNotMatch", message)
        }
    })
}

/// What is wrong with a signature.
#[derive(Debug)]
enum Wrong {
    Refused(Refused),
    /// It is not that of this text.
    Signature(String),
}

impl From<Refused> for Wrong {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

fn missing(name: &str) -> Refused {
    let message = format!("required HTTP header {name} was not specified");
    Refused::new(400, "MissingRequiredHeader", message)
}

fn skewed(now: Timestamp, given: Timestamp) -> Result<(), Refused> {
    if now.duration_since(given).abs() <= SKEW {
        return Ok(());
    }
    let message = "the difference between the request time and the server's is over 15 minutes";
    Err(Refused::new(403, "RequestTimeTooSkewed", message))
}

fn field<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn hmac(secret: &str, text: &str) -> Option<Hmac<Sha256>> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    hmac.update(text.as_bytes());
    Some(hmac)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
