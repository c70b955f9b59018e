//! One line of the log for each request.

use std::sync::{Mutex, PoisonError};

use edgepick::catalogue::{Entry, pack};
use serde_json::json;

use super::*;
use crate::COMPONENT;
use crate::bake::bake;
use crate::testing::{patient, wait};

/// A writer that tests can look into.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines of the log after these requests.
fn logged(options: ServerOptions, requests: &[&str]) -> Vec<Value> {
    logged_of(site(), options, requests)
}

fn logged_of(site: &Site, options: ServerOptions, requests: &[&str]) -> Vec<Value> {
    let sink = Sink::default();
    let log = Log::Writer(Arc::new(Mutex::new(sink.clone())));
    let server = start_of(site, ServerOptions { log, ..options });
    for request in requests {
        ask(&server, request);
    }
    server.stop();
    let lines = sink.0.lock().unwrap().clone();
    let lines = String::from_utf8(lines).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_request_is_a_line_of_the_log() {
    let head = get("/seed/a?x=1").replace("GET", "HEAD");
    let lines = logged(
        ServerOptions::default(),
        &[&get("/seed/a"), &head, &get("/none/such")],
    );
    let [found, head, missing] = &*lines else {
        panic!("{lines:?}")
    };
    assert_eq!(found["method"], "GET");
    assert_eq!(found["path"], "/seed/a");
    assert_eq!(found["status"], 302);
    assert_eq!(found["client"], "127.0.0.1");
    assert!(found["bytes"].as_u64().unwrap() > 0);
    assert!(found["micros"].is_u64());
    assert!(found["picture"].is_string());
    assert!(found["failure"].is_null());
    assert_eq!(head["path"], "/seed/a?x=1");
    assert_eq!(
        (&head["method"], &head["bytes"]),
        (&"HEAD".into(), &0.into())
    );
    assert_eq!(head["picture"], found["picture"]);
    assert_eq!(missing["status"], 404);
    assert!(missing["picture"].is_null());
    assert_ne!(found["id"], head["id"]);
    let time = found["time"].as_str().unwrap();
    assert!(
        time.ends_with('Z') && time.len() == "2026-01-01T00:00:00.000Z".len(),
        "{time}"
    );
}

#[test]
fn a_stream_is_logged_when_it_has_ended() {
    let options = ServerOptions {
        door: Door::WasiHttp,
        ..ServerOptions::default()
    };
    let lines = logged(options, &[&get("/healthz")]);
    let [line] = &*lines else { panic!("{lines:?}") };
    assert_eq!((&line["status"], &line["bytes"]), (&200.into(), &3.into()));
}

#[test]
fn a_trusted_proxy_names_client_and_request() {
    let request = "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\n\
                   X-Request-Id: r-1\r\nConnection: close\r\n\r\n";
    let trusting = ServerOptions {
        trust_proxy: true,
        ..ServerOptions::default()
    };
    let lines = logged(trusting, &[request]);
    assert_eq!(
        (&lines[0]["client"], &lines[0]["id"]),
        (&"2.2.2.2".into(), &"r-1".into())
    );
    let lines = logged(ServerOptions::default(), &[request]);
    assert_eq!(lines[0]["client"], "127.0.0.1");
    assert_ne!(lines[0]["id"], "r-1");
}

#[test]
fn an_event_is_logged_as_the_request_in_it() {
    let entry = Entry {
        url: "https://i.example/1.webp".to_owned(),
        ..Entry::default()
    };
    let packed = pack(br#"{"events":["aws"]}"#, vec![entry]);
    let baked = wait(bake(COMPONENT, &packed.unwrap().bytes)).unwrap();
    let site = Site::new(&baked.component, patient()).unwrap();
    let post = |body: &str| {
        let length = body.len();
        format!(
            "POST /in HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let asked = r#"{"version":"2.0","rawPath":"/nothing","rawQueryString":"a=1","headers":{},"requestContext":{"requestId":"r-1","http":{"method":"GET","sourceIp":"203.0.113.9"}}}"#;
    let received = r#"{"source":"aws.events","detail-type":"Scheduled Event"}"#;
    let requests = [post(asked), post(received), post("[]")];
    let requests = requests.each_ref().map(String::as_str);
    let lines = logged_of(&site, ServerOptions::default(), &requests);
    let facts =
        |line: &Value| ["client", "method", "path", "status"].map(|name| line[name].clone());
    let [asked, received, none] = &*lines else {
        panic!("{lines:?}")
    };
    assert_eq!(asked["id"], "r-1");
    assert_eq!(
        facts(asked),
        [
            json!("203.0.113.9"),
            json!("GET"),
            json!("/nothing?a=1"),
            json!(404)
        ]
    );
    assert!(asked["bytes"].as_u64().unwrap() > 0);
    for (line, status) in [(received, 200), (none, 405)] {
        assert_eq!(
            facts(line),
            [
                json!("127.0.0.1"),
                json!("POST"),
                json!("/in"),
                json!(status)
            ]
        );
    }
}
