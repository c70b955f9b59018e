//! What several tests of the catalogue share.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use super::{Catalogue, Entry, FacetKind, Format, List, Orientation, Variant, pack};

/// Properties are tried on the same cases each time.
pub(super) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

pub(super) fn plain(url: &str) -> Entry {
    Entry {
        url: url.to_owned(),
        ..Entry::default()
    }
}

/// The packed form; the entries must be good.
pub(super) fn packed(entries: Vec<Entry>) -> Vec<u8> {
    pack(b"{}", entries).unwrap().bytes
}

/// A catalogue in which every section is there and every form is used: dense
/// and sparse columns, facets with and without members, pictures and weights.
pub(super) fn rich() -> Vec<Entry> {
    let mut entries: Vec<Entry> = (0..20_u32)
        .map(|number| Entry {
            width: 300 + number,
            height: if number == 7 { 70_000 } else { 200 },
            license: Some("CC0-1.0".to_owned()),
            author: (number % 2 == 0).then(|| format!("author {number}")),
            category: Some(["a/b", "a", "c"][number as usize % 3].to_owned()),
            tags: ["x", "y", "z"][..number as usize % 4]
                .iter()
                .map(|tag| (*tag).to_owned())
                .collect(),
            ..plain(&format!("https://h.example/{number}.png"))
        })
        .collect();
    entries[3].url = "https://h.example/{01..12}.png".to_owned();
    entries[3].alias = Some("range".to_owned());
    entries[4].weight = 9;
    entries[5].title = Some("標題".to_owned());
    entries[6].source = Some("https://h.example/page".to_owned());
    entries[7].alias = Some("range-13".to_owned());
    entries[8].variants = [40, 20]
        .map(|width| Variant {
            url: format!("https://h.example/8-{width}.png"),
            width,
            height: 10,
        })
        .to_vec();
    entries[9].format = Some(Format::Webp);
    entries
}

/// Entries of a small world, so that URLs, texts and numbers repeat; aliases
/// are made from the URL, so that none stands for two pictures.
pub(super) fn entries() -> impl Strategy<Value = Vec<Entry>> {
    vec(entry(), 0..40)
}

fn entry() -> impl Strategy<Value = Entry> {
    let text = |texts: &'static [&'static str]| {
        option::of(select(texts)).prop_map(|text| text.map(str::to_owned))
    };
    let numbers = (
        select(vec![0_u32, 0, 40, 300, 90_000]),
        select(vec![0_u32, 44, 300, 1]),
        select(vec![0_u16, 0, 0, 1, 2, 65_535]),
        option::weighted(0.2, select(Orientation::ALL.to_vec())),
        option::weighted(0.2, select(Format::ALL.to_vec())),
    );
    let texts = (
        text(&["a", "a/b", "a/b/c", "ab", "", "猫/犬"]),
        text(&["Title", "Other", "標題"]),
        text(&["Ann", "Bob"]),
        text(&["https://h.example/page"]),
        text(&["CC0-1.0"]),
        vec(select(vec!["x", "y", "z", "赤", ""]), 0..4),
    );
    let variant = (
        select(vec!["https://h.example/s.jpg", "https://h.example/t"]),
        0..3_u32,
    );
    let rest = (vec(variant, 0..3), any::<bool>());
    (0..30_u32, numbers, texts, rest).prop_map(|(url, numbers, texts, (variants, aliased))| {
        let range = url % 5 == 0;
        let tail = ["jpg", "png", "", "webp"][url as usize % 4];
        Entry {
            url: match (range, url % 2) {
                (false, _) => format!("https://h.example/{url}.{tail}"),
                (true, 0) => format!("https://h.example/r{url}/{{{url}..{}}}.{tail}", url * 9),
                (true, _) => format!("https://h.example/r{url}/{{008..{:03}}}.{tail}", url + 8),
            },
            alias: aliased.then(|| format!("alias {url}")),
            width: numbers.0,
            height: numbers.1,
            weight: numbers.2,
            orientation: numbers.3,
            format: numbers.4,
            category: texts.0,
            title: texts.1,
            author: texts.2,
            source: texts.3,
            license: texts.4,
            tags: texts.5.into_iter().map(str::to_owned).collect(),
            variants: variants
                .into_iter()
                .filter(|_| !range)
                .map(|(url, size)| Variant {
                    url: url.to_owned(),
                    width: size,
                    height: size * 2,
                })
                .collect(),
        }
    })
}

/// Every list of a catalogue: the table and all facets.
pub(super) fn lists<'a>(catalogue: &Catalogue<'a>) -> Vec<List<'a>> {
    let facets = FacetKind::ALL
        .into_iter()
        .flat_map(|kind| catalogue.facets(kind));
    facets
        .map(|facet| catalogue.list(facet))
        .chain([catalogue.table()])
        .collect()
}

/// Asks everything there is to ask, with good and with absurd arguments.
pub(super) fn ask_everything(catalogue: &Catalogue<'_>) {
    let ends = [
        catalogue.entries(),
        catalogue.entries().saturating_add(1),
        u32::MAX - 1,
        u32::MAX,
    ];
    for entry in (0..catalogue.entries()).chain(ends) {
        let last = catalogue.count(entry).saturating_sub(1);
        for member in [0, 1, last, last.saturating_add(1), u64::MAX] {
            let _ = catalogue.url(entry, member);
            let id = catalogue.picture_id(entry, member);
            let _ = catalogue.find_picture(&id);
        }
        let _ = catalogue.find(catalogue.hash(entry));
        let _ = (
            catalogue.weight(entry),
            catalogue.first(entry),
            catalogue.size(entry),
        );
        let _ = (catalogue.orientation(entry), catalogue.format(entry));
        let _ = (
            catalogue.category(entry),
            catalogue.title(entry),
            catalogue.author(entry),
        );
        let _ = (
            catalogue.source(entry),
            catalogue.license(entry),
            catalogue.variants(entry),
        );
        let _ = catalogue.tags(entry).count();
        if let Some(alias) = catalogue.alias(entry) {
            assert_eq!(catalogue.find_alias(alias), Some(entry));
            let _ = catalogue.find_picture(&format!("{alias}-3"));
        }
    }
    for kind in FacetKind::ALL {
        for facet in catalogue.facets(kind) {
            assert_eq!(
                catalogue.facet(kind, catalogue.facet_name(facet)),
                Some(facet)
            );
            assert_eq!(catalogue.facet_kind(facet), Some(kind));
        }
        let _ = catalogue.facet(kind, "no such name");
    }
    let nowhere = super::Facet(u32::MAX);
    assert!(catalogue.list(nowhere).is_empty() && catalogue.facet_name(nowhere).is_empty());
    for list in lists(catalogue) {
        let ends = [list.len(), list.len().saturating_add(1), u32::MAX];
        for place in (0..list.len()).chain(ends) {
            let entry = list.entry(place).unwrap_or(u32::MAX);
            let _ = (
                list.seek(place, entry),
                list.seek(0, entry),
                list.contains(entry),
            );
            let _ = list.nth_picture(list.pictures_before(place));
            let _ = list.nth_weight(list.weight_before(place));
            let _ = list.partition(place..list.len(), catalogue.hash(entry));
        }
        for unit in [0, 1, u64::MAX] {
            let _ = (list.nth_picture(unit), list.nth_weight(unit));
        }
    }
    let _ = (
        catalogue.pictures(),
        catalogue.weighted(),
        catalogue.sections().count(),
    );
}
