use super::*;
use crate::catalogue::Orientation;

fn read(query: &str) -> Result<Query, Error> {
    let mut parsed = Query::default();
    parsed.read(query)?;
    parsed.check()?;
    Ok(parsed)
}

/// One row a row of the public table: a value that is taken, what it means,
/// a value that is not.
#[test]
fn every_parameter_takes_its_values_and_no_others() {
    type Means = fn(&Query) -> bool;
    let rows: [(&str, &str, Means, Option<&str>); 18] = [
        (
            "type",
            "307",
            |q| q.answer.get() == Some(&AnswerType::TemporaryRedirect),
            Some("xml"),
        ),
        (
            "format",
            "URL",
            |q| q.answer.get() == Some(&AnswerType::Text),
            Some("xml"),
        ),
        (
            "json",
            "1",
            |q| q.answer.get() == Some(&AnswerType::Json),
            Some("0"),
        ),
        ("category", "a,b", |q| q.categories == ["a", "b"], None),
        (
            "tag",
            "sky,-sea",
            |q| q.tags.all == [["sky"]] && q.tags.not == ["sea"],
            Some("-"),
        ),
        (
            "orientation",
            "PC",
            |q| q.orientation.get() == Some(&OrientationWish::Is(Orientation::Landscape)),
            Some("tall"),
        ),
        ("count", "50", |q| q.count.get() == Some(&50), Some("51")),
        ("id", "x,y", |q| q.ids == ["x", "y"], None),
        ("not", "x", |q| q.not == ["x"], None),
        (
            "seed",
            "a b",
            |q| q.seed.get().is_some_and(|s| s == "a b"),
            None,
        ),
        (
            "deck",
            "p&k=1",
            |q| q.deck.get().is_some_and(|s| s == "p"),
            None,
        ),
        ("k", "7", |q| q.k.get() == Some(&7), Some("-1")),
        (
            "every",
            "3600",
            |q| q.every.get() == Some(&Every::Seconds(3600)),
            Some("0"),
        ),
        (
            "min_width",
            "640",
            |q| q.min_width.get() == Some(&640),
            Some("640px"),
        ),
        (
            "max_width",
            "640",
            |q| q.max_width.get() == Some(&640),
            Some("0"),
        ),
        (
            "min_height",
            "480",
            |q| q.min_height.get() == Some(&480),
            Some("4e2"),
        ),
        (
            "max_height",
            "480",
            |q| q.max_height.get() == Some(&480),
            Some("-480"),
        ),
        (
            "ratio",
            "16:9",
            |q| q.ratio.get() == Some(&(16, 9)),
            Some("16"),
        ),
    ];
    let sized = ["width", "height", "quality"];
    for parameter in &PARAMETERS {
        if sized.contains(&parameter.name) {
            let error = read(&format!("{}=300", parameter.name)).unwrap_err();
            assert_eq!(error.code, Code::NotOffered);
            continue;
        }
        let (_, good, means, bad) = rows
            .iter()
            .find(|row| row.0 == parameter.name)
            .unwrap_or_else(|| panic!("no row for {}", parameter.name));
        for name in std::iter::once(&parameter.name).chain(parameter.also) {
            let query = format!("{name}={}", good.replace(' ', "+"));
            assert!(means(&read(&query).unwrap()), "{query}");
            if let Some(bad) = bad {
                let error = read(&format!("{name}={bad}")).unwrap_err();
                assert_eq!(error.code, Code::BadValue, "{name}={bad}");
                assert_eq!(error.param.as_deref(), Some(*name));
                assert_eq!(error.value.as_deref(), Some(*bad));
                assert_eq!(error.hint, Some(format!("accepted: {}", parameter.accepts)));
            }
        }
    }
    assert_eq!(rows.len() + sized.len(), PARAMETERS.len());
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = PARAMETERS
        .iter()
        .flat_map(|p| std::iter::once(&p.name).chain(p.also))
        .collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

#[test]
fn unknown_and_empty_ones_are_ignored() {
    let query = "t=123&random=4&sig=&v=&n=83746&category=&count=&seed=&%ff=%ff&=&&";
    assert_eq!(read(query).unwrap(), Query::default());
}

#[test]
fn decoded_exactly_once() {
    assert_eq!(
        read("seed=a%2520b%2Bc+d").unwrap().seed.get().unwrap(),
        "a%20b+c d"
    );
    assert_eq!(read("category=%E7%8C%AB").unwrap().categories, ["猫"]);
}

#[test]
fn two_values_for_one_meaning_name_both() {
    for (query, one, other) in [
        ("type=json&format=text", "type=json", "format=text"),
        ("json&type=html", "json=", "type=html"),
        ("count=1&num=2", "count=1", "num=2"),
        (
            "orientation=landscape&device=mobile",
            "orientation=landscape",
            "device=mobile",
        ),
        ("seed=a&seed=b", "seed=a", "seed=b"),
        ("seed=a&deck=b&k=1", "seed=a", "deck=b"),
        ("id=a&seed=b", "id=a", "seed=b"),
        ("id=a&every=day", "id=a", "every=day"),
    ] {
        let error = read(query).unwrap_err();
        assert_eq!(error.code, Code::ConflictingValues, "{query}");
        assert!(
            error.error.contains(one) && error.error.contains(other),
            "{}",
            error.error
        );
    }
    // The same said twice is no conflict.
    for query in [
        "type=json&format=JSON&json",
        "orientation=h&device=pc&layout=landscape",
        "count=2&num=2",
    ] {
        assert!(read(query).is_ok(), "{query}");
    }
}

#[test]
fn lists_repeat_or_use_commas() {
    assert_eq!(
        read("category=a&cat=b,a&sort=c").unwrap().categories,
        ["a", "b", "c"]
    );
    let many: Vec<_> = (0..21).map(|i| i.to_string()).collect();
    assert_eq!(
        read(&format!("category={}", many.join(",")))
            .unwrap_err()
            .code,
        Code::BadValue
    );
    let many: Vec<_> = (0..51).map(|i| i.to_string()).collect();
    assert_eq!(
        read(&format!("id={}", many.join(","))).unwrap_err().code,
        Code::BadValue
    );
}

#[test]
fn type_img_is_disabled_and_sizes_are_not_offered() {
    assert_eq!(read("type=img").unwrap_err().code, Code::TypeDisabled);
    assert_eq!(read("format=IMG").unwrap_err().code, Code::TypeDisabled);
    assert_eq!(read("format=webp").unwrap_err().code, Code::NotOffered);
    assert_eq!(read("format=auto").unwrap_err().code, Code::NotOffered);
}

#[test]
fn deck_needs_k() {
    let error = read("deck=a").unwrap_err();
    assert_eq!(error.code, Code::MissingParameter);
    assert_eq!(read("k=1").unwrap().k.get(), Some(&1));
}

#[test]
fn texts_are_limited() {
    let long = "x".repeat(257);
    for name in ["seed", "deck"] {
        assert_eq!(
            read(&format!("{name}={long}&k=0")).unwrap_err().code,
            Code::BadValue
        );
        assert!(read(&format!("{name}={}&k=0", &long[1..])).is_ok());
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(query in ".{0,200}") {
        let _ = read(&query);
    }

    #[test]
    fn any_value_is_read_or_refused(row in 0..PARAMETERS.len(), value in ".{0,40}") {
        let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let _ = read(&format!("{}={encoded}", PARAMETERS[row].name));
    }
}

#[test]
fn what_stands_behind_an_error_is_read_too() {
    let mut query = Query::default();
    let error = query.read("count=0&type=json&k=x").unwrap_err();
    assert_eq!(error.param.as_deref(), Some("count"));
    assert_eq!(query.answer.get(), Some(&AnswerType::Json));
}
