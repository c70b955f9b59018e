//! What a platform says of a request counts under that platform alone, and
//! what is secret is neither sent back nor logged.

use host_test::runtimes::RUNTIMES;

use super::packed::LIST;
use crate::client::{Reply, ask};
use crate::stands::input;
use crate::zips::{deployed_with, faithful, site};

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
        let program = deployed_with(row, &site, |settings| {
            let own = ("OWN_TOKEN".to_owned(), "owners-secret".to_owned());
            settings.environment.push(own);
        });
        let mut answered = 0;
        for way in faithful(row, &*program) {
            let (door, base) = (&way.door, &way.door.base);
            for (path, status) in [
                ("/", 302),
                ("/?type=json", 200),
                ("/?count=99", 400),
                ("/info", 200),
            ] {
                let at = format!("{}: {path}", door.label());
                let reply = ask(door.address, "GET", &format!("{base}{path}"), &fields, b"");
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
        }
        assert!(answered >= 4, "{}: {answered}", row.kind);
        let log = program.log();
        for (platform, _) in FACTS
            .iter()
            .filter(|(platform, _)| *platform != row.platform)
        {
            assert!(
                !log.contains(&format!("forged-{platform}")),
                "{}: {log}",
                row.kind
            );
        }
        for secret in OWN_SECRETS {
            assert!(!log.contains(secret), "{}: {log}", row.kind);
        }
    }
}
