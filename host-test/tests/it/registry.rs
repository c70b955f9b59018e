//! Every wire format has its fixtures and its emulator, and there are no
//! others.

use std::collections::{BTreeMap, BTreeSet};

use host_test::gateways::GATEWAYS;

use crate::stands::fixtures;

/// Folders of the fixtures that are no wire format's.
const OTHER_FIXTURES: [&str; 3] = ["aliyun_api", "catalogues", "scenarios"];

/// The modules of the rows of `FORMATS`. Read as text: the table itself is the
/// component's own, and nothing here may use it.
fn formats() -> BTreeSet<String> {
    let text = std::fs::read_to_string(fixtures().join("../src/gateway/mod.rs")).unwrap();
    let (_, rows) = text
        .split_once("static FORMATS: &[&dyn WireFormat] = &[")
        .expect("a table FORMATS");
    let (rows, _) = rows.split_once("];").unwrap();
    rows.split('&')
        .filter_map(|row| Some(row.split_once("::")?.0.trim().to_owned()))
        .collect()
}

fn folders() -> BTreeSet<String> {
    std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| !OTHER_FIXTURES.contains(&name.as_str()))
        .collect()
}

#[test]
fn decoders_emulators_and_fixtures_are_the_same_set() {
    let formats = formats();
    let places = [
        ("a row of FORMATS in src/gateway/mod.rs", formats.clone()),
        (
            "a row of GATEWAYS in host-test/src/gateways/mod.rs",
            GATEWAYS.iter().map(|row| row.name.to_owned()).collect(),
        ),
        ("a folder in fixtures", folders()),
    ];
    let all: BTreeSet<_> = places.iter().flat_map(|(_, stems)| stems.clone()).collect();
    let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for stem in &all {
        for (place, stems) in &places {
            if !stems.contains(stem) {
                missing.entry(stem).or_default().push(place);
            }
        }
    }
    assert!(
        missing.is_empty(),
        "each wire format is missing this: {missing:#?}"
    );
    assert!(!formats.is_empty());
}

#[test]
fn files_are_named_as_their_wire_format() {
    for name in formats() {
        for folder in [
            "../src/gateway",
            "../host-test/src/gateways",
            "../fuzz/fuzz_targets",
        ] {
            let path = fixtures().join(folder).join(format!("{name}.rs"));
            assert!(path.is_file(), "missing: {}", path.display());
        }
    }
}

#[test]
fn every_wire_format_has_an_event() {
    for row in GATEWAYS {
        let folder = fixtures().join(row.name);
        let mut files =
            std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let event = |file: std::io::Result<std::fs::DirEntry>| {
            file.unwrap()
                .file_name()
                .to_string_lossy()
                .contains(".event.")
        };
        assert!(files.any(event), "{} has no event", folder.display());
    }
}

#[test]
fn emulators_use_nothing_of_the_decoders() {
    let mut folders = vec![fixtures().join("../host-test/src")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            seen += 1;
            for forbidden in ["edgepick::gateway", "edgepick::app", "src/gateway"] {
                assert!(
                    !text.contains(forbidden),
                    "{} uses {forbidden}",
                    path.display()
                );
            }
        }
    }
    assert!(seen > 10);
}
