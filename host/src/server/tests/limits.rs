//! What is beyond a limit is refused by the host, as the site would refuse it.

use super::*;

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
    let (mut slow, silent) = (connect(&server), connect(&server));
    // What comes after the end of the connection resets it.
    let _ = slow.write_all(b"GET / HTT");
    let mut said = Vec::new();
    let end = slow.read_to_end(&mut said);
    let reset = |e: &io::Error| e.kind() == io::ErrorKind::ConnectionReset;
    assert!(end.as_ref().err().is_none_or(reset), "{end:?}");
    assert!(!String::from_utf8_lossy(&said).contains(" 200 "));
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
    // Who says nothing cannot be late with it.
    refused(&rest(&connect(&server)), "503", "overloaded");
    drop(first);
    // The server notices in its own time.
    while !ask(&server, &get("/healthz")).starts_with("HTTP/1.1 200 ") {}
}
