//! Alibaba Cloud's control plane as a process, with programs that really run.

mod machines;
mod programs;
mod rehearsal;

use std::io::{BufRead as _, BufReader, Cursor, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::client::{Reply, ask};
use crate::stands::fixtures;

/// The emulator in a process of its own.
pub(crate) struct Plane {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Plane {
    /// Starts it on a folder.
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut command = Self::command(data);
        command.args(arguments);
        Self::of(command).0
    }

    pub(crate) fn command(data: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host-test"));
        command.args(["aliyun-api", "--addr", "127.0.0.1:0", "--data"]);
        command.arg(data);
        command
    }

    /// The emulator of a command, and what it says before its address.
    pub(crate) fn of(mut command: Command) -> (Self, String) {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("{said}")).unwrap();
            let address = line
                .strip_prefix("http://")
                .and_then(|rest| rest.split_once("/ is Alibaba Cloud Function Compute"));
            if let Some((address, _)) = address {
                break address.parse().unwrap();
            }
            said += &line;
        };
        // Read on, so that it can go on writing.
        std::thread::spawn(move || lines.for_each(drop));
        (Self { child, address }, said)
    }

    /// Ends it without a warning: SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        ask(self.address, method, path, headers, body)
    }

    /// Sends a document to 2016-08-15; gives the answer's.
    #[track_caller]
    pub(crate) fn made(&self, method: &str, path: &str, document: &Value) -> Value {
        self.sent(method, &format!("/2016-08-15{path}"), document)
    }

    /// Sends a document; gives the answer's.
    #[track_caller]
    pub(crate) fn sent(&self, method: &str, path: &str, document: &Value) -> Value {
        let body = match document {
            Value::Null => String::new(),
            document => document.to_string(),
        };
        let reply = self.ask(method, path, &[], body.as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    /// The calls that nobody waited for, once they are as wanted.
    #[track_caller]
    pub(crate) fn results(&self, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let since = Instant::now();
        loop {
            let results = self.ask("GET", "/emulator/results", &[], b"").json();
            let results = results["invocations"].as_array().unwrap().clone();
            if wanted(&results) {
                return results;
            }
            assert!(since.elapsed() < Duration::from_secs(120), "{results:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A zip with the fixtures' program, or with this text instead of it.
pub(crate) fn zip(text: Option<&str>) -> Vec<u8> {
    let program = fixtures().join("aliyun_api/bootstrap.py");
    let program = std::fs::read(program).unwrap();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options).unwrap();
    zip.write_all(text.map_or(&program[..], str::as_bytes))
        .unwrap();
    zip.finish().unwrap().into_inner()
}

pub(crate) fn encoded(zip: &[u8]) -> Value {
    serde_json::json!({ "zipFile": STANDARD.encode(zip) })
}
