//! The emulator alone, with functions written by hand.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::EMULATOR;
use crate::gateways::testing::request;
use crate::gateways::{Failure, Invocation, Outcome, Remark};

fn event(arguments: &[&str], request: &Request<Bytes>) -> Value {
    serde_json::from_slice(&EMULATOR.invoke(arguments, request).unwrap().event).unwrap()
}

fn result(response: &Response<Bytes>) -> Value {
    let document: Value = serde_json::from_slice(response.body()).unwrap();
    document["Response"]["Result"].clone()
}

fn report(outcome: Outcome) -> Response<Bytes> {
    let invocation = Invocation {
        request_id: "id".to_owned(),
        ..Invocation::default()
    };
    let gateway = EMULATOR.with([""; 0]).unwrap();
    gateway.response(&request("GET", "/", &[], b""), &invocation, outcome)
}

#[test]
fn a_timer_says_four_texts() {
    let event = event(&["--message", "a b"], &request("GET", "/", &[], b""));
    let time = event["Time"].as_str().unwrap().to_owned();
    assert_eq!(
        event,
        json!({"Type": "Timer", "TriggerName": "refresh", "Time": time, "Message": "a b"})
    );
    assert!(time.ends_with('Z') && time.len() == 20, "{time}");
    let long = "x".repeat(4097);
    assert!(EMULATOR.with(["--message", &long]).is_err());
}

#[test]
fn a_bucket_says_what_happened_to_an_object() {
    let mut put = request("PUT", "/cats/7.webp", &[], b"four");
    let headers = put.headers_mut();
    headers.insert("content-type", "image/webp".parse().unwrap());
    headers.insert("authorization", "q-sign".parse().unwrap());
    let event = event(&["--source", "cos"], &put);
    for (pointer, expected) in [
        ("/cos/cosSchemaVersion", json!("1.0")),
        (
            "/cos/cosBucket",
            json!({"region": "gz", "name": "pics", "appid": "1300000001"}),
        ),
        ("/cos/cosObject/key", json!("/1300000001/pics/cats/7.webp")),
        ("/cos/cosObject/size", json!(4)),
        (
            "/cos/cosObject/url",
            json!("http://pics-1300000001.cos.ap-guangzhou.myqcloud.com/cats/7.webp"),
        ),
        ("/cos/cosObject/meta/Content-Type", json!("image/webp")),
        ("/event/eventName", json!("cos:ObjectCreated:Put")),
        ("/event/eventSource", json!("qcs::cos")),
        (
            "/event/requestParameters",
            json!({"requestSourceIP": "203.0.113.9", "requestHeaders": {"Authorization": "q-sign"}}),
        ),
    ] {
        assert_eq!(event["Records"][0].pointer(pointer), Some(&expected));
    }
    assert!(event["Records"][0]["event"]["eventTime"].is_i64());
    for (method, name) in [
        ("DELETE", "cos:ObjectRemove:Delete"),
        ("POST", "cos:ObjectCreated:Post"),
    ] {
        let event = self::event(&["--source", "cos"], &request(method, "/7.webp", &[], b""));
        assert_eq!(event["Records"][0]["event"]["eventName"], name);
    }
}

#[test]
fn topics_hand_over_a_record_a_line() {
    let lines = request("POST", "/", &[], "one\n猫".as_bytes());
    let kafka = event(&["--source", "ckafka"], &lines);
    assert_eq!(
        kafka,
        json!({"Records": [
            {"Ckafka": {"topic": "pictures", "partition": 1, "offset": 36, "msgKey": "None", "msgBody": "one"}},
            {"Ckafka": {"topic": "pictures", "partition": 1, "offset": 37, "msgKey": "None", "msgBody": "猫"}},
        ]})
    );
    let cmq = event(&["--source", "cmq"], &lines);
    assert_eq!(cmq["Records"][1]["CMQ"]["msgBody"], "猫");
    assert_eq!(cmq["Records"][0]["CMQ"]["type"], "topic");
    let empty = event(&["--source", "cmq"], &request("POST", "/", &[], b""));
    assert_eq!(empty["Records"].as_array().unwrap().len(), 1);
}

#[test]
fn a_plain_invoke_is_the_body() {
    let arguments = ["--source", "invoke"];
    let body = br#"{"count": 3}"#;
    let invocation = EMULATOR
        .invoke(&arguments, &request("POST", "/", &[], body))
        .unwrap();
    assert_eq!(invocation.event, body);
    assert_eq!(
        event(&arguments, &request("POST", "/", &[], b"")),
        json!({})
    );
    let refused = EMULATOR
        .invoke(&arguments, &request("POST", "/", &[], b"count=3"))
        .unwrap_err();
    assert_eq!(result(&refused)["ErrMsg"], "the event is no JSON");
}

#[test]
fn events_have_their_limits() {
    let large = vec![b'x'; 128 * 1024];
    let refused = EMULATOR
        .invoke(&["--source", "cmq"], &request("POST", "/", &[], &large))
        .unwrap_err();
    assert_eq!(result(&refused)["ErrMsg"], "RequestTooLarge");
    let text = format!("\"{}\"", "x".repeat(128 * 1024));
    let body = request("POST", "/", &[], text.as_bytes());
    assert!(EMULATOR.invoke(&["--source", "invoke"], &body).is_ok());
}

#[test]
fn the_platform_keeps_result_or_error() {
    let good = report(Outcome::Returned(br#"{"received":"timer"}"#.to_vec()));
    let kept = result(&good);
    assert_eq!(kept["RetMsg"], r#"{"received":"timer"}"#);
    assert_eq!(
        (&kept["InvokeResult"], &kept["ErrMsg"]),
        (&0.into(), &"".into())
    );
    assert!(good.extensions().get::<Remark>().is_none());

    let text = report(Outcome::Returned(b"ok".to_vec()));
    assert_eq!(result(&text)["InvokeResult"], 0);
    assert!(text.extensions().get::<Remark>().is_some());

    for (outcome, status, message) in [
        (
            Outcome::Failed(Failure::Threw("boom".to_owned())),
            430,
            "boom",
        ),
        (
            Outcome::Failed(Failure::TimedOut),
            433,
            "Invoking task timed out after 3 seconds",
        ),
        (
            Outcome::Returned(vec![b'\xff']),
            430,
            "the result is no text",
        ),
        (
            Outcome::Returned(vec![b' '; (6 << 20) + 1]),
            407,
            "The size of response exceeds the upper limit (6MB)",
        ),
    ] {
        let failed = report(outcome);
        let kept = result(&failed);
        let error: Value = serde_json::from_str(kept["RetMsg"].as_str().unwrap()).unwrap();
        assert_eq!(
            (&kept["InvokeResult"], &kept["ErrMsg"]),
            (&(-1).into(), &message.into())
        );
        assert_eq!(error["statusCode"], status);
        assert!(failed.extensions().get::<Remark>().is_some());
    }
}
