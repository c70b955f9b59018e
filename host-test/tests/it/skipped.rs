//! What a test leaves out for want of something on this machine. The harness
//! of tests knows no such thing and counts it as passed, so it is said where
//! everybody sees it.

use std::io::Write as _;

use host_test::runtimes::has_namespaces;

/// To the terminal, also where a test's output is kept back.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says what the running test, or a part of it, wants; `.ci/run` counts these.
pub(crate) fn skipped(why: &str) {
    let thread = std::thread::current();
    say(&format!(
        "SKIPPED {}: {why}",
        thread.name().unwrap_or_default()
    ));
}

/// Whether there are namespaces; where there are none, this much of the test is
/// said to be left out.
pub(crate) fn with_namespaces(what: &str) -> bool {
    let granted = has_namespaces();
    if !granted {
        skipped(&format!("{what}: this machine grants no namespaces"));
    }
    granted
}
