//! Which pictures: ids, conditions, screens.

use super::*;
use crate::catalogue::Orientation;

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
fn an_id_may_end_like_a_file_name() {
    let entry = |url: &str, alias: &str| Entry {
        url: format!("https://i.example/{url}"),
        alias: Some(alias.to_owned()),
        ..Entry::default()
    };
    let entries = vec![entry("1", "photo"), entry("2", "photo.jpg")];
    let site = site_with(|_| (), entries);
    for (target, number) in [
        ("/id/photo", "1"),
        ("/id/photo.webp", "1"),
        ("/id/photo.jpg", "2"),
        ("/id/photo.jpg.png", "2"),
        ("/id/photo.jpg?id=photo.jpg", "2"),
        ("/?id=photo.jpg", "2"),
    ] {
        let url = format!("https://i.example/{number}");
        let response = asked(&site).get(target);
        assert_eq!(header(&response, "location"), Some(&*url), "{target}");
    }
    let info = asked(&site).get("/id/photo.jpg/info");
    assert_eq!(body(&info)["url"], "https://i.example/2");
}

#[test]
fn at_most_so_many_of_the_named_in_their_order() {
    let site = site();
    let mut asked = asked(&site);
    let id = |n: u32| {
        let url = format!("https://i.example/{n}.webp");
        let found = (0..5).find(|entry| site.catalogue.url(*entry, 0) == *url);
        site.catalogue.picture_id(found.unwrap(), 0)
    };
    let named = format!("/?id={},first,{}", id(4), id(2));
    for (count, expected) in [
        (1, &[4][..]),
        (2, &[4, 1]),
        (3, &[4, 1, 2]),
        (9, &[4, 1, 2]),
    ] {
        let lines: String = expected
            .iter()
            .map(|n| format!("https://i.example/{n}.webp\n"))
            .collect();
        let text = asked.get(&format!("{named}&count={count}&type=text"));
        assert_eq!(text.body(), lines.as_bytes(), "{count}");
        let json = body(&asked.get(&format!("{named}&count={count}&type=json")));
        let several = (count > 1).then_some(expected.len());
        assert_eq!(json.get("count"), several.map(|n| json!(n)).as_ref());
    }
    let first = asked.get(&format!("{named}&count=1"));
    assert_eq!(header(&first, "location"), Some("https://i.example/4.webp"));
    // A name that is beyond the count is one all the same.
    assert_eq!(asked.get("/?id=first,nosuch&count=1").status(), 404);
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
fn an_unknown_tag_gets_those_that_there_are() {
    let site = site();
    let document = body(&asked(&site).get("/dogs?tag=sea,fog|mist"));
    assert_eq!(
        document,
        json!({"error": "no picture meets all of: category=dogs, tag=sea, tag=fog|mist", "code": "no_match",
               "param": "tag", "value": "fog|mist", "hint": "give a tag that there is, or leave the condition out",
               "available": ["sea", "sky"]})
    );
    // All of them exist: then it is the conditions together.
    let document = body(&asked(&site).get("/dogs?tag=sea"));
    assert_eq!(
        (&document["param"], &document["available"]),
        (&Value::Null, &Value::Null)
    );

    let tagged = |tags: usize| {
        let entry = Entry {
            url: "https://i.example/1.webp".into(),
            tags: (0..tags).map(|n| format!("t{n:02}")).collect(),
            ..Entry::default()
        };
        body(&self::asked(&site_with(|_| (), vec![entry])).get("/?tag=nosuch"))
    };
    assert_eq!(tagged(60)["available"].as_array().unwrap().len(), 50);
    assert_eq!(tagged(0)["available"], Value::Null);
    assert!(tagged(0)["hint"].as_str().unwrap().contains("have no tags"));
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
