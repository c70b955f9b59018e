//! Who calls: the app's id with a key or a signature, in fields of several
//! generations or, from old scripts, in the body.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request};
use md5::{Digest as _, Md5};
use serde_json::{Map, Value};

use crate::gateways::headers::text;

/// What the app knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys<'a> {
    pub(super) id: &'a str,
    pub(super) app: &'a str,
    pub(super) master: &'a str,
    pub(super) android: Option<&'a str>,
}

/// What right credentials allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credentials {
    /// Everything.
    pub(super) master: bool,
    /// The staging environment is meant.
    pub(super) staging: bool,
    /// The token of a user's session.
    pub(super) session: Option<String>,
}

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
const MASTER: [&str; 2] = ["x-avoscloud-master-key", "x-uluru-master-key"];
const SIGN: [&str; 2] = ["x-lc-sign", "x-avoscloud-request-sign"];
const SESSION: [&str; 3] = [
    "x-lc-session",
    "x-avoscloud-session-token",
    "x-uluru-session-token",
];
const PROD: [&str; 3] = [
    "x-lc-prod",
    "x-avoscloud-application-production",
    "x-uluru-application-production",
];

impl Credentials {
    /// Those of a request; `None` where they are missing or wrong.
    pub(super) fn of(request: &Request<Bytes>, keys: Keys<'_>) -> Option<Self> {
        let headers = request.headers();
        let kind = headers.get(CONTENT_TYPE).map(text).unwrap_or_default();
        let given = if kind.starts_with("text/plain") {
            Given::of_body(request.body())
        } else {
            Given::of_headers(headers)
        };
        let master = given.check(keys)?;
        Some(Self {
            master,
            staging: given.staging,
            session: given.session.filter(|token| !token.is_empty()),
        })
    }
}

/// What a request says.
#[derive(Debug, Default)]
struct Given {
    id: Option<String>,
    key: Option<String>,
    master: Option<String>,
    sign: Option<String>,
    session: Option<String>,
    staging: bool,
}

impl Given {
    fn of_headers(headers: &HeaderMap) -> Self {
        let field = |names: &[&str]| names.iter().find_map(|name| headers.get(*name)).map(text);
        Self {
            id: field(&ID),
            key: field(&KEY),
            master: field(&MASTER),
            sign: field(&SIGN),
            session: field(&SESSION),
            staging: field(&PROD).is_some_and(|prod| prod == "0" || prod == "false"),
        }
    }

    fn of_body(body: &[u8]) -> Self {
        let members: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
        let member = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let staging = match members.get("_ApplicationProduction") {
            Some(Value::Bool(production)) => !production,
            Some(Value::Number(number)) => number.as_f64() == Some(0.0),
            _ => false,
        };
        Self {
            id: member("_ApplicationId"),
            key: member("_ApplicationKey"),
            master: member("_MasterKey"),
            sign: None,
            session: member("_SessionToken"),
            staging,
        }
    }

    /// Whether the master key was given; `None` where nothing right was.
    fn check(&self, keys: Keys<'_>) -> Option<bool> {
        if self.id.as_deref() != Some(keys.id) {
            return None;
        }
        if let Some(sign) = &self.sign {
            return check_sign(sign, keys);
        }
        if let Some(master) = &self.master {
            return (master == keys.master).then_some(true);
        }
        let key = self.key.as_deref()?;
        match key.split_once(',') {
            Some((key, "master")) => (key == keys.master).then_some(true),
            Some(_) => None,
            // The master key needs no word beside it here.
            None if key == keys.app || key == keys.master => Some(false),
            None => None,
        }
    }
}

