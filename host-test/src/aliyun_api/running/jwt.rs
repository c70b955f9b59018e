//! HTTP triggers that ask for a token: `authType` is `jwt`, `authConfig` says
//! which keys may have signed it, where it is looked for, and which of its
//! claims the function gets. From "Configure JWT authentication for an HTTP
//! trigger" and the vendor's own deployment tool.
//!
//! The documents do not say how a refusal looks: it is the 403 of a wrong
//! signature here.

use http::header::{CONTENT_TYPE, COOKIE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use bytes::Bytes;

use crate::aliyun_api::error::Refused;
use crate::aliyun_api::schema::find;
use crate::aliyun_api::store::Item;

/// Algorithms of keys. The platform's list has ES512 too, which no library of
/// ours verifies.
const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "HS256", "HS384",
    "HS512", "EdDSA",
];

/// Parts of a request that hold tokens and get claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Header,
    Query,
    Form,
    Cookie,
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "header" => Self::Header,
            "query" => Self::Query,
            "form" => Self::Form,
            "cookie" => Self::Cookie,
            _ => return None,
        })
    }
}

/// A key, and whose name a token has to carry to be checked by it.
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// Which paths need a token.
enum Paths {
    All,
    /// All but these: the `whitelist`.
    But(Vec<String>),
    /// These: the `blacklist`.
    Only(Vec<String>),
}

/// What a trigger's `authConfig` says.
pub(crate) struct Gate {
    keys: Vec<Key>,
    /// `POSITION:NAME[:PREFIX]`.
    lookups: Vec<(Part, String, String)>,
    /// `POSITION:CLAIM:NAME`.
    passes: Vec<(Part, String, String)>,
    paths: Paths,
}

impl Gate {
    /// Reads `authConfig`: an object, or its JSON text.
    ///
    /// # Errors
    /// Keys or places that are missing or wrong.
    pub(crate) fn parse(config: Option<&Value>) -> Result<Self, Refused> {
        let parsed;
        let config = match config {
            Some(Value::Object(config)) => config,
            Some(Value::String(text)) => {
                parsed = serde_json::from_str::<Item>(text)
                    .map_err(|e| Refused::value("authConfig", "a JSON object", &e.to_string()))?;
                &parsed
            }
            _ => return Err(Refused::absent("triggerConfig.authConfig")),
        };
        let text = |member: &str| match find(config, member) {
            None => Ok(""),
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(other) => Err(Refused::value(member, "text", &other.to_string())),
        };
        let lookups = places(text("tokenLookup")?, |words| match words {
            [name] => Some((*name, "")),
            [name, prefix] => Some((*name, *prefix)),
            _ => None,
        });
        let passes = places(text("claimPassBy")?, |words| match words {
            ["", name] => Some((*name, *name)),
            [claim, name] => Some((*claim, *name)),
            _ => None,
        });
        let allowed = "POSITION:NAME[:PREFIX], with commas between; a position is header, query, \
                       form or cookie";
        let lookups = lookups.filter(|lookups| !lookups.is_empty());
        Ok(Self {
            keys: keys(config)?,
            lookups: lookups
                .ok_or_else(|| Refused::value("authConfig.tokenLookup", allowed, "other"))?,
            passes: passes.ok_or_else(|| {
                let allowed = "POSITION:CLAIM:NAME, with commas between";
                Refused::value("authConfig.claimPassBy", allowed, "other")
            })?,
            paths: paths(config)?,
        })
    }

