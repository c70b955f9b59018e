use http_body_util::{BodyExt as _, Empty};

use super::*;
use crate::bindings::answer::{Context, Outcome, Request, Response};
use crate::bindings::gateway;
use crate::testing::{baked, patient, site, wait};

async fn get(instances: &Instances, target: &str) -> Response {
    let head = format!("GET {target} HTTP/1.1\r\naccept: */*\r\n");
    let request = Request {
        head: head.as_bytes(),
        body: b"",
        context: Context {
            mount: None,
            request_id: None,
            no_redirects: false,
        },
    };
    match instances.answer(request).await.unwrap() {
        Outcome::Response(response) => response,
        other => panic!("{target}: {other:?}"),
    }
}

fn sample_with(options: SiteOptions) -> Site {
    Site::new(&baked().component, options).unwrap()
}

#[test]
fn both_doors_lead_to_the_same_answer() {
    wait(async {
        let instances = site().instances();
        let typed = get(&instances, "/seed/a").await;
        let request = http::Request::get("/seed/a")
            .header("host", "pictures.test")
            .header("accept", "*/*")
            .body(Empty::new())
            .unwrap();
        let (parts, body) = instances.over_http(request).await.unwrap().into_parts();
        assert_eq!(parts.status.as_u16(), typed.status);
        assert_eq!(body.collect().await.unwrap().to_bytes(), typed.body);
        let lines = String::from_utf8(typed.headers).unwrap();
        for (name, value) in &parts.headers {
            let line = format!("{name}: {}\r\n", value.to_str().unwrap());
            assert!(lines.contains(&line), "{line} not in {lines}");
        }
    });
}

#[test]
fn a_guest_serves_its_time() {
    let started = |reuse, calls: usize| {
        let site = sample_with(SiteOptions { reuse, ..patient() });
        wait(async {
            let instances = site.instances();
            for _ in 0..calls {
                get(&instances, "/healthz").await;
            }
        });
        site.inner.guests.load(Ordering::Relaxed)
    };
    assert_eq!(started(1, 3), 3);
    assert_eq!(started(2, 4), 2);
    assert_eq!(started(10_000, 4), 1);
}

#[test]
fn a_seed_makes_randomness_repeatable() {
    let draws = |seed| {
        let site = sample_with(SiteOptions {
            seed: Some(seed),
            ..patient()
        });
        wait(async {
            let instances = site.instances();
            let mut draws = Vec::new();
            for _ in 0..8 {
                draws.push(get(&instances, "/?type=text").await.body);
            }
            draws
        })
    };
    assert_eq!(draws(1), draws(1));
    assert_ne!(draws(1), draws(2));
    let first = draws(1);
    assert!(
        first.iter().any(|draw| Some(draw) != first.first()),
        "all draws are one"
    );
}

/// A guest asks for one number, then for pages of 32: none is drawn from twice.
#[test]
fn a_guest_that_goes_on_draws_anew() {
    let site = sample_with(SiteOptions {
        seed: Some(3),
        ..patient()
    });
    wait(async {
        let instances = site.instances();
        let mut draws = Vec::new();
        for _ in 0..1 + 3 * 32 {
            draws.push(get(&instances, "/?type=text").await.body);
        }
        let pages: Vec<_> = draws[1..].chunks(32).collect();
        for page in &pages {
            let different: std::collections::BTreeSet<_> = page.iter().collect();
            assert!(different.len() >= 12, "{} of 32", different.len());
        }
        assert!(pages[0] != pages[1] && pages[1] != pages[2] && pages[0] != pages[2]);
    });
}

#[test]
fn guests_beyond_the_limit_are_refused() {
    let site = sample_with(SiteOptions {
        instances: 1,
        ..patient()
    });
    wait(async {
        let instances = site.instances();
        let taken = instances.take().await.unwrap();
        assert!(matches!(instances.take().await, Err(Failure::Busy)));
        instances.put(taken);
        assert_eq!(get(&instances, "/healthz").await.status, 200);
    });
}

#[test]
fn an_unknown_platform_is_an_error_of_the_gateway() {
    wait(async {
        let context = gateway::Context {
            mount: None,
            client: None,
            request_id: None,
            pass_through: None,
            headers: b"",
            target: None,
        };
        let document = site()
            .instances()
            .gateway("nobody", b"{}", context)
            .await
            .unwrap();
        let error = document.unwrap_err();
        assert_eq!(error.code, "unknown_platform");
        assert!(error.message.contains("nobody"), "{}", error.message);
    });
}

#[test]
fn a_component_of_someone_else_is_refused() {
    let component = wat::parse_str("(component)").unwrap();
    let error = Site::new(&component, SiteOptions::default()).unwrap_err();
    assert!(matches!(error, SiteError::Exports(_)), "{error}");
    let error = Site::new(b"no component", SiteOptions::default()).unwrap_err();
    assert!(matches!(error, SiteError::Seal(_)), "{error}");
}
