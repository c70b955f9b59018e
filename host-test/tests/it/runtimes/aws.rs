//! AWS Lambda.

use host_test::gateways::{Failure, Outcome};
use host_test::runtimes::{Program, Settings, has_namespaces};

use super::{SOON, call, deploy, json, python, settings};

fn program(settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/lambda.py"))?;
    Some(deploy("aws", &[("bootstrap", 0o755, &script)], settings))
}

#[test]
fn a_program_finds_what_the_platform_promises_and_nothing_else() {
    let own = Settings {
        environment: vec![("OWN".to_owned(), "x".to_owned())],
        ..settings()
    };
    let Some(program) = program(own) else { return };
    let seen = json(&call(&*program, r#"{"do":"look"}"#));
    assert_eq!(seen["event"]["do"], "look");
    let headers = &seen["headers"];
    let id = headers["lambda-runtime-aws-request-id"].as_str().unwrap();
    assert_eq!(id.len(), 36, "{id}");
    assert!(
        headers["lambda-runtime-deadline-ms"]
            .as_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 0
    );
    let environment = seen["environment"].as_object().unwrap();
    assert_eq!(environment["OWN"], "x");
    let inherited = ["HOME", "CARGO_MANIFEST_DIR", "USER"];
    assert!(
        inherited
            .iter()
            .all(|name| !environment.contains_key(*name))
    );
    let root = environment["LAMBDA_TASK_ROOT"].as_str().unwrap();
    assert_eq!(seen["folder"], root);
    assert_eq!(seen["program"], format!("{root}/bootstrap"));
    if has_namespaces() {
        assert_eq!(root, "/var/task");
    }
}

#[test]
fn calls_that_fail_are_told_apart() {
    let small = Settings {
        memory: Some(100),
        ..settings()
    };
    let threw = |text: &str| Failure::Threw(text.to_owned());
    for (what, settings, expected, line) in [
        (
            "raise",
            settings(),
            threw("Runtime.Unknown: no such picture"),
            "",
        ),
        (
            "exit",
            settings(),
            Failure::Exited,
            "Runtime exited with error: exit status 7",
        ),
        ("hoard", small, Failure::Memory, "Runtime.OutOfMemory"),
        (
            "large",
            settings(),
            threw(
                "Response payload size (7000000 bytes) exceeded maximum allowed payload size (6291556 bytes).",
            ),
            "",
        ),
    ] {
        let Some(program) = program(settings) else {
            return;
        };
        let outcome = call(&*program, &format!(r#"{{"do":"{what}"}}"#));
        assert_eq!(
            outcome,
            Outcome::Failed(expected),
            "{what}: {}",
            program.log()
        );
        assert!(program.log().contains(line), "{what}: {}", program.log());
    }
}

#[test]
fn a_program_that_ended_is_replaced() {
    let Some(program) = program(settings()) else {
        return;
    };
    assert_eq!(
        call(&*program, r#"{"do":"exit"}"#),
        Outcome::Failed(Failure::Exited)
    );
    assert!(program.log().contains("going\n"), "{}", program.log());
    for _ in 0..2 {
        assert_eq!(json(&call(&*program, "{}"))["event"], serde_json::json!({}));
    }
}

#[test]
fn programs_that_do_not_start_fail_every_call() {
    let start = |how: &str| Settings {
        environment: vec![("START".to_owned(), how.to_owned())],
        ..settings()
    };
    let slow = Settings {
        start: Some(SOON),
        ..start("sleep")
    };
    let Some(script) = python(include_str!("programs/lambda.py")) else {
        return;
    };
    let text = script.as_str();
    for (files, settings, expected, line) in [
        (
            &[("other", 0o755, text)],
            settings(),
            Failure::Exited,
            "Runtime.InvalidEntrypoint",
        ),
        (
            &[("bootstrap", 0o644, text)],
            settings(),
            Failure::Exited,
            "Runtime.InvalidEntrypoint",
        ),
        (
            &[("bootstrap", 0o755, "#!/bin/sh\nexit 3\n")],
            settings(),
            Failure::Exited,
            "Runtime exited with error: exit status 3",
        ),
        (
            &[("bootstrap", 0o755, text)],
            start("fail"),
            Failure::Threw("Function.NoList: no list".to_owned()),
            "",
        ),
        (
            &[("bootstrap", 0o755, text)],
            slow,
            Failure::TimedOut,
            "Task timed out",
        ),
    ] {
        let program = deploy("aws", files, settings);
        for _ in 0..2 {
            let outcome = call(&*program, "{}");
            assert_eq!(
                outcome,
                Outcome::Failed(expected.clone()),
                "{}",
                program.log()
            );
        }
        assert!(program.log().contains(line), "{}", program.log());
    }
}

#[test]
fn calls_that_the_interface_does_not_allow_are_refused() {
    let Some(program) = program(settings()) else {
        return;
    };
    let seen = json(&call(&*program, r#"{"do":"stray"}"#));
    for (call, status) in [
        ("again", 403),
        ("other", 400),
        ("late", 403),
        ("unknown", 404),
    ] {
        assert_eq!(seen[call], status, "{call}");
    }
}
