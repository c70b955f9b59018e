//! Statuses, fields and forms of answers.

use super::*;
use crate::query::MOST_TARGET;
use crate::settings::AnswerType;

const ALWAYS: [(&str, &str); 6] = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "X-Image-Id, Link"),
    ("timing-allow-origin", "*"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-robots-tag", "noindex"),
];

#[test]
fn a_random_picture_is_a_redirect_that_nobody_keeps() {
    let site = site();
    let mut asked = asked(&site);
    for _ in 0..50 {
        let response = asked.get("/");
        assert_eq!(response.status(), 302);
        let location = header(&response, "location").unwrap().to_owned();
        assert!(location.starts_with("https://i.example/"));
        assert_eq!(header(&response, "cache-control"), Some("no-store"));
        assert_eq!(header(&response, "cdn-cache-control"), Some("no-store"));
        assert_eq!(header(&response, "referrer-policy"), Some("no-referrer"));
        assert_eq!(header(&response, "vary"), Some("accept"));
        assert_eq!(header(&response, "etag"), None);
        let length = response.body().len().to_string();
        assert_eq!(header(&response, "content-length"), Some(length.as_str()));
        assert!(String::from_utf8_lossy(response.body()).contains(&location));
        let (entry, member) = site
            .catalogue
            .find_picture(header(&response, "x-image-id").unwrap())
            .unwrap();
        assert_eq!(site.catalogue.url(entry, member), location);
    }
}

#[test]
fn the_fields_that_stand_on_every_answer() {
    let site = site();
    for (method, target, status) in [
        ("GET", "/", 302),
        ("GET", "/?type=json", 200),
        ("GET", "/nope", 404),
        ("GET", "/?count=0", 400),
        ("GET", "/?type=img", 403),
        ("DELETE", "/", 405),
        ("OPTIONS", "/", 204),
        ("GET", "/info", 200),
        ("GET", "/favicon.ico", 204),
    ] {
        let response = asked(&site).ask(method, target, &[], Caller::default());
        assert_eq!(response.status(), status, "{method} {target}");
        for (name, value) in ALWAYS {
            assert_eq!(
                header(&response, name),
                Some(value),
                "{method} {target}: {name}"
            );
        }
        if status >= 400 {
            assert_eq!(header(&response, "cache-control"), Some("no-store"));
        }
    }
}

#[test]
fn head_is_get_without_the_body() {
    let site = site();
    for target in [
        "/",
        "/?type=json",
        "/nope",
        "/categories",
        "/id/first",
        "/seed/a?type=html",
    ] {
        let get = asked(&site).get(target);
        let head = asked(&site).ask("HEAD", target, &[], Caller::default());
        assert_eq!(head.status(), get.status(), "{target}");
        assert_eq!(head.headers(), get.headers(), "{target}");
        assert!(head.body().is_empty() && !get.body().is_empty(), "{target}");
    }
}

#[test]
fn other_methods_are_told_which_there_are() {
    let site = site();
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let response = asked(&site).ask(method, "/", &[], Caller::default());
        assert_eq!(response.status(), 405);
        assert_eq!(header(&response, "allow"), Some("GET, HEAD, OPTIONS"));
        assert_eq!(body(&response)["code"], "method_not_allowed");
    }
    let options = asked(&site).ask("OPTIONS", "/cats", &[], Caller::default());
    assert_eq!(header(&options, "access-control-max-age"), Some("86400"));
    assert_eq!(
        header(&options, "access-control-allow-methods"),
        Some("GET, HEAD, OPTIONS")
    );
    assert_eq!(header(&options, "content-length"), None);
}

#[test]
fn types() {
    let site = site();
    let mut asked = asked(&site);
    for (query, status, media) in [
        ("", 302, "text/html; charset=utf-8"),
        ("?type=302", 302, "text/html; charset=utf-8"),
        ("?type=redirect", 302, "text/html; charset=utf-8"),
        ("?type=307", 307, "text/html; charset=utf-8"),
        ("?json", 200, "application/json"),
        ("?format=url", 200, "text/plain; charset=utf-8"),
        ("?return=html", 200, "text/html; charset=utf-8"),
    ] {
        let response = asked.get(&format!("/{query}"));
        assert_eq!(response.status(), status, "{query}");
        assert_eq!(header(&response, "content-type"), Some(media), "{query}");
        assert!(header(&response, "x-image-id").is_some(), "{query}");
    }
}

