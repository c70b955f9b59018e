//! The emulator over HTTP, with functions written here.

mod calls;
mod deployments;
mod many;
mod pruning;
mod resources;
mod tasks;
mod tokens;
mod triggers;
mod versions;
mod waiting;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::running::{Failure, Program};
use super::{Options, Server, resource};

pub(super) const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub(super) fn refused(&self, status: u16, code: &str) -> String {
        let document = self.json();
        assert_eq!(
            (self.status, &document["ErrorCode"]),
            (status, &json!(code)),
            "{document}"
        );
        document["ErrorMessage"].as_str().unwrap().to_owned()
    }
}

/// Sends one request over a connection of its own.
pub(super) fn ask(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|field| field.0 == "Host") {
        head += &format!("Host: {address}\r\n");
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    // A refusal may come before all of the body is read.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .map(|line| {
            line.split_once(": ")
                .unwrap_or((line.trim_end_matches(':'), ""))
        })
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Reply {
        status,
        headers,
        body: answer[end + 4..].to_vec(),
    }
}

/// An emulator in a folder of its own.
pub(super) struct Stand {
    server: Option<Server>,
    options: Options,
    _folder: TempDir,
}

/// What functions do here: they answer by their environment's `DOES`.
fn does(program: &Program, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
    let does = program
        .environment
        .iter()
        .find(|variable| variable.0 == "DOES");
    let mut response = Response::new(request.body().clone());
    match does.map(|does| does.1.as_str()) {
        Some("throw") => {
            *response.body_mut() = Bytes::from_static(b"no such cat");
            response
                .headers_mut()
                .insert("x-fc-status", "404".parse().unwrap());
        }
        Some("time out") => return Err(Failure::TimedOut),
        Some("exit") => return Err(Failure::Exited),
        Some("no file") => {
            return Err(Failure::NotStarted {
                code: "CAFileNotFound",
                message: "the file /code/bootstrap is not exist".to_owned(),
            });
        }
        Some("redirect") => {
            *response.status_mut() = http::StatusCode::FOUND;
            let headers = response.headers_mut();
            headers.insert("location", "https://a.example/1.webp".parse().unwrap());
            headers.insert("server", "mine".parse().unwrap());
        }
        // What it was asked.
        Some("show") => {
            let headers: BTreeMap<_, _> = request
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
                .collect();
            let document = json!({
                "method": request.method().as_str(),
                "target": request.uri().to_string(),
                "headers": headers,
                "body": String::from_utf8_lossy(request.body()),
                "environment": program.environment.iter().cloned().collect::<BTreeMap<_, _>>(),
            });
            *response.body_mut() = Bytes::from(document.to_string());
        }
        _ => {}
    }
    Ok(response)
}

/// The base64 text of a zip with a program.
pub(super) fn zip() -> String {
    STANDARD.encode(resource::code::single_file(b"#!/bin/sh\n", "custom", "x").unwrap())
}

impl Stand {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path().to_owned());
        options.now = Some("2026-01-31T08:15:27Z".parse().unwrap());
        change(&mut options);
        let mut stand = Self {
            server: None,
            options,
            _folder: folder,
        };
        stand.restart();
        stand
    }

    /// Stops it, if it runs, and starts it on what it has kept.
    pub(super) fn restart(&mut self) {
        drop(self.server.take());
        self.server = Some(Server::start(ANY_PORT, self.options.clone(), Arc::new(does)).unwrap());
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.server.as_ref().unwrap().address()
    }

    pub(super) fn ask(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let path = match path.starts_with('!') {
            true => path[1..].to_owned(),
            false => format!("/2016-08-15{path}"),
        };
        ask(self.address(), method, &path, &[], body.as_bytes())
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &Value::Null)
    }

    #[track_caller]
    pub(super) fn made(&self, method: &str, path: &str, body: &Value) -> Value {
        let reply = self.ask(method, path, body);
        assert_eq!(
            reply.status,
            200,
            "{}",
            String::from_utf8_lossy(&reply.body)
        );
        reply.json()
    }

    /// Service `s` with a function `f` that does this.
    pub(super) fn function(&self, does: &str) {
        self.made("POST", "/services", &json!({ "serviceName": "s" }));
        self.add("f", does);
    }

    pub(super) fn add(&self, name: &str, does: &str) {
        self.made("POST", "/services/s/functions", &function(name, does));
    }

    pub(super) fn invoke(&self, headers: &[(&str, &str)], event: &[u8]) -> Reply {
        let path = "/2016-08-15/services/s/functions/f/invocations";
        ask(self.address(), "POST", path, headers, event)
    }

    /// Moves the clock.
    pub(super) fn advance(&self, seconds: i64) {
        let reply = self.ask("POST", "!/emulator/clock", &json!({ "seconds": seconds }));
        assert_eq!(reply.status, 200);
    }

    /// The calls that nobody waited for, once they are as wanted.
    #[track_caller]
    pub(super) fn results(&self, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let since = Instant::now();
        loop {
            let results = self.get("!/emulator/results").json();
            let results = results["invocations"].as_array().unwrap().clone();
            if wanted(&results) {
                return results;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "{results:#?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The members of a function that does this.
pub(super) fn function(name: &str, does: &str) -> Value {
    json!({
        "functionName": name, "runtime": "custom", "handler": "index.handler",
        "code": { "zipFile": zip() }, "environmentVariables": { "DOES": does },
    })
}
