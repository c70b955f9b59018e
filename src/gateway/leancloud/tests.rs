use super::*;

fn decode(target: &str, event: &str, headers: &[(&str, &str)]) -> Result<Decoded, EventError> {
    let mut delivery = Delivery::new(event.as_bytes());
    delivery.target = Some(target);
    for (name, value) in headers {
        delivery.headers.append(
            http::HeaderName::try_from(*name).unwrap(),
            value.parse().unwrap(),
        );
    }
    assert!(LeanCloud.recognise(&delivery), "{target}");
    LeanCloud.decode(&delivery)
}

fn exchange(target: &str, event: &str, headers: &[(&str, &str)]) -> Exchange {
    match decode(target, event, headers).unwrap() {
        Decoded::Exchange(exchange) => exchange,
        Decoded::Received(_) => panic!("somebody waits"),
    }
}

fn uri(target: &str, event: &str) -> String {
    exchange(target, event, &[]).request.uri().to_string()
}

fn error(target: &str, event: &str) -> Value {
    let error = decode(target, event, &[]).unwrap_err();
    let mut delivery = Delivery::new(event.as_bytes());
    delivery.target = Some(target);
    serde_json::from_slice(&LeanCloud.error_document(&error, &delivery).unwrap()).unwrap()
}

fn answer(exchange: &Exchange, status: StatusCode, media: &'static str, body: &str) -> Value {
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = status;
    let media = HeaderValue::from_static(media);
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    serde_json::from_slice(&exchange.reply.encode(response)).unwrap()
}

#[test]
fn targets() {
    for (target, name, rpc) in [
        ("/1.1/functions/random", "random", false),
        ("/1/functions/random", "random", false),
        ("/1.1/call/random", "random", true),
        ("/1.1/functions/random/", "random", false),
        ("/1.1/functions/random?x=1", "random", false),
        ("/__engine/1.1/functions/random", "random", false),
        ("/1.1/functions/Album/beforeSave", "Album/beforeSave", false),
        ("/1.1/functions/", "", false),
    ] {
        let call = call(Some(target)).unwrap();
        assert_eq!((call.name, call.rpc), (name, rpc), "{target}");
    }
    for target in [
        "/",
        "/1.1/functions",
        "/1.1/classes/Album",
        "/2/functions/random",
        "/functions/random",
        "",
        "/__engine/1/ping",
    ] {
        assert!(call(Some(target)).is_none(), "{target}");
    }
    assert!(call(None).is_none());
    assert!(!LeanCloud.recognise(&Delivery::new(b"{}")));
}

