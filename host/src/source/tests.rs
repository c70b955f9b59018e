use std::io;
use std::num::NonZeroU16;

use edgepick::catalogue::Orientation;
use tempfile::TempDir;

use super::testing::read_all;
use super::*;

/// Writes files into a folder of their own and loads them by name.
fn load_files(files: &[(&str, &[u8])], strict: bool) -> Result<Loaded, Problems> {
    let folder = TempDir::new().unwrap();
    let sources: Vec<SourceSpec> = files
        .iter()
        .map(|(name, content)| {
            fs::write(folder.path().join(name), content).unwrap();
            SourceSpec::new(*name).relative_to(folder.path())
        })
        .collect();
    load(
        &sources,
        strict,
        Limits::default(),
        &mut |_| {},
        &mut io::empty(),
    )
}

#[test]
fn the_name_of_a_single_source_is_no_category_but_may_be_an_orientation() {
    let table = [
        ("mobile.txt", None, Some(Orientation::Portrait)),
        ("H.txt", None, Some(Orientation::Landscape)),
        ("cats.txt", None, None),
        ("random.txt", None, None),
    ];
    for (name, category, orientation) in table {
        let loaded = load_files(&[(name, b"https://h/1.jpg")], true).unwrap();
        let [entry] = loaded.entries.as_slice() else {
            panic!()
        };
        assert_eq!(
            (entry.category.as_deref(), entry.orientation),
            (category, orientation),
            "{name}"
        );
    }
}

#[test]
fn a_spec_says_more_than_the_name() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("random.txt"),
        "1.jpg\n./sub/2.jpg\n/3.jpg\nhttps://other/4.jpg\n ./a\\b.jpg\n",
    )
    .unwrap();
    let spec = SourceSpec {
        category: Some("mine/v".to_owned()),
        base_url: Some("https://h/base/".to_owned()),
        weight: NonZeroU16::new(5),
        tags: vec![" a ".to_owned(), String::new()],
        ..SourceSpec::new(folder.path().join("random.txt"))
    };
    let loaded = read_all(&[spec, SourceSpec::new("https://h/{1..9}.jpg")]).unwrap();
    let problem = loaded.problems.to_string();
    assert!(
        problem.ends_with("random.txt:5:5: a backslash in the URL; accepted: / or %5C"),
        "{problem}"
    );
    let urls: Vec<&str> = loaded.entries.iter().map(|e| e.url.as_str()).collect();
    let expected = [
        "https://h/base/1.jpg",
        "https://h/base/sub/2.jpg",
        "https://h/base/3.jpg",
        "https://other/4.jpg",
        "https://h/{1..9}.jpg",
    ];
    assert_eq!(urls, expected);
    let first = &loaded.entries[0];
    assert_eq!(first.category.as_deref(), Some("mine"));
    assert_eq!(
        (first.orientation, first.weight),
        (Some(Orientation::Portrait), 5)
    );
    assert_eq!(first.tags, ["a"]);
    assert_eq!(loaded.entries[4].category, None);
    assert_eq!(
        loaded.origins.get(4).unwrap().to_string(),
        "https://h/{1..9}.jpg"
    );
}

#[test]
fn standard_input_is_told_by_its_content() {
    for content in [
        "https://h/1.jpg\n",
        "[\"https://h/1.jpg\"]",
        "url,title\nhttps://h/1.jpg,x\n",
    ] {
        let loaded = load(
            &[SourceSpec::new("-")],
            true,
            Limits::default(),
            &mut |_| {},
            &mut content.as_bytes(),
        )
        .unwrap();
        assert_eq!(loaded.entries[0].url, "https://h/1.jpg");
        assert_eq!(loaded.origins.get(0).unwrap().source, "standard input");
    }
}

#[test]
fn a_byte_order_mark_and_any_line_ends_do_no_harm() {
    let files: [(&str, &[u8]); 4] = [
        ("a.txt", b"\xef\xbb\xbfhttps://h/1.jpg\r\nhttps://h/2.jpg"),
        ("b.csv", b"\xef\xbb\xbfurl\r\nhttps://h/3.jpg\r\n"),
        ("c.json", b"\xef\xbb\xbf [\"https://h/4.jpg\"]\r\n"),
        ("d.ndjson", b"\xef\xbb\xbf\"https://h/5.jpg\"\r\n"),
    ];
    assert_eq!(load_files(&files, true).unwrap().entries.len(), 5);
}

