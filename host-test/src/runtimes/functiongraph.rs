//! Huawei Cloud FunctionGraph (函数工作流): what its HTTP functions and its
//! custom runtime have in common. From "Environment variables" and "Creating
//! an HTTP function" of the FunctionGraph user guide.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::{Bodies, Limits, Settings, environment};

pub(super) const CODE_ROOT: &str = "/opt/function/code";
pub(super) const NAME: &str = "0@default@edgepick";
pub(super) const PROJECT: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
pub(super) const REGION: &str = "cn-north-4";

/// Whom programs run as.
pub(super) const USER: u32 = 1003;

/// Those of a call that its caller waits for.
pub(super) const BODIES: Bodies = Bodies {
    request: MOST_RESULT,
    answer: Some(MOST_RESULT),
};

/// Most bytes of a result.
const MOST_RESULT: usize = 6 * 1024 * 1024;

/// Most bytes of a zip that comes through object storage; the console takes 40
/// MB.
pub(super) const MOST_PACKED: Option<u64> = Some(300 << 20);

/// Most bytes that a zip may unpack to.
pub(super) const MOST_UNPACKED: u64 = 1500 << 20;

/// Those of a new function; the start's is that of a function without an
/// initialiser.
pub(super) const LIMITS: Limits = Limits {
    start: Duration::from_secs(3),
    timeout: Duration::from_secs(3),
    memory: 128,
};

/// What every program finds, with its code there.
pub(super) fn variables(code: &Path, limits: Limits, settings: &Settings) -> Vec<(String, String)> {
    let cpu = 200 + limits.memory * 100 / 128;
    let userdata: serde_json::Map<_, _> = settings
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let variables = [
        ("RUNTIME_PROJECT_ID", PROJECT.to_owned()),
        ("RUNTIME_FUNC_NAME", NAME.to_owned()),
        ("RUNTIME_FUNC_VERSION", "latest".to_owned()),
        ("RUNTIME_PACKAGE", "default".to_owned()),
        ("RUNTIME_HANDLER", "bootstrap".to_owned()),
        ("RUNTIME_TIMEOUT", limits.timeout.as_secs().to_string()),
        ("RUNTIME_CPU", cpu.to_string()),
        ("RUNTIME_MEMORY", limits.memory.to_string()),
        (
            "RUNTIME_USERDATA",
            serde_json::Value::Object(userdata).to_string(),
        ),
        ("RUNTIME_CODE_ROOT", code.display().to_string()),
        ("RUNTIME_ROOT", "/home/snuser/runtime".to_owned()),
        ("RUNTIME_LOG_DIR", "/home/snuser/log".to_owned()),
        ("RUNTIME_MAX_RESP_BODY_SIZE", MOST_RESULT.to_string()),
        ("RUNTIME_INITIALIZER_HANDLER", String::new()),
        ("RUNTIME_INITIALIZER_TIMEOUT", "0".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ];
    environment(variables, settings)
}

/// The document's table of interpreters: path below `/opt/function/runtime`,
/// and what it is called here.
const INTERPRETERS: [(&str, &str); 12] = [
    ("java8/rtsp/jre/bin/java", "java"),
    ("java11/rtsp/jre/bin/java", "java"),
    ("nodejs6.10/rtsp/nodejs/bin/node", "node"),
    ("nodejs8.10/rtsp/nodejs/bin/node", "node"),
    ("nodejs10.16/rtsp/nodejs/bin/node", "node"),
    ("nodejs12.13/rtsp/nodejs/bin/node", "node"),
    ("nodejs14.18/rtsp/nodejs/bin/node", "node"),
    ("nodejs16.17/rtsp/nodejs/bin/node", "node"),
    ("nodejs18.15/rtsp/nodejs/bin/node", "node"),
    ("python2.7/rtsp/python/bin/python", "python2"),
    ("python3.6/rtsp/python/bin/python3", "python3"),
    ("python3.9/rtsp/python/bin/python3", "python3"),
];

/// Those that this machine has, whatever their version.
pub(super) fn interpreters() -> Vec<(PathBuf, PathBuf)> {
    static FOUND: OnceLock<Vec<(&str, PathBuf)>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let ways = [
            ("node", "-e", "process.stdout.write(process.execPath)"),
            ("python3", "-c", "import sys; print(sys.executable)"),
            ("python2", "-c", "import sys; print(sys.executable)"),
        ];
        let asked = ways.iter().filter_map(|(name, option, text)| {
            // What is found on the path may be a script that looks for it.
            let mut command = Command::new(name);
            let command = command.args([option, text]).stdin(Stdio::null());
            let output = command.output().ok().filter(|o| o.status.success())?;
            let path = String::from_utf8(output.stdout).ok()?;
            Some((*name, PathBuf::from(path.trim())))
        });
        let java = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .find_map(|folder| folder.join("java").canonicalize().ok())
            .map(|path| ("java", path));
        asked.chain(java).collect()
    });
    INTERPRETERS
        .iter()
        .filter_map(|(path, name)| {
            let (_, here) = found.iter().find(|(known, _)| known == name)?;
            let path = Path::new("/opt/function/runtime").join(path);
            Some((path, here.clone()))
        })
        .collect()
}
