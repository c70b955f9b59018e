//! Each event is claimed by its format alone, and what is damaged or has no
//! answer is called so.

use serde_json::{Value, json};

use super::*;

#[test]
fn each_fixture_is_claimed_by_its_format_alone() {
    for format in FORMATS {
        assert!(
            FIXTURES
                .iter()
                .any(|fixture| fixture.format == format.name()),
            "{} has no fixture",
            format.name()
        );
    }
    for fixture in FIXTURES.iter() {
        assert_eq!(
            claimants(fixture.platform(), &fixture.delivery(&fixture.event)),
            [fixture.format.as_str()],
            "{}/{}",
            fixture.format,
            fixture.case
        );
    }
}

/// [`ALIKE`] is what the fixtures say.
#[test]
fn platforms_whose_events_look_alike_are_known() {
    let taken = |of: &str, by: &str| {
        let mut fixtures = FIXTURES.iter().filter(|fixture| fixture.platform() == of);
        fixtures.any(|fixture| recognise(by, &fixture.delivery(&fixture.event)).is_some())
    };
    for a in platforms() {
        for b in platforms().filter(|b| *b != a) {
            let known = ALIKE.iter().any(|set| set.contains(&a) && set.contains(&b));
            assert_eq!(taken(a, b) || taken(b, a), known, "{a} and {b}");
        }
    }
}

/// Without any one of its members an HTTP event is damaged or still whole, but
/// never what a caller's own JSON is.
#[test]
fn a_damaged_request_is_no_plain_invoke() {
    let mut requests = 0;
    for fixture in FIXTURES.iter() {
        let Ok(Value::Object(whole)) = serde_json::from_slice(&fixture.event) else {
            continue;
        };
        let delivery = fixture.delivery(&fixture.event);
        let format = claim(fixture.platform(), &delivery).unwrap();
        let is_invoke = fixture.case.starts_with("activation_invoke");
        if is_invoke || matches!(format.decode(&delivery), Ok(Decoded::Received(_))) {
            continue;
        }
        requests += 1;
        for name in whole.keys() {
            for value in [None, Some(Value::Null), Some(json!(7)), Some(json!([]))] {
                let mut damaged = whole.clone();
                match &value {
                    Some(value) => damaged.insert(name.clone(), value.clone()),
                    None => damaged.remove(name),
                };
                let event = Value::Object(damaged).to_string();
                let format = claim(fixture.platform(), &fixture.delivery(event.as_bytes()));
                assert_ne!(format.unwrap().name(), "invoke", "{event}");
            }
        }
    }
    assert!(requests > 50);
}

