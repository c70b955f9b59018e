//! The parameters of a deployment, and what they make of each other.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::aliyun_api::call::Api;
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::schema::function::{CONTAINER, CONTAINER_CONFIG, RUNTIMES, is_custom};
use crate::aliyun_api::schema::{Kind, find, is_name, read};
use crate::aliyun_api::store::Item;

/// The table of the article, strictly: nothing else, nothing of another type.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    runtime: Option<String>,
    entrypoint: Option<String>,
    pub(super) code: Option<String>,
    handler: Option<String>,
    #[serde(default = "default_memory")]
    pub(super) memory: u64,
    #[serde(default = "default_timeout")]
    pub(super) timeout: u64,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    role: String,
    vpc_config: Option<VpcConfig>,
    #[serde(default)]
    pub(super) triggers: Vec<Trigger>,
    #[serde(default)]
    layers: Vec<Layer>,
    pub(super) zip_file: Option<String>,
    image_url: Option<String>,
    image_tag: Option<String>,
    image_digest_value: Option<String>,
    custom_container_config: Option<Item>,
    pub(super) oss_bucket: Option<String>,
    pub(super) oss_object_key: Option<String>,
}

const fn default_memory() -> u64 {
    128
}

const fn default_timeout() -> u64 {
    60
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct VpcConfig {
    #[serde(alias = "vpcId")]
    vpc_id: String,
    #[serde(alias = "vSwitchIds", alias = "vswitchIds")]
    vswitch_ids: Vec<String>,
    #[serde(default, alias = "securityGroupId")]
    security_group_id: String,
}

/// A trigger of the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trigger {
    pub(super) r#type: String,
    pub(super) config: Item,
    pub(super) name: Option<String>,
    pub(super) qualifier: Option<String>,
    pub(super) role: Option<String>,
    pub(super) source_arn: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    name: String,
    version: Value,
}

impl Parameters {
    /// Reads the request's object.
    ///
    /// # Errors
    /// Parameters that are not there, not known, of another type, or that
    /// contradict each other.
    pub(super) fn read(given: &Item) -> Result<Self, Refused> {
        let given = Value::Object(
            given
                .iter()
                .filter(|m| !m.1.is_null())
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect(),
        );
        let parameters: Self = match serde_json::from_value(given.clone()) {
            Ok(parameters) => parameters,
            Err(e) => return Err(Refused::invalid(format!("{}{e}", place(&given)))),
        };
        if !is_name(&parameters.name, 64) {
            let allowed = "1 to 64 letters, digits, underscores and hyphens, the first a letter or an underscore";
            return Err(Refused::value("name", allowed, &parameters.name));
        }
        let texts = [
            ("entrypoint", &parameters.entrypoint),
            ("handler", &parameters.handler),
            ("zip_file", &parameters.zip_file),
            ("image_url", &parameters.image_url),
        ];
        for (name, text) in texts {
            if text.as_deref() == Some("") {
                return Err(Refused::value(name, "text", ""));
            }
        }
        if parameters.oss_bucket.is_some() != parameters.oss_object_key.is_some() {
            let message = "oss_bucket and oss_object_key are given both or not at all";
            return Err(Refused::invalid(message));
        }
        if parameters.layers.len() > 5 {
            let count = parameters.layers.len().to_string();
            return Err(Refused::value("layers", "at most 5", &count));
        }
        let whole = |name: &str, number: u64, kind: Kind| {
            kind.check(name, &number.into(), Api::Deployments)
        };
        whole("memory", parameters.memory, Kind::whole(128, 32_768, 64))?;
        whole("timeout", parameters.timeout, Kind::whole(1, 86_400, 1))?;
        parameters.runtime()?;
        parameters.handler()?;
        parameters.image()?;
        Ok(parameters)
    }

    /// Whether the function is an image.
    pub(super) fn is_container(&self) -> bool {
        self.image_url.is_some()
            || self.image_tag.is_some()
            || self.image_digest_value.is_some()
            || self.custom_container_config.is_some()
    }

