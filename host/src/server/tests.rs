use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Mutex, PoisonError};

use edgepick::catalogue::{Entry, pack};
use serde_json::{Value, json};

use edgepick::settings::Settings;

use super::*;
use crate::COMPONENT;
use crate::bake::bake;
use crate::site::SiteOptions;
use crate::testing::{site, wait};

fn start(options: ServerOptions) -> Server {
    start_of(site(), options)
}

fn start_of(site: &Site, options: ServerOptions) -> Server {
    let options = ServerOptions {
        workers: 1,
        refusals: Refusals::of(&Settings::default()),
        ..options
    };
    Server::start(site, "127.0.0.1:0".parse().unwrap(), options).unwrap()
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

/// Everything the server says until it hangs up.
fn rest(mut stream: &TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// The answer to one request, sent raw, without its end.
fn ask(server: &Server, request: &str) -> String {
    let stream = connect(server);
    (&stream).write_all(request.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    rest(&stream)
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
}

/// Checks an answer of the host's own: status, error form, and the fields that
/// stand on every answer.
fn refused(answer: &str, status: &str, code: &str) {
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    for field in ["access-control-allow-origin: *", "cache-control: no-store"] {
        assert!(head.contains(field), "{answer}");
    }
    assert_eq!(head.contains("retry-after: 1"), status == "503", "{answer}");
    let document: Value = serde_json::from_str(body).unwrap();
    assert_eq!(document["code"], code, "{answer}");
    assert!(document["error"].is_string(), "{answer}");
}

#[test]
fn heads_beyond_the_limit_get_a_431() {
    let server = start(ServerOptions {
        head: 8 << 10,
        ..ServerOptions::default()
    });
    let long = "x".repeat(9_000);
    refused(
        &ask(&server, &get(&format!("/?{long}"))),
        "431",
        "head_too_large",
    );
    let field = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {long}\r\nConnection: close\r\n\r\n");
    refused(&ask(&server, &field), "431", "head_too_large");
    assert!(ask(&server, &get(&format!("/?{}", &long[..7_000]))).starts_with("HTTP/1.1 302 "));
}

#[test]
fn a_long_target_gets_a_414_whoever_sees_it() {
    let server = start(ServerOptions::default());
    // The component's limit, the server's, and twice that.
    for length in [17 << 10, 34 << 10, 60 << 10] {
        let target = format!("/?{}", "x".repeat(length));
        refused(&ask(&server, &get(&target)), "414", "uri_too_long");
    }
}

#[test]
fn a_refusal_is_an_answer_of_the_site() {
    let server = start(ServerOptions {
        requests: 0,
        ..ServerOptions::default()
    });
    let request = "GET / HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
    let plain = ask(&server, request);
    assert!(plain.starts_with("HTTP/1.1 503 "), "{plain}");
    assert!(
        plain.ends_with("\r\n\r\nthere are too many requests at once; try again in a second\n"),
        "{plain}"
    );
    let head = ask(&server, &request.replace("GET", "HEAD"));
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
}

#[test]
fn bodies_beyond_the_limit_get_a_413() {
    let server = start(ServerOptions {
        body: 10,
        ..ServerOptions::default()
    });
    let head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    let said = format!("{head}Content-Length: 11\r\n\r\n12345678901");
    refused(&ask(&server, &said), "413", "body_too_large");
    let chunked =
        format!("{head}Transfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n5\r\n78901\r\n0\r\n\r\n");
    refused(&ask(&server, &chunked), "413", "body_too_large");
    let right = format!("{head}Content-Length: 10\r\n\r\n1234567890");
    assert!(ask(&server, &right).starts_with("HTTP/1.1 405 "));
}

#[test]
fn a_body_that_does_not_come_gets_a_408() {
    let server = start(ServerOptions {
        upload: Duration::from_millis(20),
        ..ServerOptions::default()
    });
    let stream = connect(&server);
    let half =
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\n12345";
    (&stream).write_all(half).unwrap();
    refused(&rest(&stream), "408", "too_slow");
}

#[test]
fn a_head_that_does_not_come_ends_the_connection() {
    let server = start(ServerOptions {
        idle: Duration::from_millis(20),
        ..ServerOptions::default()
    });
    let (slow, silent) = (connect(&server), connect(&server));
    (&slow).write_all(b"GET / HTT").unwrap();
    assert!(!rest(&slow).contains(" 200 "));
    rest(&silent);
}

#[test]
fn requests_beyond_the_limit_get_a_503() {
    let server = start(ServerOptions {
        requests: 0,
        ..ServerOptions::default()
    });
    refused(&ask(&server, &get("/")), "503", "overloaded");
}

#[test]
fn connections_beyond_the_limit_get_a_503_until_one_ends() {
    let server = start(ServerOptions {
        connections: 1,
        ..ServerOptions::default()
    });
    let first = connect(&server);
    (&first)
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut line = String::new();
    BufReader::new(&first).read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
    refused(&ask(&server, &get("/")), "503", "overloaded");
    drop(first);
    // The server notices in its own time.
    while !ask(&server, &get("/healthz")).starts_with("HTTP/1.1 200 ") {}
}

#[test]
fn a_mount_is_stripped_for_both_doors() {
    for door in [Door::Typed, Door::WasiHttp] {
        let server = start(ServerOptions {
            mount: Some("/user/get".to_owned()),
            door,
            ..ServerOptions::default()
        });
        assert!(
            ask(&server, &get("/user/get/healthz")).ends_with("ok\n"),
            "{door:?}"
        );
        assert!(
            ask(&server, &get("/user/get")).starts_with("HTTP/1.1 302 "),
            "{door:?}"
        );
    }
}

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
    let site = Site::new(&baked.component, SiteOptions::default()).unwrap();
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

#[test]
fn a_stopping_server_ends_what_is_under_way() {
    let server = start(ServerOptions::default());
    let address = server.address();
    let (busy, idle) = (connect(&server), connect(&server));
    (&idle)
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut idle = BufReader::new(idle);
    let mut line = String::new();
    while line != "ok\n" {
        line.clear();
        idle.read_line(&mut line).unwrap();
    }
    // The server asks for the body as soon as the request is under way.
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    (&busy).write_all(head).unwrap();
    let mut reader = BufReader::new(&busy);
    reader.read_line(&mut line).unwrap();
    assert!(line.contains("100 Continue"), "{line}");
    let stopping = std::thread::spawn(|| server.stop());
    // It has hung up on the idle connection: it is stopping.
    assert_eq!(idle.read_line(&mut line).unwrap(), 0);
    (&busy).write_all(b"1234").unwrap();
    let mut answer = String::new();
    reader.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("HTTP/1.1 405 "), "{answer}");
    stopping.join().unwrap();
    assert!(TcpStream::connect(address).is_err(), "still listening");
}

#[test]
fn a_stopping_server_does_not_wait_for_ever() {
    let server = start(ServerOptions {
        drain: Duration::from_millis(20),
        ..ServerOptions::default()
    });
    let busy = connect(&server);
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    (&busy).write_all(head).unwrap();
    let mut line = String::new();
    BufReader::new(&busy).read_line(&mut line).unwrap();
    assert!(line.contains("100 Continue"), "{line}");
    server.stop();
}
