//! Node's bare http module, for those who know its cost.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use super::Result;
use super::child::Part;
use super::wire::Response;

/// Answers with a redirect of three fields, and under `/cpu` with the CPU
/// microseconds it has used.
const SCRIPT: &str = r#"
const { createServer } = require("node:http");
const body = "https://i.example.org/photos/0000000.webp\n";
createServer((request, response) => {
  if (request.url === "/cpu") {
    const { user, system } = process.cpuUsage();
    const text = String(user + system);
    response.writeHead(200, { "content-length": text.length });
    return response.end(text);
  }
  response.writeHead(302, {
    "location": body.trim(),
    "cache-control": "no-store",
    "content-length": body.length,
  });
  response.end(body);
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
"#;

/// A running `node`.
#[derive(Debug)]
pub(super) struct Node {
    address: SocketAddr,
    _part: Part,
}

impl Node {
    /// `None` where there is no `node`.
    pub(super) fn start() -> Result<Option<Self>> {
        let found = Command::new("node").arg("--version").output();
        if !found.is_ok_and(|output| output.status.success()) {
            return Ok(None);
        }
        let mut command = Command::new("node");
        command.args(["-e", SCRIPT]);
        let mut part = Part::spawn(command)?;
        let port = part.line()?.parse()?;
        Ok(Some(Self {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            _part: part,
        }))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The CPU time it has used so far.
    pub(super) fn cpu(&self) -> Result<Duration> {
        let response = Response::fetch(self.address, "/cpu")?;
        Ok(Duration::from_micros(
            String::from_utf8(response.body)?.parse()?,
        ))
    }
}
