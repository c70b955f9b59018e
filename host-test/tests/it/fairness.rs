//! Draws through the real component, with the host's randomness seeded.

use std::collections::HashMap;
use std::sync::Arc;

use edgepick_host::bindings::answer::{Context, Outcome, Request};
use edgepick_host::site::{Instances, Site, SiteOptions};

use crate::stands::{Stand, seeded, stand};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// The body of the answer to `GET target`.
async fn ask(instances: &Arc<Instances>, target: &str) -> String {
    let context = Context {
        mount: None,
        client: None,
        request_id: None,
    };
    let request = Request {
        method: "GET",
        target,
        authority: "pictures.test",
        headers: b"",
        body: b"",
        context,
    };
    match instances.answer(request).await.unwrap() {
        Outcome::Response(response) => {
            assert_eq!(response.status, 200, "{target}");
            String::from_utf8(response.body).unwrap()
        }
        Outcome::OverHttp => panic!("{target} needs no network"),
    }
}

/// How often each URL comes.
fn draw(instances: &Arc<Instances>, target: &str, draws: u32) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    block_on(async {
        for _ in 0..draws {
            for url in ask(instances, target).await.lines() {
                *counts.entry(url.to_owned()).or_default() += 1;
            }
        }
    });
    counts
}

/// Checks counts against the shares that the pictures ought to have: Pearson's
/// chi-square, at most what one run in a million would exceed (by the
/// approximation of Wilson and Hilferty). The seed is fixed: it holds or not.
#[track_caller]
fn check(counts: &HashMap<String, u32>, shares: &HashMap<String, f64>) {
    let drawn = f64::from(counts.values().sum::<u32>());
    let whole: f64 = shares.values().sum();
    for url in counts.keys() {
        assert!(shares.contains_key(url), "{url} was not to be drawn");
    }
    let statistic: f64 = shares
        .iter()
        .map(|(url, share)| {
            let expected = drawn * share / whole;
            let seen = counts.get(url).copied().map_or(0.0, f64::from);
            (seen - expected).powi(2) / expected
        })
        .sum();
    let freedom = (shares.len() - 1) as f64;
    let ninths = 2.0 / (9.0 * freedom);
    let bound = freedom * (1.0 - ninths + 4.753 * ninths.sqrt()).powi(3);
    assert!(
        statistic < bound,
        "chi-square {statistic:.1} on {freedom} degrees; {counts:?}"
    );
}

fn equal(stand: &Stand) -> HashMap<String, f64> {
    stand
        .pictures
        .urls
        .values()
        .map(|url| (url.clone(), 1.0))
        .collect()
}

#[test]
fn every_picture_is_as_likely_as_any_other() {
    let stand = stand("sample");
    let counts = draw(&stand.site.instances(), "/?type=text", 10_000);
    check(&counts, &equal(&stand));
}

#[test]
fn members_of_ranges_count_one_each() {
    let stand = stand("scenarios/ranges.toml");
    let counts = draw(&stand.site.instances(), "/?type=text", 20_000);
    check(&counts, &equal(&stand));
}

#[test]
fn weights_are_followed() {
    let stand = stand("catalogues/rows.csv");
    let weights = [("photo-1488215545351", 3.0), ("photo-1553026908", 2.0)];
    let weight = |url: &str| {
        weights
            .iter()
            .find(|(part, _)| url.contains(part))
            .map_or(1.0, |w| w.1)
    };
    let shares = stand
        .pictures
        .urls
        .values()
        .map(|url| (url.clone(), weight(url)))
        .collect();
    let counts = draw(&stand.site.instances(), "/?type=text", 6_000);
    check(&counts, &shares);
}

#[test]
fn filters_keep_the_rest_as_likely() {
    let stand = stand("sample");
    let instances = stand.site.instances();
    let matching = "/?tag=mountains,-snow&type=text";
    let all = block_on(ask(
        &instances,
        "/?tag=mountains,-snow&type=text&count=50&seed=1",
    ));
    let shares: HashMap<_, _> = all.lines().map(|url| (url.to_owned(), 1.0)).collect();
    assert!(shares.len() > 2, "{all}");
    check(&draw(&instances, matching, 4_000), &shares);
}

#[test]
fn hands_are_distinct_and_their_pictures_as_likely() {
    let stand = stand("sample");
    let instances = stand.site.instances();
    let counts = draw(&instances, "/?count=5&type=text", 2_000);
    check(&counts, &equal(&stand));
    let hand = block_on(ask(&instances, "/?count=48&type=text"));
    let distinct: std::collections::HashSet<_> = hand.lines().collect();
    assert_eq!(distinct.len(), 48);
}

#[test]
fn fresh_instances_draw_as_fairly() {
    let stand = stand("sample");
    let options = SiteOptions {
        reuse: 1,
        ..seeded()
    };
    let site = Site::new(&stand.component, options).unwrap();
    check(
        &draw(&site.instances(), "/?type=text", 3_000),
        &equal(&stand),
    );
}

#[test]
fn no_randomness_is_baked_in() {
    let stand = stand("sample");
    let options = SiteOptions {
        seed: None,
        reuse: 1,
        ..seeded()
    };
    let site = Site::new(&stand.component, options).unwrap();
    // Equal by chance once in 48^19 times.
    let counts = draw(&site.instances(), "/?type=text", 20);
    assert!(counts.len() > 1, "{counts:?}");
}

#[test]
fn a_seeded_host_gives_the_same_draws_again() {
    let stand = stand("sample");
    let sequence = || {
        let site = Site::new(&stand.component, seeded()).unwrap();
        let instances = site.instances();
        block_on(async {
            let mut urls = Vec::new();
            for _ in 0..20 {
                urls.push(ask(&instances, "/?type=text").await);
            }
            urls
        })
    };
    assert_eq!(sequence(), sequence());
}
