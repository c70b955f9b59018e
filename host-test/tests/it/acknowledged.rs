//! Events of Tencent, Huawei and Baidu that nobody waits for: acknowledged in a
//! small document that says what was received. A plain invoke gets pictures.

use host_test::function::{Deployed, Function};
use host_test::gateways::{Emulator, Invocation, Outcome, find};
use host_test::listener::{Exchange, Listener};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use crate::client::{Reply, ask};
use crate::stands::{ANY_PORT, stand};

/// What developers ought to know of the answers, one after the other.
type Remarks = Arc<Mutex<Vec<String>>>;

fn before(emulator: &Emulator, arguments: &[&str], function: impl Function) -> (Listener, Remarks) {
    let remarks = Remarks::default();
    let kept = Arc::clone(&remarks);
    let log = move |exchange: &Exchange<'_>| {
        let remark = exchange.remark.iter().map(|remark| remark.0.clone());
        kept.lock().unwrap().extend(remark);
    };
    let gateway = emulator.with(arguments).unwrap();
    let listener = Listener::start(ANY_PORT, gateway, Box::new(function), Some(Box::new(log)));
    (listener.unwrap(), remarks)
}

/// What the function gave, as the platform's report of it says.
fn result(reply: &Reply, platform: &str) -> Value {
    match platform {
        "tencent" => {
            let kept = &reply.json()["Response"]["Result"];
            assert_eq!(kept["InvokeResult"], 0, "{kept}");
            serde_json::from_str(kept["RetMsg"].as_str().unwrap()).unwrap()
        }
        "huawei" => {
            assert_eq!(reply.header("x-is-func-err"), Some("false"));
            reply.json()
        }
        _ => {
            assert_eq!(reply.header("x-bce-function-error"), None);
            reply.json()
        }
    }
}

/// Sends this to an emulator before the sample.
fn fire(name: &str, source: &str, method: &str, target: &str, body: &str) -> Value {
    let emulator = find(name).unwrap();
    let function = Deployed::new(&stand("sample").site, emulator.platform);
    let (gateway, remarks) = before(emulator, &["--source", source], function);
    let reply = ask(gateway.address(), method, target, &[], body.as_bytes());
    assert_eq!(reply.status, 200, "{name} {source}: {}", reply.text());
    // The log is written before the answer is.
    assert_eq!(*remarks.lock().unwrap(), [""; 0], "{name} {source}");
    result(&reply, emulator.platform)
}

#[test]
fn every_event_is_acknowledged() {
    for (name, source, records, from) in [
        ("tencent_events", "timer", Some(1), Some("refresh")),
        ("tencent_events", "cos", Some(1), Some("pics")),
        ("tencent_events", "ckafka", Some(2), Some("pictures")),
        ("tencent_events", "cmq", Some(2), Some("pictures")),
        ("huawei_events", "timer", Some(1), Some("refresh")),
        ("huawei_events", "obs", Some(1), Some("pics")),
        (
            "huawei_events",
            "smn",
            Some(2),
            Some("urn:smn:cn-north-4:0a1b2c3d4e5f60718293a4b5c6d7e8f9:pictures"),
        ),
        ("huawei_events", "dis", Some(2), Some("pictures")),
        ("huawei_events", "lts", None, None),
        (
            "huawei_events",
            "kafka",
            Some(1),
            Some("2b6f0c1e-7a54-4d38-9e12-c0ffee123456"),
        ),
        (
            "baidu_events",
            "timer",
            Some(1),
            Some("brn:bce:cfc:bj:0123456789abcdef0123456789abcdef:function:pics:$LATEST"),
        ),
        ("baidu_events", "bos", Some(1), Some("pics")),
        ("baidu_events", "cdn", Some(1), Some("CachedObjectsPushed")),
        ("baidu_events", "kafka", Some(2), Some("pictures")),
        ("baidu_events", "dueros", Some(1), Some("IntentRequest")),
    ] {
        let document = fire(name, source, "PUT", "/cats/%E7%8C%AB.webp", "one\ntwo");
        let mut expected = json!({ "received": source });
        if let Some(records) = records {
            expected["records"] = records.into();
        }
        if let Some(from) = from {
            expected["source"] = from.into();
        }
        assert_eq!(document, expected, "{name} {source}");
    }
}

#[test]
fn a_plain_invoke_gets_pictures() {
    let stand = stand("sample");
    for name in ["tencent_events", "huawei_events", "baidu_events"] {
        let body = r#"{"count":3,"category":"animals/cats"}"#;
        let document = fire(name, "invoke", "POST", "/", body);
        assert_eq!(document["count"], 3, "{name}: {document}");
        for image in document["images"].as_array().unwrap() {
            assert_eq!(image["category"], "animals/cats", "{name}");
            assert!(stand.pictures.has(image["url"].as_str().unwrap()), "{name}");
        }
        let one = fire(name, "invoke", "POST", "/", "");
        assert!(
            stand.pictures.has(one["url"].as_str().unwrap()),
            "{name}: {one}"
        );
        let wrong = fire(name, "invoke", "POST", "/", r#"{"count":0}"#);
        assert_eq!(wrong["code"], "bad_value", "{name}: {wrong}");
    }
}

#[test]
fn a_timer_with_input_is_an_invoke() {
    let emulator = find("baidu_events").unwrap();
    let function = Deployed::new(&stand("sample").site, "baidu");
    let (gateway, _) = before(emulator, &["--input", r#"{"id":"iciBcD8NOeA"}"#], function);
    let reply = ask(gateway.address(), "GET", "/", &[], b"");
    assert_eq!(reply.json()["id"], "mludecib5xpky");
}

#[test]
fn what_fails_is_reported() {
    let fails =
        |_: &Invocation| Outcome::Failed(host_test::gateways::Failure::Threw("boom".to_owned()));
    for name in ["tencent_events", "huawei_events", "baidu_events"] {
        let (gateway, remarks) = before(find(name).unwrap(), &[], fails);
        let reply = ask(gateway.address(), "GET", "/", &[], b"");
        assert!(reply.text().contains("boom"), "{name}: {}", reply.text());
        let remarks = remarks.lock().unwrap();
        assert!(
            remarks.iter().any(|remark| remark.contains("boom")),
            "{name}"
        );
    }
}
