//! The emulated runtimes themselves: small programs written for these tests,
//! in zips made here.

mod aliyun;
mod alone;
mod arm64;
mod aws;
mod azure;
mod baidu;
mod edited;
mod failing;
mod google;
mod huawei;
mod images;
mod leancloud;
mod openwhisk;
pub(crate) mod packed;
mod polling;
mod sizes;
mod tencent;
mod trusted;
mod users;

use std::io::{Cursor, Write as _};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use host_test::gateways::{Invocation, Outcome};
use host_test::listener::Listener;
use host_test::runtimes::{DeployError, Program, Settings, find};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::client::Reply;
use crate::skipped::skipped;
use crate::stands::ANY_PORT;

/// Far from what anything takes on a machine that is busy with others.
const PATIENCE: Duration = Duration::from_secs(60);

/// For a limit that a test waits for.
const SOON: Duration = Duration::from_millis(300);

/// For one within which other calls of that test have to be answered.
const LATER: Duration = Duration::from_secs(2);

/// How often a test looks for what it waits for.
const PAUSE: Duration = Duration::from_millis(5);

/// Entries of a zip: name, mode, content.
type Files<'a> = &'a [(&'a str, u32, &'a str)];

fn zipped(files: Files<'_>) -> Vec<u8> {
    zip_of(files.iter().map(|file| (file.0, file.1, file.2.as_bytes())))
}

fn zip_of<'a>(files: impl IntoIterator<Item = (&'a str, u32, &'a [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode, bytes) in files {
        let options = SimpleFileOptions::default().unix_permissions(mode);
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Settings under which nothing takes too long.
pub(crate) fn settings() -> Settings {
    Settings {
        timeout: Some(PATIENCE),
        start: Some(PATIENCE),
        logs: Some(PATIENCE),
        harness: Some(env!("CARGO_BIN_EXE_host-test").into()),
        ..Settings::default()
    }
}

fn try_deploy(
    kind: &str,
    files: Files<'_>,
    settings: Settings,
) -> Result<Box<dyn Program>, DeployError> {
    find(kind).unwrap().deploy(&zipped(files), settings)
}

fn deploy(kind: &str, files: Files<'_>, settings: Settings) -> Box<dyn Program> {
    try_deploy(kind, files, settings).unwrap_or_else(|e| panic!("{kind}: {e}"))
}

/// What `web.py` saw of a request.
struct Seen(serde_json::Value);

impl Seen {
    #[track_caller]
    fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.text());
        Self(reply.json())
    }

    /// The one field of this name.
    #[track_caller]
    fn field(&self, name: &str) -> &str {
        let fields = self.0["headers"].as_array().unwrap();
        let mut values = fields.iter().filter(|field| field[0] == name);
        let value = values.next().map(|field| field[1].as_str().unwrap());
        assert!(values.next().is_none(), "{name} stands twice");
        value.unwrap_or_else(|| panic!("no {name}: {fields:?}"))
    }

    /// A variable.
    fn variable(&self, name: &str) -> Option<&str> {
        self.0["environment"].get(name)?.as_str()
    }
}

/// What comes of one event.
pub(crate) fn call(program: &dyn Program, event: &str) -> Outcome {
    let invocation = Invocation {
        event: event.into(),
        request_id: "5b0b9f3e-0000-4000-8000-000000000001".to_owned(),
        ..Invocation::default()
    };
    let function = program.function().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(function.invoke(&invocation))
}

/// A program at one of its platform's doors.
pub(crate) fn behind(program: &dyn Program, door: &str) -> Listener {
    let socket = std::net::TcpListener::bind(ANY_PORT).unwrap();
    Listener::serve(socket, program.front(door).unwrap(), None).unwrap()
}

/// Waits until this holds: what has to be quick in a test may be slow on a
/// machine that is busy with others.
#[track_caller]
pub(crate) fn at_last(at: &str, mut holds: impl FnMut() -> bool) {
    let give_up = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < give_up, "{at}");
        std::thread::sleep(PAUSE);
    }
}

#[track_caller]
fn json(outcome: &Outcome) -> serde_json::Value {
    match outcome {
        Outcome::Returned(bytes) => serde_json::from_slice(bytes).unwrap(),
        Outcome::Failed(failure) => panic!("{failure:?}"),
    }
}

/// A script with the path of this machine's Python before it; `None`
/// where there is none, once that was said.
fn python(script: &str) -> Option<String> {
    static FOUND: OnceLock<Option<String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let ask = ["-c", "import sys; print(sys.executable)"];
        let output = Command::new("python3").args(ask).output().ok()?;
        let path = String::from_utf8(output.stdout).ok()?;
        Some(path.trim().to_owned()).filter(|path| !path.is_empty())
    });
    if found.is_none() {
        skipped("no python3 on this machine");
    }
    Some(format!("#!{}\n{script}", found.as_ref()?))
}

/// Waits until the program's log says this so often: what it writes comes by
/// another way than its answers.
#[track_caller]
fn logged(program: &dyn Program, text: &str, times: usize) {
    let give_up = Instant::now() + PATIENCE;
    while program.log().matches(text).count() < times {
        assert!(Instant::now() < give_up, "no {text:?}: {}", program.log());
        std::thread::sleep(PAUSE);
    }
}

#[test]
fn bad_zips_are_refused_by_every_platform() {
    for row in host_test::runtimes::RUNTIMES {
        let error = row.deploy(b"no zip", settings()).err();
        let text = error.unwrap().to_string();
        assert!(
            text.contains("the zip cannot be read"),
            "{}: {text}",
            row.kind
        );
    }
}
