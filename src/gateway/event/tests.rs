use super::*;
use serde_json::json;

#[test]
fn targets_keep_what_was_sent_and_encode_what_cannot_be() {
    for (path, query, expected) in [
        ("/a%20b", "", "/a%20b"),
        ("/a b?c#d", "x=1", "/a%20b%3Fc%23d?x=1"),
        ("/\u{732b}", "", "/%E7%8C%AB"),
        ("a", "", "/a"),
        ("", "", "/"),
    ] {
        assert_eq!(target(path, query), expected);
        assert!(expected.parse::<http::Uri>().is_ok());
    }
}

#[test]
fn queries_are_encoded_again_once() {
    let map = json!({"a": "x y+z&=%20", "b": ["1", "2"], "c": true, "d": "", "e": null, "f": 7, "g": false, "\u{732b}": "\u{732b}"});
    assert_eq!(
        query_of_decoded(Some(&map)),
        "a=x%20y%2Bz%26%3D%2520&b=1&b=2&c&d=&f=7&%E7%8C%AB=%E7%8C%AB"
    );
    assert_eq!(query_of_decoded(Some(&Value::Null)), "");
    assert_eq!(query_of_decoded(None), "");
}

#[test]
fn raw_queries_stay_as_they_were_sent() {
    assert_eq!(query_as_sent("a=x+y%2Bz&b c"), "a=x+y%2Bz&b%20c");
    let map = json!({"q": "x+y%2Bz", "id": ["1", "2"], "json": "", "n": null, "\u{732b}": "#"});
    assert_eq!(
        query_of_encoded(Some(&map)),
        "id=1&id=2&json=&q=x+y%2Bz&%E7%8C%AB=%23"
    );
    assert_eq!(query_of_encoded(None), "");
}

#[test]
fn of_two_maps_the_first_with_something_in_it() {
    let event = json!({"a": {}, "b": {"x": 1}, "c": null, "d": []});
    for (names, found) in [(["a", "b"], true), (["b", "a"], true), (["c", "d"], false)] {
        assert_eq!(first_map(&event, names).is_some(), found);
    }
    assert_eq!(first_map(&Value::Null, ["a", "b"]), None);
}

#[test]
fn parts_are_checked_in_turn() {
    let parts = |method, target: Option<&str>, body: Option<&[u8]>| Parts {
        format: "test",
        method: ("m", method),
        target: ("t", target.map(str::to_owned)),
        headers: HeaderMap::new(),
        body: ("b", body.map(<[u8]>::to_vec)),
    };
    let request = parts(Some("HEAD"), Some("/a?b"), Some(b"c"))
        .request()
        .unwrap();
    assert_eq!(request.method(), Method::HEAD);
    assert_eq!(request.uri(), "/a?b");
    assert_eq!(request.body(), b"c");
    assert!(request.headers().is_empty());
    let long = "/".repeat(70_000);
    for (method, target, body, field) in [
        (None, Some("/"), Some(&b""[..]), "m"),
        (Some("G T"), None, None, "m"),
        (Some("GET"), None, None, "t"),
        (Some("GET"), Some(long.as_str()), None, "t"),
        (Some("GET"), Some("/"), None, "b"),
    ] {
        let error = parts(method, target, body).request().unwrap_err();
        assert!(matches!(error, EventError::BadField { field: f, .. } if f == field));
    }
}

#[test]
fn fields_that_no_request_can_have_are_left_out() {
    let map = json!({"Accept": "a", "x y": "b", "x": "c\r\nd", "Set-Cookie": ["1", "2"], "n": 7, "z": null});
    let headers = headers(Some(&map));
    assert_eq!(headers.len(), 3);
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
}

#[test]
fn bodies() {
    assert_eq!(body(None, true), Some(vec![]));
    assert_eq!(body(Some(&json!("aGk=")), true), Some(b"hi".to_vec()));
    assert_eq!(body(Some(&json!("aGk=")), false), Some(b"aGk=".to_vec()));
    assert_eq!(body(Some(&json!("a")), true), None);
    assert_eq!(body(Some(&json!({})), false), None);
    assert!(
        flag(Some(&json!("True")))
            && flag(Some(&json!(true)))
            && !flag(Some(&json!("no")))
            && !flag(None)
    );
}

#[test]
fn documents_spell_fields_as_the_vendors_do() {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("text/plain"));
    headers.insert("content-length", HeaderValue::from_static("2"));
    headers.append("set-cookie", HeaderValue::from_static("a=1"));
    headers.append("set-cookie", HeaderValue::from_static("b=2"));
    assert_eq!(
        Value::Object(header_map(&headers)),
        json!({"Content-Type": "text/plain", "Set-Cookie": ["a=1", "b=2"]})
    );
    headers.append("vary", HeaderValue::from_static("a"));
    headers.append("vary", HeaderValue::from_static("b"));
    let (map, cookies) = single_fields(&headers);
    assert_eq!(
        Value::Object(map),
        json!({"Content-Type": "text/plain", "Vary": "a, b"})
    );
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(single_fields(&HeaderMap::new()).1, [Value::Null; 0]);
    assert_eq!(
        body_text(&headers, b"hi".to_vec()),
        ("hi".to_owned(), false)
    );
    headers.insert("content-type", HeaderValue::from_static("image/png"));
    assert_eq!(
        body_text(&headers, vec![0x89, 0x50]),
        ("iVA=".to_owned(), true)
    );
    assert_eq!(
        body_text(&headers, b"hi".to_vec()),
        ("aGk=".to_owned(), true)
    );
}

#[test]
fn more_fields_than_a_map_can_hold() {
    let one_each = (0..40_000).map(|i| (format!("x-{i}"), Value::from("1")));
    let many = json!({"x": vec!["1"; 40_000]});
    for map in [one_each.collect(), many] {
        let mut headers = headers(Some(&map));
        assert_eq!(headers.len(), MOST_FIELDS);
        headers.insert("cookie", HeaderValue::from_static("a=1"));
    }
}
