//! The command `host-test`.

use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use host_test::gateways::GATEWAYS;

use crate::client::{ask, get};
use crate::stands::{fixtures, stand};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-test"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> (Output, String, String) {
    let output = command(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

#[test]
fn list_names_every_emulator() {
    let (output, out, _) = run(&["list"]);
    assert!(output.status.success());
    for row in GATEWAYS {
        assert!(out.contains(row.name) && out.contains(row.product), "{out}");
    }
    let (_, help, _) = run(&["--help"]);
    for row in GATEWAYS {
        assert!(help.contains(row.command), "{help}");
    }
}

#[test]
fn invoke_prints_the_reply() {
    let event = fixtures().join("tencent_scf_apigw/recorded.event.json");
    let (output, out, err) = run(&["invoke", "tencent", event.to_str().unwrap()]);
    assert!(output.status.success(), "{err}");
    let reply: serde_json::Value = serde_json::from_str(&out).unwrap();
    let golden = std::fs::read(fixtures().join("tencent_scf_apigw/recorded.reply.json")).unwrap();
    assert_eq!(
        reply,
        serde_json::from_slice::<serde_json::Value>(&golden).unwrap()
    );
    let (_, out, _) = run(&[
        "invoke",
        "tencent",
        event.to_str().unwrap(),
        "--pass-through",
    ]);
    let record: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(
        stand("sample")
            .pictures
            .has(record["url"].as_str().unwrap()),
        "{record}"
    );
}

#[test]
fn what_is_wrong_is_said() {
    for (arguments, code, message) in [
        (&[][..], 2, "Usage"),
        (&["nothing"], 2, "nothing"),
        (
            &["tencent", "--rule", "pics"],
            2,
            "accepted: a path such as /, /pics or /pics/{kind}",
        ),
        (&["tencent", "--addr", "here"], 2, "here"),
        (
            &["tencent", "--site", "no-such-list.txt"],
            1,
            "no-such-list.txt",
        ),
        (
            &["invoke", "tencnt", "event.json"],
            1,
            "no platform \"tencnt\"; accepted: ",
        ),
        (
            &["invoke", "tencent", "no-such-event.json"],
            1,
            "no-such-event.json",
        ),
    ] {
        let (output, _, err) = run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {err}");
        assert!(err.contains(message), "{arguments:?}: {err}");
    }
}

/// The command at work, which ends with this.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: SocketAddr,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Served {
    /// Starts it at a port of its own, published below a path.
    pub(crate) fn start(arguments: &[&str], base: &str) -> Self {
        let mut child = command(arguments)
            .args(["--addr", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once(&format!("{base}/ is ")))
            .unwrap_or_else(|| panic!("{first}"));
        Self {
            address: address.0.parse().unwrap(),
            child,
            lines,
        }
    }

    /// The next lines that it says.
    pub(crate) fn says(&mut self, lines: usize) -> Vec<String> {
        self.lines
            .by_ref()
            .take(lines)
            .map(Result::unwrap)
            .collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_emulator_is_served_by_hand() {
    let list = fixtures().join("catalogues/urls.txt");
    let site = list.to_str().unwrap();
    let mut served = Served::start(
        &["tencent", "--verbose", "--rule", "/pics", "--site", site],
        "/release/pics",
    );
    let reply = get(served.address, "/release/pics/random/1");
    let logged = served.says(4);
    assert_eq!(reply.status, 302);
    assert!(logged[0].starts_with("event {"), "{logged:#?}");
    assert!(logged[1].starts_with("reply {"), "{logged:#?}");
    assert!(
        logged[2].starts_with("GET /release/pics/random/1 -> 302 Found, "),
        "{logged:#?}"
    );
    assert!(logged[3].starts_with("remark: "), "{logged:#?}");
}

#[test]
fn leancloud_s_two_environments_are_served_by_hand() {
    let catalogue = |name| fixtures().join("catalogues").join(name);
    let (pc, urls) = (catalogue("pc.txt"), catalogue("urls.txt"));
    let (pc, urls) = (pc.to_str().unwrap(), urls.to_str().unwrap());
    let mut served = Served::start(
        &["leancloud-api", "--site", pc, "--stage-site", urls],
        "/1.1/functions",
    );
    let notice = served.says(4);
    let said = |name: &str| {
        let value = notice.iter().find_map(|line| line.strip_prefix(name));
        let value = value.unwrap_or_else(|| panic!("{name} in {notice:#?}"));
        value.split(' ').next().unwrap()
    };
    let pictures = |prod| {
        let headers = [
            ("X-LC-Id", said("X-LC-Id: ")),
            ("X-LC-Key", said("X-LC-Key: ")),
            ("X-LC-Prod", prod),
        ];
        let path = "/1.1/functions/info";
        let info = ask(served.address, "POST", path, &headers, b"{}");
        info.json()["result"]["pictures"].as_u64()
    };
    assert_eq!((pictures("1"), pictures("0")), (Some(12), Some(7)));
}
