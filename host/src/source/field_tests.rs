use edgepick::catalogue::Orientation;

use super::super::testing::collect;
use super::*;

/// The entry made of text fields, or the message that refuses it.
fn entry(fields: &[(&str, &str)]) -> Result<Entry, String> {
    let values: Vec<_> = fields
        .iter()
        .map(|(name, text)| (*name, Value::Text((*text).into())))
        .collect();
    entry_of(&values)
}

fn entry_of(fields: &[(&str, Value<'_>)]) -> Result<Entry, String> {
    let mut result = Err(String::new());
    collect(|sink| {
        let mut draft = Draft::default();
        for (name, value) in fields {
            let field = Field::named(name).unwrap();
            if let Err(reason) = draft.set(field, value, 0, sink) {
                result = Err(reason.to_string());
                return;
            }
        }
        result = draft.finish(sink).map_err(|(_, reason)| reason.to_string());
    });
    result
}

#[test]
fn every_name_of_the_table_is_found_however_it_is_written() {
    for (name, field) in NAMES {
        for written in [
            (*name).to_owned(),
            name.to_uppercase(),
            name.replace('_', "-"),
            format!(" {} ", name.replace('_', " ")),
        ] {
            assert_eq!(Field::named(&written), Some(*field), "{written}");
        }
    }
    assert_eq!(Field::named("colour"), None);
}

#[test]
fn reads_every_field_from_text() {
    let fields = [
        ("url", " https://h/1.jpg "),
        ("id", "x1"),
        ("width", "1600"),
        ("height", " 900 "),
        ("orientation", "PC"),
        ("format", ".JPG"),
        ("weight", "3"),
        ("category", "/animals/cats/"),
        ("tags", "sea; night,|sea , big cat"),
        ("title", "A\n  title"),
        ("author", "Léonard"),
        ("source", "https://h/page"),
        ("license", "CC0-1.0"),
        (
            "variants",
            "https://h/s.jpg 640x360; https://h/m.jpg 1280X720",
        ),
    ];
    let variant = |url: &str, width, height| Variant {
        url: url.to_owned(),
        width,
        height,
    };
    let expected = Entry {
        url: "https://h/1.jpg".to_owned(),
        alias: Some("x1".to_owned()),
        width: 1600,
        height: 900,
        orientation: Some(Orientation::Landscape),
        format: Some(Format::Jpeg),
        weight: 3,
        category: Some("animals/cats".to_owned()),
        tags: ["sea", "night", "big cat"].map(str::to_owned).to_vec(),
        title: Some("A title".to_owned()),
        author: Some("Léonard".to_owned()),
        source: Some("https://h/page".to_owned()),
        license: Some("CC0-1.0".to_owned()),
        variants: vec![
            variant("https://h/s.jpg", 640, 360),
            variant("https://h/m.jpg", 1280, 720),
        ],
    };
    assert_eq!(entry(&fields), Ok(expected));
}

#[test]
fn empty_values_count_as_absent() {
    for (name, field) in NAMES {
        if !field.is_url() {
            let plain = Entry {
                url: "https://h/1.jpg".to_owned(),
                ..Entry::default()
            };
            let url = ("url", Value::Text("https://h/1.jpg".into()));
            for empty in [Value::Null, Value::Text("  ".into())] {
                assert_eq!(
                    entry_of(&[
                        (name, empty),
                        ("url", Value::Text("https://h/1.jpg".into()))
                    ]),
                    Ok(plain.clone()),
                    "{name}"
                );
            }
            assert_eq!(entry_of(&[url]), Ok(plain));
        }
    }
}

#[test]
fn of_several_addresses_one_is_the_picture_and_one_its_page() {
    type Fields = [(&'static str, &'static str)];
    let table: [(&Fields, &str, Option<&str>); 7] = [
        (
            &[("url", "https://h/p"), ("download_url", "https://h/1.jpg")],
            "https://h/1.jpg",
            Some("https://h/p"),
        ),
        (
            &[("download_url", "https://h/1.jpg"), ("url", "https://h/p")],
            "https://h/1.jpg",
            Some("https://h/p"),
        ),
        (
            &[("link", "https://h/p"), ("image", "https://h/1.jpg")],
            "https://h/1.jpg",
            Some("https://h/p"),
        ),
        (
            &[("link", "https://h/p"), ("url", "https://h/1.jpg")],
            "https://h/1.jpg",
            Some("https://h/p"),
        ),
        (&[("link", "https://h/1.jpg")], "https://h/1.jpg", None),
        (
            &[("src", "https://h/2.jpg"), ("image", "https://h/1.jpg")],
            "https://h/1.jpg",
            None,
        ),
        (
            &[
                ("url", "https://h/p"),
                ("src", "https://h/1.jpg"),
                ("source", "me"),
            ],
            "https://h/1.jpg",
            Some("me"),
        ),
    ];
    for (fields, url, source) in table {
        let entry = entry(fields).unwrap();
        assert_eq!(
            (entry.url.as_str(), entry.source.as_deref()),
            (url, source),
            "{fields:?}"
        );
    }
}

#[test]
fn a_category_may_name_the_orientation_and_the_field_wins() {
    let read = |fields: &[(&str, &str)]| {
        let entry = entry(&[fields, &[("url", "https://h/1.jpg")]].concat()).unwrap();
        (entry.category, entry.orientation)
    };
    assert_eq!(
        read(&[("category", "cats/mobile")]),
        (Some("cats".to_owned()), Some(Orientation::Portrait))
    );
    for fields in [
        [("category", "pc"), ("orientation", "v")],
        [("orientation", "v"), ("category", "pc")],
    ] {
        assert_eq!(read(&fields), (None, Some(Orientation::Portrait)));
    }
}

#[test]
fn says_what_is_wrong_and_what_is_accepted() {
    let text = |text: &str| Value::Text(text.to_owned().into());
    let table = [
        (
            "width",
            text("wide"),
            "width is `wide`; accepted: a whole number",
        ),
        ("width", text("4294967296"), "width is `4294967296`"),
        ("height", Value::Other("-1".to_owned()), "height is `-1`"),
        ("orientation", text("wide"), "accepted: landscape (pc, h)"),
        ("format", text("exe"), "accepted: jpeg, png"),
        (
            "weight",
            text("0"),
            "accepted: a whole number from 1 to 65535",
        ),
        (
            "weight",
            Value::Integer(65_536),
            "accepted: a whole number from 1 to 65535",
        ),
        ("category", Value::List(vec![]), "accepted: one path"),
        ("category", text("random"), "such as `randoms`"),
        ("category", text("a,b"), "comma"),
        ("tags", Value::List(vec![text("a,b")]), "comma"),
        ("tags", Value::List(vec![text("a|b")]), "holds |"),
        ("tags", text("-a"), "begins with -"),
        (
            "tags",
            Value::List(vec![Value::List(vec![])]),
            "accepted: a list of texts",
        ),
        ("tags", Value::Object(vec![]), "accepted: a list of texts"),
        ("id", text("a,b"), "comma"),
        ("id", text("a/b"), "not one segment"),
        ("title", text(&"x".repeat(5000)), "title is 5000 bytes long"),
        (
            "author",
            Value::Object(vec![]),
            "author is `{…}`; accepted: text",
        ),
        (
            "variants",
            text("https://h/s.jpg"),
            "accepted: objects with url",
        ),
        (
            "variants",
            text("https://h/s.jpg 0x9"),
            "accepted: objects with url",
        ),
        ("variants", text("s.jpg 640x360"), "no absolute URL"),
        ("variants", text("https://h/{1..9}.jpg 640x360"), "range"),
        (
            "variants",
            Value::List(vec![text("https://h/s.jpg")]),
            "accepted: objects with url",
        ),
        ("url", Value::Object(vec![]), "url is `{…}`; accepted: text"),
        ("url", text("h/1.jpg"), "no absolute URL"),
    ];
    for (name, value, part) in table {
        let fields = [
            ("src", Value::Text("https://h/1.jpg".into())),
            (name, value),
        ];
        // A second address is a page: only alone is it the picture.
        let fields = if name == "url" {
            &fields[1..]
        } else {
            &fields[..]
        };
        let message = entry_of(fields).expect_err(name);
        assert!(message.contains(part), "{name}: {message}");
    }
    assert!(entry(&[]).unwrap_err().contains("has no URL"));
}

#[test]
fn names_the_field_that_was_probably_meant() {
    let table = [
        ("catagory", Some("category")),
        ("Tittle", Some("title")),
        ("heigth", Some("height")),
        ("licens", Some("license")),
        ("colour", None),
        ("blur_hash", None),
    ];
    for (name, meant) in table {
        assert_eq!(nearest(name), meant, "{name}");
    }
}
