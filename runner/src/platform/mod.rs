//! The platforms' runtime contracts: one file a platform, one row a kind in
//! [`KINDS`].

mod aliyun;
mod aws;
mod azure;
mod baidu;
mod google;
mod huawei;
mod leancloud;
mod openwhisk;
mod tencent;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};

pub(crate) use self::openwhisk::Lines;
use crate::environment::{BadVariable, Environment};
use crate::function::{EventFailure, Function};
use crate::runtime_api::RuntimeApi;

/// A platform that sends requests to a port of ours.
pub(crate) trait Http: Send + Sync {
    /// Answers one of them: a caller's, or the platform's own.
    fn answer(&self, function: &Function, request: &Request<Bytes>) -> Response<Bytes>;
}

/// How a platform runs this program.
pub(crate) enum Contract {
    /// It sends requests to this address.
    Http(SocketAddr, Box<dyn Http>),
    /// It is asked for invocations.
    Api(Box<dyn RuntimeApi>),
    /// It writes invocations to standard input.
    Lines(Lines),
}

/// A row of the table of contracts. A platform may have several kinds of
/// functions; each is one.
pub(crate) struct Kind {
    /// As `--platform` and `edgepick pack --for` take it.
    pub(crate) name: &'static str,
    /// The platform's name, as `gateway.handle` takes it.
    pub(crate) platform: &'static str,
    /// What tells it, for people, or [`NOTHING`].
    pub(crate) sign: &'static str,
    /// Whether the environment is this kind's. No environment is two kinds'.
    pub(crate) told: fn(&Environment) -> bool,
    /// What the environment says in detail.
    pub(crate) contract: fn(&Environment) -> Result<Contract, BadVariable>,
}

/// The sign of a kind that no environment tells.
const NOTHING: &str = "nothing; name it";

/// Every kind.
pub(crate) static KINDS: &[Kind] = &[
    aliyun::KIND,
    aws::KIND,
    azure::KIND,
    baidu::KIND,
    google::KIND,
    huawei::HTTP,
    huawei::EVENT,
    leancloud::KIND,
    openwhisk::LOOP,
    openwhisk::PROXY,
    tencent::WEB,
    tencent::EVENT,
    tencent::IMAGE,
];

/// No kind, or an unknown one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unknown {
    /// The name is none of ours.
    #[error("the platform `{0}` is not known; accepted: {known}", known = names())]
    Name(String),
    /// Nothing tells where this program runs.
    #[error(
        "no platform is recognised by its environment; looked for {}; or name one by --platform or EDGEPICK_PLATFORM: {}",
        signs(),
        names()
    )]
    Nowhere,
}

fn names() -> String {
    let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    names.join(", ")
}

fn signs() -> String {
    let rows = KINDS.iter().filter(|kind| kind.sign != NOTHING);
    let signs: Vec<_> = rows
        .map(|kind| format!("{} ({})", kind.sign, kind.name))
        .collect();
    signs.join(", ")
}

/// The kind with this name, else the one that the environment tells.
///
/// # Errors
/// When the name is unknown, or nothing is told.
pub(crate) fn find(
    name: Option<&str>,
    environment: &Environment,
) -> Result<&'static Kind, Unknown> {
    match name {
        Some(name) => KINDS
            .iter()
            .find(|kind| kind.name == name)
            .ok_or_else(|| Unknown::Name(name.to_owned())),
        None => KINDS
            .iter()
            .find(|kind| (kind.told)(environment))
            .ok_or(Unknown::Nowhere),
    }
}

/// The document of an event that was posted here.
fn posted(document: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(document.into());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Why an event that was posted here has none.
fn unanswered(failure: &EventFailure) -> Response<Bytes> {
    let mut response = Response::new(failure.to_string().into());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// The text of a field.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
}

/// How long a platform waits that says so in whole seconds. One that waits for
/// none was not asked.
fn seconds(text: Option<&str>) -> Option<Duration> {
    let seconds = text?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|left| !left.is_zero())
}

/// How long a platform waits that says until when, in milliseconds since 1970;
/// none where that is over: its clock is another one then.
fn until(milliseconds: u64) -> Option<Duration> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Duration::from_millis(milliseconds)
        .checked_sub(now)
        .filter(|left| !left.is_zero())
}

