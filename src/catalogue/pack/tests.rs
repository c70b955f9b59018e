use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::PictureUrl;
use super::super::testing::{ask_everything, config, entries, plain};
use super::super::{Catalogue, Entry, FacetKind, Format, Orientation};
use super::*;

/// What folding should give, told one entry at a time.
#[derive(Debug, Default)]
struct Expected {
    entry: Entry,
    tags: std::collections::BTreeSet<String>,
    variants: std::collections::BTreeSet<(u32, u32, String)>,
}

fn smaller<T: Ord + Clone>(a: &Option<T>, b: &Option<T>) -> Option<T> {
    a.iter().chain(b).min().cloned()
}

fn text(a: &Option<String>, b: &Option<String>) -> Option<String> {
    smaller(a, &b.clone().filter(|text| !text.is_empty()))
}

fn expect(all: &[Entry]) -> BTreeMap<&str, Expected> {
    let mut expected: BTreeMap<&str, Expected> = BTreeMap::new();
    for from in all {
        let to = expected.entry(&from.url).or_default();
        let size = |e: &Entry| (e.width != 0 && e.height != 0).then_some((e.width, e.height));
        let weight = |e: &Entry| (e.weight != 0).then_some(e.weight);
        let entry = &mut to.entry;
        (entry.width, entry.height) = smaller(&size(entry), &size(from)).unwrap_or_default();
        entry.weight = smaller(&weight(entry), &weight(from)).unwrap_or(0);
        entry.orientation = smaller(&entry.orientation, &from.orientation);
        entry.format = smaller(&entry.format, &from.format);
        entry.alias = text(&entry.alias, &from.alias);
        entry.category = text(&entry.category, &from.category);
        entry.title = text(&entry.title, &from.title);
        entry.author = text(&entry.author, &from.author);
        entry.source = text(&entry.source, &from.source);
        entry.license = text(&entry.license, &from.license);
        to.tags
            .extend(from.tags.iter().filter(|tag| !tag.is_empty()).cloned());
        let variants = from
            .variants
            .iter()
            .map(|v| (v.width, v.height, v.url.clone()));
        to.variants.extend(variants);
    }
    expected
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn every_property_comes_back(all in entries()) {
        let packed = pack(b"settings", all.clone()).unwrap();
        let (catalogue, settings) = Catalogue::open(&packed.bytes).unwrap();
        prop_assert_eq!(settings, b"settings");
        let expected = expect(&all);
        prop_assert_eq!(catalogue.entries() as usize, expected.len());
        prop_assert_eq!(packed.entries, catalogue.entries());
        prop_assert_eq!(packed.pictures, catalogue.pictures());
        prop_assert_eq!(packed.folded as usize, all.len() - expected.len());
        for (text, Expected { entry: e, tags, variants }) in &expected {
            let url = PictureUrl::parse(text).unwrap();
            let entry = catalogue.find(url.hash()).unwrap();
            prop_assert_eq!(catalogue.hash(entry), url.hash());
            prop_assert_eq!(catalogue.count(entry), url.range().map_or(1, |range| range.count));
            prop_assert_eq!(catalogue.first(entry), url.range().map(|range| range.first));
            let size = (e.width != 0).then_some((e.width, e.height));
            prop_assert_eq!(catalogue.size(entry), size);
            prop_assert_eq!(catalogue.weight(entry), u64::from(e.weight.max(1)));
            let by_size = Orientation::of(e.width, e.height);
            prop_assert_eq!(catalogue.orientation(entry), e.orientation.or(by_size));
            prop_assert_eq!(catalogue.format(entry), e.format.or(url.format()));
            prop_assert_eq!(catalogue.alias(entry), e.alias.as_deref());
            prop_assert_eq!(catalogue.category(entry), e.category.as_deref());
            prop_assert_eq!(catalogue.title(entry), e.title.as_deref());
            prop_assert_eq!(catalogue.author(entry), e.author.as_deref());
            prop_assert_eq!(catalogue.source(entry), e.source.as_deref());
            prop_assert_eq!(catalogue.license(entry), e.license.as_deref());
            prop_assert!(catalogue.tags(entry).eq(tags.iter().map(String::as_str)));
            let got = catalogue.variants(entry).into_iter().map(|v| (v.width, v.height, v.url));
            prop_assert!(got.eq(variants.iter().cloned()));
        }
        let heavy = expected.values().any(|it| it.entry.weight > 1);
        prop_assert_eq!(catalogue.weighted(), heavy);
        ask_everything(&catalogue);
    }

    #[test]
    fn facets_hold_what_the_columns_say(all in entries()) {
        let packed = pack(b"", all).unwrap();
        let (catalogue, _) = Catalogue::open(&packed.bytes).unwrap();
        let mut expected: BTreeMap<(FacetKind, &str), Vec<u32>> = BTreeMap::new();
        for entry in 0..catalogue.entries() {
            let mut add = |kind, name| expected.entry((kind, name)).or_default().push(entry);
            let category = catalogue.category(entry);
            let slashes = category.iter().flat_map(|text| text.match_indices('/'));
            for (slash, _) in slashes {
                add(FacetKind::Category, &category.unwrap()[..slash]);
            }
            category.into_iter().for_each(|name| add(FacetKind::Category, name));
            catalogue.tags(entry).for_each(|name| add(FacetKind::Tag, name));
            let orientation = catalogue.orientation(entry).map(Orientation::as_str);
            orientation.into_iter().for_each(|name| add(FacetKind::Orientation, name));
            let format = catalogue.format(entry).map(Format::as_str);
            format.into_iter().for_each(|name| add(FacetKind::Format, name));
        }
        let mut found: Vec<((FacetKind, &str), Vec<u32>)> = Vec::new();
        for kind in FacetKind::ALL {
            for facet in catalogue.facets(kind) {
                let list = catalogue.list(facet);
                let members = (0..list.len()).filter_map(|place| list.entry(place)).collect();
                found.push(((kind, catalogue.facet_name(facet)), members));
            }
        }
        prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_order_of_the_input_changes_not_one_byte(
        (all, shuffled) in entries().prop_flat_map(|all| {
            (Just(all.clone()), Just(all).prop_shuffle())
        })
    ) {
        let (first, second) = (pack(b"{}", all).unwrap(), pack(b"{}", shuffled).unwrap());
        prop_assert_eq!(first.bytes, second.bytes);
        prop_assert_eq!(first.folded, second.folded);
    }
}

#[test]
fn duplicates_are_named_with_what_they_lost() {
    let titled = |title: &str, tag: &str| Entry {
        title: Some(title.to_owned()),
        tags: vec![tag.to_owned()],
        ..plain("https://h.example/1.jpg")
    };
    let sized = Entry {
        width: 4,
        height: 3,
        ..plain("https://h.example/1.jpg")
    };
    let all = vec![
        titled("b", "x"),
        plain("https://h.example/2.jpg"),
        titled("a", "y"),
        sized,
    ];
    let packed = pack(b"", all).unwrap();
    let duplicate = |again, dropped: &[&'static str]| Duplicate {
        url: "https://h.example/1.jpg".to_owned(),
        first: 0,
        again,
        dropped: dropped.to_vec(),
    };
    assert_eq!(packed.folded, 2);
    assert_eq!(
        packed.duplicates,
        [duplicate(2, &["title"]), duplicate(3, &[])]
    );
    let (catalogue, _) = Catalogue::open(&packed.bytes).unwrap();
    let (entry, _) = catalogue.find_picture("x3ccrccka63ay").unwrap();
    assert_eq!(catalogue.title(entry), Some("a"));
    assert_eq!(catalogue.tags(entry).collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(catalogue.size(entry), Some((4, 3)));
    assert_eq!(catalogue.orientation(entry), Some(Orientation::Landscape));
}

#[test]
fn an_edit_leaves_all_other_ids() {
    let url = |number: u32| format!("https://h.example/{number}.jpg");
    let ids = |numbers: Vec<u32>| -> BTreeMap<String, String> {
        let all = numbers
            .into_iter()
            .map(|number| plain(&url(number)))
            .collect();
        let bytes = pack(b"", all).unwrap().bytes;
        let (catalogue, _) = Catalogue::open(&bytes).unwrap();
        (0..catalogue.entries())
            .map(|entry| {
                (
                    catalogue.url(entry, 0).into_owned(),
                    catalogue.picture_id(entry, 0),
                )
            })
            .collect()
    };
    let before = ids((0..1000).collect());
    assert_eq!(before["https://h.example/1.jpg"], "x3ccrccka63ay");
    let appended = ids((0..1001).collect());
    let inserted = ids((0..500).chain([5000]).chain(500..1000).collect());
    let deleted = ids((0..500).chain(501..1000).collect());
    assert_eq!(
        (appended.len(), inserted.len(), deleted.len()),
        (1001, 1001, 999)
    );
    for (url, id) in &before {
        assert_eq!(appended.get(url), Some(id));
        assert_eq!(inserted.get(url), Some(id));
        assert!(deleted.get(url) == Some(id) || url == "https://h.example/500.jpg");
    }
}

#[test]
fn ranges_count_pad_and_keep_their_ids() {
    let open = |text: &str, check: &dyn Fn(&Catalogue<'_>)| {
        let bytes = pack(b"", vec![plain(text), plain("https://h.example/x")])
            .unwrap()
            .bytes;
        check(&Catalogue::open(&bytes).unwrap().0);
    };
    for (text, pictures) in [
        ("https://h.example/h/{001..833}.webp", 834),
        ("https://h.example/h/{001..1500}.webp", 1501),
    ] {
        open(text, &|catalogue| {
            assert_eq!((catalogue.entries(), catalogue.pictures()), (2, pictures));
            let (entry, member) = catalogue.find_picture("ns5eekrgk2zvk-7").unwrap();
            assert_eq!((catalogue.first(entry), member), (Some(1), 6));
            assert_eq!(catalogue.url(entry, 6), "https://h.example/h/007.webp");
            assert_eq!(catalogue.picture_id(entry, 6), "ns5eekrgk2zvk-7");
            assert_eq!(catalogue.url(entry, pictures), "");
            for not in [
                "ns5eekrgk2zvk",
                "ns5eekrgk2zvk-0",
                "ns5eekrgk2zvk-9999",
                "ns5eekrgk2zvk-007",
            ] {
                assert_eq!(catalogue.find_picture(not), None, "{not}");
            }
        });
    }
    open(
        "https://h.example/{1..18446744073709551614}",
        &|catalogue| {
            assert_eq!(catalogue.pictures(), u64::MAX);
            let table = catalogue.table();
            let (place, member) = table.nth_picture(u64::MAX - 1).unwrap();
            let url = catalogue.url(table.entry(place).unwrap(), member);
            assert!(
                [
                    "https://h.example/x",
                    "https://h.example/18446744073709551614"
                ]
                .contains(&&*url)
            );
        },
    );
}

#[test]
fn aliases_find_pictures() {
    let with = |url: &str, alias: &str| Entry {
        alias: Some(alias.to_owned()),
        ..plain(url)
    };
    let all = vec![
        with("https://h.example/1.jpg", "cat"),
        with("https://h.example/{5..9}.jpg", "dogs"),
        with("https://h.example/3.jpg", "dogs-4"),
        with("https://h.example/4.jpg", "dogs-05"),
        with("https://h.example/5.jpg", "猫-"),
    ];
    let bytes = pack(b"", all).unwrap().bytes;
    let (catalogue, _) = Catalogue::open(&bytes).unwrap();
    let url = |text: &str| {
        let (entry, member) = catalogue.find_picture(text)?;
        Some(catalogue.url(entry, member).into_owned())
    };
    let rows = [
        ("cat", Some("https://h.example/1.jpg")),
        ("dogs-5", Some("https://h.example/5.jpg")),
        ("dogs-9", Some("https://h.example/9.jpg")),
        ("dogs-4", Some("https://h.example/3.jpg")),
        ("dogs-05", Some("https://h.example/4.jpg")),
        ("猫-", Some("https://h.example/5.jpg")),
        ("x3ccrccka63ay", Some("https://h.example/1.jpg")),
        ("X3CCRCCKA63AY", Some("https://h.example/1.jpg")),
        ("dogs", None),
        ("dogs-10", None),
        ("dogs-006", None),
        ("cat-0", None),
        ("Cat", None),
        ("", None),
    ];
    for (text, expected) in rows {
        assert_eq!(url(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn what_would_mean_two_pictures_is_refused() {
    let with = |url: &str, alias: &str| Entry {
        alias: Some(alias.to_owned()),
        ..plain(url)
    };
    let one = "https://h.example/1.jpg";
    let rows = [
        (
            vec![
                plain("https://h.example/{1..9}"),
                plain("x"),
                plain("https://h.example/{1..8}"),
            ],
            "entry 1 (from 0): a URL begins with http:// or https://",
        ),
        (
            vec![
                plain("https://h.example/{1..9}"),
                plain(one),
                plain("https://h.example/{1..8}"),
            ],
            "entries 0 and 2 (from 0): https://h.example/{1..9} and https://h.example/{1..8} \
             would have the same id; of ranges that differ only in their last number keep one",
        ),
        (
            vec![
                with(one, "a"),
                plain("https://h.example/2"),
                with("https://h.example/3", "a"),
            ],
            "entries 0 and 2 (from 0): the id \"a\" would mean two pictures; each needs its own",
        ),
        (
            vec![
                with("https://h.example/3", "a-5"),
                with("https://h.example/{5..6}", "a"),
            ],
            "entries 0 and 1 (from 0): the id \"a-5\" would mean two pictures; each needs its own",
        ),
        (
            vec![with("https://h.example/3", "X3CCRCCKA63AY"), plain(one)],
            "entries 0 and 1 (from 0): the id \"X3CCRCCKA63AY\" is the one that a picture's URL \
             gives; choose another",
        ),
        (
            vec![
                plain(one),
                plain("https://h.example/{1..18446744073709551615}"),
            ],
            "the pictures times their weights are more than 18446744073709551615 in all",
        ),
        (
            vec![Entry {
                weight: 2,
                ..plain("https://h.example/{1..9223372036854775808}")
            }],
            "the pictures times their weights are more than 18446744073709551615 in all",
        ),
    ];
    for (all, message) in rows {
        assert_eq!(pack(b"", all).unwrap_err().to_string(), message);
    }
    assert!(pack(b"", vec![with(one, "x3ccrccka63ay")]).is_ok());
    assert!(
        pack(
            b"",
            vec![
                with("https://h.example/3", "a-4"),
                with("https://h.example/{5..6}", "a")
            ]
        )
        .is_ok()
    );
}
