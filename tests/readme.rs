//! The README says what the code does: its tables are those of the code.

use edgepick::app::WORDS;
use edgepick::error::CODES;
use edgepick::gateway::FORMATS;
use edgepick::query::PARAMETERS;
use edgepick::settings::KEYS;

const ENGLISH: &str = include_str!("../README.md");
const CHINESE: &str = include_str!("../README.zh-CN.md");

fn section<'r>(readme: &'r str, title: &str) -> &'r str {
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
        section(ENGLISH, "Settings").contains(&table),
        "the section Settings should hold:\n{table}"
    );
    let said = quoted(section(CHINESE, "设置"), 1);
    let keys: Vec<_> = KEYS.iter().map(|(key, _, _)| *key).collect();
    assert_eq!(said, keys, "the Chinese README's settings");
}

#[test]
fn parameters() {
    for readme in [section(ENGLISH, "Parameters"), section(CHINESE, "参数")] {
        parameters_of(readme);
    }
}

fn parameters_of(section: &str) {
    let said = quoted(section, 2);
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
fn errors() {
    let mut table = String::from("| code | status | meaning |\n|---|---|---|\n");
    for (code, text, status, _) in CODES {
        let (status, means) = (status.as_u16(), code.means());
        table += &format!("| `{text}` | {status} | {means} |\n");
    }
    assert!(
        section(ENGLISH, "Errors").contains(&table),
        "the section Errors should hold:\n{table}"
    );
    let said = quoted(section(CHINESE, "错误"), 1);
    let codes: Vec<_> = CODES.iter().map(|row| row.1).collect();
    assert_eq!(said, codes, "the Chinese README's errors");
}

#[test]
fn paths() {
    for readme in [section(ENGLISH, "Paths"), section(CHINESE, "路径")] {
        paths_of(readme);
    }
}

fn paths_of(section: &str) {
    let said = quoted(section, 1);
    let absent = ["docs", "gallery", "openapi.json"];
    for word in WORDS.iter().filter(|word| !absent.contains(&word.word)) {
        let path = format!("/{}", word.word);
        assert!(
            said.iter()
                .any(|said| *said == path || said.starts_with(&format!("{path}/"))),
            "the README's paths lack {path}"
        );
    }
    for path in said {
        // What stands in braces is the site's own, and so is a file's name.
        let first = path.trim_start_matches('/').split('/').next();
        let word = first.filter(|word| !word.is_empty() && !word.starts_with('{'));
        assert!(
            word.is_none_or(|word| WORDS.iter().any(|known| known.word == word)),
            "nobody knows the path {path}"
        );
    }
}

#[test]
fn platforms() {
    let said = quoted(section(ENGLISH, "Platforms"), 2);
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
