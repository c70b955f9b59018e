//! Many callers at once, and functions that take long or are gone.

use super::*;
use crate::cli::Served;
use crate::client::get;

/// Calls that wait at once.
const WAITING: usize = 50;

/// A connection on which a call was sent, not yet answered.
fn send(address: SocketAddr, path: &str, body: &str) -> Connection {
    let headers = [("X-LC-Id", ID), ("X-LC-Key", KEY)];
    let mut connection = Connection::open(address);
    connection.send(&request("POST", path, &headers, body.as_bytes()));
    connection
}

#[test]
fn two_hundred_calls_get_each_its_own_answer() {
    let sample = stand("sample");
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site.wasm");
    std::fs::write(&site, &sample.component).unwrap();
    let site = site.to_str().unwrap();
    let served = Served::start(&["leancloud-api", "--site", site], "/1.1/functions");
    let waiting: Vec<_> = (0..200)
        .map(|k| {
            let arguments = json!({"deck": "all", "k": k}).to_string();
            send(served.address, "/1.1/functions/random", &arguments)
        })
        .collect();
    for (k, mut waiting) in waiting.into_iter().enumerate() {
        let reply = waiting.read("POST");
        assert_eq!(reply.status, 200, "{reply:?}");
        // The k-th card of a deck is the same picture at every door.
        let card = get(sample.http(), &format!("/deck/all/{k}?type=json"));
        assert_eq!(reply.json()["result"], card.json(), "{k}");
    }
}

#[test]
fn slow_and_dead_functions_hold_nobody_up() {
    let doubles = Doubles::new("sample");
    let gate = Arc::clone(&doubles.gate);
    // Nothing times out here.
    let running = start(&["--timeout", "3600"], doubles, None, None).unwrap();
    let address = running.listener.address();
    let slow: Vec<_> = (0..WAITING)
        .map(|_| send(address, "/1.1/functions/slow", "{}"))
        .collect();
    let _silent = send(address, "/1.1/functions/silent", "{}");
    for _ in 0..3 {
        let dead = call(address, "/1.1/functions/dead", &[], "{}");
        assert_eq!((dead.status, dead.body.len()), (524, 0));
        assert_eq!(
            call(address, "/1.1/functions/random", &[], "{}").status,
            200
        );
    }
    gate.add_permits(WAITING);
    for mut slow in slow {
        assert_eq!(slow.read("POST").text(), r#"{"result":"slow"}"#);
    }
}

#[test]
fn a_time_out_is_told_in_each_of_the_documented_ways() {
    for (late, status, document) in [
        (
            "503",
            503,
            json!({"code": 124, "error": "The request timed out on the server."}),
        ),
        (
            "141",
            503,
            json!({"code": 141, "error": "LeanEngine request timeout."}),
        ),
        ("524", 524, Value::Null),
    ] {
        let arguments = ["--late", late, "--timeout", "0.01"];
        let running = start(&arguments, Doubles::new("sample"), None, None).unwrap();
        let address = running.listener.address();
        let waiting: Vec<_> = (0..20)
            .map(|_| send(address, "/1.1/call/silent", "{}"))
            .collect();
        let quick = call(address, "/1.1/call/echo", &[], "1");
        assert_eq!(quick.text(), r#"{"result":1}"#);
        for mut silent in waiting {
            let reply = silent.read("POST");
            assert_eq!(reply.status, status, "{late}");
            match &document {
                Value::Null => assert!(reply.body.is_empty()),
                document => assert_eq!(&reply.json(), document),
            }
        }
    }
}
