//! As whom programs run, and where they can write.

use host_test::runtimes::{RUNTIMES, Settings};

use super::{Files, behind, call, deploy, logged, settings};
use crate::client::get;
use crate::skipped::with_namespaces;

/// Says who it is and where it can write, and ends.
const SCRIPT: &str = r#"#!/bin/bash
echo "user $(id -u)"
for folder in . / /usr /etc /var /opt /home /dev/shm /sys/fs/cgroup /tmp; do
  ( : > "$folder/edgepick-was-here" ) 2>/dev/null && echo "writable $folder"
done
[ -w /proc/sys/kernel/hostname ] && echo "writable /proc/sys"
echo looked
exit 3
"#;

const HOST: &str = r#"{"version":"2.0",
    "customHandler":{"description":{"defaultExecutablePath":"look"},"enableForwardingHttpRequest":true},
    "extensions":{"http":{"routePrefix":""}}}"#;
const FUNCTION: &str = r#"{"bindings":[
    {"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","route":"{*path}"},
    {"type":"http","direction":"out","name":"res"}]}"#;

const OWN: &str = "1000";
const ROOT: &str = "0";
const CODE_TOO: &[&str] = &[".", "/tmp"];
const TEMPORARY: &[&str] = &["/tmp"];

/// Kind, files, start command, user, where it can write.
type Row = (
    &'static str,
    Files<'static>,
    Option<&'static str>,
    &'static str,
    &'static [&'static str],
);

const ROWS: [Row; 11] = [
    (
        "aliyun",
        &[("bootstrap", 0o755, SCRIPT)],
        None,
        ROOT,
        CODE_TOO,
    ),
    ("aws", &[("bootstrap", 0o755, SCRIPT)], None, OWN, TEMPORARY),
    (
        "azure",
        &[
            ("host.json", 0o644, HOST),
            ("look", 0o755, SCRIPT),
            ("pic/function.json", 0o644, FUNCTION),
        ],
        None,
        ROOT,
        TEMPORARY,
    ),
    (
        "baidu",
        &[("look", 0o755, SCRIPT)],
        Some("/var/task/look"),
        OWN,
        TEMPORARY,
    ),
    (
        "google",
        &[("look", 0o755, SCRIPT)],
        Some("./look"),
        ROOT,
        CODE_TOO,
    ),
    (
        "huawei",
        &[("bootstrap", 0o644, SCRIPT)],
        None,
        "1003",
        TEMPORARY,
    ),
    (
        "huawei-event",
        &[("bootstrap", 0o755, SCRIPT)],
        None,
        "1003",
        TEMPORARY,
    ),
    (
        "leancloud",
        &[
            ("leanengine.yaml", 0o644, "runtime: cpp\nrun: bash look\n"),
            ("look", 0o644, SCRIPT),
        ],
        None,
        OWN,
        CODE_TOO,
    ),
    (
        "openwhisk",
        &[("exec", 0o755, SCRIPT)],
        None,
        ROOT,
        CODE_TOO,
    ),
    (
        "tencent",
        &[("scf_bootstrap", 0o755, SCRIPT)],
        None,
        OWN,
        TEMPORARY,
    ),
    (
        "tencent-event",
        &[("bootstrap", 0o755, SCRIPT)],
        None,
        OWN,
        TEMPORARY,
    ),
];

#[test]
fn programs_write_where_their_platform_lets_them() {
    // Elsewhere it would write into this machine's own folders.
    if !with_namespaces("all of it") {
        return;
    }
    assert!(
        RUNTIMES
            .iter()
            .all(|row| ROWS.iter().any(|look| look.0 == row.kind))
    );
    for (kind, files, command, user, writable) in ROWS {
        let settings = Settings {
            command: command.map(str::to_owned),
            port: command.map(|_| 8080),
            ..settings()
        };
        let program = deploy(kind, files, settings);
        let row = host_test::runtimes::find(kind).unwrap();
        match row.doors.first() {
            Some(door) => {
                get(behind(&*program, door.name).address(), "/");
            }
            None if kind == "huawei" => {
                call(
                    &*program,
                    r#"{"httpMethod":"GET","path":"/","isBase64Encoded":false,"requestContext":{}}"#,
                );
            }
            None => {
                call(&*program, "{}");
            }
        }
        logged(&*program, "looked\n", 1);
        let log = program.log();
        let (before, _) = log.split_once("looked\n").unwrap();
        let said = |word: &str| -> Vec<String> {
            let lines = before.lines().filter_map(|line| line.strip_prefix(word));
            lines.map(str::to_owned).collect()
        };
        assert_eq!(said("user "), [user], "{kind}: {log}");
        assert_eq!(said("writable "), writable, "{kind}: {log}");
    }
}
