//! Where functions run: the platform's paths and ports, several at once, and
//! nothing left behind.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

use super::{Plane, encoded, zip};
use crate::client::{Connection, ask, request};
use crate::runtimes::at_last;
use crate::skipped::with_namespaces;

const INVOKE: &str = "/2016-08-15/services/s/functions/f/invocations";

/// Says where it runs. `wait` leaves a file and is answered when a second such
/// call is under way in the same process; `spawn` leaves a process in a session
/// of its own.
const PROGRAM: &str = r#"#!/usr/bin/env python3
import json, os, subprocess, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

both = threading.Barrier(2)


class Function(BaseHTTPRequestHandler):
    def do_POST(self):
        event = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if event == b"wait":
            open("waits", "w").close()
            both.wait()
        if event == b"spawn":
            subprocess.Popen(["sleep", "1000"], start_new_session=True)
        seen = {"folder": os.getcwd(), "environment": dict(os.environ)}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(seen).encode())


address = ("0.0.0.0", int(os.environ["FC_SERVER_PORT"]))
ThreadingHTTPServer(address, Function).serve_forever()
"#;

/// A plane with a function of this concurrency.
fn plane(data: &Path, concurrency: usize) -> Plane {
    let plane = Plane::start(data, &[]);
    make(&plane, concurrency);
    plane
}

fn make(plane: &Plane, concurrency: usize) {
    plane.made("POST", "/services", &json!({ "serviceName": "s" }));
    let function = json!({
        "functionName": "f", "runtime": "custom", "handler": "x", "timeout": 600,
        "instanceConcurrency": concurrency, "code": encoded(&zip(Some(PROGRAM))),
    });
    plane.made("POST", "/services/s/functions", &function);
}

/// What the program saw, and the instance that the answer names.
fn invoke(address: SocketAddr, event: &str) -> (Value, String) {
    let reply = ask(address, "POST", INVOKE, &[], event.as_bytes());
    assert_eq!(reply.status, 200, "{}", reply.text());
    let id = reply.header("x-fc-instance-id").unwrap().to_owned();
    let seen = reply.json();
    assert_eq!(seen["environment"]["FC_INSTANCE_ID"], id);
    (seen, id)
}

#[test]
fn a_function_finds_the_platforms_paths_and_ports() {
    if !with_namespaces("all of it") {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let plane = plane(data.path(), 1);
    let (seen, _) = invoke(plane.address, "");
    assert_eq!(seen["folder"], "/code");
    for (name, value) in [
        ("FC_SERVER_PORT", "9000"),
        ("FC_CUSTOM_LISTEN_PORT", "9000"),
        ("FC_FUNC_CODE_PATH", "/code/"),
        ("FC_FUNCTION_NAME", "f"),
        ("FC_SERVICE_NAME", "s"),
        ("FC_FUNCTION_MEMORY_SIZE", "128"),
    ] {
        assert_eq!(seen["environment"][name], value, "{name}");
    }
}

#[test]
fn an_instance_takes_as_many_calls_at_once_as_its_function_says() {
    let data = tempfile::tempdir().unwrap();
    let plane = plane(data.path(), 2);
    let address = plane.address;
    let other = std::thread::spawn(move || invoke(address, "wait").1);
    let id = invoke(address, "wait").1;
    assert_eq!(other.join().unwrap(), id);
}

#[test]
fn a_call_that_is_under_way_holds_up_no_other() {
    let data = tempfile::tempdir().unwrap();
    let plane = plane(data.path(), 1);
    let request = request("POST", INVOKE, &[], b"wait");
    let mut waiting = Connection::open(plane.address);
    waiting.send(&request);
    let waits = |folder: std::fs::DirEntry| folder.path().join("code/waits").exists();
    at_last("nobody waits", || {
        let folders = std::fs::read_dir(data.path().join("instances"));
        folders.is_ok_and(|folders| folders.flatten().any(waits))
    });
    let first = invoke(plane.address, "").1;
    assert_eq!(invoke(plane.address, "").1, first);
}

#[test]
fn a_call_that_nobody_waits_for_goes_on_after_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let mut first = plane(data.path(), 1);
    let later = [
        ("X-Fc-Invocation-Type", "Async"),
        ("X-Fc-Stateful-Async-Invocation-Id", "w"),
    ];
    assert_eq!(first.ask("POST", INVOKE, &later, b"wait").status, 202);
    // How often it has begun.
    let begun = |results: &[Value]| {
        let events = results[0]["events"].as_array().unwrap();
        events
            .iter()
            .filter(|e| e["eventType"] == "Running")
            .count()
    };
    first.results(|results| begun(results) == 1);
    first.kill();

    let mut second = Plane::start(data.path(), &[]);
    let results = second.results(|results| begun(results) == 2);
    // Nobody has seen it fail, so it is no other attempt.
    assert_eq!((results.len(), &results[0]["attempts"]), (1, &json!(1)));
    let task = "/2016-08-15/services/s/functions/f/stateful-async-invocations/w";
    assert_eq!(second.ask("PUT", task, &[], b"").status, 200);
    second.results(|results| results[0]["status"] == "Stopping");
    second.kill();

    let third = Plane::start(data.path(), &[]);
    let results = third.results(|results| results[0]["status"] == "Stopped");
    assert_eq!((results.len(), begun(&results)), (1, 2));
}

