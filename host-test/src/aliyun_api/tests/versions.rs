use serde_json::{Value, json};

use super::{Stand, ask, function};

#[test]
fn versions_are_frozen_and_aliases_point_to_them() {
    let stand = Stand::new();
    stand.function("echo");
    let versions = "/services/s/versions";
    let published = stand.made("POST", versions, &json!({ "description": "one" }));
    assert_eq!(published["versionId"], "1");
    stand
        .ask("POST", versions, &json!({}))
        .refused(400, "VersionPublishError");
    stand.made("PUT", "/services/s/functions/f", &json!({ "timeout": 7 }));
    assert_eq!(stand.made("POST", versions, &json!({}))["versionId"], "2");
    let timeout = |qualifier: &str| {
        stand
            .get(&format!("/services/s{qualifier}/functions/f"))
            .json()["timeout"]
            .clone()
    };
    assert_eq!(
        (timeout(".1"), timeout(".2"), timeout("")),
        (json!(3), json!(7), json!(7))
    );
    let list = stand.get(versions).json();
    assert_eq!(
        (&list["versions"][0]["versionId"], &list["direction"]),
        (&json!("2"), &json!("BACKWARD"))
    );
    for (query, version, next) in [
        ("", "2", "1"),
        ("&nextToken=1", "1", ""),
        ("&direction=FORWARD", "1", "2"),
        ("&direction=FORWARD&nextToken=2", "2", ""),
    ] {
        let page = stand.get(&format!("{versions}?limit=1{query}")).json();
        assert_eq!(page["versions"][0]["versionId"], version, "{query}");
        assert_eq!(page["nextToken"], next, "{query}");
    }
    stand
        .get(&format!("{versions}?direction=UP"))
        .refused(400, "InvalidArgument");

    let alias = json!({ "aliasName": "prod", "versionId": "1" });
    stand.made("POST", "/services/s/aliases", &alias);
    stand
        .ask("POST", "/services/s/aliases", &alias)
        .refused(409, "AliasAlreadyExists");
    assert_eq!(timeout(".prod"), 3);
    stand.made(
        "PUT",
        "/services/s/aliases/prod",
        &json!({
        "versionId": "1", "additionalVersionWeight": { "2": 1.0 } }),
    );
    assert_eq!(timeout(".prod"), 7);
    for (given, status, code) in [
        (json!({"versionId": "9"}), 404, "VersionNotFound"),
        (
            json!({"additionalVersionWeight": {"1": 0.1}}),
            400,
            "AdditionalVersionContainsMajorVersion",
        ),
        (
            json!({"additionalVersionWeight": {"2": 1.5}}),
            400,
            "InvalidArgument",
        ),
    ] {
        stand
            .ask("PUT", "/services/s/aliases/prod", &given)
            .refused(status, code);
    }
    stand.ask("DELETE", "/services/s/functions/f", &Value::Null);
    stand
        .ask("DELETE", "/services/s", &Value::Null)
        .refused(409, "ServiceNotEmpty");
    for path in ["/services/s/versions/2", "/services/s/versions/1"] {
        assert_eq!(stand.ask("DELETE", path, &Value::Null).status, 204);
    }
    stand
        .get("/services/s.prod/functions/f")
        .refused(404, "VersionNotFound");
    stand
        .get("/services/s.test/functions/f")
        .refused(404, "AliasNotFound");
    assert_eq!(
        stand
            .ask("DELETE", "/services/s/aliases/prod", &Value::Null)
            .status,
        204
    );
    assert_eq!(stand.ask("DELETE", "/services/s", &Value::Null).status, 204);
}

#[test]
fn the_newer_interface_has_functions_alone() {
    let stand = Stand::new();
    stand.function("echo");
    let given = function("alone", "echo");
    let made = stand.ask("POST", "!/2023-03-30/functions", &given).json();
    assert_eq!(
        (&made["state"], &made["functionName"]),
        (&json!("Active"), &json!("alone"))
    );
    assert!(
        made["functionArn"]
            .as_str()
            .unwrap()
            .ends_with(":functions/alone")
    );
    let again = stand.ask("POST", "!/2023-03-30/functions", &given);
    assert_eq!(
        (again.status, &again.json()["Code"]),
        (409, &json!("FunctionAlreadyExists"))
    );
    let list = stand.get("!/2023-03-30/functions").json();
    let names: Vec<_> = list["functions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["functionName"])
        .collect();
    assert_eq!(names, ["alone", "s$f"]);
    assert_eq!(
        stand.get("/services").json()["services"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(stand.get("!/2023-03-30/functions/s$f").status, 200);

    let base = "!/2023-03-30/functions/alone";
    assert_eq!(
        stand
            .ask("POST", &format!("{base}/versions"), &json!({}))
            .json()["versionId"],
        "1"
    );
    let trigger = stand.ask(
        "POST",
        &format!("{base}/triggers"),
        &json!({
        "triggerName": "web", "triggerType": "http",
        "triggerConfig": "{\"authType\":\"anonymous\",\"methods\":[\"GET\"]}" }),
    );
    let trigger = trigger.json();
    let config: Value = serde_json::from_str(trigger["triggerConfig"].as_str().unwrap()).unwrap();
    assert_eq!(config["methods"], json!(["GET"]));
    assert!(
        trigger["status"].is_string(),
        "the vendor's package takes nothing else"
    );
    assert!(
        trigger["httpTrigger"]["urlInternet"]
            .as_str()
            .unwrap()
            .contains("/2023-03-30/proxy/alone/")
    );
    assert_eq!(stand.get("!/2023-03-30/proxy/alone/x").status, 200);
    let invoked = ask(
        stand.address(),
        "POST",
        "/2023-03-30/functions/alone/invocations?qualifier=1",
        &[],
        b"hi",
    );
    assert_eq!((invoked.status, &invoked.body[..]), (200, &b"hi"[..]));
    assert_eq!(stand.ask("DELETE", base, &Value::Null).status, 409);
    stand.ask("DELETE", &format!("{base}/triggers/web"), &Value::Null);
    assert_eq!(stand.ask("DELETE", base, &Value::Null).status, 204);
    let gone = stand.get(base);
    assert_eq!(
        (gone.status, &gone.json()["Code"]),
        (404, &json!("FunctionNotFound"))
    );
    assert_eq!(stand.get(&format!("{base}/versions")).status, 404);
}
