//! Nothing that a platform or a stranger sends makes a format panic or puts two
//! formats of one platform at odds.

use http::{HeaderName, HeaderValue, Response, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value, json};

use super::*;

/// Everything that can be done with a delivery, on a platform.
fn handle(platform: &str, delivery: &Delivery<'_>, response: &Response<Vec<u8>>) {
    let claimants = claimants(platform, delivery);
    assert!(claimants.len() <= 1, "{platform}: {claimants:?}");
    let Ok(format) = claim(platform, delivery) else {
        return;
    };
    match format.decode(delivery) {
        Ok(Decoded::Exchange(exchange)) => {
            let uri = exchange.request.uri();
            assert!(
                uri.path().starts_with('/') && uri.scheme().is_none(),
                "{uri}"
            );
            exchange.reply.encode(response.clone());
        }
        Ok(Decoded::Received(document)) => {
            assert!(serde_json::from_slice::<Value>(&document).is_ok());
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            format.error_document(&error, delivery);
        }
    }
}

/// Every place of a document.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    let mut below = |name: String, value| {
        let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        into.push(at.clone());
        pointers(value, &at, into);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| below(k.clone(), v)),
        Value::Array(list) => (0..)
            .zip(list)
            .for_each(|(i, v): (usize, _)| below(i.to_string(), v)),
        _ => {}
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "",
            "/",
            "//",
            "/..",
            "/a b",
            "/%",
            "/%zz",
            "/%FF",
            "?",
            "#",
            "GET",
            "HEAD",
            "G T",
            "true",
            "TRUE",
            "a\r\nb: c",
            "\u{0}",
            "\u{732b}",
            "*",
            "/{x+}",
            "=",
            "aGk=",
            "aGk",
            "[::1]:80",
            "0",
            "-1",
            "1e999",
        ])
        .prop_map(str::to_owned),
        ".{0,40}",
        Just("x".repeat(70_000)),
    ]
}

