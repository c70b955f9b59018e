//! Events of platforms.

use super::*;
use crate::gateway;
use crate::settings::{AnswerType, Pass, Substitute};

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

fn posted(
    site: &Site<'static>,
    target: &str,
    fields: &HeaderMap,
    body: &[u8],
) -> Response<Vec<u8>> {
    let request = crate::app::Request {
        method: "POST",
        target,
        fields,
        body,
    };
    let (response, entry) = respond(site, &mut SplitMix(7), &|| NOW, request, Caller::default());
    let ordinary = [405, 413].contains(&response.status.as_u16());
    assert_ne!(entry.is_some(), ordinary);
    response.into()
}

fn post(site: &Site<'static>, body: &str) -> Response<Vec<u8>> {
    posted(site, "/", &HeaderMap::new(), body.as_bytes())
}

#[test]
fn over_http_an_event_is_one_only_where_the_settings_say_so() {
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

/// One event of `fixtures/<format>/<case>.event.*`, and how it is delivered.
struct Fixture {
    name: String,
    platform: String,
    event: Vec<u8>,
    target: String,
    fields: HeaderMap,
}

fn fixtures() -> Vec<Fixture> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let names = |folder: &std::path::Path| -> Vec<String> {
        let files = std::fs::read_dir(folder).into_iter().flatten();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.collect()
    };
    let mut fixtures = Vec::new();
    for format in names(&folder) {
        for name in names(&folder.join(&format)) {
            let Some((case, _)) = name.split_once(".event.") else {
                continue;
            };
            let beside = std::fs::read(folder.join(&format).join(format!("{case}.delivery.json")));
            let beside: Value =
                beside.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
            let field = |(name, value): (&String, &Value)| {
                let name: http::HeaderName = name.parse().unwrap();
                (name, value.as_str().unwrap().parse().unwrap())
            };
            fixtures.push(Fixture {
                name: format!("{format}/{case}"),
                platform: format.split('_').next().unwrap().to_owned(),
                event: std::fs::read(folder.join(&format).join(&name)).unwrap(),
                target: beside["target"].as_str().unwrap_or("/").to_owned(),
                fields: beside["headers"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(field)
                    .collect(),
            });
        }
    }
    fixtures
}

#[test]
fn what_a_stranger_posts_is_an_ordinary_request() {
    let closed = site();
    for fixture in fixtures() {
        let Fixture {
            name,
            target,
            fields,
            event,
            ..
        } = &fixture;
        for target in ["/", target] {
            let response = posted(&closed, target, fields, event);
            assert_eq!(response.status(), 405, "{name}");
            assert_eq!(body(&response)["code"], "method_not_allowed", "{name}");
        }
    }
}

/// Whatever its target and its fields say of it counts, and so does nobody
/// else's readiness to take it for a caller's own JSON.
#[test]
fn over_http_each_platform_s_events_are_its_own() {
    let all = fixtures();
    assert!(all.len() > 150);
    for one in ["aws", "aliyun", "tencent", "baidu", "huawei"] {
        let mut events: Vec<String> = ["leancloud", "openwhisk", "azure"].map(Into::into).into();
        if one != "aliyun" {
            events.push("google".to_owned());
        }
        events.push(one.to_owned());
        events.rotate_left(one.len() % 3);
        let open = site_with(|s| s.events = events.clone(), entries());
        for fixture in all
            .iter()
            .filter(|fixture| events.contains(&fixture.platform))
        {
            let response = posted(&open, &fixture.target, &fixture.fields, &fixture.event);
            let context = EventContext {
                target: Some(&fixture.target),
                headers: Some(&fixture.fields),
                ..EventContext::default()
            };
            let alone = handle_event(
                &open,
                &mut SplitMix(7),
                &|| NOW,
                &fixture.platform,
                &fixture.event,
                context,
            );
            match alone {
                Ok(EventReply { document, .. }) => {
                    let code = body(&response)["code"].as_u64();
                    let status = if fixture.platform == "leancloud" && code.is_some() {
                        code.filter(|code| *code > 1).unwrap_or(400)
                    } else {
                        200
                    };
                    assert_eq!(response.body(), &document, "{}", fixture.name);
                    assert_eq!(
                        u64::from(response.status().as_u16()),
                        status,
                        "{}",
                        fixture.name
                    );
                }
                Err(error) => {
                    assert_eq!(response.status(), 400, "{}", fixture.name);
                    assert_eq!(body(&response)["code"], error.code(), "{}", fixture.name);
                }
            }
        }
    }
}

#[test]
fn an_event_without_a_document_is_refused_over_http() {
    let open = site_with(|s| s.events = vec!["aws".into()], entries());
    let response = post(&open, r#"{"Records":[{"cf":{}}]}"#);
    assert_eq!(response.status(), 400);
    assert_eq!(body(&response)["code"], "unknown_event");
}

/// The answer of an invoke on every platform is JSON.
#[test]
fn an_invoke_is_answered_alike_whatever_the_settings_say_of_pages() {
    type Change = fn(&mut Settings);
    let changes: [Change; 6] = [
        |_| (),
        |s| s.substitute = Substitute::Html,
        |s| s.answer = AnswerType::Text,
        |s| s.answer = AnswerType::Html,
        |s| s.on_error = OnError::Image,
        |s| {
            s.referrer.allow = vec!["example.org".to_owned()];
            s.referrer.empty = Pass::Refuse;
            s.referrer.refused = Refused::Image;
        },
    ];
    for change in changes {
        let site = site_with(change, entries());
        for platform in gateway::platforms() {
            let answer = |arguments: &str| {
                let context = EventContext {
                    target: (platform == "leancloud").then_some("/1.1/functions/random"),
                    ..EventContext::default()
                };
                let mut dice = SplitMix(7);
                let event = arguments.as_bytes();
                let document = handle_event(&site, &mut dice, &|| NOW, platform, event, context);
                let document = document.unwrap().document;
                let document: Value = serde_json::from_slice(&document).unwrap();
                match document.get("result") {
                    Some(result) => result.clone(),
                    None => document,
                }
            };
            let url = "https://i.example/1.webp";
            assert_eq!(answer(r#"{"id":"first"}"#)["url"], url, "{platform}");
            assert_eq!(
                answer(r#"{"id":"first","type":"302"}"#)["url"],
                url,
                "{platform}"
            );
            assert!(answer("")["url"].is_string(), "{platform}");
            assert_eq!(answer(r#"{"count":2}"#)["count"], 2, "{platform}");
            let error = answer(r#"{"category":"none"}"#);
            assert!(error["error"].is_string(), "{platform}: {error}");
        }
    }
}