    /// The claims of the request's token; nothing where its path needs none.
    ///
    /// # Errors
    /// Without a token, or with one that no key of the trigger has signed, that
    /// is not valid yet or any more.
    pub(crate) fn admit(
        &self,
        head: &Parts,
        path: &str,
        body: &[u8],
    ) -> Result<Option<Item>, Refused> {
        let needed = match &self.paths {
            Paths::All => true,
            Paths::But(paths) => !paths.iter().any(|listed| covers(listed, path)),
            Paths::Only(paths) => paths.iter().any(|listed| covers(listed, path)),
        };
        if !needed {
            return Ok(None);
        }
        let denied = |why: &str| Refused::new(403, "AccessDenied", format!("JWT: {why}"));
        let mut found = self.lookups.iter();
        let token = found.find_map(|(part, name, prefix)| {
            let token = lookup(*part, name, head, body)?;
            let token = token.strip_prefix(prefix.as_str())?.trim();
            (!token.is_empty()).then(|| token.to_owned())
        });
        let token = token.ok_or_else(|| denied("the token is missing"))?;
        let header = decode_header(&token).map_err(|_| denied("the token is malformed"))?;
        let id = header.kid.filter(|id| !id.is_empty());
        let key = self.keys.iter().find(|key| key.id == id);
        let key = key.ok_or_else(|| denied("no key of the trigger has the token's kid"))?;
        let mut checks = Validation::new(key.algorithm);
        checks.required_spec_claims.clear();
        checks.validate_nbf = true;
        checks.validate_aud = false;
        checks.leeway = 0;
        let claims = decode::<Item>(&token, &key.key, &checks)
            .map_err(|e| denied(&format!("the token is invalid: {e}")))?
            .claims;
        // Of another type, the library passes these over.
        for moment in ["exp", "nbf"] {
            if claims.get(moment).is_some_and(|value| !value.is_number()) {
                return Err(denied(&format!("the token's {moment} is no number")));
            }
        }
        Ok(Some(claims))
    }

    /// Gives the function the claims that it is to have.
    pub(crate) fn pass_on(&self, claims: &Item, request: &mut Request<Bytes>) {
        for (part, claim, name) in &self.passes {
            let value = match claims.get(claim) {
                None => continue,
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            give(*part, name, &value, request);
        }
    }
}

/// The list of places of this text: position and two names.
fn places<'a>(
    text: &'a str,
    names: impl Fn(&[&'a str]) -> Option<(&'a str, &'a str)>,
) -> Option<Vec<(Part, String, String)>> {
    let places = text.split(',').map(str::trim);
    let place = |place: &'a str| {
        let mut words = place.split(':').map(str::trim);
        let part = Part::parse(words.next()?)?;
        let (first, second) = names(&words.collect::<Vec<_>>())?;
        (!first.is_empty()).then(|| (part, first.to_owned(), second.to_owned()))
    };
    places.filter(|text| !text.is_empty()).map(place).collect()
}

fn keys(config: &Item) -> Result<Vec<Key>, Refused> {
    let set = find(config, "jwks").and_then(|set| set.get("keys")?.as_array());
    let set = set.filter(|set| !set.is_empty());
    let set = set.ok_or_else(|| Refused::absent("authConfig.jwks.keys"))?;
    let mut keys: Vec<Key> = Vec::new();
    for given in set {
        let text = |member: &str| given.get(member).and_then(Value::as_str);
        let algorithm = text("alg").filter(|name| ALGORITHMS.contains(name));
        let algorithm = algorithm.and_then(|name| name.parse().ok());
        let algorithm = algorithm.ok_or_else(|| {
            let given = text("alg").unwrap_or_default();
            Refused::value("authConfig.jwks.keys.alg", &ALGORITHMS.join(" | "), given)
        })?;
        let wrong = |e: &dyn std::fmt::Display| {
            Refused::value("authConfig.jwks.keys", "public keys", &e.to_string())
        };
        let jwk: Jwk = serde_json::from_value(given.clone()).map_err(|e| wrong(&e))?;
        let id = text("kid").filter(|id| !id.is_empty()).map(str::to_owned);
        if id.is_none() && keys.iter().any(|key| key.id.is_none()) {
            return Err(wrong(&"two without a kid"));
        }
        keys.push(Key {
            id,
            algorithm,
            key: DecodingKey::from_jwk(&jwk).map_err(|e| wrong(&e))?,
        });
    }
    Ok(keys)
}

fn paths(config: &Item) -> Result<Paths, Refused> {
    let list = |member: &str| match find(config, member) {
        None => Ok(Vec::new()),
        Some(list) => serde_json::from_value::<Vec<String>>(list.clone())
            .map_err(|_| Refused::value(member, "a list of paths", &list.to_string())),
    };
    match (list("whitelist")?, list("blacklist")?) {
        (but, only) if but.is_empty() && only.is_empty() => Ok(Paths::All),
        (but, only) if only.is_empty() => Ok(Paths::But(but)),
        (but, only) if but.is_empty() => Ok(Paths::Only(only)),
        _ => {
            let message = "authConfig has a whitelist and a blacklist: accepted is one of them";
            Err(Refused::invalid(message))
        }
    }
}

/// The very path, or what begins like it where it ends in a star.
fn covers(listed: &str, path: &str) -> bool {
    match listed.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == listed,
    }
}

