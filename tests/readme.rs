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

/// The words between backquotes in each row of a section's table, which are
/// the same in every language.
fn words(section: &str) -> Vec<Vec<&str>> {
    let rows = section.lines().filter(|line| line.starts_with("| "));
    rows.map(|row| row.split('`').skip(1).step_by(2).collect())
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
}

#[test]
fn parameters() {
    let said = quoted(section(ENGLISH, "Parameters"), 2);
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
    for (_, text, status, _) in CODES {
        let row = format!("| `{text}` | {} | ", status.as_u16());
        assert!(
            section(CHINESE, "错误").contains(&row),
            "the section 错误 should hold: {row}"
        );
    }
}

#[test]
fn tables_are_the_same_in_both_languages() {
    for (english, chinese) in [
        ("Paths", "路径"),
        ("Parameters", "参数"),
        ("Errors", "错误"),
        ("Settings", "设置"),
        ("Platforms", "平台"),
    ] {
        let expected = words(section(ENGLISH, english));
        assert!(expected.len() > 2, "the section {english} has no table");
        assert_eq!(words(section(CHINESE, chinese)), expected, "{chinese}");
    }
}

#[test]
fn paths() {
    let said = quoted(section(ENGLISH, "Paths"), 1);
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
