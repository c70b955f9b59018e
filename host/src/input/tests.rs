use super::*;

#[test]
fn the_sample_is_without_fault() {
    let sample = sample().unwrap();
    assert!(sample.packed.pictures >= 24);
    assert!(sample.warnings.is_empty(), "{:?}", sample.warnings);
    assert_eq!(sample.packed.folded, 0);
}

#[test]
fn an_entry_that_cannot_be_packed_is_named_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    std::fs::write(
        &list,
        "url,id\nhttps://a.example/1.jpg,x\nhttps://a.example/2.jpg,x\n",
    )
    .unwrap();
    let input = Input {
        sources: vec![list.clone()],
        ..Input::default()
    };
    let error = input.prepare(&mut |_| {}).unwrap_err().to_string();
    let (first, second) = (
        format!("{}:2", list.display()),
        format!("{}:3", list.display()),
    );
    assert!(error.contains(&first) && error.contains(&second), "{error}");
}

#[test]
fn an_id_that_two_pictures_of_one_line_have_is_named_with_both_columns() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.json");
    let text = r#"[{"url":"https://a.example/1.jpg","id":"z"},{"url":"https://a.example/2.jpg","id":"z"}]"#;
    std::fs::write(&list, text).unwrap();
    let input = Input {
        sources: vec![list.clone()],
        ..Input::default()
    };
    let error = input.prepare(&mut |_| {}).unwrap_err().to_string();
    let list = list.display();
    let expected = format!("{list}:1:2 and {list}:1:45: the id \"z\" would mean two pictures");
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn a_list_in_another_order_gives_the_same_site() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    // Each URL comes three times, with other titles, tags and sizes.
    let row = |n: u32| {
        let (title, tag) = (n * 7 % 31, n % 5);
        let (width, height) = (n % 3 * 100, n % 2 * 50);
        format!(
            "https://a.example/{}.jpg,t{title},g{tag},{width},{height},c{}\n",
            n % 100,
            n % 4
        )
    };
    let mut rows: Vec<String> = (0..300).map(row).collect();
    let mut packed = || {
        let text = format!("url,title,tags,width,height,category\n{}", rows.concat());
        std::fs::write(&list, text).unwrap();
        rows.rotate_left(101);
        rows.swap(3, 250);
        let input = Input {
            sources: vec![list.clone()],
            ..Input::default()
        };
        input.prepare(&mut |_| {}).unwrap()
    };
    let first = packed();
    assert_eq!(first.packed.entries, 100);
    assert!(first.conflicts.len() > 100, "{}", first.conflicts.len());
    for _ in 0..3 {
        assert!(packed().packed.bytes == first.packed.bytes);
    }
}

#[test]
fn a_mount_is_a_path_as_requests_have_it() {
    for (text, expected) in [
        ("/user/get", Some("/user/get")),
        ("/user/get/", Some("/user/get/")),
        ("/\u{7528}\u{6237}", Some("/%E7%94%A8%E6%88%B7")),
        ("user/get", None),
        ("/user get", None),
        ("/user/get?x", None),
        ("/user#get", None),
        ("/user\n", None),
        ("//user", None),
    ] {
        let found = mount(text);
        assert_eq!(found.as_deref().ok(), expected, "{text}");
        if let Err(error) = found {
            let expected = format!("bad value {text:?} for mount; accepted: a path");
            assert!(error.to_string().starts_with(&expected), "{error}");
        }
    }
}

#[test]
fn lists_and_packing_are_told_before_they_begin() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.txt");
    std::fs::write(
        &list,
        "https://a.example/{1..9}.jpg\nhttps://a.example/a.jpg\n",
    )
    .unwrap();
    let input = Input {
        sources: vec![list.clone()],
        ..Input::default()
    };
    let mut told = Vec::new();
    input
        .prepare(&mut |progress| told.push(format!("{progress:?}")))
        .unwrap();
    let source = list.display().to_string();
    let expected = [
        format!(
            "{:?}",
            Progress::List {
                source: &source,
                bytes: 53
            }
        ),
        format!("{:?}", Progress::Packing { entries: 2 }),
    ];
    assert_eq!(told, expected);
}

#[test]
fn duplicates_that_differ_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    std::fs::write(
        &list,
        "url,title\nhttps://a.example/1.jpg,x\nhttps://a.example/1.jpg,y\n",
    )
    .unwrap();
    let input = Input {
        sources: vec![list],
        ..Input::default()
    };
    let prepared = input.prepare(&mut |_| {}).unwrap();
    assert_eq!(prepared.packed.folded, 1);
    let [conflict] = &*prepared.conflicts else {
        panic!("{:?}", prepared.conflicts)
    };
    assert!(
        conflict.contains("title") && conflict.contains("list.csv:3:1: "),
        "{conflict}"
    );
}

#[cfg(feature = "compiler")]
#[test]
fn an_address_that_a_range_holds_too_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.txt");
    let lines = [
        "https://a.example/{1..10}.jpg",
        "https://a.example/p{01..10}.jpg?w=1",
        "https://a.example/10.jpg",
        "https://a.example/p07.jpg?w=1",
        // Numbers, digits and ends that are no member's.
        "https://a.example/0.jpg",
        "https://a.example/11.jpg",
        "https://a.example/+5.jpg",
        "https://a.example/05.jpg",
        "https://a.example/p7.jpg?w=1",
        "https://a.example/p07.jpg",
        "https://a.example/.jpg",
        "https://a.example/7.jpg/",
        "https://a.example",
    ];
    std::fs::write(&list, lines.join("\n")).unwrap();
    let input = Input {
        sources: vec![list.clone()],
        ..Input::default()
    };
    let list = list.display();
    assert_eq!(
        input.prepare(&mut |_| {}).unwrap().conflicts,
        [
            format!(
                "{list}:3:1: https://a.example/10.jpg is in the range at {list}:1:1 too, and counts twice"
            ),
            format!(
                "{list}:4:1: https://a.example/p07.jpg?w=1 is in the range at {list}:2:1 too, and counts twice"
            ),
        ]
    );
}
