//! Alibaba Cloud: the default domain that passes no redirect, and events that
//! nobody waits for.

use host_test::function::Deployed;
use host_test::gateways::find;
use host_test::listener::Listener;

use crate::client::{Reply, ask, get};
use crate::stands::{ANY_PORT, stand};

/// The sample behind a gateway that is set up with these arguments.
fn sample(name: &str, arguments: &[&str]) -> Listener {
    let gateway = find(name).unwrap().with(arguments).unwrap();
    let function = Deployed::new(&stand("sample").site, "aliyun");
    Listener::start(ANY_PORT, gateway, Box::new(function), None).unwrap()
}

#[track_caller]
fn has_picture(reply: &Reply) {
    assert_eq!(reply.status, 200, "{reply:?}");
    let record = reply.json();
    let url = record["url"].as_str().unwrap_or_default();
    assert!(stand("sample").pictures.has(url), "{reply:?}");
}

#[test]
fn the_default_domain_gives_the_picture_s_record() {
    let gateway = sample("aliyun_fc_http", &["--default-domain"]);
    for target in ["/", "/random/7", "/city", "/pc?type=302", "/id/iciBcD8NOeA"] {
        let reply = get(gateway.address(), target);
        has_picture(&reply);
        assert_eq!(reply.header("content-disposition"), Some("attachment"));
    }
    // Neither is 304 let through.
    let etag = get(gateway.address(), "/info");
    let etag = etag.header("etag").unwrap();
    let again = ask(
        gateway.address(),
        "GET",
        "/info",
        &[("If-None-Match", etag)],
        b"",
    );
    assert_eq!(again.status, 200, "{again:?}");
    let page = get(gateway.address(), "/?type=html");
    assert_eq!(
        (page.status, page.header("content-disposition")),
        (200, None)
    );
    let nowhere = get(gateway.address(), "/nowhere");
    assert_eq!(
        (nowhere.status, &nowhere.json()["code"]),
        (404, &"unknown_category".into())
    );
}

#[test]
fn nothing_comes_of_a_caller_that_does_not_wait() {
    let gateway = sample("aliyun_fc_http", &[]);
    let headers = [("X-Fc-Invocation-Type", "Async")];
    let reply = ask(gateway.address(), "GET", "/", &headers, b"");
    assert_eq!((reply.status, reply.body.len()), (202, 0));
}

#[test]
fn fields_that_are_not_declared_take_no_part() {
    let declared = ["--parameters", "mapped", "--header", "Accept"];
    for (arguments, status) in [(&declared[..], 200), (&declared[..2], 302)] {
        let gateway = sample("aliyun_apigw", arguments);
        let headers = [("Accept", "application/json")];
        let reply = ask(gateway.address(), "GET", "/city", &headers, b"");
        assert_eq!(reply.status, status, "{reply:?}");
    }
}

#[test]
fn events_are_acknowledged() {
    for shape in [
        "timer",
        "oss",
        "cdn",
        "log",
        "tablestore",
        "mns-json",
        "mns-stream",
        "cloudevents",
        "cloudevent",
        "rocketmq",
    ] {
        let gateway = sample("aliyun_events", &["--shape", shape]);
        let reply = ask(
            gateway.address(),
            "POST",
            "/a.webp",
            &[],
            b"{\"task\":\"refresh\"}",
        );
        assert!([200, 202].contains(&reply.status), "{shape} {reply:?}");
        assert_eq!(reply.header("x-fc-error-type"), None, "{shape} {reply:?}");
        let gateway = sample("aliyun_events", &["--shape", shape, "--console"]);
        let reply = ask(gateway.address(), "POST", "/a.webp", &[], b"hello");
        assert_eq!(
            (reply.status, reply.header("x-fc-error-type")),
            (200, None),
            "{shape} {reply:?}"
        );
        assert!(reply.json().is_object(), "{shape} {reply:?}");
    }
}

#[test]
fn an_invoke_gives_records() {
    let gateway = sample("aliyun_events", &["--shape", "invoke"]);
    has_picture(&ask(gateway.address(), "POST", "/", &[], b"{}"));
    has_picture(&ask(gateway.address(), "POST", "/", &[], b""));
    let several = ask(
        gateway.address(),
        "POST",
        "/",
        &[],
        br#"{"count":3,"category":"animals/cats"}"#,
    );
    assert_eq!(
        several.json()["images"].as_array().unwrap().len(),
        3,
        "{several:?}"
    );
    let odd = ask(gateway.address(), "POST", "/", &[], b"\xff\xfe");
    assert_eq!(
        odd.header("x-fc-error-type"),
        Some("HandledInvocationError"),
        "{odd:?}"
    );
}
