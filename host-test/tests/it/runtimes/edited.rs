//! A list that its owner edits where it lies: in the zip, with no tool of ours.

use std::io::{Cursor, Read as _, Write as _};

use edgepick_host::pack::Site;
use host_test::runtimes::{Program, find};
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::packed::LIST;
use super::{behind, logged};
use crate::client::get;
use crate::stands::input;
use crate::zips::{faithful, settings_of, site, zip};

/// Platforms whose consoles show the files of a function, one of each way to
/// run one.
const KINDS: [&str; 4] = ["aliyun", "tencent", "huawei-event", "aws"];

/// A zip with other bytes in one of its files, or without the file.
fn edited(zip: &[u8], name: &str, text: Option<&str>) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let mut found = false;
    for index in 0..old.len() {
        let mut file = old.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if file.name().unwrap() == name {
            found = true;
            let Some(text) = text else { continue };
            bytes = text.into();
        }
        let options = SimpleFileOptions::default().unix_permissions(file.unix_mode().unwrap());
        new.start_file(file.name().unwrap(), options).unwrap();
        new.write_all(&bytes).unwrap();
    }
    assert!(found, "no {name}");
    new.finish().unwrap().into_inner()
}

/// The zip of a kind with files edited, deployed.
pub(super) fn deployed(
    kind: &str,
    site: &Site,
    edits: &[(&str, Option<&str>)],
) -> Box<dyn Program> {
    let zip = edits.iter().fold(zip(kind, site), |zip, (name, text)| {
        edited(&zip, name, *text)
    });
    find(kind).unwrap().deploy(&zip, settings_of(kind)).unwrap()
}

#[test]
fn a_bad_line_is_named_and_the_good_ones_are_served() {
    let site = site(input(LIST), None);
    let list =
        "# mine\nhttps://i.example/1.webp\nhttps://i example/2.webp\nhttps://i.example/3.webp\n";
    for kind in KINDS {
        let row = find(kind).unwrap();
        let program = deployed(kind, &site, &[("list.txt", Some(list))]);
        let ways = faithful(row, &*program);
        let door = &ways.first().unwrap().door;
        let at = door.label();
        let reply = get(door.address, &format!("{}/", door.base));
        let location = reply.header("location").unwrap_or_default();
        assert!(
            ["https://i.example/1.webp", "https://i.example/3.webp"].contains(&location),
            "{at}: {reply:?}"
        );
        let info = get(door.address, &format!("{}/info", door.base)).json();
        assert_eq!(info["pictures"], 2, "{at}: {info}");
        assert!(info.to_string().contains("list.txt:3:"), "{at}: {info}");
        logged(&*program, "warning: list.txt:3:", 1);
    }
}

#[test]
fn a_list_that_cannot_be_read_is_said_by_every_answer() {
    let texts = site(input(LIST), None);
    let objects = site(input("catalogues/objects.json"), None);
    let cases = [
        (
            &texts,
            "list.txt",
            Some("no address\nnor this\n"),
            "list.txt:1:",
        ),
        (&texts, "list.txt", Some("\n"), "list.txt"),
        (&texts, "list.txt", None, "list.txt"),
        (
            &objects,
            "list.json",
            Some("[\n  \"https://i.example/1.webp\",\n"),
            "list.json:",
        ),
    ];
    for kind in KINDS {
        let row = find(kind).unwrap();
        for (site, name, text, named) in cases {
            let program = deployed(kind, site, &[(name, text)]);
            let ways = faithful(row, &*program);
            let door = &ways.first().unwrap().door;
            // Not the end of the process, again and again.
            for _ in 0..2 {
                let reply = get(door.address, &format!("{}/", door.base));
                let at = format!("{}, {text:?}", door.label());
                assert_eq!(reply.status, 503, "{at}: {}", reply.text());
                assert!(reply.text().contains(named), "{at}: {}", reply.text());
                assert!(reply.json()["code"].is_string(), "{at}");
                assert!(reply.header("retry-after").is_some(), "{at}: {reply:?}");
            }
            logged(&*program, &format!("warning: {named}"), 1);
            let log = program.log();
            let starts = log.matches(&format!("warning: {named}")).count();
            assert_eq!(starts, 1, "{kind}: {log}");
        }
    }
}

/// Starts the runner where 128 MiB of addresses are all there is.
pub(super) const FEW_ADDRESSES: (&str, Option<&str>) = (
    "scf_bootstrap",
    Some(
        r#"#!/bin/bash
ulimit -v 131072
cd "$(dirname "$0")" && exec ./edgepick-runner --platform tencent
"#,
    ),
);

#[test]
fn no_list_is_too_large_to_say_so_in_128_mib() {
    let texts = site(input(LIST), None);
    let objects = site(input("catalogues/objects.json"), None);
    let lines = |count: u32, line: fn(u32) -> String| -> String { (0..count).map(line).collect() };
    let plain = |n| format!("https://i.example.org/photos/{n:07}.webp\n");
    let short = |n| format!("http://a/{n}\n");
    let range = |n| format!("http://a/{n}/{{1..9}}\n");
    let labels = |n| format!(r#"{{"url":"http://a/{n}","category":"c{n}","tags":["t{n}"]}},"#);
    let list = |count| format!("[{}\"http://a/\"]", lines(count, labels));
    for (site, name, text, status) in [
        (&texts, "list.txt", lines(200_000, plain), 302),
        (&texts, "list.txt", lines(250_000, short), 302),
        (&texts, "list.txt", lines(180_000, range), 302),
        (&objects, "list.json", list(140_000), 302),
        (&texts, "list.txt", lines(280_000, plain), 503),
        (&texts, "list.txt", lines(600_000, plain), 503),
        (&texts, "list.txt", lines(700_000, short), 503),
        (&texts, "list.txt", "\n".repeat(11_000_000), 503),
        (&objects, "list.json", list(190_000), 503),
    ] {
        let edits = [FEW_ADDRESSES, (name, Some(&*text))];
        let program = deployed("tencent", site, &edits);
        let listener = behind(&*program, "function-url");
        let reply = get(listener.address(), "/");
        let at = format!("{name} of {} bytes: {}", text.len(), program.log());
        assert_eq!(reply.status, status, "{at}");
        assert_eq!(program.log().matches("listening").count(), 1, "{at}");
        assert!(status == 302 || reply.text().contains(name), "{at}");
    }
}
