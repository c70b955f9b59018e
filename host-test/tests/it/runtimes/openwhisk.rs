//! OpenWhisk's action loop.

use host_test::gateways::{Failure, Outcome, find};
use host_test::listener::Listener;
use host_test::runtimes::{Program, Settings, has_namespaces};

use super::{LATER, SOON, at_last, call, deploy, json, python, settings};
use crate::client::ask;
use crate::stands::ANY_PORT;

const SENTINEL: &str = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n";

fn action(settings: Settings) -> Option<Box<dyn Program>> {
    let script = python(include_str!("programs/action.py"))?;
    Some(deploy("openwhisk", &[("exec", 0o755, &script)], settings))
}

fn threw(text: &str) -> Outcome {
    Outcome::Failed(Failure::Threw(text.to_owned()))
}

#[test]
fn an_action_is_started_once_and_gets_lines() {
    let own = Settings {
        environment: vec![("__OW_WAIT_FOR_ACK".to_owned(), "1".to_owned())],
        ..settings()
    };
    for settings in [settings(), own] {
        let Some(program) = action(settings) else {
            return;
        };
        let first = json(&call(&*program, r#"{"n":1}"#));
        let asked = &first["asked"];
        assert_eq!(asked["value"]["n"], 1);
        assert_eq!(
            asked["activation_id"],
            "5b0b9f3e-0000-4000-8000-000000000001"
        );
        assert_eq!(asked["action_name"], "/guest/pics");
        assert_eq!(first["environment"]["__OW_ACTION_NAME"], "/guest/pics");
        if has_namespaces() {
            assert_eq!(first["folder"], "/action/1/bin");
        }
        let whole = r#"{"value":{"n":2},"activation_id":"a","deadline":7}"#;
        let second = json(&call(&*program, whole));
        assert_eq!(second["process"], first["process"]);
        assert_eq!(
            second["asked"],
            serde_json::from_str::<serde_json::Value>(whole).unwrap()
        );
        assert_eq!(program.log().matches(SENTINEL).count(), 4);
    }
}

#[test]
fn a_web_action_answers_callers() {
    let Some(program) = action(settings()) else {
        return;
    };
    for arguments in [&["--raw"][..], &["--raw", "--proxy"], &[]] {
        let gateway = find("openwhisk").unwrap().with(arguments).unwrap();
        let function = program.function().unwrap();
        let listener = Listener::start(ANY_PORT, gateway, function, None).unwrap();
        let path = "/api/v1/web/guest/default/pics.json/a";
        let reply = ask(listener.address(), "GET", path, &[], b"");
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.json()["asked"]["value"]["__ow_path"], "/a");
        if arguments.is_empty() {
            let path = "/api/v1/web/guest/default/pics?do=redirect";
            let reply = ask(listener.address(), "GET", path, &[], b"");
            assert_eq!(reply.status, 302, "{}", reply.text());
        }
    }
}

#[test]
fn calls_that_fail_are_told_apart() {
    let late = Settings {
        timeout: Some(LATER),
        // Else the call has the time that the program takes to start.
        environment: vec![("__OW_WAIT_FOR_ACK".to_owned(), "1".to_owned())],
        ..settings()
    };
    let dictionary = "The action did not return a dictionary or array.";
    for (what, settings, expected) in [
        ("exit", settings(), Outcome::Failed(Failure::Exited)),
        ("sleep", late, Outcome::Failed(Failure::TimedOut)),
        ("text", settings(), threw(dictionary)),
        ("none", settings(), threw(dictionary)),
    ] {
        let Some(program) = action(settings) else {
            return;
        };
        let outcome = call(&*program, &format!(r#"{{"do":"{what}"}}"#));
        assert_eq!(outcome, expected, "{what}: {}", program.log());
        assert_eq!(program.log().matches(SENTINEL).count(), 2, "{what}");
        at_last(what, || {
            let outcome = call(&*program, r#"{"do":"redirect"}"#);
            matches!(outcome, Outcome::Returned(_))
        });
    }
    let Some(program) = action(settings()) else {
        return;
    };
    let answer = json(&call(&*program, r#"{"do":"large"}"#));
    assert_eq!(answer["body"].as_str().unwrap().len(), 1 << 20);
}

#[test]
fn actions_that_do_not_start() {
    let start = "Cannot start action. Check logs for details.";
    let none = "The action failed to generate or locate a binary. See logs for details.";
    let wait = |word: &str| Settings {
        environment: vec![("__OW_WAIT_FOR_ACK".to_owned(), word.to_owned())],
        ..settings()
    };
    let Some(script) = python(include_str!("programs/action.py")) else {
        return;
    };
    for (name, mode, text, settings, expected) in [
        ("other", 0o755, "", settings(), threw(none)),
        ("exec", 0o755, script.as_str(), wait("no"), threw(start)),
        (
            "exec",
            0o755,
            "#!/bin/sh\nexit 3\n",
            wait("1"),
            threw(start),
        ),
        (
            "exec",
            0o755,
            "#!/bin/sh\nsleep 1000\n",
            Settings {
                start: Some(SOON),
                ..wait("1")
            },
            threw(start),
        ),
        (
            "exec",
            0o644,
            script.as_str(),
            settings(),
            Outcome::Failed(Failure::Exited),
        ),
    ] {
        let program = deploy("openwhisk", &[(name, mode, text)], settings);
        assert_eq!(call(&*program, "{}"), expected, "{}", program.log());
    }
}
