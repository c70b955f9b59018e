//! Images of the owner's own, given as the folder that the runner lies in.

use edgepick_host::pack::Site;
use host_test::gateways::{Failure, Outcome};
use host_test::runtimes::{IMAGES, Program, Settings, find};

use super::packed::{LIST, drawn};
use super::{SOON, call, deploy, json, python, settings, try_deploy};
use crate::stands::input;
use crate::zips::{faithful, site, zip};

const SENTINEL: &str = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n";
/// Said where an activation has no end in the log.
pub(super) const NO_LOGS: &str = "There was an issue while collecting your logs.";

/// How our program starts: OpenWhisk's environment says where it is, that of
/// Tencent's event functions does not.
const STARTS: [(&str, &str); 2] = [
    ("openwhisk-proxy", "/app/edgepick-runner"),
    (
        "tencent-image",
        "/app/edgepick-runner --platform tencent-image",
    ),
];

/// An image with what `pack` puts into a zip whose start is the owner's to say.
pub(super) fn image(kind: &str, site: &Site) -> Box<dyn Program> {
    let (_, start) = STARTS.iter().find(|start| start.0 == kind).unwrap();
    let settings = Settings {
        memory: Some(128),
        ..commanded(start)
    };
    let deployed = find(kind).unwrap().deploy(&zip("baidu", site), settings);
    deployed.unwrap_or_else(|e| panic!("{kind}: {e}"))
}

fn commanded(command: &str) -> Settings {
    Settings {
        command: Some(command.to_owned()),
        ..settings()
    }
}

#[test]
fn our_program_sends_callers_to_random_pictures() {
    assert_eq!(STARTS.len(), IMAGES.len());
    let site = site(input(LIST), None);
    for row in IMAGES {
        let program = image(row.kind, &site);
        let pictures = json(&call(&*program, r#"{"count":2}"#));
        assert!(pictures.to_string().contains("https://"), "{pictures}");
        let mut calls = 1;
        let ways = faithful(row, &*program);
        assert!(!ways.is_empty(), "{}", row.kind);
        for door in ways.iter().map(|way| &way.door) {
            let at = door.label();
            let pictures = drawn(door.address, &format!("{}/", door.base), &at);
            assert!(pictures.len() > 1, "{at}: {pictures:?}: {}", program.log());
            calls += 20;
        }
        let log = program.log();
        assert_eq!(log.matches("listening on 0.0.0.0:").count(), 1, "{log}");
        assert!(!log.contains(NO_LOGS), "{log}");
        if row.kind == "openwhisk-proxy" {
            assert_eq!(log.matches(SENTINEL).count(), 2 * calls, "{log}");
        }
    }
}

#[test]
fn an_openwhisk_image_is_initialized_once_and_ends_its_logs() {
    let Some(script) = python(include_str!("programs/proxy.py")) else {
        return;
    };
    let files = [("proxy.py", 0o755, script.as_str())];
    let program = deploy("openwhisk-proxy", &files, commanded("/app/proxy.py"));
    let first = json(&call(&*program, r#"{"n":1}"#));
    assert_eq!(first["calls"][0]["path"], "/init");
    let value = &first["calls"][0]["body"]["value"];
    assert_eq!(value["code"], "");
    assert_eq!(value["env"]["__OW_ACTION_NAME"], "/guest/pics");
    assert_eq!(first["calls"][1]["path"], "/run");
    let run = &first["calls"][1]["body"];
    assert_eq!(run["value"]["n"], 1);
    assert_eq!(run["activation_id"], "5b0b9f3e-0000-4000-8000-000000000001");
    assert_eq!(first["api_host"], "https://ow.example.net");
    let second = json(&call(&*program, "{}"));
    assert_eq!(second["calls"].as_array().unwrap().len(), 3);
    for (what, text) in [
        ("raise", "no"),
        (
            "text",
            "The action did not produce a valid response and exited unexpectedly.",
        ),
    ] {
        let outcome = call(&*program, &format!(r#"{{"do":"{what}"}}"#));
        assert_eq!(outcome, Outcome::Failed(Failure::Threw(text.to_owned())));
    }
    let outcome = call(&*program, r#"{"do":"exit"}"#);
    assert_eq!(outcome, Outcome::Failed(Failure::Exited));
    // Another one, initialized anew.
    let calls = json(&call(&*program, "{}"))["calls"].clone();
    assert_eq!(calls.as_array().unwrap().len(), 2);
    assert!(!program.log().contains(NO_LOGS), "{}", program.log());
    drop(program);
    let hasty = Settings {
        logs: Some(SOON),
        ..commanded("/app/proxy.py")
    };
    let program = deploy("openwhisk-proxy", &files, hasty);
    call(&*program, r#"{"do":"silence"}"#);
    assert!(program.log().contains(NO_LOGS), "{}", program.log());
    drop(program);
    let refuses = deploy("openwhisk-proxy", &files, commanded("/app/proxy.py refuse"));
    let outcome = call(&*refuses, "{}");
    assert_eq!(
        outcome,
        Outcome::Failed(Failure::Threw("no init".to_owned()))
    );
}

#[test]
fn a_tencent_image_gets_its_events_by_http() {
    let Some(script) = python(include_str!("programs/web.py")) else {
        return;
    };
    let files = [("web.py", 0o755, script.as_str())];
    let program = deploy(
        "tencent-image",
        &files,
        commanded("/app/web.py 0.0.0.0:9000"),
    );
    let seen = json(&call(&*program, r#"{"n":1}"#));
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["target"], "/event-invoke");
    assert_eq!(seen["body"], r#"{"n":1}"#);
    let fields = seen["headers"].to_string();
    for field in [
        r#"["X-Scf-Request-Id","5b0b9f3e-0000-4000-8000-000000000001"]"#,
        r#"["X-Scf-Memory","128"]"#,
        r#"["X-Scf-Timeout","60"]"#,
    ] {
        assert_eq!(fields.matches(field).count(), 1, "{field}: {fields}");
    }
    let environment = &seen["environment"];
    assert_eq!(environment["TENCENTCLOUD_RUNENV"], "SCF");
    assert_eq!(environment.get("SCF_RUNTIME_API"), None);
}

#[test]
fn an_image_has_to_be_started_by_something() {
    for row in IMAGES {
        let error = try_deploy(row.kind, &[], settings()).err().unwrap();
        assert!(error.to_string().contains("no start command"), "{error}");
    }
}
