//! Who may call cloud functions: callers show the app's id and one of its
//! keys, or a signature made with one ("REST API", authentication).

use http::HeaderMap;
use md5::{Digest as _, Md5};
use serde_json::Value;

use crate::environment::Environment;
use crate::platform::text;

/// The app's own, as the platform sets them. One that is not set opens
/// nothing.
#[derive(Default)]
pub(super) struct Keys {
    id: Option<String>,
    app: Option<String>,
    master: Option<String>,
    /// That of Android's packages.
    android: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Caller,
    Master,
}

/// Each field's names, the newest first.
const ID: [&str; 3] = [
    "x-lc-id",
    "x-avoscloud-application-id",
    "x-uluru-application-id",
];
const KEY: [&str; 3] = [
    "x-lc-key",
    "x-avoscloud-application-key",
    "x-uluru-application-key",
];
const MASTER_KEY: [&str; 2] = ["x-avoscloud-master-key", "x-uluru-master-key"];
const SIGN: [&str; 2] = ["x-lc-sign", "x-avoscloud-request-sign"];
const SESSION: [&str; 3] = [
    "x-lc-session",
    "x-avoscloud-session-token",
    "x-uluru-session-token",
];

/// Takes away what is nobody's business behind this door.
pub(super) fn remove(headers: &mut HeaderMap) {
    for name in [&KEY[..], &MASTER_KEY, &SIGN, &SESSION]
        .into_iter()
        .flatten()
    {
        headers.remove(*name);
    }
}

/// What a caller shows.
#[derive(Default)]
struct Shown {
    id: Option<String>,
    key: Option<String>,
    master_key: Option<String>,
    sign: Option<String>,
}

impl Keys {
    pub(super) fn of(environment: &Environment) -> Self {
        let get = |name| environment.get(name).map(str::to_owned);
        Self {
            id: get("LEANCLOUD_APP_ID"),
            app: get("LEANCLOUD_APP_KEY"),
            master: get("LEANCLOUD_APP_MASTER_KEY"),
            android: get("LEANCLOUD_APP_ANDX_KEY"),
        }
    }

    /// Whose request it is; none where it shows nothing that fits.
    pub(super) fn role(&self, headers: &HeaderMap, body: &[u8]) -> Option<Role> {
        let shown = Shown::of(headers, body);
        if !is(shown.id.as_deref()?, self.id.as_deref()) {
            return None;
        }
        if let Some(key) = &shown.master_key {
            return is(key, self.master.as_deref()).then_some(Role::Master);
        }
        if let Some(key) = &shown.key {
            return match key.split_once(',') {
                Some((key, "master")) => is(key, self.master.as_deref()).then_some(Role::Master),
                Some(_) => None,
                None => [&self.app, &self.master, &self.android]
                    .into_iter()
                    .any(|own| is(key, own.as_deref()))
                    .then_some(Role::Caller),
            };
        }
        self.signed(shown.sign.as_deref()?)
    }

    /// `md5(time and key),time`, and which key where it is not the app's.
    fn signed(&self, sign: &str) -> Option<Role> {
        let mut words = sign.split(',');
        let (sum, time) = (words.next()?, words.next()?);
        let (key, role) = match words.next() {
            None => (&self.app, Role::Caller),
            Some("master") => (&self.master, Role::Master),
            Some("ax-sig-1") => (&self.android, Role::Caller),
            Some(_) => return None,
        };
        let expected = Md5::new()
            .chain_update(time)
            .chain_update(key.as_deref()?)
            .finalize();
        let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        is(&sum.to_ascii_lowercase(), Some(&expected)).then_some(role)
    }
}

impl Shown {
    /// Scripts that spare a preflight show it inside of a `text/plain` body.
    fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let find = |names: &[&str]| {
            let value = names.iter().find_map(|name| text(headers, name));
            value.map(str::to_owned)
        };
        let shown = Self {
            id: find(&ID),
            key: find(&KEY),
            master_key: find(&MASTER_KEY),
            sign: find(&SIGN),
        };
        let is_text = text(headers, "content-type").is_some_and(|t| t.starts_with("text/plain"));
        if shown.id.is_some() || !is_text {
            return shown;
        }
        let document: Value = serde_json::from_slice(body).unwrap_or_default();
        let member = |name| document.get(name)?.as_str().map(str::to_owned);
        Self {
            id: member("_ApplicationId"),
            key: member("_ApplicationKey"),
            master_key: member("_MasterKey"),
            sign: None,
        }
    }
}

