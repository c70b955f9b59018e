//! Draws through the real component, with the host's randomness seeded.

use std::collections::HashMap;

use edgepick_host::server::Server;
use edgepick_host::site::{Site, SiteOptions};

use crate::client::{Connection, request};
use crate::stands::{ANY_PORT, Stand, quiet, seeded, stand};

/// A site of a test's own, served: no other test takes its draws.
struct Served {
    connection: Connection,
    _server: Server,
}

impl Served {
    fn new(stand: &Stand, options: SiteOptions) -> Self {
        let site = Site::new(&stand.component, options).unwrap();
        let server = Server::start(&site, ANY_PORT, quiet()).unwrap();
        Self {
            connection: Connection::open(server.address()),
            _server: server,
        }
    }

    /// The body of the answer to `GET target`.
    fn ask(&mut self, target: &str) -> String {
        self.connection.send(&request("GET", target, &[], b""));
        let reply = self.connection.read("GET");
        assert_eq!(reply.status, 200, "{target}");
        reply.text().to_owned()
    }

    /// How often each URL comes.
    fn draw(&mut self, target: &str, draws: u32) -> HashMap<String, u32> {
        let mut counts = HashMap::new();
        for _ in 0..draws {
            for url in self.ask(target).lines() {
                *counts.entry(url.to_owned()).or_default() += 1;
            }
        }
        counts
    }
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
    let counts = Served::new(&stand, seeded()).draw("/?type=text", 10_000);
    check(&counts, &equal(&stand));
}

#[test]
fn members_of_ranges_count_one_each() {
    let stand = stand("scenarios/ranges.toml");
    let counts = Served::new(&stand, seeded()).draw("/?type=text", 20_000);
    check(&counts, &equal(&stand));
}

#[test]
fn weights_are_followed() {
    let stand = stand("catalogues/rows.csv");
    let weights = [("photo-1488215545351", 3.0), ("photo-1553026908", 2.0)];
    let weight = |url: &str| {
        let found = weights.iter().find(|(part, _)| url.contains(part));
        found.map_or(1.0, |(_, weight)| *weight)
    };
    let urls = stand.pictures.urls.values();
    let shares = urls.map(|url| (url.clone(), weight(url))).collect();
    let counts = Served::new(&stand, seeded()).draw("/?type=text", 6_000);
    check(&counts, &shares);
}

#[test]
fn filters_keep_the_rest_as_likely() {
    let stand = stand("sample");
    let mut served = Served::new(&stand, seeded());
    let matching = "/?tag=mountains,-snow&type=text";
    let all = served.ask(&format!("{matching}&count=50&seed=1"));
    let shares: HashMap<_, _> = all.lines().map(|url| (url.to_owned(), 1.0)).collect();
    assert!(shares.len() > 2, "{all}");
    check(&served.draw(matching, 4_000), &shares);
}

#[test]
fn hands_are_distinct_and_their_pictures_as_likely() {
    let stand = stand("sample");
    let mut served = Served::new(&stand, seeded());
    let counts = served.draw("/?count=5&type=text", 2_000);
    check(&counts, &equal(&stand));
    let hand = served.ask("/?count=48&type=text");
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
    let counts = Served::new(&stand, options).draw("/?type=text", 3_000);
    check(&counts, &equal(&stand));
}

#[test]
fn no_randomness_is_baked_in() {
    let stand = stand("sample");
    let options = SiteOptions {
        seed: None,
        reuse: 1,
        ..seeded()
    };
    // Equal by chance once in 48^19 times.
    let counts = Served::new(&stand, options).draw("/?type=text", 20);
    assert!(counts.len() > 1, "{counts:?}");
}

#[test]
fn a_seeded_host_gives_the_same_draws_again() {
    let stand = stand("sample");
    let sequence = || {
        let mut served = Served::new(&stand, seeded());
        (0..20)
            .map(|_| served.ask("/?type=text"))
            .collect::<Vec<_>>()
    };
    assert_eq!(sequence(), sequence());
}
