//! The command `edgepick`, run as its users run it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod large;
mod pack;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A folder with lists in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "pc.txt",
        "https://a.example/{1..30}.jpg\nhttps://a.example/1.png\n",
    );
    write(
        "mobile.txt",
        "https://a.example/m.jpg\nhttps://a.example/m.jpg\n",
    );
    write("bad.txt", "https://a.example/1.jpg\n\nno address\n");
    write("site.toml", "sources = [\"pc.txt\"]\nmax_age = 60\n");
    write("bad.toml", "sources = [\"pc.txt\"]\nmax_aje = 60\n");
    fs::write(folder.path().join("runner"), runner()).unwrap();
    folder
}

/// The head of a static program for Linux on x86_64: enough of a runner for a
/// zip to hold.
fn runner() -> Vec<u8> {
    let mut head = b"\x7fELF\x02\x01\x01\0".to_vec();
    head.resize(18, 0);
    head.push(62); // EM_X86_64
    head.resize(64, 0);
    head
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edgepick"));
    command
        .current_dir(folder)
        .args(arguments)
        .env_remove("EDGEPICK_MOUNT")
        .env("EDGEPICK_RUNNER", folder.join("runner"));
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs a command that must end with this code; gives what it wrote.
fn check(folder: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let output = run(folder, arguments);
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {out}{err}"
    );
    (out, err)
}

#[test]
fn lists_become_a_component_that_can_be_inspected() {
    let folder = folder();
    let (out, _) = check(
        folder.path(),
        &["bake", "pc.txt", "mobile.txt", "-o", "s.wasm"],
        0,
    );
    for expected in [
        "32",
        "landscape 31",
        "portrait 1",
        "1 duplicate",
        "all default",
    ] {
        assert!(out.contains(expected), "{expected} not in {out}");
    }
    let (out, _) = check(folder.path(), &["inspect", "s.wasm"], 0);
    assert!(
        out.contains("landscape 31") && out.contains("wasi:http/types@"),
        "{out}"
    );
    let (out, _) = check(folder.path(), &["inspect", "s.wasm", "--json"], 0);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["site"]["pictures"], 32);
    assert_eq!(
        found["bytes"],
        fs::read(folder.path().join("s.wasm")).unwrap().len()
    );
}

#[test]
fn the_order_of_the_input_changes_nothing() {
    let folder = folder();
    check(
        folder.path(),
        &["bake", "pc.txt", "mobile.txt", "-o", "a.wasm"],
        0,
    );
    check(
        folder.path(),
        &["bake", "mobile.txt", "pc.txt", "-o", "b.wasm"],
        0,
    );
    let [a, b] = ["a.wasm", "b.wasm"].map(|name| fs::read(folder.path().join(name)).unwrap());
    assert!(a == b);
}

#[test]
fn settings_come_from_the_file_that_is_named() {
    let folder = folder();
    let (out, _) = check(folder.path(), &["bake", "--config", "site.toml"], 0);
    assert!(out.contains("max_age = 60"), "{out}");
    assert!(folder.path().join("site.wasm").is_file());
    let (_, err) = check(folder.path(), &["bake", "--config", "bad.toml"], 2);
    assert!(
        err.contains("bad.toml:2:1:") && err.contains("`max_age`"),
        "{err}"
    );
}

#[test]
fn bad_input_ends_with_2_and_leaves_a_good_file_alone() {
    let folder = folder();
    let good = folder.path().join("site.wasm");
    fs::write(&good, "good").unwrap();
    for (arguments, expected) in [
        (&["bake", "--strict", "bad.txt"][..], "bad.txt:3:1:"),
        (&["bake", "none.txt"], "none.txt"),
        (&["bake"], ""),
        (
            &["inspect", "pc.txt"],
            "pc.txt: not a WebAssembly component",
        ),
        (&["inspect", "none.wasm"], "none.wasm: cannot be read"),
        (
            &["serve", "--strict", "bad.txt", "--addr", "127.0.0.1:0"],
            "bad.txt:3:1:",
        ),
        (&["serve", "--timeout", "0"], "above 0"),
        (
            &["serve", "--mount", "x", "--addr", "127.0.0.1:0"],
            "bad mount",
        ),
        (&["nonsense"], "nonsense"),
    ] {
        let (_, err) = check(folder.path(), arguments, 2);
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
    assert_eq!(fs::read(&good).unwrap(), b"good");
    let (_, err) = check(folder.path(), &["bake", "bad.txt"], 0);
    assert!(err.contains("bad.txt:3:1:"), "{err}");
    assert_ne!(fs::read(&good).unwrap(), b"good");
}

#[test]
fn a_component_can_go_through_a_pipe() {
    let folder = folder();
    let output = run(folder.path(), &["bake", "pc.txt", "-o", "-"]);
    assert!(output.status.success());
    assert!(output.stdout.starts_with(b"\0asm"));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("31 in 2 entries")
    );
}

