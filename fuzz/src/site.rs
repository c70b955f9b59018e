//! A small site in which every kind of property occurs, and dice.

use std::sync::LazyLock;

use edgepick::app::Site;
use edgepick::catalogue::{Entry, Format, Variant, pack};
use edgepick::picker::Dice;

pub(crate) static SITE: LazyLock<Site<'static>> = LazyLock::new(|| {
    let packed = pack(b"{}", entries()).expect("good entries").bytes;
    Site::open(packed.leak()).expect("what pack made")
});

fn entries() -> Vec<Entry> {
    let categories = ["cats", "animals/cats", "dogs", "猫"];
    let mut entries: Vec<Entry> = (0..12_u32)
        .map(|n| Entry {
            url: format!("https://i.example/{n}.jpg"),
            width: 600 + 100 * n,
            height: 1000,
            category: categories
                .get(n as usize / 2)
                .map(|name| (*name).to_owned()),
            tags: ["sky", "night"][..n as usize % 3]
                .iter()
                .map(|tag| (*tag).to_owned())
                .collect(),
            ..Entry::default()
        })
        .collect();
    entries[1].alias = Some("first".to_owned());
    entries[1].title = Some("標題 <b> \"quoted\"".to_owned());
    entries[2].weight = 9;
    entries[3].format = Some(Format::Webp);
    entries[4].url = "https://i.example/r/{001..120}.png".to_owned();
    entries[5].variants = vec![Variant {
        url: "https://i.example/5-small.jpg".to_owned(),
        width: 300,
        height: 200,
    }];
    entries
}

/// SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>).
pub(crate) struct SplitMix(pub(crate) u64);

impl Dice for SplitMix {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }
}
