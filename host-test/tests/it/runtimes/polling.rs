//! What programs meet that ask their platform for events.

use host_test::gateways::{Failure, Outcome};
use host_test::runtimes::Settings;

use super::{SOON, call, deploy, json, logged, python, settings};

/// Kind, a program for it, and what its log says of a call that took too long.
const PROGRAMS: [(&str, &str, &str); 3] = [
    (
        "aws",
        include_str!("programs/lambda.py"),
        "Task timed out after 0.30 seconds",
    ),
    (
        "tencent-event",
        include_str!("programs/scf.py"),
        "433 TimeLimitReached",
    ),
    (
        "huawei-event",
        include_str!("programs/functiongraph.py"),
        "call request timed out after 300ms (4010)",
    ),
];

#[test]
fn an_interface_that_hangs_up_is_asked_again() {
    for (kind, script, _) in PROGRAMS {
        let Some(script) = python(script) else { return };
        let bad_day = Settings {
            hang_ups: 3,
            ..settings()
        };
        let program = deploy(kind, &[("bootstrap", 0o755, &script)], bad_day);
        json(&call(&*program, "{}"));
        logged(&*program, "again\n", 3);
    }
}

#[test]
fn a_call_past_its_deadline_ends_the_program() {
    for (kind, script, line) in PROGRAMS {
        let Some(script) = python(script) else { return };
        let soon = Settings {
            timeout: Some(SOON),
            ..settings()
        };
        let program = deploy(kind, &[("bootstrap", 0o755, &script)], soon);
        let outcome = call(&*program, r#"{"do":"sleep"}"#);
        assert_eq!(outcome, Outcome::Failed(Failure::TimedOut), "{kind}");
        assert!(program.log().contains(line), "{kind}: {}", program.log());
    }
}
