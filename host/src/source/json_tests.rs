use super::super::testing::{collect, summary};
use super::*;

#[test]
fn takes_the_shapes_that_people_have() {
    let table: [(&str, &[&str]); 9] = [
        (
            "[\n\"https://h/1\",\n \"https:\\/\\/h\\/2\"]",
            &["list:2 https://h/1 - - -", "list:3 https://h/2 - - -"],
        ),
        (
            r#"[{"url":"https://h/1","id":7,"category":"a/b"}]"#,
            &["list:1 https://h/1 a/b - 7"],
        ),
        (
            "{\"total\":1,\n\"images\":[\n\"https://h/1\"]}",
            &["list:3 https://h/1 - - -"],
        ),
        (
            r#"{"pc":["https://h/1"],"cats":[{"url":"https://h/2","category":"x"},"https://h/3"]}"#,
            &[
                "list:1 https://h/1 - landscape -",
                "list:1 https://h/2 x - -",
                "list:1 https://h/3 cats - -",
            ],
        ),
        (
            r#"{"animals":{"cats":["https://h/1"],"dogs":{"mobile":["https://h/2"]}}}"#,
            &[
                "list:1 https://h/1 animals/cats - -",
                "list:1 https://h/2 animals/dogs portrait -",
            ],
        ),
        (
            "{\"a\":{\"url\":\"https://h/1\"},\n\"b\":{\"src\":\"https://h/2\",\"id\":\"c\"}}",
            &["list:1 https://h/1 - - a", "list:2 https://h/2 - - c"],
        ),
        (r#"{"url":"https://h/1"}"#, &["list:1 https://h/1 - - -"]),
        (r#""https://h/1""#, &["list:1 https://h/1 - - -"]),
        ("[]", &[]),
    ];
    for (json, expected) in table {
        let out = collect(|sink| read(sink, json.as_bytes()));
        assert_eq!(out.problems.to_string(), "", "{json}");
        assert_eq!(summary(&out), expected, "{json}");
    }
}

#[test]
fn names_line_and_column_and_goes_on() {
    let json = r#"[
  "https://h/1",
  "h/2",
  42, ["https://h/3"],
  {"url": "https://h/4",
     "width": "wide"},
  {"title": "猫", "url": "https://h/5 6"},
  {"title": "x"},
  "https://h/7"
]"#;
    let out = collect(|sink| read(sink, json.as_bytes()));
    let messages: Vec<String> = out
        .problems
        .kept()
        .iter()
        .map(ToString::to_string)
        .collect();
    let expected = [
        "list:3:3: `h/2` is no absolute URL",
        "list:4:3: is no picture; accepted: the text of a URL",
        "list:4:7: is no picture",
        "list:6:15: width is `wide`",
        "list:7:25: the URL holds ' '",
        "list:8:3: has no URL",
    ];
    assert_eq!(messages.len(), expected.len(), "{messages:#?}");
    for (message, start) in messages.iter().zip(expected) {
        assert!(message.starts_with(start), "{message}");
    }
    assert_eq!(
        summary(&out),
        ["list:2 https://h/1 - - -", "list:9 https://h/7 - - -"]
    );
    assert!(!out.failed);
}

#[test]
fn a_broken_document_fails_with_its_place() {
    let table: [(&[u8], &str); 5] = [
        (b"[\n\"https://h/1\",\n]", "list:3:1: is not valid JSON: "),
        (b"[\"https://h/1\"", "list:1:14: is not valid JSON: EOF"),
        (b"[\"a\"]\n[\"b\"]", "list:2:1: is not valid JSON: trailing"),
        (b"[\n\"https://h/\xff\"]", "list:2:12: is not UTF-8"),
        (b"{\"a\":\0}", "list:1:6: is not valid JSON"),
    ];
    for (content, start) in table {
        let out = collect(|sink| read(sink, content));
        assert!(out.failed);
        let message = out.problems.to_string();
        assert!(message.starts_with(start), "{message}");
        assert!(message.contains("; accepted: "), "{message}");
    }
}

#[test]
fn a_bad_group_is_reported_once() {
    let json = "{\"random\":[\"https://h/1\",\"https://h/2\"],\n\"a\":[\"https://h/3\"]}";
    let out = collect(|sink| read(sink, json.as_bytes()));
    assert_eq!(out.problems.total(), 1);
    let message = out.problems.to_string();
    assert!(
        message.starts_with("list:1:11: the category `random`"),
        "{message}"
    );
    assert_eq!(out.entries.len(), 1);
}

#[test]
fn warns_of_what_it_ignores_once() {
    let json = r#"{"total": 2, "next": "https://h/?page=2", "images": [
        {"url": "https://h/1", "catagory": "a", "blur": 1},
        {"url": "https://h/2", "catagory": "b"}]}"#;
    let out = collect(|sink| read(sink, json.as_bytes()));
    let warnings: Vec<String> = out.warnings.iter().map(ToString::to_string).collect();
    let expected = [
        "list:1: `total` is no list of pictures and ignored",
        "list:1: `next` is no list of pictures and ignored",
        "list:2: the field `catagory` is not known and ignored; is `category` meant?",
        "list:2: the field `blur` is not known and ignored",
    ];
    assert_eq!(warnings, expected);
    assert_eq!(out.entries.len(), 2);
}

