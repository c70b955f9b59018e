//! Members of a function, of both interfaces.

use serde_json::Value;

use super::service::{
    LOG_CONFIG, NAS_CONFIG, NAS_MOUNTS, OSS_MOUNT_CONFIG, TRACING_CONFIG, VPC_CONFIG,
};
use super::{Item, Kind, Member, Otherwise};
use crate::aliyun_api::call::Api;
use crate::aliyun_api::error::Refused;

/// Runtimes that can be named.
pub(crate) const RUNTIMES: &[&str] = &[
    "nodejs4.4",
    "nodejs6",
    "nodejs8",
    "nodejs10",
    "nodejs12",
    "nodejs14",
    "nodejs16",
    "nodejs18",
    "nodejs20",
    "python2.7",
    "python3",
    "python3.6",
    "python3.7",
    "python3.8",
    "python3.9",
    "python3.10",
    "java8",
    "java11",
    "php7.2",
    "go1",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "custom",
    "custom.debian10",
    "custom.debian11",
    "custom.debian12",
    CONTAINER,
];

/// The runtime that is an image.
pub(crate) const CONTAINER: &str = "custom-container";

/// Whether a runtime is the zip's own program, which can run here.
pub(crate) fn is_custom(runtime: &str) -> bool {
    runtime == "custom" || runtime.starts_with("custom.")
}

const COMMAND: &[Member] = &[
    Member::new("command", Kind::List(&Kind::TEXT, 64), Otherwise::List),
    Member::new("args", Kind::List(&Kind::TEXT, 64), Otherwise::List),
    Member::new("port", Kind::whole(1, 65_535, 1), Otherwise::Whole(9000)).only(Api::V2023),
    Member::new("healthCheckConfig", Kind::Free, Otherwise::Null).only(Api::V2023),
];

/// A container's.
pub(crate) const CONTAINER_CONFIG: &[Member] = &[
    Member::new("image", Kind::Text(1, 1024), Otherwise::Required),
    Member::new("command", Kind::Words, Otherwise::Null),
    Member::new("args", Kind::Words, Otherwise::Null),
    Member::new("entrypoint", Kind::Words, Otherwise::Nothing),
    Member::new(
        "accelerationType",
        Kind::Acceleration,
        Otherwise::Text("Default"),
    ),
    Member::new("webServerMode", Kind::Flag, Otherwise::Flag(true)),
    Member::new("instanceID", Kind::TEXT, Otherwise::Text("")).only(Api::V2016),
    Member::new("acrInstanceId", Kind::TEXT, Otherwise::Text("")).only(Api::V2023),
    Member::new("port", Kind::whole(1, 65_535, 1), Otherwise::Whole(9000)).only(Api::V2023),
];

