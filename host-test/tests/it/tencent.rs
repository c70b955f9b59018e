//! Tencent's API Gateway, and the trap that a redirect falls into there.

use host_test::function::{Deployed, Function};
use host_test::gateways::{Invocation, Outcome, find};
use host_test::listener::Listener;

use crate::client::{Reply, ask, get};
use crate::stands::{ANY_PORT, stand};

/// The gateway, set up with these arguments, before a function.
fn before(function: impl Function, arguments: &[&str]) -> Listener {
    let gateway = find("tencent_scf_apigw").unwrap().with(arguments).unwrap();
    Listener::start(ANY_PORT, gateway, Box::new(function), None).unwrap()
}

/// The gateway before the sample.
fn before_sample(arguments: &[&str]) -> Listener {
    before(Deployed::new(&stand("sample").site, "tencent"), arguments)
}

fn returns(document: &'static str) -> impl Fn(&Invocation) -> Outcome {
    move |_| Outcome::Returned(document.as_bytes().to_vec())
}

/// What people write who want to redirect.
const BARE: &str = r#"{"isBase64Encoded":false,"statusCode":302,"headers":{"Location":"https://cdn.example.net/7.webp"}}"#;

#[test]
fn the_trap_a_bare_redirect_passed_through_is_text() {
    let trap = before(returns(BARE), &["--pass-through"]);
    let reply = get(trap.address(), "/release/");
    assert_eq!((reply.status, reply.text()), (200, BARE));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("location"), None);
    // The same function behind the other mode redirects.
    let reply = get(before(returns(BARE), &[]).address(), "/release/");
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, Some("https://cdn.example.net/7.webp"))
    );
}

/// The picture of a record is in the catalogue.
#[track_caller]
fn has_picture(reply: &Reply) {
    assert_eq!(reply.status, 200, "{reply:?}");
    let record = reply.json();
    assert!(
        stand("sample")
            .pictures
            .has(record["url"].as_str().unwrap_or_default()),
        "{record}"
    );
}

#[test]
fn passed_through_our_answer_is_the_picture_s_record() {
    for profile in ["documented", "recorded"] {
        let gateway = before_sample(&["--pass-through", "--profile", profile]);
        for target in [
            "/release",
            "/release/random/7",
            "/release/city?type=302",
            "/release/pc",
        ] {
            has_picture(&get(gateway.address(), target));
        }
        let reply = get(gateway.address(), "/release/id/iciBcD8NOeA");
        assert_eq!(reply.json()["id"], "mludecib5xpky");
        // Whatever is asked for, the body is JSON, as the gateway wants it.
        for target in [
            "/release/nowhere",
            "/release/healthz",
            "/release/?count=x",
            "/release/favicon.ico",
            "/release/?type=text",
        ] {
            let reply = get(gateway.address(), target);
            assert_eq!(reply.status, 200);
            reply.json();
        }
        assert_eq!(
            get(gateway.address(), "/release/nowhere").json()["code"],
            "unknown_category"
        );
    }
}

#[test]
fn the_settings_can_say_the_mode_too() {
    let stand = stand("scenarios/pass_through.toml");
    let function = || Deployed::new(&stand.site, "tencent").without_mode();
    let reply = get(
        before(function(), &["--pass-through"]).address(),
        "/release/",
    );
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .header("content-type")
            .unwrap()
            .starts_with("application/json")
    );
    let record = reply.json();
    assert!(
        stand
            .pictures
            .has(record["url"].as_str().unwrap_or_default()),
        "{record}"
    );
}

#[test]
fn nobody_said_the_mode_and_the_trap_is_there_again() {
    let function = Deployed::new(&stand("sample").site, "tencent").without_mode();
    let reply = get(before(function, &["--pass-through"]).address(), "/release/");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["statusCode"], 302);
}

