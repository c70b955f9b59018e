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
    // The first is sent again: its connection broke.
    assert_eq!(
        targets,
        [
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
