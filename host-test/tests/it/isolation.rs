//! The emulators use nothing of the decoders: what both got wrong would hide
//! itself.

use std::path::Path;

use crate::stands::fixtures;

/// Crates of this workspace that the harness may not name, but for the files or
/// folders that run the component itself.
const FOREIGN: [(&str, &[&str]); 3] = [
    ("edgepick", &[]),
    (
        "edgepick_host",
        &["bench/", "cli.rs", "delivery.rs", "function.rs", "site.rs"],
    ),
    ("edgepick_runner", &[]),
];

/// The identifiers of a file: neither comments nor literals hold any.
fn identifiers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => literal(rest),
            '\'' => character(rest),
            'r' if raw(rest).is_some() => raw(rest).unwrap(),
            first if first.is_alphabetic() || first == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let (name, _) = rest.split_at(end.unwrap_or(rest.len()));
                found.push(name.to_owned());
                name.len()
            }
            other => other.len_utf8(),
        };
        rest = &rest[length..];
    }
    found
}

/// The length of the literal that a text begins with.
fn literal(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// That of a character, or of the quote before a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, c))) => {
            let behind = at + c.len_utf8();
            text[behind..].find('\'').map_or(1, |end| behind + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// That of a raw literal, if the text begins with one.
fn raw(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|b| *b == b'#').count();
    let behind = text.get(1 + hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(2 + hashes + behind.find(&end)? + end.len())
}

/// Crates that a file names and may not; `file` is its path below `src`.
fn foreign(file: &str, text: &str) -> Vec<&'static str> {
    let names = identifiers(text);
    let named = |(name, places): &(&'static str, &[&str])| {
        let there = places.iter().any(|place| file.starts_with(place));
        (!there && names.iter().any(|known| known == name)).then_some(*name)
    };
    FOREIGN.iter().filter_map(named).collect()
}

fn check(folder: &Path, below: &str, seen: &mut usize, wrong: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            check(&path, &format!("{below}{name}/"), seen, wrong);
            continue;
        }
        *seen += 1;
        let file = format!("{below}{name}");
        let text = std::fs::read_to_string(&path).unwrap();
        let found = foreign(&file, &text);
        wrong.extend(found.iter().map(|crate_| format!("{file} uses {crate_}")));
    }
}

#[test]
fn emulators_use_nothing_of_the_decoders() {
    let (mut seen, mut wrong) = (0, Vec::new());
    let folder = fixtures().join("../host-test/src");
    check(&folder, "", &mut seen, &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 100, "{seen} files");
}

#[test]
fn whatever_way_a_crate_is_named_it_is_found() {
    for (file, text, found) in [
        ("gateways/x.rs", "use edgepick::gateway::FORMATS;", true),
        ("gateways/x.rs", "use edgepick::{gateway, app};", true),
        ("gateways/x.rs", "use ::edgepick as e;", true),
        ("gateways/x.rs", "extern crate edgepick;", true),
        ("gateways/x.rs", "fn f() { edgepick::app::respond() }", true),
        ("gateways/x.rs", "use edgepick_host::site::Site;", true),
        ("runtimes/x.rs", "let c = '\"'; use edgepick::x;", true),
        ("runtimes/x.rs", "let c = \"\\\"\"; edgepick::x();", true),
        (
            "runtimes/x.rs",
            "fn f<'a>(x: &'a str) { edgepick::x() }",
            true,
        ),
        ("runtimes/x.rs", "r#\"\"edgepick\"#; edgepick::x()", true),
        ("site.rs", "use edgepick_host::COMPONENT;", false),
        ("gateways/x.rs", "// use edgepick::gateway;", false),
        ("gateways/x.rs", "const NAME: &str = \"edgepick\";", false),
        (
            "gateways/x.rs",
            "const R: &str = r#\"a \"edgepick\" b\"#;",
            false,
        ),
        ("gateways/x.rs", "/* edgepick */ let edgepicks = 1;", false),
    ] {
        assert_eq!(!foreign(file, text).is_empty(), found, "{file}: {text}");
    }
}
