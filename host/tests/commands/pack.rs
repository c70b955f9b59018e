//! `edgepick pack`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::{check, command, folder, runner};

/// The files of a zip: their modes and contents, by name.
fn unzip(path: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut entry = zip.by_index(i).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            let name = entry.name().unwrap().into_owned();
            (name, (entry.unix_mode().unwrap(), content))
        })
        .collect()
}

#[test]
fn lists_become_a_zip_for_a_cloud_function() {
    let folder = folder();
    let arguments = ["pack", "pc.txt", "mobile.txt", "--for", "huawei"];
    let (out, err) = check(
        folder.path(),
        &[&arguments[..], &["--mount", "/user/get"]].concat(),
        0,
    );
    assert!(!err.contains("error"), "{err}");
    let files = unzip(&folder.path().join("edgepick-huawei.zip"));
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "bootstrap",
            "component.cwasm",
            "edgepick-runner",
            "edgepick.toml",
            "mobile.txt",
            "pc.txt"
        ]
    );
    assert_eq!(files["edgepick-runner"], (0o100_755, runner()));
    assert_eq!(
        files["pc.txt"],
        (0o100_644, fs::read(folder.path().join("pc.txt")).unwrap())
    );
    assert_eq!(
        String::from_utf8_lossy(&files["edgepick.toml"].1),
        "sources = [\"pc.txt\", \"mobile.txt\"]\nmount = \"/user/get\"\n"
    );
    for expected in [
        "edgepick-huawei.zip",
        "HTTP function",
        "pictures     32",
        "pc.txt",
        "0755",
        "1. Console:",
        "/user/get",
    ] {
        assert!(out.contains(expected), "{expected} not in {out}");
    }
}

#[test]
fn one_command_makes_a_zip_for_every_platform() {
    let folder = folder();
    let list = "https://a.example/1.jpg\n";
    fs::write(folder.path().join("cats.txt"), list).unwrap();
    check(
        folder.path(),
        &["pack", "cats.txt", "--for", "all", "-o", "zips"],
        0,
    );
    let mut names: Vec<_> = fs::read_dir(folder.path().join("zips"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let platforms = [
        "aliyun",
        "aws",
        "azure",
        "baidu",
        "google",
        "huawei",
        "leancloud",
        "openwhisk",
        "tencent",
    ];
    let expected = platforms.map(|platform| format!("edgepick-{platform}.zip"));
    assert_eq!(names, expected);
    let zips = names
        .iter()
        .map(|name| unzip(&folder.path().join("zips").join(name)));
    for files in zips {
        assert_eq!(files["list.txt"].1, list.as_bytes());
        assert!(files.values().any(|file| *file == (0o100_755, runner())));
    }
    // One alone, and again, is the same.
    for name in ["a.zip", "b.zip"] {
        check(
            folder.path(),
            &["pack", "cats.txt", "--for", "tencent-event", "-o", name],
            0,
        );
    }
    let [a, b] = ["a.zip", "b.zip"].map(|name| fs::read(folder.path().join(name)).unwrap());
    assert!(a == b);
    assert_eq!(unzip(&folder.path().join("a.zip"))["bootstrap"].1, runner());
}

#[test]
fn what_cannot_be_packed_ends_with_2_and_is_named() {
    let folder = folder();
    fs::write(folder.path().join("text"), "text").unwrap();
    for (arguments, expected) in [
        (&["bad.txt", "--for", "aws"][..], "bad.txt:3:1:"),
        (&["none.txt", "--for", "aws"], "none.txt"),
        (&["pc.txt", "--for", "ibm"], "openwhisk"),
        (&["pc.txt"], "--for"),
        (
            &["pc.txt", "--for", "aws", "--arch", "armv7"],
            "x86_64, arm64",
        ),
        (
            &["pc.txt", "--for", "google", "--arch", "arm64"],
            "google: no function there runs on arm64, accepted is x86_64; arm64 is for aws",
        ),
        (
            &["pc.txt", "--for", "all", "--arch", "arm64"],
            "arm64 is for aws",
        ),
        (&["pc.txt", "--for", "aws", "--mount", "x"], "/user/get"),
        (&["--for", "aws", "--config", "bad.toml"], "bad.toml:2:1:"),
        (
            &["pc.txt", "--for", "all", "-o", "text"],
            "text: not a folder",
        ),
    ] {
        let (_, err) = check(folder.path(), &[&["pack"][..], arguments].concat(), 2);
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
    for (runner, expected) in [
        ("text", "no static Linux program"),
        ("none", "cannot be read"),
    ] {
        let output = command(folder.path(), &["pack", "pc.txt", "--for", "aws"])
            .env("EDGEPICK_RUNNER", runner)
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(
            err.contains(expected) && err.contains("EDGEPICK_RUNNER"),
            "{err}"
        );
    }
    assert!(!folder.path().join("edgepick-aws.zip").exists());
}
