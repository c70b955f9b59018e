use std::cell::Cell;

use http::{HeaderMap, Method, Request, Response, Uri};
use serde_json::{Value, json};

use super::*;
use crate::catalogue::{Entry, Orientation};
use crate::query::MOST_TARGET;
use crate::settings::{AnswerType, Pass, Substitute};

/// SplitMix64: fixed, so that every run draws the same.
struct SplitMix(u64);

impl Dice for SplitMix {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Monday, 2025-11-24, 00:00:00 UTC.
const NOW: u64 = 1_763_942_400;

fn site_with(change: impl FnOnce(&mut Settings), entries: Vec<Entry>) -> Site<'static> {
    let mut settings = Settings::default();
    change(&mut settings);
    let settings = serde_json::to_vec(&settings).unwrap();
    let packed = crate::catalogue::pack(&settings, entries).unwrap();
    Site::open(packed.bytes.leak()).unwrap()
}

fn entries() -> Vec<Entry> {
    let entry = |n: u32, category: &str, width, height, tags: &[&str]| Entry {
        url: format!("https://i.example/{n}.webp"),
        width,
        height,
        category: Some(category.to_owned()),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        ..Entry::default()
    };
    vec![
        Entry {
            alias: Some("first".into()),
            author: Some("A. Author".into()),
            license: Some("CC0-1.0".into()),
            ..entry(1, "cats", 1600, 900, &["sky"])
        },
        entry(2, "cats", 900, 1600, &["sky", "sea"]),
        entry(3, "cats/tabby", 1000, 1000, &["sea"]),
        entry(4, "dogs", 1920, 1080, &[]),
        entry(5, "猫", 800, 600, &["sky"]),
        Entry {
            url: "https://i.example/r/{1..5}.jpg".into(),
            ..Entry::default()
        },
    ]
}

fn site() -> Site<'static> {
    site_with(|_| (), entries())
}

struct Asked<'s> {
    site: &'s Site<'static>,
    now: u64,
    dice: SplitMix,
}

impl Asked<'_> {
    fn ask(
        &mut self,
        method: &str,
        target: &str,
        fields: &[(&str, &str)],
        caller: Caller<'_>,
    ) -> Response<Vec<u8>> {
        let mut request = Request::new(Vec::new());
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        *request.uri_mut() = target.parse::<Uri>().unwrap();
        *request.headers_mut() = fields
            .iter()
            .map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()))
            .collect::<HeaderMap>();
        let request = (&request).into();
        respond(self.site, &mut self.dice, &|| self.now, request, caller).into()
    }

    fn get(&mut self, target: &str) -> Response<Vec<u8>> {
        self.ask("GET", target, &[], Caller::default())
    }
}

fn asked<'s>(site: &'s Site<'static>) -> Asked<'s> {
    Asked {
        site,
        now: NOW,
        dice: SplitMix(7),
    }
}

fn header<'r>(response: &'r Response<Vec<u8>>, name: &str) -> Option<&'r str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