/// JSON whose members have names that the fixtures know.
fn json() -> impl Strategy<Value = Value> {
    let mut names: Vec<String> = Vec::new();
    for fixture in FIXTURES.iter() {
        let mut all = Vec::new();
        if let Ok(event) = serde_json::from_slice(&fixture.event) {
            pointers(&event, "", &mut all);
        }
        names.extend(
            all.iter()
                .filter_map(|at| at.rsplit('/').next().map(str::to_owned)),
        );
    }
    names.sort();
    names.dedup();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((select(names.clone()), inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn response() -> impl Strategy<Value = Response<Vec<u8>>> {
    let field = (
        select(vec![
            "content-type",
            "set-cookie",
            "location",
            "vary",
            "x-a",
        ]),
        select(vec![
            "application/json",
            "image/webp",
            "text/html",
            "a=1",
            "\u{e9}",
        ]),
    );
    (200..600_u16, vec(field, 0..5), vec(any::<u8>(), 0..80)).prop_map(|(status, fields, body)| {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for (name, value) in fields {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            let name = HeaderName::from_static(name);
            response.headers_mut().append(name, value);
        }
        response
    })
}

/// What happens to a fixture's event.
#[derive(Clone, Debug)]
enum Change {
    Replace(Index, Value),
    Remove(Index),
    Graft(Index, Value),
    Truncate(Index),
    Overwrite(Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (any::<Index>(), json()).prop_map(|(at, value)| Change::Replace(at, value)),
        2 => any::<Index>().prop_map(Change::Remove),
        2 => (any::<Index>(), json()).prop_map(|(at, value)| Change::Graft(at, value)),
        1 => any::<Index>().prop_map(Change::Truncate),
        1 => (any::<Index>(), vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Change::Overwrite(at, bytes)),
    ]
}

fn apply(change: &Change, event: &mut Vec<u8>) {
    let mut edit = |at: &Index, with: &dyn Fn(&mut Value, &str)| {
        let Ok(mut document) = serde_json::from_slice::<Value>(event) else {
            return;
        };
        let mut all = Vec::new();
        pointers(&document, "", &mut all);
        if !all.is_empty() {
            with(&mut document, at.get::<String>(&all));
            *event = document.to_string().into_bytes();
        }
    };
    match change {
        Change::Replace(at, value) => edit(at, &|document, at| {
            *document.pointer_mut(at).unwrap() = value.clone();
        }),
        Change::Remove(at) => edit(at, &|document, at| {
            let (above, name) = at.rsplit_once('/').unwrap();
            let name = name.replace("~1", "/").replace("~0", "~");
            match document.pointer_mut(above).unwrap() {
                Value::Object(map) => drop(map.remove(&name)),
                Value::Array(list) => drop(list.remove(name.parse().unwrap())),
                _ => {}
            }
        }),
        // Members of another event beside those of this one.
        Change::Graft(at, value) => edit(at, &|document, at| {
            let (above, _) = at.rsplit_once('/').unwrap();
            if let (Some(Value::Object(map)), Value::Object(more)) =
                (document.pointer_mut(above), value)
            {
                map.extend(more.clone());
            }
        }),
        Change::Truncate(at) => event.truncate(at.index(event.len() + 1)),
        Change::Overwrite(at, bytes) => {
            let start = at.index(event.len() + 1);
            let end = event.len().min(start + bytes.len());
            event.splice(start..end, bytes.iter().copied());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn changed_fixtures_never_panic(
        fixture in any::<Index>(),
        changes in vec(change(), 1..5),
        elsewhere in select(platforms().collect::<Vec<_>>()),
        pass_through in any::<bool>(),
        response in response(),
    ) {
        let fixture = fixture.get(&FIXTURES);
        let mut event = fixture.event.clone();
        for change in &changes {
            apply(change, &mut event);
        }
        let delivery = Delivery { pass_through, ..fixture.delivery(&event) };
        handle(fixture.platform(), &delivery, &response);
        handle(elsewhere, &delivery, &response);
    }

    #[test]
    fn no_json_makes_two_claims_or_panics(
        event in json(),
        target in proptest::option::of(text()),
        fields in any::<Index>(),
        response in response(),
    ) {
        let event = event.to_string();
        let delivery = Delivery {
            target: target.as_deref(),
            ..fields.get(&FIXTURES).delivery(event.as_bytes())
        };
        for platform in platforms() {
            handle(platform, &delivery, &response);
        }
    }
}

#[test]
fn monsters() {
    let nested = |open: &str, close: &str, n: usize| open.repeat(n) + &close.repeat(n);
    let mut monsters: Vec<Vec<u8>> = vec![
        nested("[", "]", 100_000).into_bytes(),
        nested("{\"headers\":", "}", 100_000).into_bytes(),
        nested("[{\"a\":", "}]", 60).into_bytes(),
        br#"{"httpMethod":1e999,"path":"/"}"#.to_vec(),
        br#"{"httpMethod":"GET","httpMethod":"POST","path":"/a","path":"/b"}"#.to_vec(),
        b"\xff\xfe{}".to_vec(),
        b"{\"httpMethod\":\"\xff\"}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        vec![0xbf; 6 * 1024 * 1024],
        vec![b'['; 6 * 1024 * 1024],
    ];
    let long = "A".repeat(6 * 1024 * 1024);
    for member in ["body", "path", "rawPath", "httpMethod"] {
        let mut event = json!({
            "httpMethod": "GET", "path": "/", "rawPath": "/", "isBase64Encoded": true,
            "requestContext": {"http": {"method": "GET", "path": "/"}, "serviceId": "s"},
        });
        event[member] = long.clone().into();
        monsters.push(event.to_string().into_bytes());
    }
    let many: Map<String, Value> = (0..40_000).map(|i| (format!("h{i}"), json!("v"))).collect();
    for member in [
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "pathParameters",
        "__ow_headers",
    ] {
        let mut event = json!({"httpMethod": "GET", "path": "/", "__ow_method": "get"});
        event[member] = many.clone().into();
        monsters.push(event.to_string().into_bytes());
    }
    let response = Response::new(Vec::new());
    for monster in &monsters {
        let delivery = Delivery {
            target: Some("/1.1/functions/random"),
            ..Delivery::new(monster)
        };
        for platform in platforms() {
            handle(platform, &delivery, &response);
        }
    }
}