#[test]
fn integrated_our_redirect_has_a_link_beside_it() {
    let gateway = before_sample(&[]);
    let reply = get(gateway.address(), "/release/random/1");
    assert_eq!(reply.status, 302);
    let location = reply.header("location").unwrap();
    assert!(
        reply.text().contains(&location.replace('&', "&amp;")),
        "{}",
        reply.text()
    );
    assert!(
        reply
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
}

#[test]
fn a_rule_s_prefix_is_no_category() {
    for profile in ["documented", "recorded"] {
        let gateway = before_sample(&["--rule", "/pics", "--profile", profile]);
        for (target, expected) in [
            ("/release/pics", None),
            ("/release/pics/", None),
            ("/release/pics/random/1.jpg", None),
            ("/release/pics/animals/cats?type=json", Some("animals/cats")),
        ] {
            let reply = get(gateway.address(), target);
            match expected {
                None => assert_eq!(reply.status, 302, "{target} {reply:?}"),
                Some(category) => assert_eq!(reply.json()["category"], category, "{target}"),
            }
        }
        assert_eq!(get(gateway.address(), "/release/pics/nowhere").status, 404);
        // This one the gateway answers.
        assert_eq!(
            get(gateway.address(), "/release/animals").json()["message"],
            "There is no api match uri '/animals'"
        );
        let gateway = before_sample(&["--rule", "/p/{kind}", "--profile", profile]);
        assert_eq!(
            get(gateway.address(), "/release/p/city?type=json").json()["category"],
            "city"
        );
    }
}

#[test]
fn queries_arrive_as_they_were_meant() {
    for profile in ["documented", "recorded"] {
        let gateway = before_sample(&["--profile", profile]);
        let ask = |query: &str| get(gateway.address(), &format!("/release/?{query}"));
        // A name without `=`, an array, an empty value, escapes.
        assert_eq!(ask("json&id=iciBcD8NOeA").json()["id"], "mludecib5xpky");
        assert_eq!(
            ask("tag=lake&tag=snow&type=json&t=").json()["id"],
            "mludecib5xpky"
        );
        assert_eq!(
            ask("tag=lake%2Csnow&type=json").json()["id"],
            "mludecib5xpky"
        );
        let plus = ask("seed=a+b%2Bc&type=text");
        let plain = get(stand("sample").http(), "/?seed=a%20b%2Bc&type=text");
        assert_eq!(plus.text(), plain.text());
        assert_eq!(ask("type=json&type=text").status, 400);
    }
}

#[test]
fn a_body_of_base64_changes_nothing() {
    for arguments in [
        &["--base64", "all"][..],
        &["--base64", "all", "--profile", "recorded"],
        &[],
    ] {
        let gateway = before_sample(arguments);
        let reply = ask(gateway.address(), "POST", "/release/", &[], b"\xff\xd8\xff");
        assert_eq!(reply.status, 405, "{arguments:?}");
        assert_eq!(reply.json()["code"], "method_not_allowed");
    }
}

#[test]
fn what_a_stranger_posts_is_no_event() {
    let stand = stand("sample");
    let event = std::fs::read(
        crate::stands::fixtures().join("tencent_scf_apigw/documented_get.event.json"),
    )
    .unwrap();
    for door in stand.doors.iter().filter(|door| door.is_ours()) {
        let reply = ask(
            door.address,
            "POST",
            "/",
            &[("Content-Type", "application/json")],
            &event,
        );
        assert_eq!(reply.status, 405, "{door:?}");
        assert_eq!(reply.json()["code"], "method_not_allowed");
    }
}

#[test]
fn where_the_settings_accept_events_a_post_is_one() {
    let stand = stand("scenarios/pass_through.toml");
    let event =
        std::fs::read(crate::stands::fixtures().join("tencent_scf_apigw/recorded.event.json"))
            .unwrap();
    for door in stand.doors.iter().filter(|door| door.is_ours()) {
        let reply = ask(door.address, "POST", "/", &[], &event);
        assert_eq!(reply.status, 200, "{door:?}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let plain = ask(door.address, "POST", "/", &[], b"hello");
        assert_eq!(plain.status, 405, "{door:?}");
    }
}

#[test]
fn odd_events_end_in_a_document_or_the_platform_s_own_error() {
    let gateway = before_sample(&[]);
    for target in [
        "/release/%ff",
        "/release/?seed=%ff%fe",
        "/release/?a[b]=1",
        "/release//..//%2e%2e/",
        "/release/?\u{732b}",
    ] {
        let reply = get(gateway.address(), target);
        assert!(
            [302, 400, 404].contains(&reply.status),
            "{target}: {reply:?}"
        );
        assert!(
            reply.header("x-robots-tag").is_some(),
            "{target}: {reply:?}"
        );
    }
}
