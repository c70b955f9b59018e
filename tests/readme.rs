//! The README says what the code does: its tables are those of the code.

use edgepick::app::WORDS;
use edgepick::gateway::FORMATS;
use edgepick::query::PARAMETERS;
use edgepick::settings::KEYS;

fn section(title: &str) -> &'static str {
    let readme = include_str!("../README.md");
    let heading = format!("\n## {title}\n");
    let (_, rest) = readme.split_once(&heading).unwrap_or_default();
    assert!(!rest.is_empty(), "the README has no section {title}");
    rest.split("\n## ").next().unwrap_or_default()
}

/// The words between backquotes in the first cells of a section's table rows.
fn quoted(section: &str, cells: usize) -> Vec<&str> {
    let rows = section.lines().filter(|line| line.starts_with("| "));
    rows.flat_map(|row| row.split('|').skip(1).take(cells))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn settings() {
    let mut table = String::from("| key | default | meaning |\n|---|---|---|\n");
    for (key, default, means) in KEYS {
        let default = if default.contains(' ') {
            default.to_owned()
        } else {
            format!("`{default}`")
        };
        table += &format!("| `{key}` | {default} | {means} |\n");
    }
    assert!(
        section("Settings").contains(&table),
        "the section Settings should hold:\n{table}"
    );
}

#[test]
fn parameters() {
    let said = quoted(section("Parameters"), 2);
    let not_offered = ["width", "height", "quality"];
    for parameter in PARAMETERS.iter().filter(|p| !not_offered.contains(&p.name)) {
        for name in std::iter::once(&parameter.name).chain(parameter.also) {
            assert!(said.contains(name), "the README's parameters lack {name}");
        }
    }
    for name in said {
        assert!(
            edgepick::query::parameter(name).is_some(),
            "there is no parameter {name}"
        );
    }
}

#[test]
fn paths() {
    let said = quoted(section("Paths"), 1);
    let absent = ["docs", "gallery", "openapi.json"];
    for word in WORDS.iter().filter(|word| !absent.contains(&word.word)) {
        let path = format!("/{}", word.word);
        assert!(
            said.iter()
                .any(|said| *said == path || said.starts_with(&format!("{path}/"))),
            "the README's paths lack {path}"
        );
    }
}

#[test]
fn platforms() {
    let said = quoted(section("Platforms"), 2);
    for format in FORMATS {
        assert!(
            said.contains(&format.name()),
            "the README's platforms lack {}",
            format.name()
        );
        assert!(
            said.contains(&format.platform()),
            "the README's platforms lack {}",
            format.platform()
        );
    }
    for name in said {
        assert!(
            FORMATS
                .iter()
                .any(|format| [format.name(), format.platform()].contains(&name)),
            "nobody knows the platform or format {name}"
        );
    }
}