#[test]
fn what_a_request_always_says_is_missed() {
    for (platform, event, field) in [
        (
            "aws",
            r#"{"path":"/","headers":{},"requestContext":{"stage":"p"},"body":null}"#,
            "httpMethod",
        ),
        (
            "aws",
            r#"{"path":"/","headers":{},"requestContext":{"http":null}}"#,
            "httpMethod",
        ),
        (
            "aws",
            r#"{"version":"2.0","rawPath":"/","headers":{}}"#,
            "requestContext.http.method",
        ),
        (
            "aws",
            r#"{"requestContext":{"elb":{}},"path":"/"}"#,
            "httpMethod",
        ),
        (
            "aliyun",
            r#"{"version":"v1","rawPath":"/","headers":{},"requestContext":{"requestId":"r"}}"#,
            "requestContext.http.method",
        ),
        (
            "aliyun",
            r#"{"path":"/","headers":{},"queryParameters":{}}"#,
            "httpMethod",
        ),
        (
            "tencent",
            r#"{"httpMethod":"GET","headers":{},"queryString":{}}"#,
            "path",
        ),
        (
            "tencent",
            r#"{"httpMethod":"GET","requestContext":{"serviceId":7}}"#,
            "path",
        ),
        (
            "tencent",
            r#"{"path":"/","requestContext":{"envId":7}}"#,
            "httpMethod",
        ),
        (
            "huawei",
            r#"{"httpMethod":7,"path":"/","requestContext":{"apiId":"x"}}"#,
            "httpMethod",
        ),
        ("baidu", r#"{"httpMethod":"GET","headers":{}}"#, "path"),
        (
            "azure",
            r#"{"Data":{"req":{"Url":"https://h/","Method":"GET","Headers":{}}},"Metadata":[]}"#,
            "Metadata",
        ),
        ("azure", r#"{"Data":[],"Metadata":{}}"#, "Data"),
        (
            "azure",
            r#"{"Data":{"req":{"Url":"https://h/","Method":"GET"}},"Metadata":{}}"#,
            "Data.req.Headers",
        ),
        (
            "azure",
            r#"{"Data":{"in":{"Method":"GET","Headers":{}}},"Metadata":{}}"#,
            "Data.req.Url",
        ),
        (
            "openwhisk",
            r#"{"__ow_headers":{},"__ow_path":""}"#,
            "__ow_method",
        ),
        (
            "openwhisk",
            r#"{"value":{"__ow_path":""},"activation_id":"1"}"#,
            "__ow_method",
        ),
        ("openwhisk", r#"{"value":7,"activation_id":"1"}"#, "value"),
    ] {
        let delivery = Delivery::new(event.as_bytes());
        let format = claim(platform, &delivery).unwrap();
        let error = format.decode(&delivery).unwrap_err();
        assert!(
            matches!(error, EventError::BadField { field: f, .. } if f == field),
            "{event}: {error}"
        );
        assert!(
            format.error_document(&error, &delivery).is_some(),
            "{event}"
        );
    }
}

#[test]
fn shapes_without_an_answer_are_named() {
    for (platform, event, said) in [
        (
            "aws",
            json!({"requestContext": {"connectionId": "L0SM9=", "eventType": "MESSAGE", "routeKey": "$default"}, "body": "x", "isBase64Encoded": false}),
            "WebSocket",
        ),
        (
            "aws",
            json!({"Records": [{"cf": {"config": {"eventType": "viewer-request"}, "request": {"method": "GET", "uri": "/"}}}]}),
            "Lambda@Edge",
        ),
        (
            "openwhisk",
            json!({"__ce_method": "POST", "__ce_headers": {}, "__ce_path": "/", "__ce_query": "", "id": "2"}),
            "Code Engine",
        ),
    ] {
        let event = event.to_string();
        let delivery = Delivery::new(event.as_bytes());
        let format = claim(platform, &delivery).unwrap();
        let error = format.decode(&delivery).unwrap_err();
        assert_eq!(error.code(), "unknown_event");
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(format.error_document(&error, &delivery), None);
    }
}

#[test]
fn names_are_unique_and_begin_with_the_platform() {
    for (i, format) in FORMATS.iter().enumerate() {
        assert!(
            format.name().starts_with(format.platform()),
            "{}",
            format.name()
        );
        assert!(
            !FORMATS[..i]
                .iter()
                .any(|before| before.name() == format.name()),
            "{}",
            format.name()
        );
    }
}

#[test]
fn errors_say_what_is_accepted() {
    let error = |platform, event: &str| {
        claim(platform, &Delivery::new(event.as_bytes()))
            .err()
            .unwrap()
    };
    assert!(
        error("tencnt", "{}")
            .to_string()
            .starts_with("unknown platform \"tencnt\"; accepted: ")
    );
    assert_eq!(error("tencent", "{\"a\":").code(), "bad_event");
    let none = error("tencent", "[7]").to_string();
    assert!(
        none.starts_with("the event is none that is known of tencent; accepted: tencent_scf"),
        "{none}"
    );
}

#[test]
fn any_other_object_is_a_plain_invoke() {
    for event in [&b"{}"[..], b"", b" \r\n"] {
        let delivery = Delivery::new(event);
        for platform in platforms() {
            let format = claim(platform, &delivery).unwrap();
            assert_eq!(format.name(), "invoke");
            assert!(format.decode(&delivery).is_ok());
        }
    }
}
