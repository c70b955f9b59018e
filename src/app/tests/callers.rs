//! Where callers come from and through which door.

use super::*;
use crate::settings::{Pass, Substitute};

#[test]
fn mounts() {
    let site = site_with(|s| s.mount = "/user/get".into(), entries());
    let mut asked = asked(&site);
    let with = |mount| Caller {
        mount: Some(mount),
        ..Caller::default()
    };
    assert_eq!(asked.get("/user/get").status(), 302);
    assert_eq!(asked.get("/user/get/dogs").status(), 302);
    assert_eq!(asked.get("/dogs").status(), 302);
    assert_eq!(asked.get("/user/getdogs").status(), 404);
    assert_eq!(asked.ask("GET", "/x/dogs", &[], with("/x")).status(), 302);
    assert_eq!(
        asked.ask("GET", "/user/get/dogs", &[], with("/x")).status(),
        404
    );
    let plain = self::site();
    let likely = Caller {
        likely_mount: Some("/pics"),
        ..Caller::default()
    };
    let mut asked = self::asked(&plain);
    assert_eq!(asked.ask("GET", "/pics", &[], likely).status(), 302);
    assert_eq!(
        header(&asked.ask("GET", "/pics/dogs", &[], likely), "location"),
        Some("https://i.example/4.webp")
    );
    // The settings' mount may stand behind it, or before all else.
    let mut asked = self::asked(&site);
    for path in ["/pics/user/get/dogs", "/pics/dogs", "/user/get/dogs"] {
        let response = asked.ask("GET", path, &[], likely);
        assert_eq!(
            header(&response, "location"),
            Some("https://i.example/4.webp"),
            "{path}"
        );
    }
    let response = asked.ask("GET", "/user/get/pics/dogs", &[], likely);
    assert_eq!(response.status(), 404);
    let mut asked = self::asked(&plain);
    let response = asked.ask("GET", "/pics/%ff", &[], likely);
    assert_eq!(body(&response)["value"], "/%ff");
    // A category of that name is no mount.
    let dogs = Caller {
        likely_mount: Some("/dogs"),
        ..Caller::default()
    };
    assert_eq!(
        header(&asked.ask("GET", "/dogs", &[], dogs), "location"),
        Some("https://i.example/4.webp")
    );
}

#[test]
fn referrers_and_placeholders() {
    let site = site_with(
        |s| {
            s.referrer.allow = vec!["example.org".into()];
            s.referrer.empty = Pass::Refuse;
        },
        entries(),
    );
    let mut asked = asked(&site);
    let response = asked.get("/");
    assert_eq!(
        (response.status().as_u16(), body(&response)["code"].clone()),
        (403, json!("referrer_refused"))
    );
    assert_eq!(header(&response, "vary"), Some("referer, accept"));
    let from = |page| [("referer", page)];
    assert_eq!(
        asked
            .ask(
                "GET",
                "/",
                &from("https://blog.example.org/"),
                Caller::default()
            )
            .status(),
        302
    );
    assert_eq!(
        asked
            .ask("GET", "/", &from("https://example.com/"), Caller::default())
            .status(),
        403
    );
    // The service pages are not pictures.
    assert_eq!(asked.get("/info").status(), 200);

    let site = site_with(
        |s| {
            s.referrer.deny = vec!["example.com".into()];
            s.referrer.refused = Refused::Image;
        },
        entries(),
    );
    let response =
        self::asked(&site).ask("GET", "/", &from("https://example.com/"), Caller::default());
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), Some("image/svg+xml"));
    assert_eq!(
        header(&response, "x-image-fallback"),
        Some("referrer_refused")
    );
    assert_eq!(header(&response, "cache-control"), Some("no-store"));
    assert_eq!(self::asked(&site).get("/nope").status(), 404);

    let site = site_with(
        |s| {
            s.on_error = OnError::Image;
            s.placeholder = Some("https://i.example/none.png".into());
        },
        entries(),
    );
    let response = self::asked(&site).get("/nope");
    assert_eq!(
        (response.status().as_u16(), header(&response, "location")),
        (302, Some("https://i.example/none.png"))
    );
    assert_eq!(
        header(&response, "x-image-fallback"),
        Some("unknown_category")
    );
    assert_eq!(self::asked(&site).get("/nope?type=json").status(), 404);
    let json = [("accept", "application/json")];
    let response = self::asked(&site).ask("GET", "/nope", &json, Caller::default());
    assert_eq!(response.status(), 404);
}

#[test]
fn origins() {
    let site = site_with(
        |s| s.cors_origins = vec!["https://a.example".into()],
        entries(),
    );
    let mut asked = asked(&site);
    for (origin, allowed) in [
        ("https://a.example", Some("https://a.example")),
        ("https://b.example", None),
    ] {
        let response = asked.ask(
            "GET",
            "/?type=json",
            &[("origin", origin)],
            Caller::default(),
        );
        assert_eq!(header(&response, "access-control-allow-origin"), allowed);
        assert_eq!(header(&response, "vary"), Some("origin"));
    }
}

#[test]
fn doors_without_redirects_get_the_substitute() {
    let caller = Caller {
        redirects: false,
        ..Caller::default()
    };
    let site = site();
    let response = asked(&site).ask("GET", "/", &[], caller);
    assert_eq!(
        (
            response.status().as_u16(),
            header(&response, "content-type")
        ),
        (200, Some("application/json"))
    );
    assert_eq!(
        asked(&site)
            .ask("GET", "/?type=text", &[], caller)
            .headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    let site = site_with(|s| s.substitute = Substitute::Html, entries());
    let response = asked(&site).ask("GET", "/id/first", &[], caller);
    let page = String::from_utf8(response.into_body()).unwrap();
    assert!(
        page.contains("src=\"https://i.example/1.webp\"") && page.contains("A. Author, CC0-1.0"),
        "{page}"
    );
}
