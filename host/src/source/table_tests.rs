use super::super::testing::{collect, summary};
use super::*;

#[test]
fn reads_rows_by_their_header() {
    let csv = b"# my list\n\nTitle,Image URL,Category,ID\n\"a, \"\"b\"\"\nc\",https://h/1,cats,x\n# note\n\n,https://h/2,,\nshort,https://h/3\n";
    let out = collect(|sink| read(sink, csv, b','));
    assert_eq!(out.problems.to_string(), "");
    assert_eq!(
        summary(&out),
        [
            "list:4 https://h/1 cats - x",
            "list:8 https://h/2 - - -",
            "list:9 https://h/3 - - -"
        ]
    );
    assert_eq!(out.entries[0].title.as_deref(), Some("a, \"b\" c"));
}

#[test]
fn reads_other_separators_and_line_ends() {
    let table: [(&[u8], u8); 3] = [
        (b"url\tcategory\r\nhttps://h/1\tcats\r\n", b'\t'),
        (b"url;category\nhttps://h/1;cats", b';'),
        (
            b"\"url\",\"category\"\r\n\"https://h/1\",\"cats\"\r\n",
            b',',
        ),
    ];
    for (content, delimiter) in table {
        let out = collect(|sink| read(sink, content, delimiter));
        assert_eq!(out.problems.to_string(), "");
        assert_eq!(summary(&out), ["list:2 https://h/1 cats - -"]);
    }
}

#[test]
fn names_the_line_of_a_bad_row_and_goes_on() {
    let csv = b"url,width,tags,title\nhttps://h/1,wide,,\nhttps://h/2,1,a,b,c\nh/3,,,\nhttps://h/4,,,\xff\nhttps://h/5,,-x,\nhttps://h/6,,,,,\n,1,,\nhttps://h/7,,,ok\n";
    let out = collect(|sink| read(sink, csv, b','));
    let messages: Vec<String> = out
        .problems
        .kept()
        .iter()
        .map(ToString::to_string)
        .collect();
    let starts = [
        "list:2:13: width is `wide`",
        "list:3:19: the row has 5 cells, the header 4",
        "list:4:1: `h/3` is no absolute URL",
        "list:5:15: is not UTF-8",
        "list:6:1: the tag \"-x\"",
        "list:8:1: has no URL",
    ];
    assert_eq!(messages.len(), starts.len(), "{messages:#?}");
    for (message, start) in messages.iter().zip(starts) {
        assert!(message.starts_with(start), "{message}");
    }
    assert_eq!(
        summary(&out),
        ["list:7 https://h/6 - - -", "list:9 https://h/7 - - -"]
    );
}

#[test]
fn columns_are_characters_of_the_line() {
    let csv = "title,url,width\n\"猫\n,\",https://h/1,wide\n猫,h/2,1\n";
    let out = collect(|sink| read(sink, csv.as_bytes(), b','));
    let messages = out.problems.to_string();
    let [first, second] = messages.lines().collect::<Vec<_>>()[..] else {
        panic!("{messages}")
    };
    assert!(first.starts_with("list:3:16: width is `wide`"), "{first}");
    assert!(second.starts_with("list:4:3: `h/2` is no"), "{second}");
}

#[test]
fn an_open_quotation_mark_is_named_and_costs_its_row_alone() {
    let never = "the quotation mark that opens here is never closed";
    let table = [
        // The last of a list, and one that would take in all that follows.
        ("https://h/1,a\nhttps://h/2,\"b", "list:3:13", never, 1),
        (
            "https://h/1,\"a\nhttps://h/2,b\nhttps://h/3,c\n",
            "list:2:13",
            never,
            2,
        ),
        ("\"https://h/1\nhttps://h/2,b\n", "list:2:1", never, 1),
        (
            "https://h/1,\"a\nhttps://h/2,\"b\nhttps://h/3,c\n",
            "list:2:13",
            "the quotation mark that opens here is closed at 3:13 with other text behind it",
            1,
        ),
        (
            "https://h/1,\"a\" b\nhttps://h/2,b\n",
            "list:2:13",
            "the quotation mark that opens here is closed at 2:15 with other text behind it",
            1,
        ),
        // Marks that enclose a URL over two lines.
        (
            "\"https://h/1\nhttps://h/2\",b\nhttps://h/3,c\n",
            "list:2:1",
            "the URL holds '\\n'",
            1,
        ),
    ];
    for (rows, place, message, entries) in table {
        let csv = format!("url,title\n{rows}");
        let out = collect(|sink| read(sink, csv.as_bytes(), b','));
        let messages = out.problems.to_string();
        let first = messages.lines().next().unwrap_or_default();
        assert!(
            first.starts_with(&format!("{place}: {message}")),
            "{rows:?}: {messages}"
        );
        assert_eq!(out.entries.len(), entries, "{rows:?}: {messages}");
        assert!(!out.failed);
    }
    let out = collect(|sink| read(sink, b"\"url,title\nhttps://h/1,a\n", b','));
    assert!(out.failed && out.entries.is_empty());
    assert!(
        out.problems
            .to_string()
            .starts_with(&format!("list:1:1: {never}"))
    );
}

#[test]
fn a_cell_may_hold_lines_and_is_remarked_on_when_they_look_like_rows() {
    let csv = b"url,title\nhttps://h/1,\"a\nb\"\nhttps://h/2,\"c\nhttps://h/3,\"\nhttps://h/4,\"e\nhttps://h/5,\"\n";
    let out = collect(|sink| read(sink, csv, b','));
    assert_eq!(out.problems.to_string(), "");
    assert_eq!(out.entries[0].title.as_deref(), Some("a b"));
    let warnings: Vec<String> = out.warnings.iter().map(ToString::to_string).collect();
    let expected = "list:4: a cell holds several lines, one of which begins with a URL; is a quotation mark left open?";
    assert_eq!(warnings, [expected]);
}

#[test]
fn a_text_too_long_to_be_meant_is_no_title() {
    let csv = format!("url,title\nhttps://h/a,\"{}\"\n", "x\n".repeat(3000));
    let out = collect(|sink| read(sink, csv.as_bytes(), b','));
    let message = out.problems.to_string();
    assert!(
        message.starts_with("list:2:13: title is 6000 bytes long")
            && message.contains("quotation mark"),
        "{message}"
    );
}

#[test]
fn a_header_is_needed_and_unknown_columns_are_warned_of() {
    for content in [
        "https://h/1,cats\nhttps://h/2,dogs\n",
        "title,author\na,b\n",
    ] {
        let out = collect(|sink| read(sink, content.as_bytes(), b','));
        assert!(out.failed && out.entries.is_empty());
        assert!(
            out.problems
                .to_string()
                .starts_with("list:1:1: the first row names no column")
        );
    }
    let out = collect(|sink| read(sink, b"url,catagory,,hue\nhttps://h/1,a,b,c\n", b','));
    let warnings: Vec<String> = out.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "list:1: the field `catagory` is not known and ignored; is `category` meant?",
            "list:1: the field `hue` is not known and ignored",
        ]
    );
    assert_eq!(out.entries.len(), 1);
}
