//! What a platform says of a request counts under that platform alone, and
//! what is secret is neither sent back nor logged.

use host_test::runtimes::{RUNTIMES, Runtime, Settings};

use super::packed::LIST;
use crate::client::{Reply, ask};
use crate::stands::{Door, input};
use crate::zips::{each_setup, faithful, site};

/// Fields by which platforms say who calls, which request it is and whose
/// function; each with the platform of its own.
const FACTS: [(&str, &str); 24] = [
    ("aliyun", "x-fc-request-id"),
    ("aliyun", "x-fc-client-ip"),
    ("aliyun", "x-fc-function-name"),
    ("aliyun", "x-fc-account-id"),
    ("aws", "lambda-runtime-aws-request-id"),
    ("aws", "lambda-runtime-invoked-function-arn"),
    ("aws", "x-amzn-requestid"),
    ("azure", "x-azure-functions-invocationid"),
    ("azure", "client-ip"),
    ("baidu", "x-bce-request-id"),
    ("baidu", "x-cfc-requestid"),
    ("baidu", "x-cfc-clientip"),
    ("google", "x-cloud-trace-context"),
    ("google", "function-execution-id"),
    ("huawei", "x-cff-request-id"),
    ("huawei", "x-cff-func-name"),
    ("huawei", "x-cff-project-id"),
    ("huawei", "x-apig-source-ip"),
    ("leancloud", "x-real-ip"),
    ("tencent", "x-scf-request-id"),
    ("tencent", "x-scf-remote-addr"),
    ("tencent", "x-scf-name"),
    ("tencent", "request_id"),
    ("openwhisk", "x-request-id"),
];

/// Fields that hold keys and tokens, the platforms' and callers'.
const SECRETS: [&str; 22] = [
    "x-fc-access-key-id",
    "x-fc-access-key-secret",
    "x-fc-security-token",
    "x-cff-auth-token",
    "x-cff-access-key",
    "x-cff-secret-key",
    "x-cff-security-access-key",
    "x-cff-security-secret-key",
    "x-cff-security-token",
    "x-scf-secret-id",
    "x-scf-secret-key",
    "x-scf-session-token",
    "x-cfc-accesskeyid",
    "x-cfc-accesskeysecret",
    "x-cfc-securitytoken",
    "x-functions-key",
    "x-lc-key",
    "x-lc-session",
    "x-lc-sign",
    "x-avoscloud-master-key",
    "authorization",
    "cookie",
];

/// Variables and fields that the emulators themselves fill.
const OWN_SECRETS: [&str; 10] = [
    "secret-example",
    "token-example",
    "key-example",
    "id-example",
    "ASIAEXAMPLE",
    // LeanCloud's keys of the app.
    "kQ7vXy2LmN4pRs6TuWz8aBcD",
    "Mz9yXw8vUt7sRq6pOn5mLk4J",
    "hK3nVb6qWe9rTy1uIo4p",
    // Set by the owner.
    "owners-secret",
    "guarded-",
];

/// Kinds whose platform gives each request an id that the emulator sends.
const WITH_ID: [&str; 9] = [
    "aliyun",
    "aws",
    "azure",
    "google",
    "huawei",
    "huawei-event",
    "openwhisk",
    "tencent",
    "tencent-event",
];

/// All of an answer as one text.
fn whole(reply: &Reply) -> String {
    let fields = reply.headers.iter();
    let fields: String = fields
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    format!("{fields}\n{}", String::from_utf8_lossy(&reply.body))
}

#[test]
fn only_the_platform_is_believed_and_secrets_stay() {
    let site = site(input(LIST), None);
    let forged: Vec<_> = FACTS
        .iter()
        .map(|(platform, name)| ((*name).to_owned(), format!("forged-{platform}")))
        .chain(
            SECRETS
                .iter()
                .map(|name| ((*name).to_owned(), format!("guarded-{name}"))),
        )
        .collect();
    let fields: Vec<_> = forged
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    for row in RUNTIMES {
        let mut answered = 0;
        let own = |settings: &mut Settings| {
            let own = ("OWN_TOKEN".to_owned(), "owners-secret".to_owned());
            settings.environment.push(own);
        };
        each_setup(row, &site, faithful, own, |program, ways| {
            for way in ways {
                answered += asked(row, &way.door, &fields);
            }
            logs_nothing_of_it(row, &program.log());
        });
        assert!(answered >= 4, "{}: {answered}", row.kind);
    }
}

/// Asks for answers of all sorts with these fields; gives how many came.
fn asked(row: &Runtime, door: &Door, fields: &[(&str, &str)]) -> usize {
    let mut answered = 0;
    for (path, status) in [
        ("/", 302),
        ("/?type=json", 200),
        ("/?count=99", 400),
        ("/info", 200),
    ] {
        let at = format!("{}: {path}", door.label());
        let target = format!("{}{path}", door.base);
        let reply = ask(door.address, "GET", &target, fields, b"");
        answered += usize::from(reply.status == status);
        let text = whole(&reply);
        for (platform, _) in FACTS {
            let own = platform == row.platform;
            let forged = format!("forged-{platform}");
            assert!(own || !text.contains(&forged), "{at}: {text}");
        }
        for secret in OWN_SECRETS {
            assert!(!text.contains(secret), "{at}: {text}");
        }
        if WITH_ID.contains(&row.kind) && reply.status == status {
            let id = reply.header("x-request-id").unwrap_or_default();
            assert!(!id.is_empty() && !id.contains("forged"), "{at}: {text}");
        }
    }
    answered
}

fn logs_nothing_of_it(row: &Runtime, log: &str) {
    for (platform, _) in FACTS {
        let own = platform == row.platform;
        let forged = format!("forged-{platform}");
        assert!(own || !log.contains(&forged), "{}: {log}", row.kind);
    }
    for secret in OWN_SECRETS {
        assert!(!log.contains(secret), "{}: {log}", row.kind);
    }
}
