use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Stand, resource, zip};

const CONFIG: &str = "/services/s/functions/f/async-invoke-config";

#[test]
fn calls_that_ended_are_told_of_for_seven_days() {
    let stand = Stand::new();
    stand.function("throw");
    let queue = "acs:mns:cn-hangzhou:1:/queues/q/messages";
    let config = json!({ "maxAsyncRetryAttempts": 0, "destinationConfig": { "onFailure": { "destination": queue } } });
    stand.made("PUT", CONFIG, &config);
    let later = [("X-Fc-Invocation-Type", "Async")];
    stand.invoke(&later, b"old");
    stand.results(|results| results.len() == 1 && results[0]["status"] == "Failed");
    stand.advance(6 * 24 * 3600);
    stand.invoke(&later, b"new");
    stand.results(|results| {
        results.len() == 2 && results.iter().all(|result| result["status"] == "Failed")
    });
    stand.advance(24 * 3600 + 1);
    let left = stand.results(|results| results.len() == 1);
    assert_eq!(left[0]["invocationPayload"], "new");
    let messages = stand.get("!/emulator/results").json()["messages"].clone();
    assert_eq!(messages.as_array().unwrap().len(), 1, "{messages}");
}

#[test]
fn code_stays_as_long_as_a_function_or_a_version_has_it() {
    let stand = Stand::new();
    stand.function("echo");
    let function = "/services/s/functions/f";
    let place = || {
        let code = stand.get(&format!("{function}/code")).json();
        let url = code["url"].as_str().unwrap().to_owned();
        format!("!/emulator{}", url.split_once("/emulator").unwrap().1)
    };
    let give = |source: &[u8]| {
        let zip = resource::code::single_file(source, "custom", "x").unwrap();
        let code = json!({ "code": { "zipFile": STANDARD.encode(zip) } });
        stand.made("PUT", function, &code);
        place()
    };
    let first = place();
    stand.made("POST", "/services/s/versions", &json!({}));
    let second = give(b"#!/bin/sh\nexit 2\n");
    let third = give(b"#!/bin/sh\nexit 3\n");
    // Its address is good for ten minutes.
    assert_eq!(stand.get(&second).status, 200);
    let since = Instant::now();
    while stand.get(&second).status != 404 {
        stand.advance(600);
        assert!(since.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
    for kept in [&first, &third] {
        assert_eq!(stand.get(kept).status, 200, "{kept}");
    }
    assert_eq!(first, {
        stand.made("PUT", function, &json!({ "code": { "zipFile": zip() } }));
        place()
    });
}
