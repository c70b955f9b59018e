use std::fs;
use std::path::{Path, PathBuf};

use edgepick::catalogue::Orientation;
use serde::Deserialize;

use super::testing::read_all;
use super::{Loaded, SourceSpec};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/catalogues")
        .join(name)
}

fn read_one(name: &str) -> Loaded {
    let loaded = read_all(&[SourceSpec::new(fixture(name))]).unwrap();
    assert_eq!(loaded.problems.to_string(), "", "{name}");
    assert_eq!(loaded.warnings, [], "{name}");
    loaded
}

#[test]
fn every_kind_of_fixture_loads_without_a_remark() {
    let table = [
        ("urls.txt", 7),
        ("ranges.txt", 2),
        ("pc.txt", 12),
        ("mobile.txt", 8),
        ("strings.json", 4),
        ("objects.json", 8),
        ("groups.json", 5),
        ("lines.ndjson", 4),
        ("rows.csv", 6),
        ("rows.tsv", 3),
        ("sample.json", 48),
    ];
    for (name, entries) in table {
        assert_eq!(read_one(name).entries.len(), entries, "{name}");
    }
}

#[test]
fn lorem_picsums_own_list_gives_the_picture_and_its_page() {
    let loaded = read_one("objects.json");
    let puppy = loaded
        .entries
        .iter()
        .find(|e| e.alias.as_deref() == Some("237"))
        .unwrap();
    assert_eq!(puppy.url, "https://picsum.photos/id/237/3500/2095");
    assert_eq!(
        puppy.source.as_deref(),
        Some("https://unsplash.com/photos/8wTPqxlnKM4")
    );
    assert_eq!((puppy.width, puppy.height), (3500, 2095));
    assert_eq!(puppy.author.as_deref(), Some("André Spieker"));
}

#[test]
fn the_sample_is_complete_and_has_every_orientation() {
    let sample = read_one("sample.json").entries;
    for entry in &sample {
        let texts = [
            &entry.title,
            &entry.author,
            &entry.source,
            &entry.license,
            &entry.category,
            &entry.alias,
        ];
        assert!(texts.iter().all(|text| text.is_some()), "{}", entry.url);
        assert!(
            !entry.tags.is_empty() && !entry.variants.is_empty(),
            "{}",
            entry.url
        );
        let (w, h) = (entry.width, entry.height);
        let sizes = [format!("&w={w}&h={h}"), format!("/{w}/{h}.jpg")];
        assert!(
            sizes.iter().any(|size| entry.url.ends_with(size)),
            "{}",
            entry.url
        );
    }
    for orientation in Orientation::ALL {
        let count = sample
            .iter()
            .filter(|e| Orientation::of(e.width, e.height) == Some(orientation))
            .count();
        assert!(count >= 3, "{orientation}: {count}");
    }
}

#[test]
fn names_of_several_sources_are_categories_or_orientations() {
    let names = ["pc.txt", "mobile.txt", "urls.txt", "groups.json"];
    let sources: Vec<_> = names
        .iter()
        .map(|name| SourceSpec::new(fixture(name)))
        .collect();
    let loaded = read_all(&sources).unwrap();
    let mut seen: Vec<(Option<&str>, Option<Orientation>)> = loaded
        .entries
        .iter()
        .map(|e| (e.category.as_deref(), e.orientation))
        .collect();
    seen.dedup();
    let expected = [
        (None, Some(Orientation::Landscape)),
        (None, Some(Orientation::Portrait)),
        (Some("urls"), None),
        (Some("cats"), None),
        (Some("dogs/puppies"), None),
        (Some("dogs"), Some(Orientation::Portrait)),
    ];
    assert_eq!(seen, expected);
    assert_eq!(
        loaded.origins.get(12).unwrap().to_string(),
        format!("{}:2:1", fixture("mobile.txt").display())
    );
}

#[test]
fn the_settings_file_of_the_fixtures_names_all_kinds() {
    #[derive(Deserialize)]
    struct Settings {
        sources: Vec<SourceSpec>,
    }
    let path = fixture("edgepick.toml");
    let settings: Settings = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let folder = path.parent().unwrap();
    let sources: Vec<_> = settings
        .sources
        .into_iter()
        .map(|spec| spec.relative_to(folder))
        .collect();
    let loaded = read_all(&sources).unwrap();
    assert_eq!(loaded.problems.to_string(), "");
    let count = |category: &str| {
        loaded
            .entries
            .iter()
            .filter(|e| e.category.as_deref() == Some(category))
            .count()
    };
    assert_eq!(loaded.entries.len(), 12 + 8 + 6 + 4 + 11 + 1);
    assert_eq!(
        (
            count("cats"),
            count("drawings"),
            count("drawings/icons"),
            count("nature")
        ),
        (4, 4, 2, 1)
    );
    assert!(
        loaded
            .entries
            .iter()
            .all(|e| e.category.as_deref() != Some("rows"))
    );
}
