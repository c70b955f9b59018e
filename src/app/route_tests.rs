use super::*;
use crate::catalogue::Orientation;

const CATEGORIES: [&str; 3] = ["cats", "cats/tabby", "dogs"];

fn lead(path: &str) -> Result<(Route, Query), Error> {
    let mut query = Query::default();
    let route = route(&segments(path)?, &mut query, &Known)?;
    Ok((route, query))
}

struct Known;

impl Names for Known {
    fn is_category(&self, name: &str) -> bool {
        CATEGORIES.contains(&name)
    }

    fn is_id(&self, id: &str) -> bool {
        ["x", "own.jpg"].contains(&id)
    }
}

fn category(query: &Query) -> Option<&str> {
    query.category_path.get().map(String::as_str)
}

/// One row a row of the public table, and more where a row says several
/// things.
#[test]
fn every_path_leads_where_the_table_says() {
    type Means = fn(&Query) -> bool;
    let nothing: Means = |q| *q == Query::default();
    let rows: [(&str, Route, Means); 53] = [
        ("/", Route::Picture, nothing),
        ("", Route::Picture, nothing),
        ("/random", Route::Picture, nothing),
        ("/random/", Route::Picture, nothing),
        ("/random/17", Route::Picture, nothing),
        ("/random/17/x.jpg", Route::Picture, nothing),
        ("/random.jpg", Route::Picture, nothing),
        ("/7231.webp", Route::Picture, nothing),
        // No word of the interface: a file name as any other.
        ("/any.jpg", Route::Picture, nothing),
        ("/landscape", Route::Picture, |q| {
            is(q, Orientation::Landscape)
        }),
        ("/landscape.jpg", Route::Picture, |q| {
            is(q, Orientation::Landscape)
        }),
        ("/pc", Route::Picture, |q| is(q, Orientation::Landscape)),
        ("/h", Route::Picture, |q| is(q, Orientation::Landscape)),
        ("/portrait", Route::Picture, |q| {
            is(q, Orientation::Portrait)
        }),
        ("/mobile.png", Route::Picture, |q| {
            is(q, Orientation::Portrait)
        }),
        ("/v", Route::Picture, |q| is(q, Orientation::Portrait)),
        ("/square", Route::Picture, |q| is(q, Orientation::Square)),
        ("/auto", Route::Picture, |q| {
            q.orientation.get() == Some(&OrientationWish::Auto)
        }),
        ("/cats", Route::Picture, |q| category(q) == Some("cats")),
        ("/cats/", Route::Picture, |q| category(q) == Some("cats")),
        ("/cats.jpg", Route::Picture, |q| category(q) == Some("cats")),
        ("/cats/tabby", Route::Picture, |q| {
            category(q) == Some("cats/tabby")
        }),
        ("/cats%2Ftabby.webp", Route::Picture, |q| {
            category(q) == Some("cats/tabby")
        }),
        ("/cats/7231.webp", Route::Picture, |q| {
            category(q) == Some("cats") && q.orientation.get().is_none()
        }),
        ("/cats/landscape", Route::Picture, |q| {
            category(q) == Some("cats") && is(q, Orientation::Landscape)
        }),
        ("/cats/tabby/v.jpg", Route::Picture, |q| {
            category(q) == Some("cats/tabby") && is(q, Orientation::Portrait)
        }),
        ("/cats/auto", Route::Picture, |q| {
            q.orientation.get() == Some(&OrientationWish::Auto)
        }),
        ("/id/x", Route::Picture, |q| {
            q.id_path.get().is_some_and(|id| id == "x")
        }),
        ("/id/x.jpg", Route::Picture, |q| {
            q.id_path.get().is_some_and(|id| id == "x")
        }),
        ("/id/own.jpg", Route::Picture, |q| {
            q.id_path.get().is_some_and(|id| id == "own.jpg")
        }),
        ("/id/own.jpg.webp", Route::Picture, |q| {
            q.id_path.get().is_some_and(|id| id == "own.jpg")
        }),
        ("/id/x/info", Route::Picture, |q| {
            q.id_path.get().is_some() && json(q)
        }),
        ("/seed/a", Route::Picture, |q| {
            q.seed.get().is_some_and(|s| s == "a")
        }),
        ("/seed/a.jpg", Route::Picture, |q| {
            q.seed.get().is_some_and(|s| s == "a.jpg")
        }),
        ("/seed/a%2Fb%20c", Route::Picture, |q| {
            q.seed.get().is_some_and(|s| s == "a/b c")
        }),
        ("/seed/info", Route::Picture, |q| {
            q.seed.get().is_some_and(|s| s == "info") && !json(q)
        }),
        ("/seed/a/info", Route::Picture, |q| {
            q.seed.get().is_some_and(|s| s == "a") && json(q)
        }),
        ("/deck/p/0", Route::Picture, |q| {
            q.deck.get().is_some_and(|d| d == "p") && q.k.get() == Some(&0)
        }),
        ("/deck/p/12.jpg", Route::Picture, |q| q.k.get() == Some(&12)),
        ("/hourly", Route::Picture, |q| {
            q.every.get() == Some(&Every::Hour)
        }),
        ("/daily", Route::Picture, |q| {
            q.every.get() == Some(&Every::Day) && category(q).is_none()
        }),
        ("/daily.jpg", Route::Picture, |q| {
            q.every.get() == Some(&Every::Day)
        }),
        ("/daily/cats", Route::Picture, |q| {
            q.every.get() == Some(&Every::Day) && category(q) == Some("cats")
        }),
        ("/daily/landscape", Route::Picture, |q| {
            q.every.get() == Some(&Every::Day) && is(q, Orientation::Landscape)
        }),
        ("/weekly/cats/tabby/pc", Route::Picture, |q| {
            category(q) == Some("cats/tabby") && is(q, Orientation::Landscape)
        }),
        ("/weekly", Route::Picture, |q| {
            q.every.get() == Some(&Every::Week)
        }),
        ("/categories", Route::Categories, nothing),
        ("/info", Route::Info, nothing),
        ("/healthz", Route::Healthz, nothing),
        ("/robots.txt", Route::Robots, nothing),
        ("/favicon.ico", Route::Favicon, nothing),
        ("//random", Route::Picture, nothing),
        ("/dogs.webp", Route::Picture, |q| {
            category(q) == Some("dogs")
        }),
    ];
    for (path, expected, means) in rows {
        let (route, query) = lead(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(route, expected, "{path}");
        assert!(means(&query), "{path}: {query:?}");
    }
    for word in &WORDS {
        let covered = rows.iter().any(|row| {
            row.0.trim_start_matches('/').split(['/', '.']).next() == word.word.split('.').next()
        });
        assert!(
            covered || matches!(word.lead, Lead::Absent),
            "no row for {}",
            word.word
        );
    }
}

fn is(query: &Query, orientation: Orientation) -> bool {
    query.orientation.get() == Some(&OrientationWish::Is(orientation))
}

fn json(query: &Query) -> bool {
    query.answer.get() == Some(&AnswerType::Json)
}

#[test]
fn what_leads_nowhere_is_an_error() {
    for (path, code) in [
        ("/nope", Code::UnknownCategory),
        ("/7231", Code::UnknownCategory),
        ("/7231.txt", Code::UnknownCategory),
        ("/nope/7231.webp", Code::UnknownCategory),
        ("/cats/nope", Code::UnknownCategory),
        ("/cats/landscape/x.jpg", Code::UnknownCategory),
        ("/daily/nope", Code::UnknownCategory),
        ("/any", Code::UnknownCategory),
        ("/cats/any", Code::UnknownCategory),
        ("/daily/any", Code::UnknownCategory),
        ("/landscape/x", Code::NotFound),
        ("/landscape/x.jpg", Code::NotFound),
        ("/id", Code::NotFound),
        ("/id/a/b", Code::NotFound),
        ("/seed", Code::NotFound),
        ("/seed/a/b", Code::NotFound),
        ("/deck/a", Code::NotFound),
        ("/info/x", Code::NotFound),
        ("/docs", Code::NotFound),
        ("/gallery", Code::NotFound),
        ("/openapi.json", Code::NotFound),
        ("/deck/a/x", Code::BadValue),
        ("/deck/a/-1", Code::BadValue),
        ("/%ff", Code::BadValue),
    ] {
        assert_eq!(lead(path).unwrap_err().code, code, "{path}");
    }
    let long = format!("/seed/{}", "x".repeat(257));
    assert_eq!(lead(&long).unwrap_err().code, Code::BadValue);
}

#[test]
fn mounts_are_stripped_at_segments_only() {
    for (path, mount, rest) in [
        ("/user/get", "/user/get", "/"),
        ("/user/get/", "/user/get", "/"),
        ("/user/get/cats", "/user/get", "/cats"),
        ("/user/get/cats", "/user/get/", "/cats"),
        ("/user/getcats", "/user/get", "/user/getcats"),
        ("/cats", "/user/get", "/cats"),
        ("/cats", "", "/cats"),
        ("/", "/", "/"),
    ] {
        assert_eq!(strip_mount(path, mount), rest, "{path} under {mount}");
    }
}

#[test]
fn names_that_would_mean_something_else_are_reserved() {
    for (category, free) in [
        ("random", Some("randoms")),
        ("docs", Some("doc")),
        ("landscape", Some("landscapes")),
        ("info/x", Some("infos/x")),
        ("cats/landscape", Some("cats/landscapes")),
        ("auto/auto/x", Some("autos/autos/x")),
        ("any", None),
        ("cats/info", None),
        ("cats", None),
        ("landscapes", None),
    ] {
        assert_eq!(reserved(category).as_deref(), free, "{category}");
    }
    for word in &WORDS {
        let free = reserved(word.word).unwrap();
        assert_eq!(reserved(&free), None, "{free} is not free");
    }
}

#[test]
fn first_segments_that_mean_something() {
    for (path, known) in [
        ("/", true),
        ("/cats/x", true),
        ("/cats.jpg", true),
        ("/random", true),
        ("/docs", true),
        ("/pics", false),
        ("/pics/cats", false),
    ] {
        assert_eq!(is_known(&segments(path).unwrap(), &Known), known, "{path}");
    }
}

proptest::proptest! {
    #[test]
    fn any_path_leads_somewhere_or_is_refused(path in "(/[a-z0-9%./]{0,12}){0,5}") {
        let _ = lead(&path);
    }
}