fn is_form(headers: &http::HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    media.is_some_and(|media| media.starts_with("application/x-www-form-urlencoded"))
}

fn item(encoded: &[u8], name: &str) -> Option<String> {
    let mut items = form_urlencoded::parse(encoded);
    items
        .find(|item| item.0 == name)
        .map(|item| item.1.into_owned())
}

fn lookup(part: Part, name: &str, head: &Parts, body: &[u8]) -> Option<String> {
    match part {
        Part::Header => Some(head.headers.get(name)?.to_str().ok()?.to_owned()),
        Part::Query => item(head.uri.query()?.as_bytes(), name),
        Part::Form if head.method == Method::POST && is_form(&head.headers) => item(body, name),
        Part::Form => None,
        Part::Cookie => {
            let cookies = head.headers.get_all(COOKIE).iter();
            let mut cookies = cookies
                .filter_map(|field| field.to_str().ok())
                .flat_map(|field| field.split(';'));
            cookies.find_map(|cookie| {
                let (own, value) = cookie.split_once('=')?;
                (own.trim() == name).then(|| value.trim().to_owned())
            })
        }
    }
}

/// `name=value` behind the items that are there, but for the caller's own of
/// this name.
fn joined(before: &str, mark: char, name: &str, value: &str) -> String {
    let others = before.split(mark).map(str::trim).filter(|other| {
        let own = form_urlencoded::parse(other.as_bytes()).next();
        own.is_some_and(|own| own.0 != name)
    });
    let mut items = form_urlencoded::Serializer::new(String::new());
    let given = items.append_pair(name, value).finish();
    let items: Vec<_> = others.chain([given.as_str()]).collect();
    items.join(if mark == ';' { "; " } else { "&" })
}

/// Puts a claim where the function reads it; where that is not possible, the
/// function does not get it.
fn give(part: Part, name: &str, value: &str, request: &mut Request<Bytes>) {
    match part {
        Part::Header => {
            let name = HeaderName::try_from(name);
            if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
                request.headers_mut().insert(name, value);
            }
        }
        Part::Query => {
            let query = request.uri().query().unwrap_or_default();
            let query = joined(query, '&', name, value);
            let target = format!("{}?{query}", request.uri().path());
            if let Ok(uri) = target.parse() {
                *request.uri_mut() = uri;
            }
        }
        Part::Form if *request.method() == Method::POST && is_form(request.headers()) => {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            *request.body_mut() = Bytes::from(joined(&body, '&', name, value));
        }
        Part::Form => {}
        Part::Cookie => {
            let before = request.headers().get(COOKIE);
            let before = before.and_then(|v| v.to_str().ok()).unwrap_or_default();
            if let Ok(cookies) = HeaderValue::try_from(joined(before, ';', name, value)) {
                request.headers_mut().insert(COOKIE, cookies);
            }
        }
    }
}

#[cfg(test)]
mod tests;
