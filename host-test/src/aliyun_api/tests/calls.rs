use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Stand, ask};

#[test]
fn results_and_failures_have_their_forms() {
    let stand = Stand::new();
    stand.function("echo");
    let reply = stand.invoke(&[("X-Fc-Log-Type", "Tail")], b"{\"a\":1}");
    assert_eq!((reply.status, &reply.body[..]), (200, &b"{\"a\":1}"[..]));
    assert_eq!(reply.headers["content-type"], "application/octet-stream");
    let log = STANDARD.decode(&reply.headers["x-fc-log-result"]).unwrap();
    let log = String::from_utf8(log).unwrap();
    let id = &reply.headers["x-fc-request-id"];
    assert_eq!(
        log,
        format!("FC Invoke Start RequestId: {id}\nPOST /invoke\nFC Invoke End RequestId: {id}\n")
    );
    for name in [
        "x-fc-code-checksum",
        "x-fc-instance-id",
        "x-fc-invocation-duration",
        "x-fc-max-memory-usage",
    ] {
        assert!(reply.headers.contains_key(name), "{name}");
    }
    assert!(
        !stand
            .invoke(&[], b"")
            .headers
            .contains_key("x-fc-log-result")
    );
    for (does, part) in [
        ("throw", "no such cat"),
        ("time out", "Function timed out after 3 seconds"),
        ("exit", "Process exited unexpectedly"),
    ] {
        stand.made(
            "PUT",
            "/services/s/functions/f",
            &json!({ "environmentVariables": { "DOES": does } }),
        );
        let reply = stand.invoke(&[], b"");
        assert_eq!(
            (reply.status, &*reply.headers["x-fc-error-type"]),
            (200, "UnhandledInvocationError")
        );
        let message = reply.json()["errorMessage"].as_str().unwrap().to_owned();
        assert!(message.contains(part), "{message}");
    }
    stand.made(
        "PUT",
        "/services/s/functions/f",
        &json!({ "environmentVariables": { "DOES": "no file" } }),
    );
    stand.invoke(&[], b"").refused(412, "CAFileNotFound");
}

#[test]
fn manners_of_calling_are_checked() {
    let stand = Stand::new();
    stand.function("echo");
    for (headers, part) in [
        (
            &[("X-Fc-Invocation-Type", "Later")][..],
            "allowed: Sync | Async, actual: 'Later'",
        ),
        (
            &[("X-Fc-Log-Type", "All")],
            "allowed: Tail | None, actual: 'All'",
        ),
        (
            &[("X-Fc-Log-Type", "Tail"), ("X-Fc-Invocation-Type", "Async")],
            "allowed: None, actual: 'Tail'",
        ),
    ] {
        let message = stand.invoke(headers, b"").refused(400, "InvalidArgument");
        assert!(message.contains(part), "{message}");
    }
    let large = vec![b'x'; 128 * 1024 + 1];
    let later = [("X-Fc-Invocation-Type", "Async")];
    stand.invoke(&later, &large).refused(400, "EntityTooLarge");
    assert_eq!(stand.invoke(&[], &large).body, large);
}

