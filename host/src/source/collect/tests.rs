use super::*;
use crate::position::NOWHERE;

#[test]
fn origins_name_source_and_line() {
    let mut out = Collector::default();
    for (name, positions) in [
        ("a.txt", &[(3, 1), (5, 7)][..]),
        ("empty.txt", &[]),
        ("photos", &[NOWHERE, NOWHERE]),
    ] {
        let mut sink = Sink::new(&mut out, name.into(), Given::default());
        for position in positions {
            sink.push(*position, Entry::default());
        }
    }
    let text = |i| out.origins.get(i).map(|origin| origin.to_string());
    let expected = ["a.txt:3:1", "a.txt:5:7", "photos", "photos"];
    for (i, expected) in expected.iter().enumerate() {
        assert_eq!(text(i).as_deref(), Some(*expected));
    }
    assert_eq!(text(4), None);
}

#[test]
fn what_the_source_says_fills_what_the_entry_leaves_open() {
    let given = Given {
        category: Some("cats".to_owned()),
        orientation: Some(Orientation::Portrait),
        weight: 3,
        tags: vec!["a".to_owned(), "b".to_owned()],
        base_url: None,
    };
    let mut out = Collector::default();
    let mut sink = Sink::new(&mut out, "x".into(), given);
    sink.push((1, 1), Entry::default());
    let own = Entry {
        category: Some("dogs".to_owned()),
        orientation: Some(Orientation::Square),
        weight: 7,
        tags: vec!["c".to_owned(), "a".to_owned()],
        ..Entry::default()
    };
    sink.push((2, 1), own);
    let seen: Vec<_> = out
        .entries
        .iter()
        .map(|e| {
            (
                e.category.as_deref(),
                e.orientation,
                e.weight,
                e.tags.join(" "),
            )
        })
        .collect();
    let expected = [
        (
            Some("cats"),
            Some(Orientation::Portrait),
            3,
            "a b".to_owned(),
        ),
        (
            Some("dogs"),
            Some(Orientation::Square),
            7,
            "c a b".to_owned(),
        ),
    ];
    assert_eq!(seen, expected);
}
