//! The command `host-test`.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
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
    for shape in [
        "aws --shape rest ",
        "aws --shape function-url ",
        "openwhisk --shape json ",
    ] {
        assert!(out.contains(shape), "{shape}: {out}");
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

/// What `invoke` prints for a fixture, and the fixture's golden reply.
fn invoked(event: &str, more: &[&str]) -> [serde_json::Value; 2] {
    let path = fixtures().join(event);
    let platform = event.split(['_', '/']).next().unwrap();
    let invoke = ["invoke", platform, path.to_str().unwrap()];
    let (output, out, err) = run(&[&invoke[..], more].concat());
    assert!(output.status.success(), "{event}: {err}");
    let golden = path.to_str().unwrap().replace(".event.", ".reply.");
    let golden = std::fs::read_to_string(golden).unwrap();
    [out, golden].map(|text| serde_json::from_str(&text).unwrap())
}

#[test]
fn what_comes_beside_an_event_counts() {
    for event in [
        "leancloud/pictures_call.event.json",
        "google_cloudevents/binary.event.json",
        "google_cloudevents/scheduler.event.json",
        "openwhisk/json_extension.event.json",
        "tencent_scf_apigw/recorded_pass_through.event.json",
    ] {
        let [reply, golden] = invoked(event, &[]);
        assert_eq!(reply, golden, "{event}");
    }
    // Flags say more than the file.
    let [reply, golden] = invoked(
        "leancloud/info.event.json",
        &["--target", "/1.1/call/info", "--header", "x-lc-prod: 0"],
    );
    assert_eq!(golden["result"]["environment"], "production");
    assert_eq!(reply["result"]["environment"], "stage");
}

#[test]
fn an_event_and_all_that_comes_with_it_may_be_typed() {
    let arguments = [
        "--target",
        "/",
        "-H",
        "ce-specversion: 1.0",
        "-H",
        "ce-id: 7",
        "-H",
        "ce-source: //here",
        "-H",
        "ce-type: ping",
    ];
    let mut child = command(&[&["invoke", "google", "-"], &arguments[..]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"{}").unwrap();
    let output = child.wait_with_output().unwrap();
    let reply: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reply["received"], "ping", "{reply}");
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
            &["aws", "--shape", "resd"],
            2,
            "no shape \"resd\" of aws; accepted: rest, ",
        ),
        (&["google", "--shape", "x"], 2, "structured"),
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
            &["invoke", "google", "-", "--header", "ce-type ping"],
            2,
            "accepted: NAME: VALUE",
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
fn a_platform_and_a_shape_name_an_emulator() {
    for (arguments, base) in [
        (&["aws", "--shape", "rest"][..], "/prod"),
        (&["aws_rest_v1", "--stage", "test"], "/test"),
        (&["aws", "--shape", "function-url"], ""),
        (
            &["openwhisk", "--shape", "parameters"],
            "/api/v1/web/guest/default/pics",
        ),
    ] {
        let served = Served::start(arguments, base);
        let reply = get(served.address, &format!("{base}/random/1"));
        assert_eq!(reply.status, 302, "{arguments:?}");
    }
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
