//! What goes over a connection beside one request and its answer.

use edgepick_host::server::{Server, ServerOptions};

use crate::client::{Connection, ask, request};
use crate::stands::{ANY_PORT, quiet, stand};

/// Ids of the sample, each with its URL.
fn some_ids() -> Vec<(String, String)> {
    let stand = stand("sample");
    let mut ids: Vec<_> = stand.pictures.urls.clone().into_iter().collect();
    ids.sort();
    ids
}

#[test]
fn a_connection_is_used_again() {
    let stand = stand("sample");
    for door in stand.plain_doors() {
        let mut connection = Connection::open(door.address);
        for (id, url) in some_ids().into_iter().take(5) {
            for method in ["GET", "HEAD"] {
                let target = format!("{}/id/{id}", door.base);
                connection.send(&request(method, &target, &[], b""));
                let reply = connection.read(method);
                assert_eq!(reply.header("location"), Some(url.as_str()), "{door:?}");
                assert_eq!(reply.header("connection"), None, "{door:?}");
            }
        }
    }
}

#[test]
fn requests_in_one_go_are_answered_in_their_order() {
    let stand = stand("sample");
    for door in stand.plain_doors() {
        let mut connection = Connection::open(door.address);
        let ids = some_ids();
        let mut all = Vec::new();
        for (id, _) in &ids {
            all.extend(request(
                "GET",
                &format!("{}/id/{id}?type=text", door.base),
                &[],
                b"",
            ));
        }
        connection.send(&all);
        for (_, url) in &ids {
            assert_eq!(
                connection.read("GET").text(),
                format!("{url}\n"),
                "{door:?}"
            );
        }
    }
}

#[test]
fn a_body_that_nobody_reads_does_not_spoil_the_next_request() {
    let stand = stand("sample");
    let body = vec![b'x'; 100_000];
    let mut chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    chunked.extend_from_slice(b"5\r\nhello\r\n3\r\n{}x\r\n0\r\n\r\n");
    for door in stand.doors.iter().filter(|door| door.is_ours()) {
        let mut connection = Connection::open(door.address);
        for raw in [
            &request("POST", "/", &[], &body),
            &chunked,
            &request("OPTIONS", "/", &[], b"x"),
        ] {
            connection.send(raw);
            let method = if raw.starts_with(b"OPTIONS") {
                "OPTIONS"
            } else {
                "POST"
            };
            let expected = if method == "OPTIONS" { 204 } else { 405 };
            assert_eq!(connection.read(method).status, expected, "{door:?}");
        }
        connection.send(&request("GET", "/healthz", &[], b""));
        assert_eq!(connection.read("GET").text(), "ok\n", "{door:?}");
    }
}

#[test]
fn old_and_odd_requests() {
    let stand = stand("sample");
    for door in stand.doors.iter().filter(|door| door.is_ours()) {
        for (raw, status, body) in [
            // RFC 9112 section 3.2.2: a target in absolute form, as proxies send it.
            (
                "GET http://pictures.test/healthz HTTP/1.1\r\nHost: pictures.test\r\nConnection: close\r\n\r\n",
                200,
                "ok\n",
            ),
            (
                "GET /healthz?a=%zz&b=\u{e9} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                200,
                "ok\n",
            ),
            (
                "GET //healthz// HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                200,
                "ok\n",
            ),
            ("GET\r\n\r\n", 400, ""),
        ] {
            let mut connection = Connection::open(door.address);
            connection.send(raw.as_bytes());
            let reply = connection.read("GET");
            assert_eq!(
                (reply.status, reply.text()),
                (status, body),
                "{door:?} {raw}"
            );
            connection.ended();
        }
    }
}

#[test]
fn oversized_requests_are_refused_in_our_form() {
    let stand = stand("sample");
    let small = ServerOptions {
        body: 1000,
        head: 8192,
        ..quiet()
    };
    let server = Server::start(&stand.site, ANY_PORT, small).unwrap();
    let fits = ask(server.address(), "POST", "/", &[], &[b'x'; 1000]);
    assert_eq!(fits.status, 405);
    let mut connection = Connection::open(server.address());
    connection.send(&request("POST", "/", &[], &[b'x'; 1001]));
    let reply = connection.read("POST");
    assert_eq!(reply.status, 413);
    assert_eq!(reply.json()["code"], "body_too_large");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let long = "x".repeat(10_000);
    let mut connection = Connection::open(server.address());
    connection.send(&request("GET", "/", &[("X-Long", &long)], b""));
    assert_eq!(connection.read("GET").status, 431);
}

#[test]
fn a_server_may_be_mounted_and_trust_its_proxy() {
    let stand = stand("sample");
    for door in [
        edgepick_host::server::Door::Typed,
        edgepick_host::server::Door::WasiHttp,
    ] {
        let options = ServerOptions {
            mount: Some("/release".to_owned()),
            trust_proxy: true,
            door,
            ..quiet()
        };
        let server = Server::start(&stand.site, ANY_PORT, options).unwrap();
        for target in ["/release/healthz", "/healthz"] {
            assert_eq!(
                ask(server.address(), "GET", target, &[], b"").text(),
                "ok\n",
                "{door:?} {target}"
            );
        }
        assert_eq!(
            ask(server.address(), "GET", "/released", &[], b"").status,
            404
        );
    }
    let options = ServerOptions {
        trust_proxy: true,
        ..quiet()
    };
    let server = Server::start(&stand.site, ANY_PORT, options).unwrap();
    let reply = ask(
        server.address(),
        "GET",
        "/healthz",
        &[("X-Request-Id", "proxy-7")],
        b"",
    );
    assert_eq!(reply.header("x-request-id"), Some("proxy-7"));
}
