use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::super::collect::{Collector, Given};
use super::super::testing::collect_given;
use super::*;

fn photos() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/catalogues/photos")
}

fn folder(root: &Path, category: Option<&str>) -> Collector {
    let given = Given {
        category: category.map(str::to_owned),
        base_url: Some("https://h/p".to_owned()),
        ..Given::default()
    };
    collect_given(given, |sink| read(sink, root, &mut |_| {}))
}

fn show(out: &Collector) -> Vec<String> {
    out.entries
        .iter()
        .map(|e| {
            let of = |text: Option<String>| text.unwrap_or("-".to_owned());
            format!(
                "{} {}x{} {} {} {}",
                e.url,
                e.width,
                e.height,
                of(e.format.map(|f| f.as_str().to_owned())),
                of(e.category.clone()),
                of(e.orientation.map(|o| o.to_string())),
            )
        })
        .collect()
}

#[test]
fn reads_sizes_formats_and_categories_from_the_files() {
    let out = folder(&photos(), None);
    assert_eq!(out.problems.to_string(), "");
    let expected = [
        "https://h/p/hill.png 48x32 png - -",
        "https://h/p/icons/site.ico 16x16 ico icons -",
        "https://h/p/icons/sun.svg 0x0 svg icons -",
        "https://h/p/mobile/tall.avif 32x64 avif - portrait",
        "https://h/p/mobile/tall.bmp 6x12 bmp - portrait",
        "https://h/p/mountains/from%20a%20phone.jpg 40x60 jpeg mountains -",
        "https://h/p/mountains/peak.jpg 64x40 jpeg mountains -",
        "https://h/p/mountains/%E5%B1%B1.webp 40x30 webp mountains -",
        "https://h/p/print/page.tiff 16x20 tiff print -",
        "https://h/p/print/really-webp.jpg 30x20 webp print -",
        "https://h/p/square/tile.gif 24x24 gif - square",
    ];
    assert_eq!(show(&out), expected);
    let warnings: Vec<String> = out.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["list: `notes.txt` is not named as a picture and left out"]
    );
}

#[test]
fn sub_folders_go_below_the_category_of_the_source() {
    let out = folder(&photos(), Some("mine"));
    let categories: Vec<_> = out
        .entries
        .iter()
        .filter_map(|e| e.category.as_deref())
        .collect();
    assert_eq!(
        &categories[..4],
        ["mine", "mine/icons", "mine/icons", "mine"]
    );
}

#[test]
fn tells_how_far_it_is() {
    let mut seen = Vec::new();
    let given = Given {
        base_url: Some("https://h".to_owned()),
        ..Given::default()
    };
    collect_given(given, |sink| {
        read(sink, &photos(), &mut |p| {
            seen.push(format!("{p:?}"));
        })
    });
    let (source, total) = ("list", 11);
    let expected = |done| {
        let step = Progress::Folder {
            source,
            done,
            total,
        };
        format!("{step:?}")
    };
    assert_eq!(seen, (1..=total).map(expected).collect::<Vec<_>>());
}

#[test]
fn names_the_files_and_folders_that_it_leaves_out() {
    let root = TempDir::new().unwrap();
    let at = |path: &str| root.path().join(path);
    for name in ["random/sub", "a,b", "good"] {
        fs::create_dir_all(at(name)).unwrap();
        fs::copy(photos().join("hill.png"), at(name).join("hill.png")).unwrap();
    }
    fs::copy(photos().join("hill.png"), at("good/50%{1..9}#?&\\.png")).unwrap();
    fs::write(at("good/empty.png"), b"").unwrap();
    fs::write(at("good/text.jpg"), b"<html>404 not found</html>").unwrap();
    let whole = fs::read(photos().join("hill.png")).unwrap();
    fs::write(at("good/cut.png"), &whole[..18]).unwrap();
    let out = folder(root.path(), None);
    assert_eq!(
        show(&out),
        [
            "https://h/p/good/50%25%7B1..9%7D%23%3F%26%5C.png 48x32 png good -",
            "https://h/p/good/hill.png 48x32 png good -",
        ]
    );
    let mut problems: Vec<String> = out
        .problems
        .kept()
        .iter()
        .map(ToString::to_string)
        .collect();
    problems.sort();
    let expected = [
        ("a,b", "comma"),
        ("good/cut.png", "its bytes are none"),
        ("good/empty.png", "its bytes are none"),
        ("good/text.jpg", "its bytes are none"),
        ("random/sub", "such as `randoms/sub`"),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, (path, part)) in problems.iter().zip(expected) {
        let place = format!("{}: ", at(path).display());
        assert!(
            problem.starts_with(&place) && problem.contains(part),
            "{problem}"
        );
    }
}

#[cfg(unix)]
#[test]
fn follows_links_and_survives_a_ring_of_them_and_names_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let root = TempDir::new().unwrap();
    symlink(photos().join("square"), root.path().join("linked")).unwrap();
    symlink(root.path(), root.path().join("ring")).unwrap();
    fs::copy(
        photos().join("hill.png"),
        root.path().join(OsStr::from_bytes(b"\xff.png")),
    )
    .unwrap();
    let out = folder(root.path(), None);
    assert_eq!(
        show(&out),
        ["https://h/p/linked/tile.gif 24x24 gif linked -"]
    );
    let problems = out.problems.to_string();
    assert!(
        problems.contains("is not UTF-8; accepted: names in UTF-8"),
        "{problems}"
    );
    assert!(problems.contains("cannot be read"), "{problems}");
    assert_eq!(out.problems.total(), 2);
}

#[test]
fn a_folder_needs_a_base_url() {
    let out = collect_given(Given::default(), |sink| read(sink, &photos(), &mut |_| {}));
    assert!(out.failed && out.entries.is_empty());
    assert!(
        out.problems
            .to_string()
            .contains("accepted: a base URL such as")
    );
}