#[test]
fn deep_nesting_ends_without_a_picture() {
    let json = format!(
        "{}[\"https://h/1\"]{}",
        "{\"a\":".repeat(100_000),
        "}".repeat(100_000)
    );
    let out = collect(|sink| read(sink, json.as_bytes()));
    assert_eq!(out.entries.len(), 0);
    let deep = format!(
        "[{{\"url\":\"https://h/1\",\"tags\":{}{}}}]",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let out = collect(|sink| read(sink, deep.as_bytes()));
    assert_eq!((out.entries.len(), out.problems.total()), (0, 1));
}

#[test]
fn lines_are_read_each_for_itself() {
    let lines = b"\"https://h/1\"\n\n{\"url\":\"https://h/2\",\"category\":\"a\"}\r\n{\"url\":\n[1]\n  {\"url\":\"x y\"}\n\"\xff\"\n{\"url\":\"https://h/3\"}";
    let out = collect(|sink| read_lines(sink, lines));
    assert_eq!(
        summary(&out),
        [
            "list:1 https://h/1 - - -",
            "list:3 https://h/2 a - -",
            "list:8 https://h/3 - - -"
        ]
    );
    let messages: Vec<String> = out
        .problems
        .kept()
        .iter()
        .map(ToString::to_string)
        .collect();
    let starts = [
        "list:4:7: is not valid JSON: EOF",
        "list:5:1: is no picture",
        "list:6:10: `x y` is no absolute URL",
        "list:7:2: is not UTF-8",
    ];
    assert_eq!(messages.len(), starts.len(), "{messages:#?}");
    for (message, start) in messages.iter().zip(starts) {
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn a_giant_line_is_left_out() {
    let lines = format!(
        "{{\"url\":\"https://h/1\",\"x\":\"{}\"}}\n\"https://h/2\"",
        "x".repeat(MAX_LINE)
    );
    let out = collect(|sink| read_lines(sink, lines.as_bytes()));
    let message = out.problems.to_string();
    assert!(
        message.starts_with("list:1:1: the line is 10486"),
        "{message}"
    );
    assert!(message.ends_with("accepted: up to 1048576"), "{message}");
    assert_eq!(out.entries.len(), 1);
}

#[test]
fn elements_of_one_line_are_told_apart() {
    let out = collect(|sink| {
        read(
            sink,
            "[\"https://h/猫\", {\"url\":\"https://h/2\"}]".as_bytes(),
        )
    });
    let place = |entry| out.origins.get(entry).map(|origin| origin.to_string());
    assert_eq!(place(0).as_deref(), Some("list:1:2"));
    assert_eq!(place(1).as_deref(), Some("list:1:17"));
    let line = "  {\"title\":\"猫\",\"url\":}".as_bytes();
    let message = collect(|sink| read_lines(sink, line)).problems.to_string();
    assert!(
        message.starts_with("list:1:22: is not valid JSON"),
        "{message}"
    );
    let message = collect(|sink| read(sink, "[\n\"猫\" x]".as_bytes()))
        .problems
        .to_string();
    assert!(
        message.starts_with("list:2:5: is not valid JSON"),
        "{message}"
    );
}
