//! Members of a service. VPC, log store, file systems and tracing are shapes
//! only: there is none of them on this machine.

use serde_json::Value;

use super::{Item, Kind, Member, Otherwise};
use crate::aliyun_api::error::Refused;

const VPC: &[Member] = &[
    Member::new("vpcId", Kind::TEXT, Otherwise::Text("")),
    Member::new("vSwitchIds", Kind::List(&Kind::TEXT, 20), Otherwise::List),
    Member::new("securityGroupId", Kind::TEXT, Otherwise::Text("")),
    Member::new("role", Kind::Role, Otherwise::Text("")),
];

const LOG: &[Member] = &[
    Member::new("project", Kind::TEXT, Otherwise::Text("")),
    Member::new("logstore", Kind::TEXT, Otherwise::Text("")),
    Member::new("enableRequestMetrics", Kind::Flag, Otherwise::Flag(false)),
    Member::new("enableInstanceMetrics", Kind::Flag, Otherwise::Flag(false)),
    Member::new(
        "logBeginRule",
        Kind::Choice(&["DefaultRegex", "None"]),
        Otherwise::Null,
    ),
];

const NAS_MOUNT: &[Member] = &[
    Member::new("serverAddr", Kind::TEXT, Otherwise::Required),
    Member::new("mountDir", Kind::TEXT, Otherwise::Required),
    Member::new("enableTLS", Kind::Flag, Otherwise::Flag(false)),
];

/// Mount points of file systems.
pub(super) const NAS_MOUNTS: Kind = Kind::List(&Kind::Object(NAS_MOUNT), 5);

const NAS: &[Member] = &[
    Member::new("userId", Kind::Digits, Otherwise::Whole(-1)),
    Member::new("groupId", Kind::Digits, Otherwise::Whole(-1)),
    Member::new("mountPoints", NAS_MOUNTS, Otherwise::List),
];

const TRACING: &[Member] = &[
    Member::new("type", Kind::Choice(&["Jaeger"]), Otherwise::Null),
    Member::new("params", Kind::Free, Otherwise::Null),
];

const OSS_MOUNT: &[Member] = &[
    Member::new("bucketName", Kind::TEXT, Otherwise::Required),
    Member::new("bucketPath", Kind::TEXT, Otherwise::Text("")),
    Member::new("endpoint", Kind::TEXT, Otherwise::Text("")),
    Member::new("mountDir", Kind::TEXT, Otherwise::Required),
    Member::new("readOnly", Kind::Flag, Otherwise::Flag(false)),
];

const OSS_MOUNTS: &[Member] = &[Member::new(
    "mountPoints",
    Kind::List(&Kind::Object(OSS_MOUNT), 5),
    Otherwise::List,
)];

pub(super) const VPC_CONFIG: Kind = Kind::Object(VPC);
pub(super) const LOG_CONFIG: Kind = Kind::Object(LOG);
pub(super) const NAS_CONFIG: Kind = Kind::Object(NAS);
pub(super) const TRACING_CONFIG: Kind = Kind::Object(TRACING);
pub(super) const OSS_MOUNT_CONFIG: Kind = Kind::Object(OSS_MOUNTS);

/// A service's.
pub(crate) const SERVICE: &[Member] = &[
    Member::new("serviceName", Kind::Name(128), Otherwise::Required),
    Member::new("description", Kind::Text(0, 256), Otherwise::Text("")),
    Member::new("internetAccess", Kind::Flag, Otherwise::Flag(true)).inert(),
    Member::new("role", Kind::Role, Otherwise::Text("")).inert(),
    Member::new("vpcConfig", VPC_CONFIG, Otherwise::Members).inert(),
    Member::new("logConfig", LOG_CONFIG, Otherwise::Members).inert(),
    Member::new("nasConfig", NAS_CONFIG, Otherwise::Members).inert(),
    Member::new("tracingConfig", TRACING_CONFIG, Otherwise::Members).inert(),
    Member::new("ossMountConfig", OSS_MOUNT_CONFIG, Otherwise::Members).inert(),
];

/// What one member asks of another, in services and in functions.
///
/// # Errors
/// A network without a switch, a project without a log store or the reverse.
pub(crate) fn check(item: &Item) -> Result<(), Refused> {
    let text = |config: &str, member: &str| {
        let value = item.get(config).and_then(|config| config.get(member));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let vpc = item.get("vpcConfig");
    let switches = vpc
        .and_then(|vpc| vpc.get("vSwitchIds"))
        .and_then(Value::as_array);
    if !text("vpcConfig", "vpcId").is_empty() && switches.is_none_or(Vec::is_empty) {
        return Err(Refused::value(
            "vpcConfig.vSwitchIds",
            "at least one with a vpcId",
            "[]",
        ));
    }
    let (project, store) = (text("logConfig", "project"), text("logConfig", "logstore"));
    if project.is_empty() != store.is_empty() {
        return Err(Refused::value(
            "logConfig",
            "project and logstore, or neither",
            &format!("project {project:?}, logstore {store:?}"),
        ));
    }
    Ok(())
}