fn body(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

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
fn ids() {
    let site = site();
    let mut asked = asked(&site);
    let response = asked.get("/id/first.jpg");
    assert_eq!(
        header(&response, "location"),
        Some("https://i.example/1.webp")
    );
    assert_eq!(
        header(&response, "cache-control"),
        Some("public, max-age=86400")
    );
    assert_eq!(header(&response, "cdn-cache-control"), None);
    let id = header(&response, "x-image-id").unwrap().to_owned();
    for target in [
        format!("/id/{id}"),
        format!("/?id={id}"),
        format!("/id/{id}?id=first"),
    ] {
        let status = asked.get(&target).status().as_u16();
        assert_eq!(
            status,
            if target.contains("?id=first") {
                400
            } else {
                302
            },
            "{target}"
        );
    }
    let missing = asked.get("/id/aaaaaaaaaaaaa");
    assert_eq!(
        (missing.status().as_u16(), body(&missing)["code"].clone()),
        (404, json!("unknown_id"))
    );
    let two = asked.get(&format!("/?id={id},first&type=text"));
    assert_eq!(two.body(), b"https://i.example/1.webp\n");
    assert_eq!(asked.get("/?id=first,x").status(), 400);
    // The other conditions hold for a named picture too.
    let unmet = asked.get("/?id=first&orientation=portrait");
    assert_eq!(
        (unmet.status().as_u16(), body(&unmet)["code"].clone()),
        (404, json!("no_match"))
    );
}

#[test]
fn several_pictures() {
    let site = site();
    let mut asked = asked(&site);
    let all = body(&asked.get("/?count=50&type=json"));
    assert_eq!(all["count"], 10);
    let mut urls: Vec<_> = all["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| image["url"].as_str().unwrap())
        .collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls.len(), 10);
    let text = asked.get("/?num=3&type=text");
    assert_eq!(text.body().iter().filter(|byte| **byte == b'\n').count(), 3);
    assert_eq!(header(&text, "x-image-id"), None);
    assert_eq!(asked.get("/?count=2").status(), 400);
    assert_eq!(asked.get("/?count=1").status(), 302);
    let one = body(&asked.get("/dogs?count=5&type=json"));
    assert_eq!(one["count"], 1);
}

#[test]
fn conditions() {
    let site = site();
    let mut asked = asked(&site);
    let mut urls = |target: &str| -> Vec<String> {
        let response = asked.get(&format!(
            "{target}{}count=50&type=text",
            if target.contains('?') { '&' } else { '?' }
        ));
        let text = String::from_utf8(response.into_body()).unwrap();
        let mut numbers: Vec<String> = text
            .lines()
            .map(|line| {
                line.trim_start_matches("https://i.example/")
                    .trim_end_matches(".webp")
                    .trim_end_matches(".jpg")
                    .to_owned()
            })
            .collect();
        numbers.sort_unstable();
        numbers
    };
    let rows: [(&str, &[&str]); 20] = [
        ("/cats", &["1", "2", "3"]),
        ("/cats/tabby", &["3"]),
        ("/%E7%8C%AB", &["5"]),
        ("/?category=%E7%8C%AB", &["5"]),
        ("/?category=dogs,cats/tabby", &["3", "4"]),
        ("/?cat=dogs&sort=cats", &["1", "2", "3", "4"]),
        ("/landscape", &["1", "4", "5"]),
        ("/cats/mobile", &["2"]),
        ("/?device=mobile", &["2"]),
        ("/square", &["3"]),
        ("/?tag=sky", &["1", "2", "5"]),
        ("/?tag=sky,sea", &["2"]),
        ("/?tag=sky|sea&tag=-sea", &["1", "5"]),
        ("/?tag=sky&category=cats&orientation=h", &["1"]),
        ("/?min_width=1000", &["1", "3", "4"]),
        ("/?max_width=900&min_height=700", &["2"]),
        ("/?max_height=900", &["1", "5"]),
        ("/?ratio=16:9", &["1", "4"]),
        ("/cats?not=first", &["2", "3"]),
        ("/?tag=-nosuch&category=dogs", &["4"]),
    ];
    for (target, expected) in rows {
        assert_eq!(urls(target), expected, "{target}");
    }
}

#[test]
fn nothing_left_says_which_conditions() {
    let site = site();
    let mut asked = asked(&site);
    for (target, code, said) in [
        ("/dogs?tag=sky", "no_match", "category=dogs, tag=sky"),
        ("/?tag=nosuch", "no_match", "tag=nosuch"),
        ("/?min_width=9000", "no_match", "min_width=9000"),
        ("/dogs/mobile", "no_match", "the path /dogs/mobile"),
        ("/?category=nope", "unknown_category", "unknown category"),
    ] {
        let response = asked.get(target);
        assert_eq!(response.status(), 404, "{target}");
        let document = body(&response);
        assert_eq!(document["code"], code, "{target}");
        assert!(
            document["error"].as_str().unwrap().contains(said),
            "{target}: {document}"
        );
    }
    assert_eq!(
        body(&asked.get("/nope"))["available"],
        json!(["cats", "cats/tabby", "dogs", "猫"])
    );
    let flat = site_with(
        |_| (),
        vec![Entry {
            url: "https://i.example/1.webp".into(),
            orientation: Some(Orientation::Square),
            ..Entry::default()
        }],
    );
    assert_eq!(
        body(&self::asked(&flat).get("/pc"))["available"],
        json!(["square"])
    );
}

#[test]
fn seeds_and_decks() {
    let site = site();
    let mut asked = asked(&site);
    let mut location = |target: &str| header(&asked.get(target), "location").unwrap().to_owned();
    assert_eq!(location("/seed/a"), location("/?seed=a"));
    assert_eq!(location("/seed/a.jpg"), location("/?seed=a.jpg"));
    assert_eq!(location("/deck/p/3"), location("/?deck=p&k=3"));
    let mut dealt: Vec<_> = (0..10)
        .map(|k| location(&format!("/deck/p/{k}.jpg")))
        .collect();
    dealt.sort_unstable();
    dealt.dedup();
    assert_eq!(dealt.len(), 10);
    let seeds: std::collections::HashSet<_> =
        (0..50).map(|n| location(&format!("/seed/{n}"))).collect();
    assert!(seeds.len() > 5);
    let kept = asked.get("/seed/a");
    assert_eq!(
        header(&kept, "cache-control"),
        Some("public, max-age=86400")
    );
    assert_eq!(header(&kept, "etag"), None);
    // A hand across two shuffles holds each picture once.
    for k in [0, 4, 8, 9, 15] {
        let hand = body(&asked.get(&format!("/deck/p/{k}?count=7&type=json")));
        let mut urls: Vec<_> = hand["images"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| i["url"].as_str().unwrap())
            .collect();
        urls.sort_unstable();
        urls.dedup();
        assert_eq!((urls.len(), hand["count"].clone()), (7, json!(7)), "{k}");
    }
    assert_eq!(
        body(&asked.get("/deck/p/3?count=50&type=json"))["count"],
        10
    );
    assert_eq!(
        body(&asked.get("/cats?deck=p&k=2&count=50&type=json"))["count"],
        3
    );
    let cards = body(&asked.get("/deck/p/0?count=3&type=json"));
    let second = body(&asked.get("/deck/p/1?type=json"));
    assert_eq!(cards["images"][1], second);
    assert_eq!(asked.get("/?deck=p").status(), 400);
}

#[test]
fn periods() {
    let site = site_with(|s| s.time_zone = "+08:00".parse().unwrap(), entries());
    let seen = Cell::new(0);
    let at = |now: u64, target: &str| {
        seen.set(seen.get() + 1);
        let response = Asked {
            site: &site,
            now,
            dice: SplitMix(seen.get()),
        }
        .get(target);
        (
            header(&response, "location").unwrap().to_owned(),
            header(&response, "cache-control").unwrap().to_owned(),
        )
    };
    // 08:00 in Beijing: sixteen hours of the day are left.
    assert_eq!(at(NOW, "/daily").1, "public, max-age=57600");
    assert_eq!(at(NOW, "/daily"), at(NOW, "/?every=day"));
    assert_eq!(at(NOW, "/daily").0, at(NOW + 57_599, "/daily").0);
    assert_eq!(at(NOW + 57_599, "/daily").1, "public, max-age=1");
    let days: std::collections::HashSet<_> = (0..60)
        .map(|day| at(NOW + day * 86_400, "/daily").0)
        .collect();
    assert!(days.len() > 5, "{days:?}");
    assert_eq!(at(NOW, "/hourly").1, "public, max-age=3600");
    assert_eq!(at(NOW, "/weekly").1, "public, max-age=86400");
    assert_eq!(at(NOW + 1, "/?every=90").1, "public, max-age=89");
    // With a seed or a deck: theirs, changing each period.
    let seeded: std::collections::HashSet<_> = (0..60)
        .map(|day| at(NOW + day * 86_400, "/seed/a?every=day").0)
        .collect();
    assert!(seeded.len() > 5);
    let mut cards: Vec<_> = (0..10)
        .map(|k| at(NOW, &format!("/deck/page/{k}?every=day")).0)
        .collect();
    cards.sort_unstable();
    cards.dedup();
    assert_eq!(cards.len(), 10);
}

#[test]
fn screens() {
    let site = site();
    let phone = [("sec-ch-ua-mobile", "?1")];
    let response = asked(&site).ask("GET", "/auto", &phone, Caller::default());
    assert_eq!(
        header(&response, "location"),
        Some("https://i.example/2.webp")
    );
    assert_eq!(header(&response, "vary"), Some("accept, sec-ch-ua-mobile"));
    assert!(
        header(&response, "accept-ch")
            .unwrap()
            .contains("Sec-CH-UA-Mobile")
    );
    // No portrait dogs: any dog will do.
    let response = asked(&site).ask("GET", "/dogs/auto", &phone, Caller::default());
    assert_eq!(
        header(&response, "location"),
        Some("https://i.example/4.webp")
    );
    assert_eq!(asked(&site).get("/auto").status(), 302);
}

#[test]
fn entity_tags_act_on_2xx_answers_only() {
    let site = site();
    for target in [
        "/id/first/info",
        "/seed/a?type=text",
        "/categories",
        "/info",
        "/robots.txt",
        "/?every=day&type=html",
    ] {
        let first = asked(&site).get(target);
        let tag = header(&first, "etag")
            .unwrap_or_else(|| panic!("{target}"))
            .to_owned();
        let again = asked(&site).ask("GET", target, &[("if-none-match", &tag)], Caller::default());
        assert_eq!(again.status(), 304, "{target}");
        assert!(again.body().is_empty());
        assert_eq!(header(&again, "etag"), Some(tag.as_str()));
        assert_eq!(header(&again, "content-length"), None);
        assert_eq!(
            header(&again, "cache-control"),
            header(&first, "cache-control")
        );
        let other = asked(&site).ask(
            "GET",
            target,
            &[("if-none-match", "\"x\"")],
            Caller::default(),
        );
        assert_eq!(other.status(), 200, "{target}");
    }
    for target in ["/", "/id/first", "/?type=json", "/nope"] {
        let plain = asked(&site).get(target);
        let star = asked(&site).ask("GET", target, &[("if-none-match", "*")], Caller::default());
        assert_eq!(star.status(), plain.status(), "{target}");
    }
}

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

#[test]
fn empty_sites_say_so() {
    let site = site_with(|_| (), Vec::new());
    let response = asked(&site).get("/");
    assert_eq!(
        (response.status().as_u16(), body(&response)["code"].clone()),
        (503, json!("empty_catalogue"))
    );
    assert_eq!(header(&response, "retry-after"), Some("60"));
    assert_eq!(asked(&site).get("/info").status(), 200);
    assert_eq!(asked(&site).get("/categories").status(), 200);
    let request = Request::new(Vec::new());
    assert_eq!(without_site((&request).into()).status, 503);
}

#[test]
fn service_pages() {
    let site = site();
    let mut asked = asked(&site);
    assert_eq!(
        body(&asked.get("/categories")),
        json!({"categories": [{"name": "cats", "pictures": 3}, {"name": "cats/tabby", "pictures": 1}, {"name": "dogs", "pictures": 1}, {"name": "猫", "pictures": 1}]})
    );
    assert_eq!(
        asked.get("/categories?type=text").body(),
        "cats\ncats/tabby\ndogs\n猫\n".as_bytes()
    );
    assert_eq!(asked.get("/categories?type=html").status(), 404);
    let info = body(&asked.get("/info"));
    assert_eq!(
        (info["pictures"].clone(), info["entries"].clone()),
        (json!(10), json!(6))
    );
    assert_eq!(
        info["orientations"][0],
        json!({"name": "landscape", "pictures": 3})
    );
    let health = asked.get("/healthz");
    assert_eq!(
        (health.body().as_slice(), header(&health, "cache-control")),
        (b"ok\n".as_slice(), Some("no-store"))
    );
    assert_eq!(asked.get("/favicon.ico").status(), 204);
    for absent in ["/docs", "/gallery", "/openapi.json"] {
        assert_eq!(body(&asked.get(absent))["code"], "not_found", "{absent}");
    }
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

const EVENT: &str = r#"{"requestContext":{"serviceId":"service-x","path":"/pics","httpMethod":"ANY","identity":{},"sourceIp":"203.0.113.9","stage":"release"},"headers":{"x-api-requestid":"0f5e"},"path":"/pics/id/first","httpMethod":"GET","queryString":{}}"#;

fn event(site: &Site<'static>, pass_through: Option<bool>) -> Value {
    let context = EventContext {
        pass_through,
        ..EventContext::default()
    };
    let document = handle_event(
        site,
        &mut SplitMix(7),
        &|| NOW,
        "tencent",
        EVENT.as_bytes(),
        context,
    )
    .unwrap();
    serde_json::from_slice(&document).unwrap()
}

#[test]
fn events() {
    let site = site();
    let document = event(&site, None);
    assert_eq!(document["statusCode"], 302);
    assert_eq!(document["headers"]["Location"], "https://i.example/1.webp");
    assert_eq!(document["headers"]["X-Request-Id"], "0f5e");
    assert_eq!(event(&site, Some(true))["url"], "https://i.example/1.webp");
    let set = site_with(|s| s.pass_through = vec!["tencent".into()], entries());
    assert_eq!(event(&set, None)["url"], "https://i.example/1.webp");
    assert_eq!(event(&set, Some(false))["statusCode"], 302);
}

#[test]
fn over_http_an_event_is_one_only_where_the_settings_say_so() {
    let post = |site: &Site<'static>, body: &str| -> Response<Vec<u8>> {
        let mut request = Request::new(body.as_bytes().to_vec());
        *request.method_mut() = Method::POST;
        let request = (&request).into();
        respond(site, &mut SplitMix(7), &|| NOW, request, Caller::default()).into()
    };
    let closed = site();
    assert_eq!(post(&closed, EVENT).status(), 405);
    let open = site_with(|s| s.events = vec!["tencent".into()], entries());
    let response = post(&open, EVENT);
    assert_eq!(
        (
            response.status().as_u16(),
            body(&response)["statusCode"].clone()
        ),
        (200, json!(302))
    );
    // A caller's own JSON is a plain invoke there.
    let invoked = post(&open, r#"{"id":"first"}"#);
    assert_eq!(body(&invoked)["url"], "https://i.example/1.webp");
    for body in ["", "{", "[1]"] {
        assert_eq!(post(&open, body).status(), 405, "{body}");
    }
    assert_eq!(asked(&open).get("/").status(), 302);
}

proptest::proptest! {
    #[test]
    fn every_target_gets_a_whole_answer(path in "(/[a-z0-9%.-]{0,8}){0,4}", query in "[a-z_=&0-9%,|+.:-]{0,60}") {
        let site = site();
        if let Ok(uri) = format!("/{}?{query}", path.trim_start_matches('/')).parse::<Uri>() {
            let mut request = Request::new(Vec::new());
            *request.uri_mut() = uri;
            let request = (&request).into();
            let response: Response<Vec<u8>> =
                respond(&site, &mut SplitMix(1), &|| NOW, request, Caller::default()).into();
            let status = response.status().as_u16();
            proptest::prop_assert!([200, 204, 302, 307, 400, 403, 404].contains(&status));
            if let Some(location) = header(&response, "location") {
                proptest::prop_assert!(location.starts_with("https://i.example/"));
            }
        }
    }
}