#[test]
fn sources_that_cannot_be_used_fail_and_say_why() {
    type Files = [(&'static str, &'static [u8])];
    let table: [(&Files, &str); 13] = [
        (
            &[("a.PNG", b"\x89PNG")],
            "a.PNG: is a picture; accepted: a list",
        ),
        (&[("a.txt", b"")], "a.txt: holds no picture"),
        (&[("a.txt", b"# nothing\n\n")], "a.txt: holds no picture"),
        (&[("a.json", b"{}")], "a.json: holds no picture"),
        (
            &[("a.json", b"{\"total\": 0,\n\"a\": 1}")],
            "a.json:1: holds no picture; accepted: at least one (`total` is no list",
        ),
        (
            &[("a.wasm", b"\0asm\x0d\0\x01\0\n\n\n")],
            "a.wasm: is a WebAssembly component; accepted: a list of pictures",
        ),
        (
            &[("a.txt", b"https://h/1.jpg\nPK\x03\x04\0\n\0\n")],
            "a.txt:2:5: is no text; accepted: a list saved as UTF-8",
        ),
        (
            &[("a.txt", b"\xff\xfeh\0t\0")],
            "a.txt: is UTF-16; accepted: text saved as UTF-8",
        ),
        (&[("a.json", b"[")], "a.json:1:1: is not valid JSON"),
        (
            &[("a.csv", b"title\nx\n")],
            "a.csv:1:1: the first row names no column",
        ),
        (
            &[("a.txt", b"1.jpg")],
            "a.txt:1:1: `1.jpg` is no absolute URL",
        ),
        (
            &[
                ("daily.txt", b"https://h/1.jpg"),
                ("b.txt", b"https://h/2.jpg"),
            ],
            "daily.txt: the category `daily` is a word",
        ),
        (
            &[("a.json", b"["), ("b.txt", b"https://h/2.jpg")],
            "a.json:1:1: is not valid JSON",
        ),
    ];
    for (files, part) in table {
        let problems = load_files(files, false).expect_err(part).to_string();
        assert!(problems.contains(part), "{problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
    }
    let missing = read_all(&[SourceSpec::new("no/such/list.txt")])
        .unwrap_err()
        .to_string();
    assert!(
        missing.starts_with("no/such/list.txt: cannot be read: No such file"),
        "{missing}"
    );
    assert!(
        read_all(&[])
            .unwrap_err()
            .to_string()
            .starts_with("no source is given; accepted: files")
    );
    let specs = [
        (
            SourceSpec {
                tags: vec!["a,b".to_owned()],
                ..SourceSpec::new("-")
            },
            "comma",
        ),
        (
            SourceSpec {
                category: Some("auto".to_owned()),
                ..SourceSpec::new("-")
            },
            "such as `autos`",
        ),
        (
            SourceSpec {
                base_url: Some("h/x".to_owned()),
                ..SourceSpec::new("-")
            },
            "no absolute URL",
        ),
        (
            SourceSpec {
                base_url: Some("https://h/?x".to_owned()),
                ..SourceSpec::new("-")
            },
            "base_url is `https://h/?x`",
        ),
        (
            SourceSpec::new("https://h/list.txt"),
            "is a list on the network",
        ),
        (SourceSpec::new("https://h/{9..1}.jpg"), "FIRST <= LAST"),
        (SourceSpec::new("ftp://h/1.jpg"), "the scheme is `ftp`"),
    ];
    for (spec, part) in specs {
        let problems = read_all(&[spec]).unwrap_err().to_string();
        assert!(problems.contains(part), "{problems}");
    }
}

#[test]
fn bad_lines_are_left_out_or_fail_the_whole() {
    let files: [(&str, &[u8]); 2] = [
        (
            "a.txt",
            b"https://h/1.jpg\nftp://h/2.jpg\nhttps://h/3.jpg\nh\n",
        ),
        ("b.txt", b"# empty\n"),
    ];
    let loaded = load_files(&files, false).unwrap();
    assert_eq!((loaded.entries.len(), loaded.problems.total()), (2, 3));
    let problems = load_files(&files, true).unwrap_err();
    assert_eq!(problems.to_string().lines().count(), 3);
    assert_eq!(problems.total(), 3);
}

#[test]
fn a_list_of_nothing_but_bad_lines_stays_short() {
    let lines = "not a url\n".repeat(10_000);
    let problems = load_files(&[("a.txt", lines.as_bytes())], false).unwrap_err();
    assert_eq!((problems.total(), problems.kept().len()), (10_000, 20));
    assert!(problems.to_string().ends_with("a.txt:20:1: `not a url` is no absolute URL; accepted: http:// or https:// with a host, or a base URL for the source\n… and 9980 more"), "{problems}");
    let lists: Vec<_> = (0..9).map(|i| format!("{i}.txt")).collect();
    let lists: Vec<_> = lists
        .iter()
        .map(|name| (name.as_str(), lines.as_bytes()))
        .collect();
    let problems = load_files(&lists, false).unwrap_err();
    assert_eq!((problems.total(), problems.kept().len()), (90_000, 100));
}

#[test]
fn plain_http_is_remarked_on() {
    let loaded = load_files(
        &[("a.txt", b"http://h/1.jpg\nhttps://h/2.jpg\nHTTPS://h/3.jpg")],
        true,
    )
    .unwrap();
    let [warning] = loaded.warnings.as_slice() else {
        panic!("{:?}", loaded.warnings)
    };
    assert!(
        warning
            .to_string()
            .ends_with("1 URL is http://; pages under https:// do not show it")
    );
}
