//! Pages about the site.

use super::*;

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
    for (target, has) in [
        ("/categories?type=html", "json or text"),
        ("/info?type=text", "json"),
        ("/healthz?type=json", "text"),
        ("/robots.txt?json", "text"),
    ] {
        let refused = asked.get(target);
        let said = body(&refused);
        assert_eq!(refused.status(), 404, "{target}");
        assert_eq!(said["code"], "not_offered", "{target}");
        assert_eq!(said["hint"], format!("accepted: type={has}"), "{target}");
    }
    assert_eq!(asked.get("/healthz?type=text").status(), 200);
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
