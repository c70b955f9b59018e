//! LeanCloud's functions: arguments in, results or codes out.

use std::sync::{Arc, Mutex};

use host_test::function::Deployed;
use host_test::gateways::find;
use host_test::listener::{Exchange, Listener};

use crate::client::{Reply, ask};
use crate::stands::{ANY_PORT, stand};

/// The answer to a call with right credentials, and what developers should
/// know of it.
fn call(path: &str, arguments: &str) -> (Reply, Option<String>) {
    with(
        "POST",
        path,
        &[("X-LC-Key", "kQ7vXy2LmN4pRs6TuWz8aBcD")],
        arguments,
    )
}

fn with(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (Reply, Option<String>) {
    let gateway = find("leancloud").unwrap().with([""; 0]).unwrap();
    let function = Deployed::new(&stand("sample").site, "leancloud");
    let remark = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&remark);
    let log = Box::new(move |exchange: &Exchange<'_>| {
        *seen.lock().unwrap() = exchange.remark.map(|remark| remark.0.clone());
    });
    let listener = Listener::start(ANY_PORT, gateway, Box::new(function), Some(log)).unwrap();
    let own = [
        ("X-LC-Id", "hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz"),
        ("Content-Type", "application/json"),
    ];
    let headers = [&own[..], headers].concat();
    let reply = ask(listener.address(), method, path, &headers, body.as_bytes());
    drop(listener);
    let remark = remark.lock().unwrap().take();
    (reply, remark)
}

#[test]
fn functions_give_plain_records_and_calls_typed_ones() {
    for version in ["1", "1.1"] {
        let (plain, remark) = call(&format!("/{version}/functions/random"), "{}");
        assert_eq!((plain.status, remark), (200, None), "{plain:?}");
        let result = &plain.json()["result"];
        let pictures = &stand("sample").pictures;
        assert!(pictures.has(result["url"].as_str().unwrap()), "{result}");
        assert_eq!(result.get("__type"), None);
        let (typed, remark) = call(&format!("/{version}/call/random"), "{}");
        assert_eq!((typed.status, remark), (200, None), "{typed:?}");
        let result = &typed.json()["result"];
        assert!(pictures.has(result["url"].as_str().unwrap()), "{result}");
        assert_eq!(result["__type"], "Object");
        assert_eq!(result["className"], "Picture");
    }
}

#[test]
fn several_pictures_under_conditions() {
    for (path, class) in [("functions", None), ("call", Some("Picture"))] {
        let arguments = r#"{"count":3,"category":"animals/cats"}"#;
        let (reply, remark) = call(&format!("/1.1/{path}/pictures"), arguments);
        assert_eq!((reply.status, remark), (200, None), "{reply:?}");
        let document = reply.json();
        let text = document["result"].to_string();
        assert_eq!(text.matches("\"animals/cats\"").count(), 3, "{text}");
        let classes = text.matches("\"className\":\"Picture\"").count();
        assert_eq!(classes, if class.is_some() { 3 } else { 0 }, "{text}");
    }
}

#[test]
fn errors_have_a_code_and_a_text() {
    for (path, arguments, status) in [
        ("/1.1/functions/random", r#"{"category":"nowhere"}"#, 404),
        ("/1.1/functions/pictures", r#"{"count":"x"}"#, 400),
        ("/1.1/functions/random", "[1]", 400),
        ("/1.1/call/random", "{", 400),
        ("/1.1/functions/none", "{}", 404),
        ("/1.1/functions/_User/onLogin", "{}", 404),
    ] {
        let (reply, remark) = call(path, arguments);
        assert_eq!(
            (reply.status, remark),
            (status, None),
            "{path} {arguments} {reply:?}"
        );
        let document = reply.json();
        assert!(document["error"].is_string(), "{document}");
    }
}

#[test]
fn an_empty_call_and_any_method_do() {
    let key = [("X-LC-Key", "kQ7vXy2LmN4pRs6TuWz8aBcD")];
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let (reply, remark) = with(method, "/1.1/functions/random", &key, "");
        assert_eq!((reply.status, remark), (200, None), "{method} {reply:?}");
    }
}

#[test]
fn the_platform_reads_the_names() {
    let master = [("X-LC-Key", "Mz9yXw8vUt7sRq6pOn5mLk4J,master")];
    let (reply, remark) = with("GET", "/1.1/functions/_ops/metadatas", &master, "");
    assert_eq!((reply.status, remark), (200, None), "{reply:?}");
    let names = reply.json()["result"].clone();
    let names: Vec<String> = serde_json::from_value(names).unwrap();
    for name in &names {
        let (reply, _) = call(&format!("/1.1/functions/{name}"), "{}");
        assert_eq!(reply.status, 200, "{name} {reply:?}");
    }
    assert!(names.contains(&"random".to_owned()), "{names:?}");
}
