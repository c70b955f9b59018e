//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::CALLER;
use crate::gateways::{Failure, Invocation, Outcome};

fn fired(shape: &str, method: &str, target: &str, body: &[u8]) -> Invocation {
    let request = Request::builder().method(method).uri(target);
    let request = request.body(Bytes::copy_from_slice(body)).unwrap();
    let gateway = EMULATOR.with(["--shape", shape]).unwrap();
    gateway.invocation(&request, CALLER).unwrap()
}

fn document(invocation: &Invocation) -> Value {
    serde_json::from_slice(&invocation.event).unwrap()
}

#[test]
fn attributes_are_fields_or_members() {
    let binary = fired("binary", "PUT", "/new/red%20%E7%8C%AB%25.png", b"12345");
    let headers = &binary.headers;
    for (name, expected) in [
        ("ce-specversion", "1.0"),
        ("ce-type", "google.cloud.storage.object.v1.finalized"),
        (
            "ce-source",
            "//storage.googleapis.com/projects/_/buckets/pics",
        ),
        ("ce-subject", "objects/new/red%20%E7%8C%AB%25.png"),
        ("content-type", "application/json"),
    ] {
        assert_eq!(headers[name], expected);
    }
    assert_eq!(headers["ce-id"], binary.request_id);
    let data = document(&binary);
    assert_eq!(data["name"], "new/red 猫%.png");
    assert_eq!(data["size"], "5");
    let structured = fired("structured", "DELETE", "/a.png", b"");
    let content_type = &structured.headers["content-type"];
    assert_eq!(content_type, "application/cloudevents+json; charset=UTF-8");
    assert!(!structured.headers.contains_key("ce-id"));
    let event = document(&structured);
    assert_eq!(event["type"], "google.cloud.storage.object.v1.deleted");
    assert_eq!(event["subject"], "objects/a.png");
    assert_eq!(event["id"], structured.request_id);
    assert_eq!(event["data"]["name"], "a.png");
    let batch = document(&fired("batch", "PUT", "/a.png", b""));
    assert_eq!(batch.as_array().unwrap().len(), 2);
    assert_ne!(batch[0]["id"], batch[1]["id"]);
}

#[test]
fn messages_come_in_three_envelopes() {
    let push = document(&fired("push", "POST", "/", b"refresh"));
    assert_eq!(push["subscription"], "projects/demo/subscriptions/refresh");
    let message = &push["message"];
    assert_eq!(message["data"], "cmVmcmVzaA==");
    assert_eq!(message["messageId"], message["message_id"]);
    assert_eq!(message["publishTime"], message["publish_time"]);
    let empty = document(&fired("push", "POST", "/", b""));
    assert!(empty["message"].get("data").is_none());
    let event = fired("pubsub", "POST", "/", b"refresh");
    let kind = &event.headers["ce-type"];
    assert_eq!(kind, "google.cloud.pubsub.topic.v1.messagePublished");
    assert_eq!(document(&event)["message"]["data"], "cmVmcmVzaA==");
    let flat = document(&fired("background-flat", "POST", "/", b"refresh"));
    assert_eq!(flat["resource"], "projects/demo/topics/refresh");
    assert_eq!(flat["data"]["data"], "cmVmcmVzaA==");
}

#[test]
fn jobs_and_background_functions_have_forms_of_their_own() {
    let job = fired("scheduler", "POST", "/", b"");
    assert_eq!(job.headers["x-cloudscheduler"], "true");
    assert!(job.event.is_empty());
    assert!(!job.headers.contains_key("content-type"));
    let nested = document(&fired("background", "PUT", "/a.png", b"1"));
    let resource = &nested["context"]["resource"];
    assert_eq!(resource["service"], "storage.googleapis.com");
    let name = resource["name"].as_str().unwrap();
    assert!(
        name.starts_with("projects/_/buckets/pics/objects/a.png#"),
        "{name}"
    );
    assert_eq!(nested["data"]["name"], "a.png");
    let oldest = fired("background-fields", "POST", "/", b"hi");
    assert_eq!(oldest.headers["ce-eventid"], oldest.request_id);
    assert_eq!(
        oldest.headers["ce-resource"],
        "projects/demo/topics/refresh"
    );
    assert!(!oldest.headers.contains_key("ce-id"));
    assert_eq!(document(&oldest)["data"], "aGk=");
}

#[test]
fn events_are_acknowledged_or_not() {
    let gateway = EMULATOR.with(["--shape", "push"]).unwrap();
    let request = Request::builder().body(Bytes::new()).unwrap();
    let threw = Failure::Threw("x".to_owned());
    for (outcome, status, word) in [
        (Outcome::Returned(Vec::new()), 200, None),
        (Outcome::Returned(b"anything".to_vec()), 200, None),
        (Outcome::Failed(threw), 502, Some("error")),
        (Outcome::Failed(Failure::Exited), 502, Some("crash")),
        (Outcome::Failed(Failure::Memory), 502, Some("crash")),
        (Outcome::Failed(Failure::Busy), 503, None),
        (Outcome::Failed(Failure::TimedOut), 504, None),
    ] {
        let said = format!("{outcome:?}");
        let response = gateway.response(&request, &Invocation::default(), outcome);
        assert_eq!(response.status(), status, "{said}");
        let report: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(report["acknowledged"], json!(status == 200), "{said}");
        assert_eq!(report["x-google-status"].as_str(), word, "{said}");
    }
}

#[test]
fn events_have_a_size() {
    let request = Request::builder()
        .body(vec![b'x'; 512 * 1024].into())
        .unwrap();
    for (shape, fits) in [("pubsub", false), ("push", true)] {
        let gateway = EMULATOR.with(["--shape", shape]).unwrap();
        let fired = gateway.invocation(&request, CALLER);
        assert_eq!(fired.is_ok(), fits, "{shape}");
        if let Err(refused) = fired {
            assert_eq!(refused.status(), 413);
        }
    }
}
