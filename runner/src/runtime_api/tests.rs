use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::environment::Environment;
use crate::platform::{self, Contract};
use crate::testing;

/// What the interface does with one request.
enum Act {
    /// Answers with this status and these bytes.
    Status(u16, &'static str),
    /// Hands out an invocation with this id.
    Invoke(&'static str, String),
    /// Closes the connection without an answer.
    Hang,
}

/// A request's line and body.
async fn received(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")
                        .map(str::to_owned)
                })
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some((head.lines().next()?.to_owned(), body.to_owned()));
            }
        }
        let read = stream.read(&mut chunk).await.unwrap();
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..read]);
    }
}

/// Plays the acts, one a request, and tells what was asked.
async fn play(listener: TcpListener, acts: Vec<Act>) -> Vec<(String, String)> {
    let mut asked = Vec::new();
    let mut acts = acts.into_iter().peekable();
    while acts.peek().is_some() {
        let (mut stream, _) = listener.accept().await.unwrap();
        while let Some(request) = received(&mut stream).await {
            asked.push(request);
            let answer = match acts.next() {
                None | Some(Act::Hang) => break,
                Some(Act::Status(status, body)) => {
                    format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    )
                }
                Some(Act::Invoke(id, event)) => format!(
                    "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: {id}\r\ncontent-length: {}\r\n\r\n{event}",
                    event.len()
                ),
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
            if acts.peek().is_none() {
                break;
            }
        }
    }
    asked
}

fn event() -> String {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
        "headers": { "host": "pics.example.org" },
        "requestContext": { "http": { "method": "GET", "path": "/", "sourceIp": "203.0.113.9" },
            "requestId": "x", "stage": "$default" },
        "isBase64Encoded": false,
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_survives_the_interface_and_the_guest() {
    const RESPONSE: &str = "POST /2018-06-01/runtime/invocation/";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // Larger than the guest's memory may grow.
    let huge = json!({ "x": "y".repeat(1 << 20) }).to_string();
    let acts = vec![
        Act::Status(503, "busy"),
        Act::Hang,
        Act::Status(500, "{}"),
        Act::Invoke("1", event()),
        Act::Hang,
        Act::Status(503, "{}"),
        Act::Status(202, "{}"),
        Act::Invoke("2", huge),
        Act::Status(202, "{}"),
        Act::Invoke("3", "no JSON".to_owned()),
        Act::Status(202, "{}"),
        Act::Invoke("4", event()),
        Act::Status(413, "{}"),
        Act::Invoke("5", event()),
        Act::Status(202, "{}"),
    ];
    let environment = Environment::from_pairs(&[("AWS_LAMBDA_RUNTIME_API", &address)]);
    let kind = platform::find(None, &environment).ok().unwrap();
    let Ok(Contract::Api(api)) = (kind.contract)(&environment) else {
        panic!("{} is asked for invocations", kind.name);
    };
    let mut function = testing::function(kind.platform);
    function.guests.allow(1 << 19);
    let function = Arc::new(function);
    let looping = tokio::spawn(async move { run(api.as_ref(), &function).await });
    let asked = play(listener, acts).await;
    looping.abort();

    let said: Vec<_> = asked
        .iter()
        .filter(|(line, _)| line.starts_with(RESPONSE))
        .map(|(line, body)| {
            let line = line.trim_start_matches(RESPONSE);
            let body: Value = serde_json::from_str(body).unwrap();
            (line.trim_end_matches(" HTTP/1.1").to_owned(), body)
        })
        .collect();
    let targets: Vec<_> = said.iter().map(|(target, _)| target.as_str()).collect();
    // The first is sent again: its connection broke, and then the interface was
    // busy.
    assert_eq!(
        targets,
        [
            "1/response",
            "1/response",
            "1/response",
            "2/error",
            "3/error",
            "4/response",
            "5/response"
        ]
    );
    for (target, body) in &said {
        match target.as_str() {
            "2/error" => assert_eq!(body["errorType"], "Runtime.internal", "{body}"),
            "3/error" => assert_eq!(body["errorType"], "Runtime.bad_event", "{body}"),
            _ => assert_eq!(body["statusCode"], 302, "{body}"),
        }
    }
    let waits = asked.len() - said.len();
    assert_eq!(
        waits, 8,
        "each invocation was asked for, and thrice in vain: {asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_is_said_until_it_is_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let port = address.port().to_string();
    let pairs = [
        ("TENCENTCLOUD_RUNENV", "SCF"),
        ("SCF_RUNTIME_API", "127.0.0.1"),
        ("SCF_RUNTIME_API_PORT", &*port),
    ];
    let environment = Environment::from_pairs(&pairs);
    let kind = platform::find(None, &environment).ok().unwrap();
    let Ok(Contract::Api(api)) = (kind.contract)(&environment) else {
        panic!("{} is asked for invocations", kind.name);
    };
    let function = testing::function(kind.platform);
    let looping = tokio::spawn(async move { run(api.as_ref(), &function).await });
    let acts = vec![
        Act::Status(503, "busy"),
        Act::Hang,
        Act::Status(500, "{}"),
        Act::Status(200, "{}"),
        Act::Hang,
    ];
    let asked = play(listener, acts).await;
    looping.abort();
    let lines: Vec<_> = asked
        .iter()
        .map(|(line, body)| (line.trim_end_matches(" HTTP/1.1"), &**body))
        .collect();
    let ready = ("POST /runtime/init/ready", " ");
    let next = ("GET /runtime/invocation/next", "");
    assert_eq!(lines, [ready, ready, ready, ready, next]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_heard_during_a_pause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut line = Line::new(&address, Some(Stop::heard().unwrap()));
    // A test that waits for it does not end.
    line.pause = Duration::from_secs(1 << 20);
    assert!(line.pause().await.is_break());
    // What is to be handed in is sent once more.
    let acts = vec![Act::Status(503, "{}"), Act::Status(503, "{}")];
    let playing = tokio::spawn(play(listener, acts));
    let ended = line.deliver(post("/response", "x"), ATTEMPTS).await;
    assert!(ended.is_break());
    assert_eq!(playing.await.unwrap().len(), 2);
}