/// A function's.
pub(crate) const FUNCTION: &[Member] = &[
    Member::new("functionName", Kind::Name(64), Otherwise::Required),
    Member::new("description", Kind::Text(0, 256), Otherwise::Text("")),
    Member::new("runtime", Kind::Choice(RUNTIMES), Otherwise::Required),
    Member::new("handler", Kind::Text(1, 128), Otherwise::Required),
    Member::new("initializer", Kind::Text(0, 128), Otherwise::Text("")).only(Api::V2016),
    Member::new(
        "memorySize",
        Kind::whole(128, 32_768, 64),
        Otherwise::Whole(128),
    ),
    Member::new("timeout", Kind::whole(1, 86_400, 1), Otherwise::Whole(3)),
    Member::new(
        "initializationTimeout",
        Kind::whole(1, 300, 1),
        Otherwise::Whole(3),
    )
    .only(Api::V2016),
    Member::new("environmentVariables", Kind::Variables, Otherwise::Object),
    Member::new(
        "customRuntimeConfig",
        Kind::Object(COMMAND),
        Otherwise::Null,
    ),
    Member::new(
        "customContainerConfig",
        Kind::Object(CONTAINER_CONFIG),
        Otherwise::Null,
    )
    .inert(),
    Member::new("caPort", Kind::whole(1, 65_535, 1), Otherwise::Null).only(Api::V2016),
    Member::new("caEnable", Kind::Flag, Otherwise::Null)
        .only(Api::V2016)
        .inert(),
    Member::new("caFiles", Kind::List(&Kind::Map, 100), Otherwise::Null)
        .only(Api::V2016)
        .inert(),
    Member::new("layers", Kind::List(&Kind::TEXT, 5), Otherwise::List).inert(),
    Member::new("vpcConfig", VPC_CONFIG, Otherwise::Null).inert(),
    Member::new("logConfig", LOG_CONFIG, Otherwise::Null).inert(),
    Member::new("nasConfig", NAS_CONFIG, Otherwise::Null).inert(),
    Member::new("mountPoints", NAS_MOUNTS, Otherwise::Null)
        .only(Api::V2016)
        .inert(),
    Member::new("role", Kind::Role, Otherwise::Text(""))
        .only(Api::V2023)
        .inert(),
    Member::new("internetAccess", Kind::Flag, Otherwise::Flag(true))
        .only(Api::V2023)
        .inert(),
    Member::new("ossMountConfig", OSS_MOUNT_CONFIG, Otherwise::Null)
        .only(Api::V2023)
        .inert(),
    Member::new("tracingConfig", TRACING_CONFIG, Otherwise::Null)
        .only(Api::V2023)
        .inert(),
    Member::new(
        "instanceConcurrency",
        Kind::whole(1, 200, 1),
        Otherwise::Whole(1),
    ),
    Member::new(
        "instanceSoftConcurrency",
        Kind::whole(1, 200, 1),
        Otherwise::Null,
    )
    .inert(),
    Member::new(
        "instanceType",
        Kind::Choice(&["e1", "c1", "g1", "fc.gpu.tesla.1", "fc.gpu.ampere.1"]),
        Otherwise::Text("e1"),
    )
    .inert(),
    Member::new("cpu", Kind::Twentieths(16.0), Otherwise::Null).inert(),
    Member::new("diskSize", Kind::Disk, Otherwise::Null).inert(),
    Member::new("gpuMemorySize", Kind::whole(0, 98_304, 1), Otherwise::Null).inert(),
    Member::new("customDNS", Kind::Free, Otherwise::Null).inert(),
    Member::new("customHealthCheckConfig", Kind::Free, Otherwise::Null).inert(),
    Member::new("instanceLifecycleConfig", Kind::Free, Otherwise::Null),
];

/// What one member asks of another.
///
/// # Errors
/// Settings of another runtime, an image that is missing, CPU and memory that
/// do not fit each other.
pub(crate) fn check(item: &Item) -> Result<(), Refused> {
    super::service::check(item)?;
    let runtime = item
        .get("runtime")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let set = |member: &str| item.get(member).is_some_and(|value| !value.is_null());
    let container = runtime == CONTAINER;
    for (member, fits) in [
        ("caPort", container || is_custom(runtime)),
        ("caEnable", container || is_custom(runtime)),
        ("caFiles", container || is_custom(runtime)),
        ("customRuntimeConfig", is_custom(runtime)),
        ("customContainerConfig", container),
    ] {
        if set(member) && !fits {
            return Err(Refused::value(
                "runtime",
                &format!("a custom one with {member}"),
                runtime,
            ));
        }
    }
    if container && !set("customContainerConfig") {
        return Err(Refused::absent("customContainerConfig.image"));
    }
    let memory = item.get("memorySize").and_then(Value::as_f64);
    let cpu = item.get("cpu").and_then(Value::as_f64);
    if let (Some(memory), Some(cpu)) = (memory, cpu)
        && !(1.0..=4.0).contains(&(memory / 1024.0 / cpu))
    {
        let allowed = "1 to 4 GB of memorySize for each vCPU";
        return Err(Refused::value("cpu", allowed, &cpu.to_string()));
    }
    Ok(())
}
