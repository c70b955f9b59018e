//! OpenWhisk, where an address's extension says what is made of a result.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_test::function::Deployed;
use host_test::gateways::find;
use host_test::listener::Listener;

use crate::client::{Reply, ask, get};
use crate::stands::{ANY_PORT, stand};

const WEB: &str = "/api/v1/web/guest/default/pics";

const INVOKE: &str = "/api/v1/namespaces/_/actions/pics?blocking=true";

/// The sample behind a controller that is set up with these arguments.
fn sample(arguments: &[&str]) -> Listener {
    let gateway = find("openwhisk").unwrap().with(arguments).unwrap();
    let function = Deployed::new(&stand("sample").site, "openwhisk");
    Listener::start(ANY_PORT, gateway, Box::new(function), None).unwrap()
}

#[track_caller]
fn has_picture(reply: &Reply) {
    assert_eq!(reply.status, 200, "{reply:?}");
    let record = reply.json();
    let url = record["url"].as_str().unwrap_or_default();
    assert!(stand("sample").pictures.has(url), "{reply:?}");
}

fn invoke(query: &str, parameters: &str) -> Reply {
    let basic = format!(
        "Basic {}",
        STANDARD.encode("0c0ffee0-0000-4000-8000-000000000001:k")
    );
    let listener = sample(&[]);
    ask(
        listener.address(),
        "POST",
        &format!("{INVOKE}{query}"),
        &[("Authorization", &basic)],
        parameters.as_bytes(),
    )
}

#[test]
fn json_is_the_picture_s_record() {
    for arguments in [&[][..], &["--raw"], &["--proxy"]] {
        let gateway = sample(arguments);
        for rest in [
            ".json",
            ".json/random/7",
            ".json/city?tag=-nothing",
            ".json/pc",
        ] {
            has_picture(&get(gateway.address(), &format!("{WEB}{rest}")));
        }
        let reply = get(gateway.address(), &format!("{WEB}.json/nowhere"));
        assert_eq!(reply.json()["code"], "unknown_category", "{reply:?}");
    }
}

#[test]
fn text_and_html_take_what_is_asked_for() {
    let gateway = sample(&[]);
    let reply = get(gateway.address(), &format!("{WEB}.text?type=text"));
    assert_eq!(reply.status, 200, "{reply:?}");
    let url = reply.text().trim_end();
    assert!(stand("sample").pictures.has(url), "{reply:?}");
    let reply = get(gateway.address(), &format!("{WEB}.html?type=html"));
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.text().starts_with("<!doctype html>"), "{reply:?}");
}

#[test]
fn every_extension_shows_a_picture_unasked() {
    let gateway = sample(&[]);
    let of = |extension: &str| {
        let reply = get(
            gateway.address(),
            &format!("{WEB}{extension}/id/mludecib5xpky"),
        );
        assert_eq!(reply.status, 200, "{extension}: {reply:?}");
        reply.text().to_owned()
    };
    let url = of(".text");
    assert!(stand("sample").pictures.has(url.trim_end()), "{url}");
    let escaped = url.trim_end().replace('&', "&amp;");
    assert!(of(".html").contains(&format!("<img src=\"{escaped}\"")));
    let drawing = of(".svg");
    assert!(
        drawing.starts_with("<svg ") && drawing.contains(&escaped),
        "{drawing}"
    );
    for extension in [".text", ".html", ".svg"] {
        let reply = get(gateway.address(), &format!("{WEB}{extension}/nowhere"));
        assert!(reply.text().contains("unknown category"), "{reply:?}");
    }
}

#[test]
fn who_is_not_told_the_extension_gives_a_document() {
    let gateway = find("openwhisk").unwrap().with([""; 0]).unwrap();
    let function = Deployed::new(&stand("sample").site, "openwhisk").without_mode();
    let listener = Listener::start(ANY_PORT, gateway, Box::new(function), None).unwrap();
    let reply = get(listener.address(), &format!("{WEB}.json"));
    assert_eq!(
        (reply.status, &reply.json()["statusCode"]),
        (200, &302.into())
    );
}

#[test]
fn the_controller_s_cors_fields_are_there_twice() {
    let origins = |arguments: &[&str]| {
        let reply = get(sample(arguments).address(), WEB);
        assert_eq!(reply.status, 302);
        let headers = reply.headers.iter();
        headers
            .filter(|(name, _)| name == "access-control-allow-origin")
            .count()
    };
    assert_eq!(origins(&[]), 2);
    assert_eq!(origins(&["--custom-options"]), 1);
}

#[test]
fn an_invoke_gives_records() {
    has_picture(&invoke("&result=true", ""));
    let several = invoke("&result=true", r#"{"count":3,"category":"animals/cats"}"#);
    assert_eq!(several.status, 200, "{several:?}");
    let several = several.json();
    assert_eq!(several["images"].as_array().unwrap().len(), 3);
    assert_eq!(several["images"][0]["category"], "animals/cats");
    let record = invoke("", r#"{"id":"iciBcD8NOeA"}"#).json();
    assert_eq!(record["response"]["result"]["id"], "mludecib5xpky");
    assert_eq!(record["response"]["status"], "success");
    // What cannot be met is the action's error.
    let failed = invoke("", r#"{"category":"nowhere"}"#);
    assert_eq!(failed.status, 502, "{failed:?}");
    assert_eq!(failed.json()["response"]["status"], "application error");
}