#[test]
fn a_program_sees_the_platforms_fields_and_not_the_callers_own() {
    let stand = Stand::new();
    stand.function("show");
    let reply = stand.invoke(&[("X-Fc-Region", "mine"), ("X-Mine", "1")], b"x");
    let seen = reply.json();
    let headers = &seen["headers"];
    assert_eq!(
        (&seen["method"], &seen["target"]),
        (&json!("POST"), &json!("/invoke"))
    );
    assert_eq!(headers["x-fc-control-path"], "/invoke");
    assert_eq!(
        (&headers["x-fc-region"], &headers["x-mine"]),
        (&json!("cn-hangzhou"), &Value::Null)
    );
    assert_eq!(
        headers["x-fc-request-id"],
        *reply.headers["x-fc-request-id"]
    );
    assert_eq!(seen["environment"]["FC_FUNCTION_NAME"], "f");

    stand.made(
        "POST",
        "/services/s/functions/f/triggers",
        &json!({
        "triggerName": "web", "triggerType": "http",
        "triggerConfig": { "authType": "anonymous", "methods": ["GET"] } }),
    );
    let target = "/2016-08-15/proxy/s/f/a%20b?x=1&x=2";
    let seen = ask(
        stand.address(),
        "GET",
        target,
        &[("X-Fc-Function-Name", "g"), ("X-Mine", "1")],
        b"",
    );
    let seen = seen.json();
    let headers = &seen["headers"];
    assert_eq!(
        (&seen["method"], &seen["target"]),
        (&json!("GET"), &json!(target))
    );
    assert_eq!(headers["x-fc-control-path"], "/http-invoke");
    assert_eq!(headers["x-fc-base-path"], "/2016-08-15/proxy/s/f");
    assert_eq!(
        (&headers["x-fc-function-name"], &headers["x-mine"]),
        (&json!("f"), &json!("1"))
    );
}

#[test]
fn a_trigger_lets_in_whom_it_lists() {
    let stand = Stand::new();
    stand.function("redirect");
    let url = "!/2016-08-15/proxy/s/f/";
    stand.get(url).refused(404, "TriggerNotFound");
    stand
        .get("!/2016-08-15/proxy/s/g/")
        .refused(404, "FunctionNotFound");
    let trigger = "/services/s/functions/f/triggers";
    let made = stand.made(
        "POST",
        trigger,
        &json!({
        "triggerName": "web", "triggerType": "HTTP", "sourceArn": "any",
        "triggerConfig": { "authType": "ANONYMOUS", "methods": ["GET"] } }),
    );
    let address = made["urlInternet"].as_str().unwrap();
    assert_eq!(
        address,
        format!("http://{}/2016-08-15/proxy/s/f/", stand.address())
    );
    assert_eq!(made["sourceArn"], Value::Null);
    let reply = stand.get(url);
    assert_eq!(
        (reply.status, &*reply.headers["location"]),
        (302, "https://a.example/1.webp")
    );
    assert!(!reply.headers.contains_key("server"));
    assert_eq!(stand.ask("POST", url, &Value::Null).status, 403);
    for (config, code) in [
        (
            json!({"authType": "function", "methods": ["GET"]}),
            "MissingRequiredHeader",
        ),
        (
            json!({"authType": "CUSTOM", "methods": ["GET"]}),
            "MissingRequiredHeader",
        ),
        (
            json!({"authType": "anonymous", "methods": ["GET"], "disableURLInternet": true}),
            "AccessDenied",
        ),
    ] {
        let change = json!({ "triggerConfig": config });
        stand.made("PUT", "/services/s/functions/f/triggers/web", &change);
        assert_eq!(stand.get(url).json()["ErrorCode"], code);
    }
    stand
        .ask(
            "POST",
            trigger,
            &json!({
        "triggerName": "web2", "triggerType": "http",
        "triggerConfig": { "methods": ["GET"] } }),
        )
        .refused(409, "TriggerAlreadyExists");
}

#[test]
fn the_default_domain_passes_no_redirect() {
    let stand = Stand::with(|options| options.default_domain = true);
    stand.function("redirect");
    stand.made(
        "POST",
        "/services/s/functions/f/triggers",
        &json!({
        "triggerName": "web", "triggerType": "http",
        "triggerConfig": { "authType": "anonymous", "methods": ["GET"] } }),
    );
    stand
        .get("!/2016-08-15/proxy/s/f/")
        .refused(400, "ExternalRedirectForbidden");
    stand.made(
        "PUT",
        "/services/s/functions/f",
        &json!({ "environmentVariables": {} }),
    );
    let reply = stand.get("!/2016-08-15/proxy/s/f/");
    assert_eq!(reply.headers["content-disposition"], "attachment");
}
