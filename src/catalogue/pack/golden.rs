//! A tiny catalogue, byte for byte: what was written once is read for ever.

use super::super::testing::plain;
use super::super::{Catalogue, Entry};
use super::pack;

fn tiny() -> Vec<Entry> {
    vec![
        Entry {
            category: Some("a/b".to_owned()),
            tags: vec!["t".to_owned()],
            width: 300,
            height: 200,
            weight: 3,
            ..plain("https://h.example/1.jpg")
        },
        Entry {
            alias: Some("r".to_owned()),
            ..plain("https://h.example/h/{001..833}.webp")
        },
        plain("https://picsum.photos/id/237/200/300"),
    ]
}

/// The bytes that a golden text says.
fn bytes(golden: &str) -> Vec<u8> {
    let digits = golden.lines().filter_map(|line| line.split_once('|'));
    let digits: Vec<char> = digits
        .flat_map(|(_, hex)| hex.chars().filter(|digit| *digit != ' '))
        .collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

#[test]
fn the_layout_stays() {
    let (packed, golden) = (pack(b"{}", tiny()).unwrap().bytes, bytes(GOLDEN));
    let differs = packed.iter().zip(&golden).position(|(a, b)| a != b);
    assert_eq!(differs, None, "the first byte that differs");
    assert_eq!(packed.len(), golden.len());
    let (catalogue, settings) = Catalogue::open(&golden).unwrap();
    assert_eq!((catalogue.pictures(), settings), (835, b"{}".as_slice()));
    assert_eq!(catalogue.url(0, 832), "https://h.example/h/833.webp");
}

#[test]
fn sections_are_listed_with_their_lengths() {
    let bytes = bytes(GOLDEN);
    let sections: Vec<_> = Catalogue::open(&bytes).unwrap().0.sections().collect();
    assert_eq!(sections.len(), 25);
    assert_eq!(
        sections[..4],
        [
            ("settings", 2),
            ("hashes", 24),
            ("url offsets", 16),
            ("url text", 91)
        ]
    );
    assert_eq!(sections.last(), Some(&("table weights", 24)));
}

const GOLDEN: &str = "\
header              | 656467657069636b 1feb40adde7bffbe 0100000019000000 4805000000000000
row settings        | 0100000000000000 7802000000000000 0200000000000000
row hashes          | 0200000000000000 8002000000000000 1800000000000000
row url offsets     | 0300000000000000 9802000000000000 1000000000000000
row url text        | 0400000000000000 a802000000000000 5b00000000000000
row ranges          | 0500000000000000 0803000000000000 2000000000000000
row width           | 0600000000000000 2803000000000000 1600000000000000
row height          | 0700000000000000 4003000000000000 1300000000000000
row orientation     | 0800000000000000 5803000000000000 1300000000000000
row format          | 0900000000000000 7003000000000000 1300000000000000
row weight          | 0a00000000000000 8803000000000000 1300000000000000
row category        | 0b00000000000000 a003000000000000 1300000000000000
row tags            | 0c00000000000000 b803000000000000 1300000000000000
row alias           | 1100000000000000 d003000000000000 1300000000000000
row dictionaries    | 1300000000000000 e803000000000000 2000000000000000
row text offsets    | 1400000000000000 0804000000000000 1400000000000000
row text            | 1500000000000000 2004000000000000 0600000000000000
row tag set offsets | 1600000000000000 2804000000000000 0800000000000000
row tag sets        | 1700000000000000 3004000000000000 0400000000000000
row alias entries   | 1a00000000000000 3804000000000000 0400000000000000
row facets          | 1b00000000000000 4004000000000000 9000000000000000
row members         | 1c00000000000000 d004000000000000 1800000000000000
row facet pictures  | 1d00000000000000 e804000000000000 0800000000000000
row facet weights   | 1e00000000000000 f004000000000000 2800000000000000
row table pictures  | 1f00000000000000 1805000000000000 1800000000000000
row table weights   | 2000000000000000 3005000000000000 1800000000000000
settings            | 7b7d000000000000
hashes              | 55b356262a42ba6c 0cb6074a8828c4be f9cc55702060b0d1
url offsets         | 0000000020000000 370000005b000000
url text            | 68747470733a2f2f 682e6578616d706c 652f682f7b303031 2e2e7d2e77656270
                    | 68747470733a2f2f 682e6578616d706c 652f312e6a706768 747470733a2f2f70
                    | 696373756d2e7068 6f746f732f69642f 3233372f3230302f 3330300000000000
ranges              | 0000000014000000 0100000000000000 4103000000000000 030000001b000000
width               | 0102000000000000 0300000000000000 00002c0100000000
height              | 0101000000000000 0300000000000000 00c8000000000000
orientation         | 0101000000000000 0300000000000000 0001000000000000
format              | 0101000000000000 0300000000000000 0401000000000000
weight              | 0101000000000000 0300000000000000 0103010000000000
category            | 0101000000000000 0300000000000000 0002000000000000
tags                | 0101000000000000 0300000000000000 0001000000000000
alias               | 0101000000000000 0300000000000000 0100000000000000
dictionaries        | 0200000001000000 0000000000000000 0000000000000000 0100000000000000
text offsets        | 0000000001000000 0400000005000000 0600000000000000
text                | 61612f6274720000
tag set offsets     | 0000000001000000
tag sets            | 0000000000000000
alias entries       | 0000000000000000
facets              | 0000000000000000 0100000000000000 ffffffff00000000 0000000001000000
                    | 0100000001000000 ffffffff01000000 0100000000000000 0100000002000000
                    | ffffffff02000000 0200000001000000 0100000003000000 ffffffff03000000
                    | 0300000001000000 0100000004000000 ffffffff04000000 0300000004000000
                    | 0100000005000000 00000000ffffffff
members             | 0100000001000000 0100000001000000 0100000000000000
facet pictures      | 4103000000000000
facet weights       | 0300000000000000 0300000000000000 0300000000000000 0300000000000000
                    | 0300000000000000
table pictures      | 4103000000000000 4203000000000000 4303000000000000
table weights       | 4103000000000000 4403000000000000 4503000000000000
";