    /// The runtime, whatever its case; `Python` and `Node.js` are the newest.
    pub(super) fn runtime(&self) -> Result<&'static str, Refused> {
        let Some(given) = &self.runtime else {
            return match self.is_container() {
                true => Ok(CONTAINER),
                false => Err(Refused::absent("runtime")),
            };
        };
        let runtime = match given.to_ascii_lowercase().as_str() {
            "python" => Some("python3"),
            "node.js" | "nodejs" => Some("nodejs16"),
            lower => RUNTIMES.iter().find(|known| **known == lower).copied(),
        };
        match runtime {
            Some(runtime) if self.is_container() && runtime != CONTAINER => Err(Refused::value(
                "runtime",
                "custom-container, with an image",
                runtime,
            )),
            Some(runtime) => Ok(runtime),
            None => Err(Refused::value("runtime", &RUNTIMES.join(" | "), given)),
        }
    }

    /// The handler. For built-in runtimes the entry point is the same by
    /// another name; for others it is a command.
    pub(super) fn handler(&self) -> Result<String, Refused> {
        let runtime = self.runtime()?;
        let built_in = runtime != CONTAINER && !is_custom(runtime);
        match (&self.handler, &self.entrypoint) {
            (Some(handler), Some(entry)) if built_in && handler != entry => {
                let message = format!("handler '{handler}' and entrypoint '{entry}' differ");
                Err(Refused::invalid(message))
            }
            (Some(handler), _) => Ok(handler.clone()),
            (None, Some(entry)) if built_in => Ok(entry.clone()),
            (None, Some(_)) => Ok("index.handler".to_owned()),
            (None, None) if built_in => Err(Refused::absent("handler or entrypoint")),
            (None, None) => Ok("index.handler".to_owned()),
        }
    }

    /// The image with its tag or digest.
    pub(super) fn image(&self) -> Result<Option<String>, Refused> {
        if !self.is_container() {
            return Ok(None);
        }
        let config = self.custom_container_config.as_ref();
        let configured = config.and_then(|config| find(config, "image")?.as_str());
        let url = self
            .image_url
            .as_deref()
            .map(|url| url.trim_start_matches("https://"));
        let Some(image) = url.or(configured) else {
            return Err(Refused::absent("image_url"));
        };
        if let (Some(url), Some(configured)) = (url, configured)
            && url != configured
        {
            return Err(Refused::value(
                "custom_container_config.image",
                url,
                configured,
            ));
        }
        let letters = |b: u8| b.is_ascii_alphanumeric() || b"._-:/@".contains(&b);
        if !image.contains('/') || !image.bytes().all(letters) {
            return Err(Refused::value("image_url", "HOST/NAME[:TAG]", image));
        }
        let name = image.rsplit('/').next().unwrap_or_default();
        let (base, tag) = match name.rsplit_once(':') {
            Some((_, tag)) => (image.trim_end_matches(tag).trim_end_matches(':'), Some(tag)),
            None => (image, None),
        };
        if let (Some(tag), Some(other)) = (tag, self.image_tag.as_deref())
            && tag != other
        {
            return Err(Refused::value("image_tag", tag, other));
        }
        if let Some(digest) = &self.image_digest_value {
            let hex = digest.strip_prefix("sha256:").unwrap_or_default();
            if hex.len() != 64
                || !hex
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            {
                let allowed = "sha256: and 64 hexadecimal digits";
                return Err(Refused::value("image_digest_value", allowed, digest));
            }
            return Ok(Some(format!("{base}@{digest}")));
        }
        let tag = tag.or(self.image_tag.as_deref()).unwrap_or("latest");
        Ok(Some(format!("{base}:{tag}")))
    }

    /// The members of the function, as CreateFunction takes them.
    pub(super) fn function(&self) -> Result<Item, Refused> {
        let runtime = self.runtime()?;
        let entry: Vec<_> = self.entrypoint.iter().collect();
        let layers: Vec<_> = self
            .layers
            .iter()
            .map(|layer| match &layer.version {
                Value::String(version) => Ok(format!("{}#{version}", layer.name)),
                Value::Number(version) => Ok(format!("{}#{version}", layer.name)),
                other => Err(Refused::value(
                    "layers.version",
                    "text or a number",
                    &other.to_string(),
                )),
            })
            .collect::<Result<_, _>>()?;
        let mut given = json!({
            "functionName": self.name,
            "description": self.description,
            "runtime": runtime,
            "handler": self.handler()?,
            "memorySize": self.memory,
            "timeout": self.timeout,
            "environmentVariables": self.environment,
            "layers": layers,
        });
        if let Some(given) = given.as_object_mut() {
            if is_custom(runtime) && !entry.is_empty() {
                let command: Vec<_> = entry.iter().flat_map(|e| e.split_whitespace()).collect();
                let command = json!({ "command": command });
                given.insert("customRuntimeConfig".to_owned(), command);
            }
            if let Some(image) = self.image()? {
                let none = Item::new();
                let config = self.custom_container_config.as_ref().unwrap_or(&none);
                let mut config = read(CONTAINER_CONFIG, &with_image(config, &image), Api::V2016)?;
                if !entry.is_empty() {
                    config.insert("entrypoint".to_owned(), json!(entry));
                }
                given.insert("customContainerConfig".to_owned(), Value::Object(config));
            }
        }
        match given {
            Value::Object(given) => Ok(given),
            _ => Ok(Item::new()),
        }
    }

    /// The members of the service, as CreateService takes them.
    pub(super) fn service(&self) -> Item {
        let mut service = Item::new();
        service.insert("serviceName".to_owned(), self.name.as_str().into());
        service.insert("description".to_owned(), self.description.as_str().into());
        service.insert("role".to_owned(), self.role.as_str().into());
        if let Some(vpc) = &self.vpc_config {
            let vpc = json!({
                "vpcId": vpc.vpc_id,
                "vSwitchIds": vpc.vswitch_ids,
                "securityGroupId": vpc.security_group_id,
            });
            service.insert("vpcConfig".to_owned(), vpc);
        }
        service
    }

    /// What was given and not looked at, and what is kept and does nothing.
    pub(super) fn warnings(&self, source: &str) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.code.is_some() && source != "code" {
            warnings.push(format!("code is ignored because {source} is set"));
        }
        let given = [
            ("role", !self.role.is_empty()),
            ("vpc_config", self.vpc_config.is_some()),
            ("layers", !self.layers.is_empty()),
            ("image", self.is_container()),
        ];
        for (name, _) in given.iter().filter(|given| given.1) {
            warnings.push(format!("{name} is kept and not acted upon"));
        }
        warnings
    }
}

/// The first parameter that is wrong in itself, for a message about it.
fn place(given: &Value) -> String {
    let mut given = given.as_object().into_iter().flatten();
    let wrong = given.find(|(name, value)| {
        let mut alone = json!({ "name": "alone" });
        if let Some(alone) = alone.as_object_mut() {
            alone.insert((*name).clone(), (*value).clone());
        }
        serde_json::from_value::<Parameters>(alone).is_err()
    });
    wrong.map_or_else(String::new, |(name, _)| format!("{name}: "))
}

fn with_image(config: &Item, image: &str) -> Item {
    let mut config: Item = config
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("image"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    config.insert("image".to_owned(), image.into());
    config
}

#[cfg(test)]
mod tests;
