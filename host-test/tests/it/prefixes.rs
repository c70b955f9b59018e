//! Paths that functions are published under at Huawei and Baidu, Huawei's
//! security setting, and what Baidu's trigger would leak.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use host_test::function::Deployed;
use host_test::gateways::find;
use host_test::listener::{Exchange, Listener};

use crate::client::{ask, get};
use crate::stands::{ANY_PORT, stand};

/// An emulator before the sample.
fn before_sample(name: &str, arguments: &[&str]) -> Listener {
    let emulator = find(name).unwrap();
    let function = Deployed::new(&stand("sample").site, emulator.platform);
    let gateway = emulator.with(arguments).unwrap();
    Listener::start(ANY_PORT, gateway, Box::new(function), None).unwrap()
}

/// Everything below a prefix is what it is at the root.
fn check(address: SocketAddr, prefix: &str) {
    let get = |path: &str| get(address, &format!("{prefix}{path}"));
    for path in ["", "/", "/random/1.jpg"] {
        assert_eq!(get(path).status, 302, "{prefix}{path}");
    }
    let record = get("/animals/cats?type=json").json();
    assert_eq!(record["category"], "animals/cats", "{prefix}");
    let record = get("/id/iciBcD8NOeA/info").json();
    assert_eq!(record["id"], "mludecib5xpky", "{prefix}");
    assert_eq!(get("/nowhere").json()["code"], "unknown_category");
    let seed = get("/seed/%E7%8C%AB%25?type=text").text().to_owned();
    let plain = crate::client::get(stand("sample").http(), "/seed/%E7%8C%AB%25?type=text");
    assert_eq!(seed, plain.text(), "{prefix}");
}

#[test]
fn an_api_s_path_is_no_category() {
    for arguments in [
        &["--path", "/user/get"][..],
        &["--path", "/user/get", "--no-source-ip", "--text-body"],
    ] {
        let gateway = before_sample("huawei_apig", arguments);
        check(gateway.address(), "/user/get");
        let outside = get(gateway.address(), "/user");
        assert_eq!(outside.json()["error_code"], "APIG.0101");
    }
    let gateway = before_sample("huawei_apig", &["--path", "/city", "--exact"]);
    let reply = get(gateway.address(), "/city");
    assert_eq!(reply.status, 302, "{}", reply.text());
}

#[test]
fn nor_is_a_resource_s() {
    for form in ["decoded", "raw"] {
        let arguments = [
            "--resource",
            "/img",
            "--resource",
            "/img/{proxy+}",
            "--path",
            form,
        ];
        let gateway = before_sample("baidu_cfc_http", &arguments);
        check(gateway.address(), "/img");
        let outside = get(gateway.address(), "/city");
        assert_eq!(outside.json()["Code"], "NotFountException");
    }
}

#[test]
fn who_shows_nothing_never_reaches_the_function() {
    for (security, field, code) in [
        ("app", "x-apig-appcode", "APIG.0303"),
        ("iam", "x-auth-token", "APIG.0301"),
    ] {
        let arguments = ["--security", security, "--credential", "s3cret"];
        let gateway = before_sample("huawei_apig", &arguments);
        let refused = get(gateway.address(), "/");
        assert_eq!(
            (refused.status, &refused.json()["error_code"]),
            (401, &code.into())
        );
        let shown = ask(gateway.address(), "GET", "/", &[(field, "s3cret")], b"");
        assert_eq!(shown.status, 302);
    }
}

#[test]
fn nothing_that_baidu_would_leak_is_given() {
    let remarks = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&remarks);
    let log = move |exchange: &Exchange<'_>| {
        if let Some(remark) = exchange.remark {
            kept.lock()
                .unwrap()
                .push((exchange.request.clone(), remark.0.clone()));
        }
    };
    let gateway = find("baidu_cfc_http").unwrap().with([""; 0]).unwrap();
    let function = Box::new(Deployed::new(&stand("sample").site, "baidu"));
    let gateway = Listener::start(ANY_PORT, gateway, function, Some(Box::new(log))).unwrap();
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/?type=json"),
        ("GET", "/?type=text&count=3"),
        ("GET", "/?type=html"),
        ("GET", "/?count=x"),
        ("GET", "/nowhere"),
        ("GET", "/favicon.ico"),
        ("GET", "/robots.txt"),
        ("HEAD", "/"),
        ("HEAD", "/info"),
        ("OPTIONS", "/"),
        ("POST", "/"),
    ] {
        ask(gateway.address(), method, target, &[], b"");
    }
    assert_eq!(*remarks.lock().unwrap(), []);
}
