//! A function, found by its names, and what it is called with.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, HeaderName};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::Program;
use crate::aliyun_api::Plane;
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply::etag;
use crate::aliyun_api::resource::{need_function, text};
use crate::aliyun_api::schema::function::is_custom;
use crate::aliyun_api::store::{Item, Reading};
use crate::runtimes::aliyun::PORT;

/// A function as one version has it.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) service: String,
    pub(crate) qualifier: String,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) item: Item,
}

/// One call's particulars.
#[derive(Clone, Debug, Default)]
pub(crate) struct Particulars<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    /// `/invoke` or `/http-invoke`.
    pub(crate) control_path: &'a str,
    pub(crate) base_path: &'a str,
    pub(crate) client: &'a str,
    pub(crate) retries: u64,
}

impl Function {
    pub(crate) fn find(
        reading: &Reading,
        service: &str,
        qualifier: &str,
        name: &str,
    ) -> Result<Self, Refused> {
        let (item, version) = need_function(reading, service, qualifier, name)?;
        Ok(Self {
            service: service.to_owned(),
            qualifier: qualifier.to_owned(),
            version,
            name: name.to_owned(),
            item,
        })
    }

    /// What its instances are kept by.
    pub(crate) fn pool(&self) -> String {
        format!("{}/{}/{}", self.service, self.version, self.name)
    }

    pub(crate) fn tag(&self) -> String {
        etag(&self.item)
    }

    fn number(&self, member: &str, otherwise: u64) -> u64 {
        let number = self.item.get(member).and_then(Value::as_u64);
        number.unwrap_or(otherwise)
    }

    pub(crate) fn timeout(&self) -> u64 {
        self.number("timeout", 3)
    }

    /// What is started.
    ///
    /// # Errors
    /// When it cannot run on this machine.
    pub(crate) fn program(&self, plane: &Plane) -> Result<Program, Refused> {
        let not_here = |why: String| Err(Refused::new(412, "FunctionNotStarted", why));
        let runtime = text(&self.item, "runtime");
        if !is_custom(runtime) {
            return not_here(format!(
                "the runtime '{runtime}' is kept but does not run in this emulator, which runs: \
                 custom, custom.debian10, custom.debian11, custom.debian12"
            ));
        }
        let digest = text(&self.item, "_code");
        let Some(zip) = plane.store.read()?.code(digest)? else {
            return not_here(
                "the code is an object of a bucket that is not on this machine; put it into \
                 oss/BUCKET/KEY of the data folder and update the function"
                    .to_owned(),
            );
        };
        let config = self.item.get("customRuntimeConfig");
        let words = |member: &str| {
            let words = config.and_then(|config| config.get(member)?.as_array());
            words
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
        };
        let port = config
            .and_then(|config| config.get("port")?.as_u64())
            .unwrap_or_else(|| self.number("caPort", PORT.into()));
        let cycle = self.item.get("instanceLifecycleConfig");
        let cycle = cycle.and_then(|cycle| cycle.get("initializer")?.get("handler")?.as_str());
        Ok(Program {
            zip: Bytes::from(zip),
            command: words("command").chain(words("args")).collect(),
            port: u16::try_from(port).unwrap_or(PORT),
            environment: self.environment(plane),
            memory: self.number("memorySize", 128),
            timeout: Duration::from_secs(self.timeout()),
            concurrency: usize::try_from(self.number("instanceConcurrency", 1)).unwrap_or(1),
            initializer: !text(&self.item, "initializer").is_empty()
                || cycle.is_some_and(|handler| !handler.is_empty()),
        })
    }

    fn environment(&self, plane: &Plane) -> Vec<(String, String)> {
        let version = match text(&self.item, "runtime") {
            "custom" | "custom.debian10" => "FC_VER_ID",
            _ => "FC_FUNCTION_VERSION",
        };
        let own = [
            ("FC_ACCOUNT_ID", plane.options.account.clone()),
            ("FC_REGION", plane.options.region.clone()),
            ("FC_SERVICE_NAME", self.service_name().to_owned()),
            ("FC_FUNCTION_NAME", self.name.clone()),
            (
                "FC_FUNCTION_HANDLER",
                text(&self.item, "handler").to_owned(),
            ),
            (
                "FC_FUNCTION_MEMORY_SIZE",
                self.number("memorySize", 128).to_string(),
            ),
            (version, self.version.clone()),
        ];
        let given = self
            .item
            .get("environmentVariables")
            .and_then(Value::as_object);
        let given = given.into_iter().flatten();
        let given = given
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
        own.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .chain(given)
            .collect()
    }

    /// Nothing, where the function is alone.
    pub(crate) fn service_name(&self) -> &str {
        if self.service.starts_with('$') {
            ""
        } else {
            &self.service
        }
    }

    /// The fields that the platform puts on every call.
    pub(crate) fn control(&self, call: &Particulars<'_>) -> HeaderMap {
        let (memory, timeout) = (self.number("memorySize", 128), self.timeout());
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-fc-request-id", call.request_id),
            ("x-fc-control-path", call.control_path),
            ("x-fc-function-name", &self.name),
            ("x-fc-function-handler", text(&self.item, "handler")),
            ("x-fc-function-memory", &memory.to_string()),
            ("x-fc-function-timeout", &timeout.to_string()),
            ("x-fc-region", call.region),
            ("x-fc-account-id", call.account),
            ("x-fc-service-name", self.service_name()),
            ("x-fc-service-logproject", ""),
            ("x-fc-service-logstore", ""),
            ("x-fc-qualifier", &self.qualifier),
            (
                "x-fc-version-id",
                if self.version == "LATEST" {
                    ""
                } else {
                    &self.version
                },
            ),
            ("x-fc-access-key-id", ""),
            ("x-fc-access-key-secret", ""),
            ("x-fc-security-token", ""),
            ("x-fc-base-path", call.base_path),
            ("x-fc-client-ip", call.client),
            ("x-fc-retry-count", &call.retries.to_string()),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        headers
    }
}

/// The platform's fields of a call, for another one on the same instance.
pub(super) fn control_of(headers: &HeaderMap, control_path: &'static str) -> HeaderMap {
    let own = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-fc-"));
    let mut headers: HeaderMap = own
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    headers.insert("x-fc-control-path", HeaderValue::from_static(control_path));
    headers
}

/// A caller's fields, without those that only the platform says.
pub(super) fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let passed = |name: &HeaderName| {
        !name.as_str().starts_with("x-fc-")
            && *name != CONNECTION
            && !["keep-alive", "content-length", "transfer-encoding"].contains(&name.as_str())
    };
    let fields = headers.iter().filter(|(name, _)| passed(name));
    let mut passed_on = HeaderMap::new();
    for (name, value) in fields {
        passed_on.append(name.clone(), value.clone());
    }
    passed_on
}
