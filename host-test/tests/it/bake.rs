//! Lists become components: what edits change, and what they do not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use edgepick_host::site::Site;
use host_test::site::{baked, prepare};

use crate::client::get;
use crate::stands::{ANY_PORT, fixtures, quiet, seeded, stand};

fn urls(list: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(fixtures().join("catalogues").join(list)).unwrap();
    let url = |line: &str| line.split_whitespace().next().unwrap().to_owned();
    text.lines()
        .filter(|line| line.starts_with("http"))
        .map(url)
        .collect()
}

/// A list of these lines in a folder.
fn list(folder: &Path, name: &str, lines: impl IntoIterator<Item = String>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, lines.into_iter().collect::<Vec<_>>().join("\n")).unwrap();
    path
}

fn component(sources: Vec<PathBuf>) -> Vec<u8> {
    baked(&prepare(sources, None).unwrap_or_else(|e| panic!("{e}"))).unwrap()
}

#[test]
fn the_order_of_a_list_changes_not_one_byte() {
    let folder = tempfile::tempdir().unwrap();
    let lines = urls("urls.txt");
    let forwards = component(vec![list(folder.path(), "a.txt", lines.clone())]);
    let backwards = component(vec![list(folder.path(), "b.txt", lines.into_iter().rev())]);
    assert!(forwards == backwards);
}

#[test]
fn ids_survive_edits_of_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let before = stand("catalogues/urls.txt");
    let mut lines: Vec<_> = urls("urls.txt")
        .into_iter()
        .chain(urls("mobile.txt"))
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.len()));
    let removed = lines.pop().unwrap();
    let site = Site::new(
        &component(vec![list(folder.path(), "more.txt", lines)]),
        seeded(),
    )
    .unwrap();
    let server = edgepick_host::server::Server::start(&site, ANY_PORT, quiet()).unwrap();
    for (id, url) in &before.pictures.urls {
        let reply = get(server.address(), &format!("/id/{id}?type=text"));
        if *url == removed {
            assert_eq!(reply.status, 404, "{id}");
        } else {
            assert_eq!(reply.text(), format!("{url}\n"), "{id}");
        }
    }
    assert!(before.pictures.urls.values().any(|url| *url == removed));
}

#[test]
fn two_lists_named_as_orientations_are_those_paths() {
    let catalogues = fixtures().join("catalogues");
    let sources = vec![catalogues.join("pc.txt"), catalogues.join("mobile.txt")];
    let site = Site::new(&component(sources), seeded()).unwrap();
    let server = edgepick_host::server::Server::start(&site, ANY_PORT, quiet()).unwrap();
    for (name, paths) in [
        ("pc.txt", ["pc", "h", "landscape"]),
        ("mobile.txt", ["mobile", "v", "portrait"]),
    ] {
        for path in paths {
            let reply = get(server.address(), &format!("/{path}?count=50&type=text"));
            let all: BTreeSet<_> = reply.text().lines().map(str::to_owned).collect();
            assert_eq!(all, urls(name), "/{path}");
        }
    }
    assert_eq!(
        get(server.address(), "/categories").text(),
        r#"{"categories":[]}"#
    );
}
