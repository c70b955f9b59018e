//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::{CALLER, request};
use crate::gateways::{Failure, Outcome, Remark};

const NO_WAIT: [&str; 5] = ["timer", "oss", "cdn", "mns-json", "mns-stream"];
const WAIT: [&str; 6] = [
    "log",
    "tablestore",
    "cloudevents",
    "cloudevent",
    "rocketmq",
    "invoke",
];

fn event(shape: &str, request: &Request<Bytes>) -> Value {
    let invocation = EMULATOR.invoke(&["--shape", shape], request).unwrap();
    serde_json::from_slice(&invocation.event).unwrap()
}

fn answer(arguments: &[&str], outcome: Outcome) -> Response<Bytes> {
    let gateway = EMULATOR.with(arguments).unwrap();
    let request = request("POST", "/", &[], b"");
    let invocation = gateway.invocation(&request, CALLER).unwrap();
    gateway.response(&request, &invocation, outcome)
}

#[test]
fn events_say_what_the_request_did() {
    let asked = request("POST", "/dogs/a%20b.webp", &[], b"{\"task\":\"refresh\"}");
    let timer = event("timer", &asked);
    assert_eq!(timer["payload"], "{\"task\":\"refresh\"}");
    assert_eq!(timer["triggerName"], "refresh");
    assert_eq!(timer.as_object().unwrap().len(), 3);

    let oss = &event("oss", &asked)["events"][0];
    assert_eq!(oss["eventSource"], "acs:oss");
    assert_eq!(
        oss["eventTime"].as_str().unwrap().len(),
        "2026-07-11T08:00:00.000Z".len()
    );
    let object = &oss["oss"]["object"];
    assert_eq!(
        (&object["key"], &object["size"]),
        (&json!("dogs/a b.webp"), &json!(18))
    );
    assert_eq!(oss["requestParameters"]["sourceIPAddress"], "203.0.113.9");
    assert_eq!(
        event("oss", &request("POST", "/", &[], b""))["events"][0]["oss"]["object"]["key"],
        "cats/7.webp"
    );

    let cdn = &event("cdn", &asked)["events"][0];
    assert_eq!(
        (&cdn["eventSource"], &cdn["resource"]),
        (&json!("cdn"), &json!({"domain": "img.example.net"}))
    );

    let log = event("log", &asked);
    assert!(log["source"]["logstoreName"].is_string() && log["cursorTime"].is_i64());
    assert!(log["jobName"].is_string() && log["taskId"].is_string());

    let topic = event("mns-json", &request("POST", "/", &[], b"hello"));
    assert_eq!(topic["Message"], "hello");
    assert_eq!(topic["MessageMD5"], "5D41402ABC4B2A76B9719D911017C592");
    let stream = event("mns-stream", &request("POST", "/", &[], b"hello"));
    assert_eq!(stream["body"], "hello");
    assert_eq!(stream.as_object().unwrap().len(), 2);

    let rule = event("cloudevent", &request("POST", "/", &[], b"hello"));
    assert_eq!(rule["specversion"], "1.0");
    let queue = event("cloudevents", &request("POST", "/", &[], b"hello"));
    assert_eq!(queue[0]["specversion"], "1.0");
    assert_eq!(queue[0]["data"]["messageBody"], "hello");
    let bare = event("rocketmq", &request("POST", "/", &[], b"hello"));
    assert_eq!(bare[0]["body"], "hello");
    assert_eq!(bare[0].get("specversion"), None);

    let own = EMULATOR
        .invoke(&["--shape", "invoke"], &request("POST", "/", &[], b"\xff"))
        .unwrap();
    assert_eq!(own.event, b"\xff");
}

#[test]
fn tablestore_sends_cbor_and_its_console_json() {
    let asked = request("POST", "/a", &[], b"");
    let cbor = EMULATOR.invoke(&["--shape", "tablestore"], &asked).unwrap();
    assert_eq!(cbor.event[0], 0xa2);
    let json = EMULATOR
        .invoke(&["--shape", "tablestore", "--console"], &asked)
        .unwrap();
    let json: Value = serde_json::from_slice(&json.event).unwrap();
    assert_eq!(json["Version"], "Sync-v1");
}

#[test]
fn triggers_that_do_not_wait_see_nothing() {
    for shape in NO_WAIT {
        for (outcome, tried_again) in [
            (Outcome::Returned(b"{}".to_vec()), false),
            (Outcome::Failed(Failure::TimedOut), true),
        ] {
            let response = answer(&["--shape", shape], outcome);
            assert_eq!(
                (response.status().as_u16(), response.body().len()),
                (202, 0)
            );
            assert!(response.headers().contains_key("x-fc-request-id"));
            assert!(!response.headers().contains_key("x-fc-error-type"));
            let remark = response.extensions().get::<Remark>();
            assert_eq!(remark.is_some(), tried_again, "{shape}");
        }
    }
}

#[test]
fn who_waits_sees_the_answer_and_whether_it_is_one() {
    let console: Vec<_> = NO_WAIT
        .iter()
        .map(|shape| vec!["--shape", *shape, "--console"])
        .collect();
    let waiting = WAIT.iter().map(|shape| vec!["--shape", *shape]);
    for arguments in waiting.chain(console) {
        let response = answer(&arguments, Outcome::Returned(b"done".to_vec()));
        assert_eq!(
            (response.status().as_u16(), &response.body()[..]),
            (200, &b"done"[..])
        );
        assert!(!response.headers().contains_key("x-fc-error-type"));
        for (failure, kind) in [
            (Failure::Threw("why".to_owned()), "HandledInvocationError"),
            (Failure::TimedOut, "UnhandledInvocationError"),
            (Failure::Memory, "UnhandledInvocationError"),
            (Failure::Exited, "UnhandledInvocationError"),
        ] {
            let response = answer(&arguments, Outcome::Failed(failure));
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["x-fc-error-type"], kind);
            assert!(response.extensions().get::<Remark>().is_some());
        }
        let busy = answer(&arguments, Outcome::Failed(Failure::Busy));
        assert_eq!(busy.status(), 429);
    }
}

#[test]
fn what_is_not_waited_for_is_small() {
    let large = vec![b'x'; 128 * 1024];
    for (arguments, fits) in [
        (&["--shape", "timer"][..], false),
        (&["--shape", "timer", "--console"], true),
        (&["--shape", "invoke"], true),
    ] {
        let result = EMULATOR.invoke(arguments, &request("POST", "/", &[], &large));
        assert_eq!(result.is_ok(), fits, "{arguments:?}");
        if let Err(refused) = result {
            let body: Value = serde_json::from_slice(refused.body()).unwrap();
            assert_eq!(body["Code"], "EntityTooLarge");
        }
    }
}