#[test]
fn accept_counts_where_the_caller_names_no_type() {
    let site = site();
    let mut asked = asked(&site);
    let json = [("accept", "application/json")];
    let page = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let response = asked.ask("GET", "/", &json, Caller::default());
    assert_eq!(
        (response.status().as_u16(), header(&response, "vary")),
        (200, Some("accept"))
    );
    assert_eq!(
        asked.ask("GET", "/", &page, Caller::default()).status(),
        302
    );
    let response = asked.ask("GET", "/?type=302", &json, Caller::default());
    assert_eq!(
        (response.status().as_u16(), header(&response, "vary")),
        (302, None)
    );
    let error = asked.ask("GET", "/nope", &page, Caller::default());
    assert_eq!(
        header(&error, "content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert!(String::from_utf8_lossy(error.body()).contains("there are: cats, cats/tabby, dogs"));
}

#[test]
fn lines_of_a_list_are_one_list() {
    let site = site();
    let mut asked = asked(&site);
    let json = ("accept", "application/json");
    let page = ("accept", "text/html");
    for (fields, status, media) in [
        (&[json, json][..], 200, "application/json"),
        (&[json, page], 302, "text/html; charset=utf-8"),
        (&[page, json], 302, "text/html; charset=utf-8"),
        (&[json, ("accept", "")], 200, "application/json"),
    ] {
        let response = asked.ask("GET", "/", fields, Caller::default());
        assert_eq!(response.status(), status, "{fields:?}");
        assert_eq!(header(&response, "content-type"), Some(media), "{fields:?}");
    }
    let some = ("accept", "application/json;q=0.5");
    let error = asked.ask("GET", "/nope", &[some, page], Caller::default());
    assert_eq!(
        header(&error, "content-type"),
        Some("text/plain; charset=utf-8")
    );
    let tags = [("if-none-match", "\"zz\""), ("if-none-match", "*")];
    let kept = asked.ask("GET", "/id/first/info", &tags, Caller::default());
    assert_eq!(kept.status(), 304);
    // One value of a field that is no list is not made of two.
    let agents = [("sec-ch-ua-mobile", "?1"), ("sec-ch-ua-mobile", "?0")];
    let phone = asked.ask("GET", "/auto", &agents, Caller::default());
    assert_eq!(header(&phone, "location"), Some("https://i.example/2.webp"));
}

#[test]
fn a_record_leaves_out_what_is_not_known() {
    let site = site();
    let mut asked = asked(&site);
    let first = body(&asked.get("/id/first/info"));
    let id = first["id"].as_str().unwrap().to_owned();
    assert_eq!(
        first,
        json!({"id": id, "url": "https://i.example/1.webp", "width": 1600, "height": 900, "orientation": "landscape",
               "category": "cats", "tags": ["sky"], "author": "A. Author", "license": "CC0-1.0"})
    );
    let range = body(&asked.get("/?type=json&ratio=&not=first&id="));
    assert!(range["id"].is_string());
}

#[test]
fn request_ids_and_lengths() {
    let site = site();
    let caller = Caller {
        request_id: Some("abc-1"),
        ..Caller::default()
    };
    assert_eq!(
        header(
            &asked(&site).ask("GET", "/nope", &[], caller),
            "x-request-id"
        ),
        Some("abc-1")
    );
    let forged = Caller {
        request_id: Some("a\r\nb: c"),
        ..Caller::default()
    };
    assert_eq!(
        header(&asked(&site).ask("GET", "/", &[], forged), "x-request-id"),
        None
    );
    let long = format!("/?t={}", "x".repeat(MOST_TARGET));
    assert_eq!(asked(&site).get(&long).status(), 414);
}

#[test]
fn settings_choose_the_default_answer() {
    let site = site_with(|s| s.answer = AnswerType::TemporaryRedirect, entries());
    assert_eq!(asked(&site).get("/").status(), 307);
    assert_eq!(asked(&site).get("/?type=302").status(), 302);
    let site = site_with(|s| s.max_age = 60, entries());
    assert_eq!(
        header(&asked(&site).get("/seed/a"), "cache-control"),
        Some("public, max-age=60")
    );
}
