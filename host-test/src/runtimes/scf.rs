//! Tencent Cloud SCF (云函数): what its web functions and its custom runtime
//! have in common. From product 583, "Environment variables" (30228), "Limits"
//! (11637) and "Function status codes" (42611).

use std::time::Duration;

use super::machine::{Plan, UNPRIVILEGED};
use super::{Bodies, Deployment, Limits, environment};
use crate::gateways::scf::{APP_ID, MOST};

pub(super) const CODE: &str = "/var/user";
pub(super) const NAME: &str = "edgepick";
pub(super) const SCF_REGION: &str = "ap-guangzhou";
pub(super) const UIN: &str = "100000000001";

/// Most bytes that a zip may unpack to.
pub(super) const MOST_UNPACKED: u64 = 500 << 20;

/// Those of a call that its caller waits for.
pub(super) const BODIES: Bodies = Bodies {
    request: MOST,
    answer: Some(MOST),
};

/// Those of a new function; the start's is not documented.
pub(super) const LIMITS: Limits = Limits {
    start: Duration::from_secs(60),
    timeout: Duration::from_secs(3),
    memory: 128,
};

/// How a start file is started.
pub(super) fn plan(deployment: &Deployment, program: &str) -> Plan {
    let at = deployment.ground.at(CODE);
    let folder = at.display().to_string();
    let variables = [
        ("SCF_RUNTIME", "CustomRuntime".to_owned()),
        ("SCF_FUNCTIONNAME", NAME.to_owned()),
        ("SCF_FUNCTIONVERSION", "$LATEST".to_owned()),
        ("SCF_NAMESPACE", "default".to_owned()),
        ("_HANDLER", "index.main_handler".to_owned()),
        ("TENCENTCLOUD_REGION", SCF_REGION.to_owned()),
        ("TENCENTCLOUD_APPID", APP_ID.to_string()),
        ("TENCENTCLOUD_UIN", UIN.to_owned()),
        ("TENCENTCLOUD_TZ", "UTC".to_owned()),
        ("TENCENTCLOUD_RUNENV", "SCF".to_owned()),
        ("_SCF_SERVER_PORT", "28902".to_owned()),
        ("USER_CODE_ROOT", format!("{folder}/")),
        ("PWD", folder),
        ("HOME", "/home/qcloud".to_owned()),
        ("USER", "qcloud".to_owned()),
        ("LOGNAME", "qcloud".to_owned()),
        ("LANG", "en_US.UTF8".to_owned()),
        ("LC_ALL", "en_US.UTF8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ];
    Plan {
        program: at.join(program),
        environment: environment(variables, &deployment.settings),
        user: Some(UNPRIVILEGED),
        at,
        ..Plan::default()
    }
}

/// What the platform adds to each request to a program that answers HTTP.
pub(super) fn fields(limits: Limits, id: &str) -> [(&'static str, String); 12] {
    [
        ("x-scf-request-id", id.to_owned()),
        ("x-scf-memory", limits.memory.to_string()),
        ("x-scf-timeout", limits.timeout.as_secs().to_string()),
        ("x-scf-version", "$LATEST".to_owned()),
        ("x-scf-name", NAME.to_owned()),
        ("x-scf-namespace", "default".to_owned()),
        ("x-scf-region", SCF_REGION.to_owned()),
        ("x-scf-appid", APP_ID.to_string()),
        ("x-scf-uin", UIN.to_owned()),
        ("x-scf-session-token", "token-example".to_owned()),
        ("x-scf-secret-id", "id-example".to_owned()),
        ("x-scf-secret-key", "key-example".to_owned()),
    ]
}
