use super::super::{Catalogue, Entry};
use super::pack;

#[test]
fn smoke() {
    let entries = (0..1000)
        .map(|i| Entry {
            url: format!("https://h.example/{i}.jpg"),
            category: (i % 3 == 0).then(|| format!("a/b{}", i % 5)),
            tags: vec![format!("t{}", i % 7)],
            weight: if i % 10 == 0 { 5 } else { 0 },
            width: i % 90,
            height: 50,
            ..Entry::default()
        })
        .chain([Entry {
            url: "https://h.example/r/{001..833}.webp".to_owned(),
            alias: Some("r".to_owned()),
            ..Entry::default()
        }])
        .collect();
    let packed = pack(b"{}", entries).unwrap();
    let (catalogue, settings) = Catalogue::open(&packed.bytes).unwrap();
    assert_eq!(settings, b"{}");
    assert_eq!(catalogue.entries(), 1001);
    assert_eq!(catalogue.pictures(), 1833);
    let (entry, member) = catalogue.find_picture("r-7").unwrap();
    assert_eq!(catalogue.url(entry, member), "https://h.example/r/007.webp");
    assert_eq!(
        catalogue.find_picture(&catalogue.picture_id(entry, member)),
        Some((entry, member))
    );
}
