mod answers;
mod callers;
mod events;
mod fixed;
mod pictures;
mod service;

use http::{HeaderMap, Method, Request, Response, Uri};
use serde_json::{Value, json};

use super::*;
use crate::catalogue::Entry;

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
        let (response, _) = respond(self.site, &mut self.dice, &|| self.now, request, caller);
        response.into()
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

proptest::proptest! {
    #[test]
    fn every_target_gets_a_whole_answer(path in "(/[a-z0-9%.-]{0,8}){0,4}", query in "[a-z_=&0-9%,|+.:-]{0,60}") {
        let site = site();
        if let Ok(uri) = format!("/{}?{query}", path.trim_start_matches('/')).parse::<Uri>() {
            let mut request = Request::new(Vec::new());
            *request.uri_mut() = uri;
            let request = (&request).into();
            let (response, _) =
                respond(&site, &mut SplitMix(1), &|| NOW, request, Caller::default());
            let response: Response<Vec<u8>> = response.into();
            let status = response.status().as_u16();
            proptest::prop_assert!([200, 204, 302, 307, 400, 403, 404].contains(&status));
            if let Some(location) = header(&response, "location") {
                proptest::prop_assert!(location.starts_with("https://i.example/"));
            }
        }
    }
}
