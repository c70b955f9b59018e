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

/// What a table of `fixtures/README.md` names between backticks in its first
/// column, below this heading.
fn described(heading: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(fixtures().join("README.md")).unwrap();
    let level = heading.split(' ').next().unwrap();
    let (_, section) = text
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("fixtures/README.md has no {heading:?}"));
    let ends = |line: &&str| line.starts_with('#') && line.split(' ').next().unwrap() <= level;
    let lines = section.lines().take_while(|line| !ends(line));
    let cells = lines.filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(|name| name.trim_end_matches('/').to_owned())
        .collect()
}

/// What lies in a folder of the fixtures: as it is, or the cases that it makes.
fn found(folder: &str, cases: bool) -> BTreeSet<String> {
    let files = std::fs::read_dir(fixtures().join(folder)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names
        .filter_map(|name| match name.split_once(".event.") {
            Some((case, _)) if cases => Some(case.to_owned()),
            _ => (!cases).then_some(name),
        })
        .collect()
}

#[test]
fn the_fixtures_are_those_that_their_readme_describes() {
    let formats = formats()
        .into_iter()
        .map(|name| (format!("### {name}"), name, true));
    let others = ["aliyun_api", "catalogues"];
    let others = others.map(|name| (format!("## {name}"), name.to_owned(), false));
    for (heading, folder, cases) in formats.chain(others) {
        let (described, found) = (described(&heading), found(&folder, cases));
        let missing: Vec<_> = found.difference(&described).collect();
        let gone: Vec<_> = described.difference(&found).collect();
        assert!(
            missing.is_empty() && gone.is_empty(),
            "{heading} of fixtures/README.md does not describe {missing:?}, and {gone:?} are not there"
        );
        assert!(!found.is_empty(), "{folder}");
    }
}

#[test]
fn every_wire_format_is_fuzzed() {
    let read = |path: &str| std::fs::read_to_string(fixtures().join("../fuzz").join(path)).unwrap();
    let manifest = read("Cargo.toml");
    let targets: BTreeSet<_> = manifest
        .split("[[bin]]")
        .skip(1)
        .map(|target| {
            let value = |key: &str| {
                let line = target.lines().find_map(|line| line.strip_prefix(key));
                line.unwrap_or_else(|| panic!("{key} in {target}"))
                    .trim_matches('"')
            };
            let name = value("name = ").to_owned();
            assert_eq!(value("path = "), format!("fuzz_targets/{name}.rs"));
            name
        })
        .collect();
    assert_eq!(
        targets,
        formats(),
        "targets of fuzz/Cargo.toml, wire formats"
    );
    let answer = read("src/answer.rs");
    let (_, rows) = answer.split_once("const TAKEN").unwrap();
    let (rows, _) = rows.split_once("];").unwrap();
    for format in formats() {
        let text = read(&format!("fuzz_targets/{format}.rs"));
        assert!(text.contains(&format!("\"{format}\"")), "{format}: {text}");
    }
    let known = formats();
    let first = rows.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches('(');
        line.strip_prefix('"')?.split('"').next()
    });
    let unknown: Vec<_> = first
        .filter(|name| name.contains('_') && !known.contains(*name))
        .collect();
    assert!(unknown.is_empty(), "rows of TAKEN: {unknown:?}");
}
