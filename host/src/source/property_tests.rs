use proptest::prelude::*;

use super::collect::{Collector, Given, Sink};
use super::read_list;

/// Text that is nearly a list: the parts that readers look at, in any order.
fn almost_a_list() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"https://h/".to_vec()),
        Just(b"\"url\"".to_vec()),
        Just(b"url".to_vec()),
        Just(b"{1..9}".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just("猫".as_bytes().to_vec()),
        Just(b"variants".to_vec()),
        prop::sample::select(b"[]{}\",:;|\t\n\r #\\/@%0aZ\x00\xff".to_vec())
            .prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_content_panics_and_what_is_taken_is_right(
        content in prop_oneof![prop::collection::vec(any::<u8>(), 0..300), almost_a_list()],
        extension in prop::sample::select(vec![None, Some("txt"), Some("json"), Some("ndjson"), Some("csv"), Some("tsv")]),
    ) {
        let mut out = Collector::default();
        let mut sink = Sink::new(&mut out, "x".into(), Given::default());
        read_list(&mut sink, extension, &content);
        sink.finish();
        prop_assert!(!out.entries.is_empty() || !out.problems.is_empty());
        for (i, entry) in out.entries.iter().enumerate() {
            prop_assert!(entry.check().is_ok());
            prop_assert!(entry.url.bytes().all(|byte| byte.is_ascii_graphic()), "{}", entry.url);
            let line = out.origins.get(i).and_then(|origin| origin.line).unwrap_or(0) as usize;
            prop_assert!((1..=content.len() + 1).contains(&line));
        }
    }

    #[test]
    fn what_is_written_as_a_list_is_read_back(
        paths in prop::collection::vec("[a-z0-9]{1,8}(/[A-Za-z0-9._~%-]{0,8}){0,3}", 1..20),
        title in "[^\\p{C}\\s]([^\\p{C}]{0,20}[^\\p{C}\\s])?",
    ) {
        let urls: Vec<String> = paths.iter().map(|path| format!("https://h/{path}")).collect();
        let objects: Vec<_> = urls.iter().map(|url| serde_json::json!({ "url": url, "title": title })).collect();
        let quoted = title.replace('"', "\"\"");
        let rows: String = urls.iter().map(|url| format!("{url},\"{quoted}\"\n")).collect();
        let lines: Vec<String> = objects.iter().map(ToString::to_string).collect();
        let contents = [
            ("txt", urls.join("\n").into_bytes(), false),
            ("json", serde_json::to_vec_pretty(&objects).unwrap(), true),
            ("ndjson", lines.join("\n").into_bytes(), true),
            ("csv", format!("url,title\n{rows}").into_bytes(), true),
        ];
        for (extension, content, titled) in contents {
            let mut out = Collector::default();
            let mut sink = Sink::new(&mut out, "x".into(), Given::default());
            read_list(&mut sink, Some(extension), &content);
            prop_assert_eq!(out.problems.to_string(), "");
            let read: Vec<&str> = out.entries.iter().map(|entry| entry.url.as_str()).collect();
            prop_assert_eq!(&read, &urls, "{}", extension);
            if titled {
                prop_assert_eq!(out.entries[0].title.as_deref(), Some(title.as_str()), "{}", extension);
            }
        }
    }
}
