//! LeanCloud: `leanengine.yaml` names the runtime `cpp`, which starts a
//! finished program: a shell reads that line, and hands itself over so that the
//! platform's SIGTERM arrives. Its uploader drops mode bits, so the build sets
//! them again.

use super::kind::{Kind, Step, TEXT, Text};
use crate::runner_engine::Architecture;

pub(super) static LEANCLOUD: Kind = Kind {
    name: "leancloud",
    platform: "leancloud",
    title: "LeanCloud (云引擎)",
    program: "edgepick-runner",
    limit: None,
    architectures: &[Architecture::X86_64],
    texts: &[
        Text {
            name: "leanengine.yaml",
            mode: TEXT,
            text: LEANENGINE,
        },
        Text {
            name: ".leanignore",
            mode: TEXT,
            text: LEANIGNORE,
        },
    ],
    steps: &[
        Step::Do(
            "LeanCloud takes a folder. Unpack the zip and deploy it; the port is LeanCloud's LEANCLOUD_APP_PORT:",
        ),
        Step::Type("unzip {zip} -d edgepick-leancloud && cd edgepick-leancloud"),
        Step::Type("lean login --region cn-n1 --token TOKEN"),
        Step::Type("lean switch --region cn-n1 --group web APPID"),
        Step::Type("lean deploy --prod"),
        Step::Do(
            "Bind a domain to the engine: 设置 > 域名绑定 > 云引擎域名. There every method reaches the site and callers get the redirect. Cloud functions, at the API domain, cannot redirect: callers get the picture's JSON.",
        ),
        Step::Do("LeanCloud closes on 2027-01-12 and takes no new users."),
    ],
};

const LEANENGINE: &str = r#"runtime: cpp
build: chmod +x ./edgepick-runner
run: exec ./edgepick-runner --platform leancloud
startupTimeout: 30
"#;

const LEANIGNORE: &str = ".git/\n.leancloud/\n";
