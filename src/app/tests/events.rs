//! Events of platforms.

use super::*;

const EVENT: &str = r#"{"requestContext":{"serviceId":"service-x","path":"/pics","httpMethod":"ANY","identity":{},"sourceIp":"203.0.113.9","stage":"release"},"headers":{"x-api-requestid":"0f5e"},"path":"/pics/id/first","httpMethod":"GET","queryString":{}}"#;

fn event(site: &Site<'static>, pass_through: Option<bool>) -> Value {
    document(site, EVENT, pass_through)
}

fn document(site: &Site<'static>, event: &str, pass_through: Option<bool>) -> Value {
    let context = EventContext {
        pass_through,
        ..EventContext::default()
    };
    let reply = reply(site, "tencent", event, context);
    serde_json::from_slice(&reply.document).unwrap()
}

fn reply(
    site: &Site<'static>,
    platform: &str,
    event: &str,
    context: EventContext<'_>,
) -> EventReply {
    let mut dice = SplitMix(7);
    handle_event(
        site,
        &mut dice,
        &|| NOW,
        platform,
        event.as_bytes(),
        context,
    )
    .unwrap()
}

#[test]
fn events() {
    let site = site();
    let document = event(&site, None);
    assert_eq!(document["statusCode"], 302);
    assert_eq!(document["headers"]["Location"], "https://i.example/1.webp");
    assert_eq!(document["headers"]["X-Request-Id"], "0f5e");
    assert_eq!(event(&site, Some(true))["url"], "https://i.example/1.webp");
    let set = site_with(|s| s.pass_through = vec!["tencent".into()], entries());
    assert_eq!(event(&set, None)["url"], "https://i.example/1.webp");
    assert_eq!(event(&set, Some(false))["statusCode"], 302);
}

#[test]
fn a_log_says_the_request_in_the_event() {
    let site = site();
    let context = EventContext {
        client: Some("192.0.2.1"),
        request_id: Some("host"),
        ..EventContext::default()
    };
    let posted = EVENT
        .replace("GET", "POST")
        .replace("\"queryString\":{}", "\"queryString\":{\"q\":\"x y\"}");
    let bad = EVENT.replace("GET", "G T");
    let timer = r#"{"Type":"Timer","TriggerName":"t"}"#;
    for (event, client, id, method, target, status) in [
        (EVENT, "203.0.113.9", "0f5e", "GET", "/pics/id/first", 302),
        (
            &posted,
            "203.0.113.9",
            "0f5e",
            "POST",
            "/pics/id/first?q=x%20y",
            405,
        ),
        // An error's document is an answer; the event is not believed.
        (&bad, "192.0.2.1", "host", "", "", 400),
        (timer, "192.0.2.1", "host", "", "", 0),
        (
            r#"{"count":2}"#,
            "192.0.2.1",
            "host",
            "GET",
            "/?count=2",
            200,
        ),
    ] {
        let entry = reply(&site, "tencent", event, context).entry;
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let expected = EventEntry {
            client: text(client),
            request_id: text(id),
            method: text(method),
            target: text(target),
            status: StatusCode::from_u16(status).ok(),
        };
        assert_eq!(entry, expected, "{event}");
    }
}

#[test]
fn an_id_that_callers_can_write_is_not_believed() {
    let site = site();
    let event = r#"{"httpMethod":"GET","path":"/","queryString":{},"headers":{"x-scf-request-id":"forged","x-api-requestid":"forged"}}"#;
    for id in [None, Some("a1b2")] {
        let context = EventContext {
            request_id: id,
            ..EventContext::default()
        };
        let reply = reply(&site, "tencent", event, context);
        let document: Value = serde_json::from_slice(&reply.document).unwrap();
        assert_eq!(document["headers"]["X-Request-Id"].as_str(), id);
        assert_eq!(reply.entry.request_id.as_deref(), id);
    }
}

/// A known one keeps its limits, those of a request's target included.
#[test]
fn an_unknown_parameter_of_an_invoke_may_be_long() {
    let site = site();
    let status = |name: &str, length: usize| {
        let value = json!({ "id": "first", name: "x".repeat(length) });
        let event = json!({ "value": value, "activation_id": "44794bd6" }).to_string();
        let context = EventContext::default();
        let reply = reply(&site, "openwhisk", &event, context);
        let document: Value = serde_json::from_slice(&reply.document).unwrap();
        assert_eq!(document["url"].is_string(), document["error"].is_null());
        reply.entry.status.unwrap().as_u16()
    };
    for (name, length, expected) in [
        ("note", 200_000, 200),
        ("seed", 257, 400),
        ("seed", 20_000, 414),
        ("seed", 200_000, 400),
    ] {
        assert_eq!(status(name, length), expected, "{name} of {length}");
    }
}

/// The gateway leaves the body out, and counts it for the length.
#[test]
fn the_answer_to_head_has_its_body() {
    let site = site();
    let head = EVENT.replace("GET", "HEAD");
    for pass_through in [false, true] {
        let [get, head] = [EVENT, &head].map(|event| document(&site, event, Some(pass_through)));
        assert_eq!(get, head);
    }
}

#[test]
fn a_304_passes_where_a_redirect_does() {
    let site = site();
    let asked = EVENT
        .replace("/id/first", "/id/first/info")
        .replace("\"headers\":{", "\"headers\":{\"if-none-match\":\"*\",");
    assert_eq!(document(&site, &asked, Some(false))["statusCode"], 304);
    let whole = document(&site, &asked, Some(true));
    assert_eq!(whole["url"], "https://i.example/1.webp");
}

#[test]
fn over_http_an_event_is_one_only_where_the_settings_say_so() {
    let post = |site: &Site<'static>, body: &str| -> Response<Vec<u8>> {
        let mut request = Request::new(body.as_bytes().to_vec());
        *request.method_mut() = Method::POST;
        let request = (&request).into();
        let (response, entry) =
            respond(site, &mut SplitMix(7), &|| NOW, request, Caller::default());
        assert_eq!(entry.is_some(), response.status == StatusCode::OK, "{body}");
        response.into()
    };
    let closed = site();
    assert_eq!(post(&closed, EVENT).status(), 405);
    let open = site_with(|s| s.events = vec!["tencent".into()], entries());
    let response = post(&open, EVENT);
    assert_eq!(
        (
            response.status().as_u16(),
            body(&response)["statusCode"].clone()
        ),
        (200, json!(302))
    );
    // A caller's own JSON is a plain invoke there.
    let invoked = post(&open, r#"{"id":"first"}"#);
    assert_eq!(body(&invoked)["url"], "https://i.example/1.webp");
    for body in ["", "{", "[1]"] {
        assert_eq!(post(&open, body).status(), 405, "{body}");
    }
    for (length, status) in [(MOST_BODY, 405), (MOST_BODY + 1, 413)] {
        let long = " ".repeat(length - 1) + "{";
        let response = post(&open, &long);
        assert_eq!(response.status(), status, "{length}");
        let large = body(&response)["code"] == "body_too_large";
        assert_eq!(large, status == 413);
        assert_eq!(post(&closed, &long).status(), 405);
    }
    assert_eq!(asked(&open).get("/").status(), 302);
}
