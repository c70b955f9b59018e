//! Answers that stay: seeds, decks, periods, entity tags.

use std::cell::Cell;

use super::*;

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