/// `md5(timestamp + key),timestamp[,master|,ax-sig-1]`; nobody looks at the age.
fn check_sign(sign: &str, keys: Keys<'_>) -> Option<bool> {
    let mut parts = sign.split(',');
    let (given, timestamp) = (parts.next()?, parts.next()?);
    let (key, master) = match parts.next() {
        None => (keys.app, false),
        Some("master") => (keys.master, true),
        Some("ax-sig-1") => (keys.android?, false),
        Some(_) => return None,
    };
    let digest = Md5::digest(format!("{timestamp}{key}"));
    let expected: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    (given.to_ascii_lowercase() == expected).then_some(master)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: Keys<'static> = Keys {
        id: "hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz",
        app: "kQ7vXy2LmN4pRs6TuWz8aBcD",
        master: "Mz9yXw8vUt7sRq6pOn5mLk4J",
        android: Some("aN7dRoIdKeY5xW3vU1tS9rQ0"),
    };

    fn of(headers: &[(&str, &str)], body: &str) -> Option<Credentials> {
        let mut request = Request::builder().method("POST").uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Bytes::copy_from_slice(body.as_bytes());
        Credentials::of(&request.body(body).unwrap(), KEYS)
    }

    fn right(master: bool, staging: bool) -> Option<Credentials> {
        Some(Credentials {
            master,
            staging,
            session: None,
        })
    }

    #[test]
    fn keys_and_signatures() {
        let master = format!("{},master", KEYS.master);
        let wrong = format!("{},master", KEYS.app);
        for (name, value, expected) in [
            ("x-lc-key", KEYS.app, right(false, false)),
            ("X-Uluru-Application-Key", KEYS.app, right(false, false)),
            ("x-lc-key", &master, right(true, false)),
            ("x-lc-key", KEYS.master, right(false, false)),
            ("x-lc-key", &wrong, None),
            ("x-lc-key", "x", None),
            ("x-avoscloud-master-key", KEYS.master, right(true, false)),
            ("x-avoscloud-master-key", KEYS.app, None),
            (
                "x-lc-sign",
                "56ec165a8ddf0783099377d1d7975ec6,1783711144005",
                right(false, false),
            ),
            (
                "x-lc-sign",
                "56EC165A8DDF0783099377D1D7975EC6,1783711144005",
                right(false, false),
            ),
            (
                "x-lc-sign",
                "715a302a9a0c655dda9265199b67a381,1783711144005,master",
                right(true, false),
            ),
            (
                "x-lc-sign",
                "715a302a9a0c655dda9265199b67a381,1783711144005",
                None,
            ),
            (
                "x-lc-sign",
                "fe67f3c1b961256750a2ff442554d451,1783711144005,ax-sig-1",
                right(false, false),
            ),
            ("x-lc-sign", "56ec165a8ddf0783099377d1d7975ec6", None),
            (
                "x-lc-sign",
                "56ec165a8ddf0783099377d1d7975ec6,1783711144006",
                None,
            ),
            ("accept", "*/*", None),
        ] {
            assert_eq!(
                of(&[("x-lc-id", KEYS.id), (name, value)], ""),
                expected,
                "{name}: {value}"
            );
            assert_eq!(of(&[("x-lc-id", "other"), (name, value)], ""), None);
            assert_eq!(of(&[(name, value)], ""), None);
        }
    }

    #[test]
    fn the_session() {
        let own = [("x-lc-id", KEYS.id), ("x-lc-key", KEYS.app)];
        for (name, value, session) in [
            ("X-LC-Session", "p0o9", Some("p0o9")),
            ("X-AVOSCloud-Session-Token", "p0o9", Some("p0o9")),
            ("X-Uluru-Session-Token", "p0o9", Some("p0o9")),
            ("X-LC-Session", "", None),
        ] {
            let given = of(&[&own[..], &[(name, value)]].concat(), "").unwrap();
            assert_eq!(given.session.as_deref(), session, "{name}");
        }
    }

    #[test]
    fn the_environment() {
        for (value, staging) in [("0", true), ("false", true), ("1", false), ("x", false)] {
            let headers = [
                ("x-lc-id", KEYS.id),
                ("x-lc-key", KEYS.app),
                ("x-lc-prod", value),
            ];
            assert_eq!(of(&headers, ""), right(false, staging), "{value}");
        }
    }

    #[test]
    fn old_scripts_say_it_in_the_body() {
        let plain = ("content-type", "text/plain;charset=UTF-8");
        let body = |extra: &str| {
            format!(
                r#"{{"_ApplicationId":"{}","_ApplicationKey":"{}"{extra}}}"#,
                KEYS.id, KEYS.app
            )
        };
        assert_eq!(of(&[plain], &body("")), right(false, false));
        let staging = body(r#","_ApplicationProduction":0"#);
        assert_eq!(of(&[plain], &staging), right(false, true));
        assert_eq!(of(&[], &body("")), None);
        // Fields do not count then.
        let fields = [plain, ("x-lc-id", KEYS.id), ("x-lc-key", KEYS.app)];
        assert_eq!(of(&fields, "{}"), None);
        assert_eq!(of(&[plain], "{"), None);
    }
}