/// The caller as the platform's own proxy saw it: the last entry of
/// `X-Forwarded-For`; what stands before is hearsay.
fn last_forwarded(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all("x-forwarded-for").iter();
    let last = lines.next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    Some(last).filter(|client| !client.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_wins_over_the_environment() {
        let environment = Environment::from_pairs(&[("PORT", "80"), ("K_SERVICE", "x")]);
        assert_eq!(find(Some("aws"), &environment).ok().unwrap().name, "aws");
        assert_eq!(find(None, &environment).ok().unwrap().name, "google");
    }

    #[test]
    fn what_is_not_recognised_is_said_with_what_was_looked_for() {
        let message = find(None, &Environment::default())
            .err()
            .unwrap()
            .to_string();
        for kind in KINDS {
            assert!(message.contains(kind.name), "{message}");
            let is_said = message.contains(kind.sign);
            assert_eq!(is_said, kind.sign != NOTHING, "{message}");
        }
        let message = find(Some("acme"), &Environment::default())
            .err()
            .unwrap()
            .to_string();
        assert!(
            message.contains("`acme`") && message.contains("aws"),
            "{message}"
        );
    }

    #[test]
    fn each_environment_is_one_kinds() {
        for (pairs, expected) in [
            (&[("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")][..], "aws"),
            (&[("FUNCTIONS_CUSTOMHANDLER_PORT", "4711")], "azure"),
            (&[("BCE_USER_FUNCTION_NAME", "x")], "baidu"),
            (&[("K_SERVICE", "x"), ("PORT", "8080")], "google"),
            (&[("LEANCLOUD_APP_PORT", "3000")], "leancloud"),
            (&[("__OW_API_HOST", "https://ow")], "openwhisk-proxy"),
            (
                &[("FC_FUNCTION_NAME", "x"), ("FC_SERVER_PORT", "9000")],
                "aliyun",
            ),
            (&[("RUNTIME_CODE_ROOT", "/opt/function/code")], "huawei"),
            (
                &[
                    ("RUNTIME_CODE_ROOT", "/opt/function/code"),
                    ("RUNTIME_API_ADDR", "a:1"),
                ],
                "huawei-event",
            ),
            (&[("TENCENTCLOUD_RUNENV", "SCF")], "tencent"),
            (
                &[("TENCENTCLOUD_RUNENV", "SCF"), ("SCF_RUNTIME_API", "a")],
                "tencent-event",
            ),
        ] {
            let environment = Environment::from_pairs(pairs);
            let told: Vec<_> = KINDS
                .iter()
                .filter(|kind| (kind.told)(&environment))
                .map(|kind| kind.name)
                .collect();
            assert_eq!(told, [expected], "{pairs:?}");
        }
    }

    #[test]
    fn a_program_named_exec_is_an_action() {
        for pairs in [&[][..], &[("__OW_API_HOST", "https://ow")]] {
            let environment = Environment::from_pairs(pairs).started_as("exec");
            assert_eq!(
                find(None, &environment).ok().unwrap().name,
                "openwhisk",
                "{pairs:?}"
            );
        }
    }

    #[test]
    fn what_a_platform_says_of_its_patience() {
        for (text, expected) in [
            (Some("3"), Some(3)),
            (Some(" 900 "), Some(900)),
            (Some("0"), None),
            (Some("-1"), None),
            (Some("soon"), None),
            (None, None),
        ] {
            assert_eq!(seconds(text), expected.map(Duration::from_secs), "{text:?}");
        }
        assert_eq!(until(0), None);
        assert_eq!(until(1_000), None);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let hour = Duration::from_secs(3600);
        let left = until(u64::try_from((now + hour).as_millis()).unwrap()).unwrap();
        assert!(left <= hour && left > hour / 2, "{left:?}");
        assert!(until(u64::MAX).is_some());
    }

    #[test]
    fn names_are_unique() {
        for (i, kind) in KINDS.iter().enumerate() {
            assert!(kind.name.starts_with(kind.platform), "{}", kind.name);
            assert!(KINDS[..i].iter().all(|other| other.name != kind.name));
        }
    }
}
