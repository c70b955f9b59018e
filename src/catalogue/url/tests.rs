use super::super::testing::config;
use super::*;

#[test]
fn urls_are_kept_as_written() {
    let rows = [
        ("https://h.example", None),
        ("https://h.example/", None),
        ("HTTP://H.example/a.JPG", Some(Format::Jpeg)),
        ("http://h.example:8080/a.b/c.webp", Some(Format::Webp)),
        (
            "https://u:p@h.example/a.png?x=1.gif#y.gif",
            Some(Format::Png),
        ),
        ("https://[2001:db8::1]/a.avif", Some(Format::Avif)),
        ("https://h.example/a.jpg/", None),
        ("https://h.example/a.jpg/raw", None),
        ("https://h.example?a.jpg", None),
        ("https://h.jpg", None),
        ("https://h.example/%7B1..2%7D.svg", Some(Format::Svg)),
        ("https://h.example/图片/猫.jxl", Some(Format::Jxl)),
    ];
    for (text, format) in rows {
        let url = PictureUrl::parse(text).unwrap();
        assert_eq!(url.identity(), text);
        assert_eq!(url.format(), format, "{text}");
        assert_eq!(url.range(), None);
        assert_eq!(url.hash(), url_hash(text));
    }
}

#[test]
fn ranges_are_known_by_all_but_their_last_number() {
    // Text, identity, first, count, digits to pad to.
    let rows = [
        (
            "https://h.example/{1..833}.webp",
            "https://h.example/{1..}.webp",
            1,
            833,
            0,
        ),
        (
            "https://h.example/{001..833}.webp",
            "https://h.example/{001..}.webp",
            1,
            833,
            3,
        ),
        (
            "https://h.example/{001..1500}",
            "https://h.example/{001..}",
            1,
            1500,
            3,
        ),
        (
            "https://h.example/{00..09}/a.jpg",
            "https://h.example/{00..}/a.jpg",
            0,
            10,
            2,
        ),
        (
            "https://h.example/{0..9}",
            "https://h.example/{0..}",
            0,
            10,
            0,
        ),
        (
            "https://h.example/{7..7}",
            "https://h.example/{7..}",
            7,
            1,
            0,
        ),
        (
            "https://h.example/{10..99}",
            "https://h.example/{10..}",
            10,
            90,
            0,
        ),
        (
            "https://h.example/?n={5..6}",
            "https://h.example/?n={5..}",
            5,
            2,
            0,
        ),
        (
            "https://h.example/{1..18446744073709551615}",
            "https://h.example/{1..}",
            1,
            u64::MAX,
            0,
        ),
        (
            "https://h.example/{00000000000000000001..00000000000000000002}",
            "https://h.example/{00000000000000000001..}",
            1,
            2,
            20,
        ),
    ];
    for (text, identity, first, count, pad) in rows {
        let url = PictureUrl::parse(text).unwrap();
        let range = url.range().unwrap();
        assert_eq!(url.identity(), identity);
        assert_eq!(url.hash(), url_hash(identity));
        assert_eq!(
            (range.first, range.count, range.pad),
            (first, count, pad),
            "{text}"
        );
        assert!(text[range.open..].starts_with('{'));
        assert!(text[range.dots..].starts_with(".."));
        assert!(text[range.close..].starts_with('}'));
    }
    let url = PictureUrl::parse("https://h.example/{1..9}.webp").unwrap();
    assert_eq!(url.format(), Some(Format::Webp));
}

#[test]
fn what_is_no_url_is_refused_where_it_is_wrong() {
    let long = format!("https://h.example/{}", "a".repeat(MAX_URL));
    let rows = [
        ("", 0, UrlReason::Scheme),
        ("h.example/a.jpg", 0, UrlReason::Scheme),
        ("//h.example/a.jpg", 0, UrlReason::Scheme),
        ("ftp://h.example/a.jpg", 0, UrlReason::Scheme),
        ("猫https://h.example", 0, UrlReason::Scheme),
        (" https://h.example", 0, UrlReason::Scheme),
        ("https://", 8, UrlReason::Host),
        ("https:///a.jpg", 8, UrlReason::Host),
        ("http://?a", 7, UrlReason::Host),
        ("https://:80/a", 8, UrlReason::Host),
        ("https://u@/a", 8, UrlReason::Host),
        ("https://h.example/a b", 19, UrlReason::Character(' ')),
        ("https://h.example/a\n", 19, UrlReason::Character('\n')),
        (
            "https://h.example/猫\u{3000}",
            21,
            UrlReason::Character('\u{3000}'),
        ),
        (
            "https://h.example/\u{85}",
            18,
            UrlReason::Character('\u{85}'),
        ),
        (&long, MAX_URL, UrlReason::TooLong),
        ("https://h{1..9}.example/", 9, UrlReason::RangeInHost),
        ("https://h.example/{a}", 18, UrlReason::Brace),
        ("https://h.example/}", 18, UrlReason::Brace),
        ("https://h.example/{5..7}/{a}.jpg", 25, UrlReason::Brace),
        ("https://h.example/{1..2", 18, UrlReason::Brace),
        ("https://h.example/{1..}", 18, UrlReason::Brace),
        ("https://h.example/{..2}", 18, UrlReason::Brace),
        ("https://h.example/{1...2}", 18, UrlReason::Brace),
        ("https://h.example/{+1..2}", 18, UrlReason::Brace),
        ("https://h.example/{-1..2}", 18, UrlReason::Brace),
        (
            "https://h.example/{1..2}/{1..2}",
            25,
            UrlReason::SecondRange,
        ),
        ("https://h.example/{1..2}}", 24, UrlReason::Brace),
        ("https://h.example/{2..1}", 22, UrlReason::Backwards),
        ("https://h.example/{1..02}", 22, UrlReason::Padding),
        ("https://h.example/{01..002}", 23, UrlReason::Padding),
        (
            "https://h.example/{1..18446744073709551616}",
            22,
            UrlReason::Number,
        ),
        (
            "https://h.example/{0..18446744073709551615}",
            22,
            UrlReason::Number,
        ),
        (
            "https://h.example/{000000000000000000001..2}",
            19,
            UrlReason::Number,
        ),
    ];
    for (text, at, reason) in rows {
        assert_eq!(
            PictureUrl::parse(text),
            Err(UrlError { at, reason }),
            "{text}"
        );
    }
}

#[test]
fn messages_say_what_is_accepted() {
    let message = |text| PictureUrl::parse(text).unwrap_err().to_string();
    assert_eq!(message("x"), "a URL begins with http:// or https://");
    assert_eq!(
        message("https://h.example/a b"),
        "the URL holds ' '; spaces and control characters are percent-encoded, such as %20"
    );
    assert_eq!(
        message("https://h.example/{2..1}"),
        "the range ends below its first number; {FIRST..LAST} needs FIRST <= LAST"
    );
}

proptest::proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn no_text_is_too_strange(text in "(https://h/)?[a{}.0-9猫/ ?#@:]{0,40}") {
        if let Ok(url) = PictureUrl::parse(&text) {
            assert!(url.identity().len() <= text.len());
            let _ = (url.format(), url.hash());
        }
    }
}