#[test]
fn arguments_are_parameters() {
    for (target, event, expected) in [
        ("/1.1/functions/random", "", "/random"),
        ("/1.1/functions/random", " \n", "/random"),
        ("/1.1/functions/random", "{}", "/random"),
        ("/1.1/functions/info", "{}", "/info"),
        (
            "/1.1/functions/pictures",
            r#"{"count":3,"category":"cats & dogs","tag":["a","-b"],"_ApplicationKey":"secret"}"#,
            "/random?category=cats%20%26%20dogs&count=3&tag=a&tag=-b",
        ),
        (
            "/1.1/call/pictures",
            r#"{"__type":"Object","className":"Query","seed":"s","since":{"__type":"Date","iso":"2026-07-10T18:39:04.005Z"}}"#,
            "/random?seed=s",
        ),
    ] {
        assert_eq!(uri(target, event), expected, "{event}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let exchange = exchange("/1.1/functions/pictures", "count=2&tag=a%20b", &form);
    assert_eq!(exchange.request.uri(), "/random?count=2&tag=a%20b");
}

#[test]
fn the_caller_s_fields_take_part() {
    let exchange = exchange(
        "/1.1/functions/random",
        "{}",
        &[
            ("accept", "*/*"),
            ("user-agent", "probe/1"),
            ("x-real-ip", "10.0.0.1"),
            ("x-forwarded-for", "203.0.113.9, 10.0.0.1"),
        ],
    );
    let headers = exchange.request.headers();
    assert_eq!(headers["accept"], "application/json");
    assert_eq!(headers["user-agent"], "probe/1");
    assert_eq!(exchange.client.as_deref(), Some("203.0.113.9"));
    assert!(!exchange.reply.redirects());
}

#[test]
fn failures_before_an_answer() {
    let unknown = error("/1.1/functions/none", "{}");
    assert_eq!(unknown["code"], 404);
    assert_eq!(
        unknown["error"],
        "no such cloud function: \"none\"; accepted: random, pictures, info"
    );
    assert_eq!(error("/1.1/call/_ops/metadatas", "")["code"], 404);
    for (event, begin) in [
        ("[]", "bad body"),
        ("null", "bad body"),
        ("7", "bad body"),
        ("\"s\"", "bad body"),
        ("{", "the event is no JSON: "),
        ("\u{fffd}", "the event is no JSON: "),
    ] {
        let document = error("/1.1/functions/random", event);
        assert_eq!(document["code"], 1, "{event}");
        assert!(document["error"].as_str().unwrap().starts_with(begin));
    }
    let long = json!({"seed": "x".repeat(70_000)}).to_string();
    assert_eq!(error("/1.1/functions/random", &long)["code"], 1);
}

#[test]
fn the_code_is_the_status() {
    for (document, status) in [
        (r#"{"result":{}}"#, 200),
        (r#"{"code":404,"error":"x"}"#, 404),
        (r#"{"code":1,"error":"x"}"#, 400),
        (r#"{"code":70000,"error":"x"}"#, 400),
    ] {
        assert_eq!(LeanCloud.status(document.as_bytes()), status, "{document}");
    }
}

#[test]
fn names_are_told_to_the_platform() {
    match decode("/1.1/functions/_ops/metadatas", "", &[]).unwrap() {
        Decoded::Received(document) => {
            assert_eq!(document, br#"{"result":["random","pictures","info"]}"#);
        }
        Decoded::Exchange(_) => panic!("nobody asks for a picture"),
    }
    for function in &FUNCTIONS {
        assert!(ACCEPTED.contains(function.name));
    }
}

const ONE: &str = r#"{"id":"a","url":"https://i.example/a"}"#;
const TWO: &str = r#"{"count":2,"images":[{"id":"a","url":"https://i.example/a"},{"id":"b","url":"https://i.example/b"}]}"#;

#[test]
fn results() {
    let typed = |id: &str| json!({"__type": "Object", "className": "Picture", "id": id, "url": format!("https://i.example/{id}")});
    let plain = |id: &str| json!({"id": id, "url": format!("https://i.example/{id}")});
    for (target, body, expected) in [
        ("/1.1/functions/random", ONE, plain("a")),
        ("/1.1/call/random", ONE, typed("a")),
        (
            "/1.1/functions/pictures",
            ONE,
            json!({"count": 1, "images": [plain("a")]}),
        ),
        (
            "/1.1/call/pictures",
            ONE,
            json!({"count": 1, "images": [typed("a")]}),
        ),
        (
            "/1.1/functions/pictures",
            TWO,
            json!({"count": 2, "images": [plain("a"), plain("b")]}),
        ),
        (
            "/1.1/call/pictures",
            TWO,
            json!({"count": 2, "images": [typed("a"), typed("b")]}),
        ),
        (
            "/1.1/call/random",
            TWO,
            json!({"count": 2, "images": [typed("a"), typed("b")]}),
        ),
        (
            "/1.1/call/info",
            r#"{"pictures":48}"#,
            json!({"pictures": 48, "environment": "production"}),
        ),
    ] {
        let exchange = exchange(target, "{}", &[]);
        let document = answer(&exchange, StatusCode::OK, "application/json", body);
        assert_eq!(document, json!({"result": expected}), "{target} {body}");
    }
    let exchange = exchange("/1.1/functions/random", r#"{"type":"text"}"#, &[]);
    assert_eq!(
        answer(
            &exchange,
            StatusCode::OK,
            "text/plain",
            "https://i.example/a\n"
        ),
        json!({"result": "https://i.example/a"})
    );
}

#[test]
fn failures_keep_the_interface_s_words() {
    let exchange = exchange("/1.1/functions/random", "{}", &[]);
    for (status, body, expected) in [
        (
            StatusCode::NOT_FOUND,
            r#"{"error":"unknown category","code":"unknown_category","available":["cats"]}"#,
            json!({"code": 404, "error": "unknown category", "reason": "unknown_category", "available": ["cats"]}),
        ),
        (
            StatusCode::BAD_REQUEST,
            "bad value",
            json!({"code": 400, "error": "bad value"}),
        ),
    ] {
        let document = answer(&exchange, status, "application/json", body);
        assert_eq!(document, expected);
    }
}

#[test]
fn info_says_which_environment_was_called() {
    for (headers, event, expected) in [
        (&[][..], "{}", "production"),
        (&[("x-lc-prod", "1")], "{}", "production"),
        (&[("x-lc-prod", "0")], "{}", "stage"),
        (&[("X-LC-Prod", "false")], "{}", "stage"),
        (
            &[("X-AVOSCloud-Application-Production", "0")],
            "{}",
            "stage",
        ),
        (&[("X-Uluru-Application-Production", "0")], "{}", "stage"),
        (
            &[("x-lc-prod", "1")],
            r#"{"_ApplicationProduction":0}"#,
            "production",
        ),
        (&[], r#"{"_ApplicationProduction":0}"#, "stage"),
        (&[], r#"{"_ApplicationProduction":1}"#, "production"),
    ] {
        let exchange = exchange("/1.1/functions/info", event, headers);
        let document = answer(&exchange, StatusCode::OK, "application/json", "{}");
        assert_eq!(
            document["result"]["environment"], expected,
            "{headers:?} {event}"
        );
    }
}