/// When the processes began that a process has started, and those have, by
/// their ids.
fn descendants(of: u32) -> BTreeMap<u32, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|n| n.parse().ok()) else {
            continue;
        };
        let Some((parent, began)) = process(id) else {
            continue;
        };
        all.insert(id, (parent, began));
    }
    let comes_from = |mut id: u32| loop {
        match all.get(&id) {
            Some((parent, _)) if *parent == of => break true,
            Some((parent, _)) => id = *parent,
            None => break false,
        }
    };
    let own = all.iter().filter(|(id, _)| comes_from(**id));
    own.map(|(id, (_, began))| (*id, began.clone())).collect()
}

/// The parent of a process, and when that process began; `None` where it has
/// ended.
fn process(id: u32) -> Option<(u32, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<_> = stat.rsplit_once(") ")?.1.split(' ').collect();
    // proc_pid_stat(5): these are the fields from the third on.
    let ended = ["Z", "X"].contains(&fields[0]);
    (!ended).then(|| (fields[1].parse().unwrap(), fields[19].to_owned()))
}

/// Nothing of it is left when the emulator is killed.
fn check_nothing_stays(mut plane: Plane) {
    invoke(plane.address, "spawn");
    let sleeps = |id: &u32| {
        let command = std::fs::read(format!("/proc/{id}/cmdline"));
        command.is_ok_and(|command| command == b"sleep\x001000\0")
    };
    let mut started = BTreeMap::new();
    // A process has its command a little after who started it goes on.
    at_last("nothing sleeps", || {
        started = descendants(plane.child.id());
        started.keys().any(sleeps)
    });
    plane.kill();
    let stays =
        |(id, began): (&u32, &String)| process(*id).is_some_and(|(_, other)| other == *began);
    at_last("something stays", || !started.iter().any(stays));
}

#[test]
fn nothing_that_ran_outlives_the_emulator() {
    let data = tempfile::tempdir().unwrap();
    check_nothing_stays(plane(data.path(), 1));
}

#[test]
fn without_namespaces_functions_run_beside_each_other() {
    let data = tempfile::tempdir().unwrap();
    // What grants namespaces is not found.
    let mut command = Plane::command(data.path());
    command.env("PATH", "/nowhere");
    let (plane, said) = Plane::of(command);
    assert!(
        said.starts_with("no namespaces on this machine: "),
        "{said}"
    );
    make(&plane, 1);
    let (seen, _) = invoke(plane.address, "");
    let folder = seen["folder"].as_str().unwrap();
    let data = data.path().canonicalize().unwrap();
    assert!(folder.starts_with(data.to_str().unwrap()), "{folder}");
    check_nothing_stays(plane);
}