/// The end of a pipe that nobody reads.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn whoever_stops_reading_has_read_enough() {
    let folder = folder();
    check(folder.path(), &["bake", "pc.txt", "-o", "s.wasm"], 0);
    for (arguments, code) in [
        (&["clouds"][..], 0),
        (&["clouds", "--json"], 0),
        (&["inspect", "s.wasm"], 0),
        (&["inspect", "s.wasm", "--json"], 0),
        (&["bake", "bad.txt"], 0),
        (&["bake", "pc.txt", "-o", "-"], 0),
        (&["pack", "pc.txt", "--for", "aws"], 0),
        (&["pack", "pc.txt", "--for", "aws", "-o", "-"], 0),
        (&["inspect", "none.wasm"], 2),
    ] {
        let mut command = command(folder.path(), arguments);
        let status = command.stdout(closed()).stderr(closed()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let mut command = command(Path::new("."), &["clouds"]);
    let output = command.stdout(full.unwrap()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.starts_with("error: standard output cannot be written: "),
        "{said}"
    );
}

/// A server that is ended when dropped, and the line it began with.
struct Serving(Child, String);

impl Serving {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = command(
            folder,
            &[&["serve", "--addr", "127.0.0.1:0"], arguments].concat(),
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self(child, line)
    }

    fn get(&self, target: &str) -> String {
        let address = self
            .1
            .strip_prefix("http://")
            .and_then(|rest| rest.split('/').next());
        let mut stream =
            TcpStream::connect(address.unwrap_or_else(|| panic!("{}", self.1))).unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_sample_lists_and_baked_components_are_served() {
    let folder = folder();
    check(
        folder.path(),
        &["bake", "pc.txt", "mobile.txt", "-o", "s.wasm"],
        0,
    );
    for (arguments, what, target, expected) in [
        (&[][..], "the embedded sample", "/", "HTTP/1.1 302 "),
        (
            &["mobile.txt"],
            "1 picture",
            "/?type=text",
            "https://a.example/m.jpg\n",
        ),
        (
            &["s.wasm"],
            "32 pictures of s.wasm",
            "/portrait?type=text",
            "https://a.example/m.jpg\n",
        ),
        (
            &["--config", "site.toml"],
            "31 pictures",
            "/",
            "HTTP/1.1 302 ",
        ),
        (
            &["s.wasm", "--isolate", "--mount", "/x"],
            "32 pictures",
            "/x/healthz",
            "ok\n",
        ),
    ] {
        let serving = Serving::start(folder.path(), arguments);
        assert!(serving.1.contains(what), "{arguments:?}: {}", serving.1);
        let answer = serving.get(target);
        assert!(answer.contains(expected), "{arguments:?}: {answer}");
    }
}

#[test]
fn a_settings_file_in_the_folder_is_served() {
    let folder = folder();
    let write = |text: &str| fs::write(folder.path().join("edgepick.toml"), text).unwrap();
    write("sources = [\"mobile.txt\"]\n");
    let serving = Serving::start(folder.path(), &[]);
    assert!(serving.1.ends_with("/ serves 1 picture\n"), "{}", serving.1);
    let answer = serving.get("/?type=text");
    assert!(answer.ends_with("https://a.example/m.jpg\n"), "{answer}");
    write("max_age = 60\n");
    let (_, err) = check(folder.path(), &["serve", "--addr", "127.0.0.1:0"], 2);
    assert!(err.contains("no source is given"), "{err}");
}

#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_stop_ends_with_0_and_its_log() {
    let folder = folder();
    for signal in ["-TERM", "-INT"] {
        let mut serving = Serving::start(folder.path(), &[]);
        serving.get("/healthz");
        let told = Command::new("kill")
            .args([signal, &serving.0.id().to_string()])
            .status();
        assert!(told.unwrap().success());
        assert_eq!(serving.0.wait().unwrap().code(), Some(0), "{signal}");
        let mut log = String::new();
        serving
            .0
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!(
            (&line["path"], &line["status"]),
            (&"/healthz".into(), &200.into())
        );
    }
}
