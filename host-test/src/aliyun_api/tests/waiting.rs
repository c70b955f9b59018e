use serde_json::{Value, json};

use super::{Stand, ask};

const LATER: (&str, &str) = ("X-Fc-Invocation-Type", "Async");
const CONFIG: &str = "/services/s/functions/f/async-invoke-config";

#[test]
fn what_nobody_waits_for_is_done_and_reported() {
    let stand = Stand::new();
    stand.function("echo");
    stand.add("told", "echo");
    stand.get(CONFIG).refused(404, "AsyncConfigNotExists");
    let config = stand.made(
        "PUT",
        CONFIG,
        &json!({
        "DestinationConfig": {
            "OnSuccess": { "destination": "acs:fc:cn-hangzhou:1:services/s/functions/told" },
            "onFailure": { "destination": "acs:mns:cn-hangzhou:1:/queues/q/messages" } },
        "maxAsyncRetryAttempts": 1 }),
    );
    assert_eq!(
        (&config["maxAsyncEventAgeInSeconds"], &config["qualifier"]),
        (&Value::Null, &json!("LATEST"))
    );
    let reply = stand.invoke(&[LATER], b"ping");
    assert_eq!((reply.status, reply.body.len()), (202, 0));
    assert!(!reply.headers.contains_key("content-type"));
    let results = stand.results(|results| {
        results.len() == 2 && results.iter().all(|result| result["status"] == "Succeeded")
    });
    let id = &reply.headers["x-fc-request-id"];
    let told = results
        .iter()
        .find(|result| result["functionName"] == "told")
        .unwrap();
    let report: Value = serde_json::from_str(told["returnPayload"].as_str().unwrap()).unwrap();
    assert_eq!(report["requestContext"]["requestId"], **id);
    assert_eq!(
        (&report["requestPayload"], &report["responsePayload"]),
        (&json!("ping"), &json!("ping"))
    );
    let first = results
        .iter()
        .find(|result| result["functionName"] == "f")
        .unwrap();
    let went = first["destinationStatus"].as_str().unwrap();
    assert!(
        went.starts_with("to acs:fc:cn-hangzhou:1:services/s/functions/told"),
        "{went}"
    );
    assert_eq!(stand.ask("DELETE", CONFIG, &Value::Null).status, 204);
    stand
        .ask("PUT", CONFIG, &json!({ "maxAsyncRetryAttempts": 9 }))
        .refused(400, "InvalidArgument");
}

#[test]
fn failures_are_tried_again_and_then_reported() {
    let stand = Stand::new();
    stand.function("throw");
    stand.made("PUT", CONFIG, &json!({
        "destinationConfig": { "onFailure": { "destination": "acs:mns:cn-hangzhou:1:/queues/q/messages" } } }));
    stand.invoke(&[LATER], b"ping");
    for attempt in 1..=4 {
        stand.results(|results| {
            results[0]["attempts"] == attempt && results[0]["status"] != "Running"
        });
        stand.advance(10);
    }
    let results = stand.results(|results| results[0]["status"] == "Failed");
    assert_eq!(results[0]["alreadyRetriedTimes"], 3);
    let messages = stand.get("!/emulator/results").json()["messages"].clone();
    let report: Value = serde_json::from_str(messages[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        report["requestContext"]["condition"],
        "UnhandledInvocationError"
    );
    assert_eq!(report["requestContext"]["approximateInvokeCount"], 4);
}

#[test]
fn what_waits_outlives_a_restart() {
    let mut stand = Stand::new();
    stand.function("throw");
    stand.invoke(&[LATER], b"ping");
    stand.results(|results| results[0]["status"] == "Retrying");
    stand.made(
        "PUT",
        "/services/s/functions/f",
        &json!({ "environmentVariables": {} }),
    );
    stand.restart();
    stand.advance(10);
    let results = stand.results(|results| results[0]["status"] == "Succeeded");
    assert_eq!((results.len(), &results[0]["attempts"]), (1, &json!(2)));
}

#[test]
fn old_events_expire() {
    let stand = Stand::new();
    stand.function("throw");
    stand.made("PUT", CONFIG, &json!({ "maxAsyncEventAgeInSeconds": 60 }));
    stand.invoke(&[LATER], b"");
    stand.results(|results| results[0]["status"] == "Retrying");
    stand.advance(61);
    stand.results(|results| results[0]["status"] == "Expired");
}

#[test]
fn tasks_have_names_and_can_be_stopped() {
    let stand = Stand::new();
    stand.function("throw");
    let named = [LATER, ("X-Fc-Stateful-Async-Invocation-Id", "mine")];
    let reply = stand.invoke(&named, b"x");
    assert_eq!(reply.headers["x-fc-stateful-async-invocation-id"], "mine");
    stand
        .invoke(&named, b"x")
        .refused(409, "StatefulAsyncInvocationAlreadyExists");
    stand
        .invoke(&[LATER, ("X-Fc-Stateful-Async-Invocation-Id", "1 2")], b"x")
        .refused(400, "InvalidArgument");
    stand.results(|results| results[0]["status"] == "Retrying");
    let tasks = "/services/s/functions/f/stateful-async-invocations";
    let task = stand.get(&format!("{tasks}/mine")).json();
    assert_eq!(
        (&task["status"], &task["invocationPayload"]),
        (&json!("Retrying"), &json!("x"))
    );
    let newer = ask(
        stand.address(),
        "GET",
        "/2023-03-30/functions/s$f/async-tasks/mine",
        &[],
        b"",
    )
    .json();
    assert_eq!(
        (&newer["taskId"], &newer["functionName"]),
        (&json!("mine"), &json!("s$f"))
    );
    assert_eq!(
        stand
            .ask("PUT", &format!("{tasks}/mine"), &Value::Null)
            .status,
        200
    );
    assert_eq!(
        stand.get(tasks).json()["invocations"][0]["status"],
        "Stopped"
    );
    assert_eq!(
        stand.get(&format!("{tasks}?status=Running")).json()["invocations"],
        Value::Null
    );
    stand
        .ask("PUT", &format!("{tasks}/mine"), &Value::Null)
        .refused(400, "InvalidArgument");
    stand
        .get(&format!("{tasks}/other"))
        .refused(404, "StatefulAsyncInvocationNotFound");
}

#[test]
fn requests_to_triggers_can_be_left_too() {
    let stand = Stand::new();
    stand.function("show");
    stand.made(
        "POST",
        "/services/s/functions/f/triggers",
        &json!({
        "triggerName": "web", "triggerType": "http",
        "triggerConfig": { "authType": "anonymous", "methods": ["POST"] } }),
    );
    let reply = ask(
        stand.address(),
        "POST",
        "/2016-08-15/proxy/s/f/a?b",
        &[LATER],
        b"body",
    );
    assert_eq!(reply.status, 202);
    let results = stand.results(|results| results[0]["status"] == "Succeeded");
    let seen: Value = serde_json::from_str(results[0]["returnPayload"].as_str().unwrap()).unwrap();
    assert_eq!(seen["target"], "/2016-08-15/proxy/s/f/a?b");
    assert_eq!(
        (&seen["method"], &seen["body"]),
        (&json!("POST"), &json!("body"))
    );
}
