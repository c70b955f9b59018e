use serde_json::{Value, json};

use super::Stand;

const TRIGGERS: &str = "/services/s/functions/f/triggers";

fn timer(stand: &Stand, expression: &str) -> Value {
    stand.made(
        "POST",
        TRIGGERS,
        &json!({
        "triggerName": "t", "triggerType": "Timer",
        "triggerConfig": { "cronExpression": expression, "enable": true, "payload": "{\"a\":1}" },
        "qualifier": "LATEST" }),
    )
}

#[test]
fn a_timer_fires_at_nine_in_utc() {
    let stand = Stand::new();
    stand.function("echo");
    let made = timer(&stand, "0 0 9 * * ?");
    assert_eq!(
        made["nextFirings"][0],
        json!({
        "utc": "2026-01-31T09:00:00Z", "beijing": "2026-01-31T17:00:00+08:00" })
    );
    assert_eq!(made["nextFirings"].as_array().unwrap().len(), 3);
    stand.advance(44 * 60);
    assert!(stand.results(|_| true).is_empty());
    stand.advance(60);
    let results =
        stand.results(|results| results.len() == 1 && results[0]["status"] == "Succeeded");
    let event: Value = serde_json::from_str(results[0]["returnPayload"].as_str().unwrap()).unwrap();
    assert_eq!(
        event,
        json!({
        "triggerTime": "2026-01-31T09:00:00Z", "triggerName": "t", "payload": "{\"a\":1}" })
    );
}

#[test]
fn every_period_fires_and_none_twice() {
    let mut stand = Stand::new();
    stand.function("echo");
    timer(&stand, "@every 5m");
    stand.advance(15 * 60);
    let done = |results: &[Value]| {
        results.len() == 3 && results.iter().all(|result| result["status"] == "Succeeded")
    };
    stand.results(done);
    stand.options.now = Some("2026-01-31T08:30:27Z".parse().unwrap());
    stand.restart();
    stand.advance(60);
    stand.results(done);
    stand.made(
        "PUT",
        &format!("{TRIGGERS}/t"),
        &json!({
        "triggerConfig": { "cronExpression": "@every 5m", "enable": false } }),
    );
    let still = stand.get(&format!("{TRIGGERS}/t")).json();
    assert_eq!(still["nextFirings"], json!([]));
    stand.advance(3600);
    stand.results(done);
}

#[test]
fn sources_that_are_not_here_are_fired_by_hand() {
    let stand = Stand::new();
    stand.function("echo");
    let role = "acs:ram::1:role/r";
    for (kind, config, arn) in [
        (
            "OSS",
            json!({"events": ["oss:ObjectCreated:*"]}),
            "acs:oss:cn-hangzhou:1:pics",
        ),
        (
            "Log",
            json!({"sourceConfig": {"logstore": "l"}}),
            "acs:log:cn-hangzhou:1:project/p",
        ),
        (
            "TableStore",
            json!({}),
            "acs:ots:cn-hangzhou:1:instance/i/table/t",
        ),
    ] {
        let name = kind.to_lowercase();
        stand.made(
            "POST",
            TRIGGERS,
            &json!({
            "triggerName": name, "triggerType": kind, "triggerConfig": config,
            "sourceArn": arn, "invocationRole": role }),
        );
        let fired = stand.ask("POST", &format!("!/emulator/fire/s/f/{name}"), &Value::Null);
        assert_eq!(fired.status, 202);
        let id = fired.json()["invocationId"].clone();
        let results = stand.results(|results| {
            results
                .iter()
                .any(|r| r["invocationId"] == id && r["status"] == "Succeeded")
        });
        let result = results.iter().find(|r| r["invocationId"] == id).unwrap();
        let event = result["invocationPayload"].as_str().unwrap();
        let part = match name.as_str() {
            "oss" => "\"name\":\"pics\"",
            "log" => "\"logstoreName\":\"l\"",
            _ => "Sync-v1",
        };
        assert!(event.contains(part), "{event}");
    }
    let own = stand.ask("POST", "!/emulator/fire/s/f/oss", &json!({ "mine": 1 }));
    let id = own.json()["invocationId"].clone();
    stand.results(|results| {
        results
            .iter()
            .any(|r| r["invocationId"] == id && r["returnPayload"] == "{\"mine\":1}")
    });
    stand
        .ask("POST", "!/emulator/fire/s/f/none", &Value::Null)
        .refused(404, "TriggerNotFound");
}
