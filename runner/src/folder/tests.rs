use std::fs;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::Value;

use super::*;
use crate::function::{Function, Told};
use crate::testing;

/// What a folder with these files is asked, and answers.
fn ask(opened: Opened, target: &str) -> Response<Bytes> {
    let function = Function {
        guests: opened.guests,
        platform: "aws",
        mount: opened.mount,
        refusals: opened.refusals,
        most_head: None,
    };
    let request = Request::get(target).body(Bytes::new()).unwrap();
    function.exchange(&request, Told::default())
}

fn location(opened: Opened, target: &str) -> String {
    let response = ask(opened, target);
    assert_eq!(response.status(), StatusCode::FOUND, "{response:?}");
    response.headers()["location"].to_str().unwrap().to_owned()
}

#[test]
fn every_kind_of_list_is_served() {
    for (name, text) in [
        ("list.txt", "https://i.example/1.webp\n"),
        ("list.json", r#"["https://i.example/1.webp"]"#),
        ("list.csv", "url\nhttps://i.example/1.webp\n"),
        ("list.tsv", "url\twidth\nhttps://i.example/1.webp\t800\n"),
        ("list.ndjson", r#"{"url":"https://i.example/1.webp"}"#),
    ] {
        let opened = testing::opened(&[(name, text)]);
        assert!(opened.problems.is_empty(), "{name}: {:?}", opened.problems);
        assert_eq!(location(opened, "/"), "https://i.example/1.webp", "{name}");
    }
}

#[test]
fn a_bad_line_is_named_and_the_good_ones_are_served() {
    let list = "https://i.example/1.webp\nhttps://i example/2.webp\n";
    let opened = testing::opened(&[("list.txt", list)]);
    let problems = opened.problems.join("\n");
    assert!(problems.starts_with("list.txt:2:"), "{problems}");
    let info = ask(opened, "/info");
    let info: Value = serde_json::from_slice(info.body()).unwrap();
    assert_eq!(info["pictures"], 1, "{info}");
    assert!(info.to_string().contains("list.txt:2:"), "{info}");
    let opened = testing::opened(&[("list.txt", list)]);
    assert_eq!(location(opened, "/"), "https://i.example/1.webp");
}

#[test]
fn what_cannot_be_read_is_said_by_each_answer() {
    for (files, named) in [
        (
            &[("list.json", "[\n\"https://i.example/1.webp\",")][..],
            "list.json",
        ),
        (&[], "list.txt"),
        (&[("list.txt", "\n")], "list.txt"),
        (
            &[
                ("edgepick.toml", "cros = true\n"),
                ("list.txt", "https://i.example/1.webp\n"),
            ],
            "edgepick.toml:1:1",
        ),
        (
            &[("edgepick.toml", "sources = [\"gone.txt\"]\n")],
            "gone.txt",
        ),
    ] {
        let opened = testing::opened(files);
        let problems = opened.problems.join("\n");
        assert!(problems.contains(named), "{named}: {problems}");
        let response = ask(opened, "/");
        assert_eq!(
            response.status(),
            StatusCode::SERVICE_UNAVAILABLE,
            "{named}"
        );
        let body = String::from_utf8_lossy(response.body());
        assert!(body.contains(named), "{named}: {body}");
    }
}

#[test]
fn a_prefix_that_is_none_is_said_by_each_answer() {
    for (text, status) in [("/user/get", 302), ("user/get", 503), ("//user/get", 503)] {
        let folder = testing::folder(&[("list.txt", "https://i.example/1.webp\n")]);
        let mount = edgepick_host::input::mount(text)
            .map(Some)
            .map_err(|e| InputError::Mount("EDGEPICK_MOUNT", e));
        let opened = testing::open_below(folder.path(), mount).unwrap();
        let problems = opened.problems.join("\n");
        let response = ask(opened, "/user/get");
        assert_eq!(response.status(), status, "{text}");
        if status == 503 {
            let expected = format!("EDGEPICK_MOUNT: bad value \"{text}\" for mount; accepted: ");
            assert!(problems.starts_with(&expected), "{problems}");
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            let hint = body["hint"].as_str().unwrap();
            assert!(hint.starts_with(&expected), "{body}");
        }
    }
}

#[test]
fn a_list_that_does_not_fit_is_said_by_each_answer() {
    let large = "# nothing at all\n".repeat(800_000);
    let many: String = (0..280_000).map(|n| format!("http://a/{n}\n")).collect();
    let blank = "\n".repeat(1_000_000);
    let keys = format!("{{{}\"\":1}}", "\"\":1,".repeat(760_000));
    for (name, text, said) in [
        (
            "list.txt",
            &large,
            "has 13600000 bytes; accepted: up to 12000000, ",
        ),
        (
            "list.txt",
            &many,
            "has 4368890 bytes and more pictures than fit",
        ),
        ("list.txt", &blank, "holds no picture"),
        ("list.json", &keys, "more pictures than fit"),
    ] {
        let opened = testing::opened(&[(name, text)]);
        let response = ask(opened, "/");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{said}");
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        let hint = body["hint"].as_str().unwrap();
        assert!(
            hint.starts_with(name) && hint.contains(said),
            "{said}: {body}"
        );
    }
}

#[test]
fn settings_name_sources_and_a_mount() {
    let opened = testing::opened(&[
        (
            "edgepick.toml",
            "sources = [\"mine.txt\"]\nmount = \"/user/get\"\n",
        ),
        ("mine.txt", "https://i.example/mine.webp\n"),
        ("list.txt", "https://i.example/other.webp\n"),
    ]);
    assert_eq!(opened.mount.as_deref(), Some("/user/get"));
    assert_eq!(location(opened, "/user/get"), "https://i.example/mine.webp");
}

#[test]
fn a_folder_without_a_component_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.txt"), "https://i.example/1.webp\n").unwrap();
    let error = |path: &Path| testing::open(path).err().unwrap().to_string();
    let message = error(folder.path());
    assert!(
        message.contains(BAKED) && message.contains(EMPTY),
        "{message}"
    );
    let message = error(&folder.path().join("none"));
    assert!(message.contains("cannot be entered"), "{message}");
}

/// The component, if it had been compiled for another kind of processor.
fn foreign() -> (Vec<u8>, &'static str) {
    // Of the same length.
    let (target, other, architecture) = match Architecture::OWN {
        Architecture::X86_64 => (
            "x86_64-unknown-linux-musl",
            "aarch64-unknown-linux-gnu",
            "aarch64",
        ),
        Architecture::Arm64 => (
            "aarch64-unknown-linux-musl",
            "riscv64-unknown-linux-musl",
            "riscv64",
        ),
    };
    let mut bytes = testing::component().to_vec();
    let mut windows = bytes.windows(target.len());
    let at = windows
        .position(|window| window == target.as_bytes())
        .unwrap();
    bytes[at..at + target.len()].copy_from_slice(other.as_bytes());
    (bytes, architecture)
}

#[test]
fn a_component_of_another_make_is_an_error() {
    let cut = testing::component().get(..1000).unwrap();
    for bytes in [&b"none of ours"[..], cut, b""] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(BAKED), bytes).unwrap();
        let message = testing::open(folder.path()).err().unwrap().to_string();
        assert!(message.starts_with("site.cwasm was not made"), "{message}");
    }
}

#[test]
fn a_component_for_another_processor_is_an_error_that_names_both() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, architecture) = foreign();
    fs::write(folder.path().join(EMPTY), bytes).unwrap();
    let message = testing::open(folder.path()).err().unwrap().to_string();
    let own = Architecture::OWN.name();
    let start = format!("component.cwasm was not made for this program, which is for {own}");
    assert!(message.starts_with(&start), "{message}");
    assert!(message.ends_with(&format!("'{architecture}'")), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}
