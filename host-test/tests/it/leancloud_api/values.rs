//! What goes in and what comes out.

use super::*;

/// A call of production, and what a developer should know of the answer.
fn remarked(path: &str, body: &str) -> (Reply, Option<String>) {
    let remark = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&remark);
    let log = Box::new(move |exchange: &Exchange<'_>| {
        *seen.lock().unwrap() = exchange.remark.map(|remark| remark.0.clone());
    });
    let running = start(&[], Doubles::new("sample"), None, Some(log)).unwrap();
    let reply = call(running.listener.address(), path, &[], body);
    drop(running);
    let remark = remark.lock().unwrap().take();
    (reply, remark)
}

#[test]
fn values_come_back_as_they_were_sent() {
    let dated = r#"{"__type":"Date","iso":"2019-04-28T08:34:12.932Z"}"#;
    let todo = format!(
        r#"{{"title":"工程师周会","createdAt":{dated},"updatedAt":{dated},"objectId":"5cc5658443e78cb53fe7b731","__type":"Object","className":"Todo"}}"#
    );
    for (plain, value) in [
        (true, r#"{"movie":"夏洛特烦恼","stars":"2.5"}"#),
        (
            false,
            r#"{"__type":"Object","className":"Post","pubUser":"LeanCloud 官方客服"}"#,
        ),
        (
            true,
            r#"{"album":{"__type":"Pointer","className":"Album","objectId":"66a1f0c2d4e5b60012ab34cd"}}"#,
        ),
        (true, &format!(r#"{{"deep":[{{"since":{dated}}}]}}"#)),
        (true, r#"{"b":{"__type":"Bytes","base64":"UElD"}}"#),
        (
            true,
            r#"{"at":{"__type":"GeoPoint","latitude":39.9,"longitude":116.4}}"#,
        ),
        (
            true,
            r#"{"f":{"__type":"File","id":"1","objectId":"1","name":"a.webp","url":"https://cdn.example.net/a.webp"}}"#,
        ),
        (
            true,
            r#"{"of":{"__type":"Relation","className":"Picture"}}"#,
        ),
        (true, &format!("{{\"list\":[1,{todo}]}}")),
        (true, &format!("[1,{todo}]")),
        // Numbers keep their digits, members their order.
        (true, r#"{"z":1.0,"a":12345678901234567890,"n":null}"#),
    ] {
        for door in ["functions", "call"] {
            let (reply, remark) = remarked(&format!("/1.1/{door}/echo"), value);
            assert_eq!(reply.status, 200, "{door} {value}");
            assert_eq!(reply.text(), format!("{{\"result\":{value}}}"));
            let content_type = reply.header("content-type");
            assert_eq!(content_type, Some("application/json; charset=UTF-8"));
            // A plain result has no object with its type at the top.
            assert_eq!(remark.is_none(), plain || door == "call", "{value}");
        }
    }
}

#[test]
fn pictures_are_objects_of_a_class_for_calls() {
    let arguments = r#"{"__type":"Object","className":"Query","count":3,"category":"animals","since":{"__type":"Date","iso":"2026-07-10T18:39:04.005Z"}}"#;
    for (door, class) in [("functions", Value::Null), ("call", json!("Picture"))] {
        let (reply, remark) = remarked(&format!("/1.1/{door}/pictures"), arguments);
        assert_eq!((reply.status, remark), (200, None), "{reply:?}");
        let result = reply.json()["result"].clone();
        assert_eq!(result["count"], 3);
        let images = result["images"].as_array().unwrap();
        assert_eq!(images.len(), 3);
        for image in images {
            assert_eq!(image["className"], class);
            let category = image["category"].as_str().unwrap();
            assert!(category.starts_with("animals"), "{image}");
            let url = image["url"].as_str().unwrap();
            assert!(stand("sample").pictures.has(url), "{image}");
        }
    }
}

#[test]
fn failures_have_a_code_and_a_text() {
    for (path, body, status, code) in [
        ("random", "{", 400, 1),
        ("random", "[1]", 400, 1),
        ("random", "null", 400, 1),
        ("random", "\"s\"", 400, 1),
        ("random", r#"{"category":"nowhere"}"#, 404, 404),
        ("pictures", r#"{"count":99}"#, 400, 400),
        ("refuses", "{}", 400, 142),
        ("throws", "{}", 400, 1),
    ] {
        for door in ["functions", "call"] {
            let (reply, remark) = remarked(&format!("/1.1/{door}/{path}"), body);
            assert_eq!((reply.status, remark), (status, None), "{path} {body}");
            let document = reply.json();
            assert_eq!(document["code"], code, "{path} {body} {document}");
            assert!(document["error"].is_string(), "{document}");
        }
    }
}