/// Whether a text is our own, in a time that does not tell how much of it is.
fn is(shown: &str, own: Option<&str>) -> bool {
    let Some(own) = own else { return false };
    let differences = shown.bytes().zip(own.bytes());
    let differences = differences.fold(0, |sum, (a, b)| sum | (a ^ b));
    shown.len() == own.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    const APP: &str = "kQ7vXy2LmN4pRs6TuWz8aBcD";
    const MASTER: &str = "Mz9yXw8vUt7sRq6pOn5mLk4J";

    fn keys() -> Keys {
        Keys::of(&Environment::from_pairs(&[
            ("LEANCLOUD_APP_ID", "pics"),
            ("LEANCLOUD_APP_KEY", APP),
            ("LEANCLOUD_APP_MASTER_KEY", MASTER),
        ]))
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let field = |(name, value): &(&'static str, &str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        };
        pairs.iter().map(field).collect()
    }

    fn shown(pairs: &[(&'static str, &str)]) -> Option<Role> {
        keys().role(&headers(pairs), b"{}")
    }

    #[test]
    fn keys_and_signatures() {
        const CALLER: Option<Role> = Some(Role::Caller);
        let app_sign = "56ec165a8ddf0783099377d1d7975ec6,1783711144005";
        let master_sign = "715a302a9a0c655dda9265199b67a381,1783711144005,master";
        for (name, value, expected) in [
            ("x-lc-key", APP, CALLER),
            ("x-avoscloud-application-key", APP, CALLER),
            ("x-lc-key", MASTER, CALLER),
            (
                "x-lc-key",
                "Mz9yXw8vUt7sRq6pOn5mLk4J,master",
                Some(Role::Master),
            ),
            ("x-lc-key", "kQ7vXy2LmN4pRs6TuWz8aBcD,master", None),
            ("x-lc-key", "kQ7vXy2LmN4pRs6TuWz8aBcD,other", None),
            ("x-lc-key", "kQ7vXy2LmN4pRs6TuWz8aBc", None),
            ("x-avoscloud-master-key", MASTER, Some(Role::Master)),
            ("x-uluru-master-key", APP, None),
            ("x-lc-sign", app_sign, CALLER),
            ("x-avoscloud-request-sign", app_sign, CALLER),
            ("x-lc-sign", &app_sign.to_uppercase(), CALLER),
            ("x-lc-sign", master_sign, Some(Role::Master)),
            (
                "x-lc-sign",
                "56ec165a8ddf0783099377d1d7975ec6,1783711144006",
                None,
            ),
            (
                "x-lc-sign",
                "56ec165a8ddf0783099377d1d7975ec6,1783711144005,ax-sig-1",
                None,
            ),
            ("x-lc-sign", "56ec165a8ddf0783099377d1d7975ec6", None),
            ("x-lc-prod", "1", None),
        ] {
            let id = ("x-lc-id", "pics");
            assert_eq!(shown(&[id, (name, value)]), expected, "{name}: {value}");
            let other = ("x-lc-id", "pics2");
            assert_eq!(shown(&[other, (name, value)]), None);
            assert_eq!(shown(&[(name, value)]), None);
        }
    }

    #[test]
    fn what_is_not_set_opens_nothing() {
        let nothing = Keys::of(&Environment::default());
        for value in ["", "x"] {
            let shown = headers(&[("x-lc-id", value), ("x-lc-key", value)]);
            assert_eq!(nothing.role(&shown, b""), None);
        }
    }

    #[test]
    fn a_script_shows_its_key_in_a_text() {
        let plain = headers(&[("content-type", "text/plain;charset=UTF-8")]);
        let body = format!(r#"{{"_ApplicationId":"pics","_ApplicationKey":"{APP}"}}"#);
        assert_eq!(keys().role(&plain, body.as_bytes()), Some(Role::Caller));
        let json = headers(&[("content-type", "application/json")]);
        assert_eq!(keys().role(&json, body.as_bytes()), None);
        assert_eq!(keys().role(&plain, b"{"), None);
    }

    #[test]
    fn keys_go_no_further() {
        let mut shown = headers(&[
            ("x-lc-id", "pics"),
            ("x-lc-key", APP),
            ("x-lc-sign", "a,b"),
            ("x-lc-session", "s"),
            ("x-lc-prod", "0"),
        ]);
        remove(&mut shown);
        let names: Vec<_> = shown.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["x-lc-id", "x-lc-prod"]);
    }
}
