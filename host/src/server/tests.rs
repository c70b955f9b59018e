mod limits;
mod logged;
mod stopping;

use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::net::{Shutdown, TcpStream};

use edgepick::settings::Settings;
use serde_json::Value;

use super::*;
use crate::testing::site;

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
        .set_read_timeout(Some(Duration::from_secs(60)))
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
