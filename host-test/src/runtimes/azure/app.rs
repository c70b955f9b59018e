//! What the zip of an app says: `host.json` and the `function.json` of each
//! function.

use std::fs;
use std::path::Path;
use std::time::Duration;

use http::Method;
use serde::Deserialize;

use crate::gateways::{Gateway, find};

/// An app.
pub(super) struct App {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) folder: String,
    pub(super) timeout: Duration,
    /// All functions.
    pub(super) names: Vec<String>,
    http: Vec<HttpFunction>,
}

/// A function that callers reach.
pub(super) struct HttpFunction {
    /// The path that it has, or that all of its paths are below.
    path: String,
    below: bool,
    /// In upper case; all, where there are none.
    methods: Vec<String>,
    /// Whether it asks for no key.
    pub(super) anonymous: bool,
    /// Whether the request gets through as it is, and not only copied.
    pub(super) streamed: bool,
    /// What makes documents of its requests; `None` where it gets them plain.
    pub(super) gateway: Option<Box<dyn Gateway>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct HostFile {
    version: String,
    custom_handler: CustomHandler,
    extensions: Extensions,
    function_timeout: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CustomHandler {
    description: Description,
    enable_forwarding_http_request: bool,
    enable_proxying_http_request: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Description {
    default_executable_path: String,
    working_directory: String,
    arguments: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Extensions {
    http: Http,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Http {
    route_prefix: String,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            route_prefix: "api".to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct FunctionFile {
    bindings: Vec<Binding>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Binding {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    direction: String,
    auth_level: Option<String>,
    #[serde(default)]
    methods: Vec<String>,
    route: Option<String>,
}

fn json<T: serde::de::DeserializeOwned>(path: &Path, name: &str) -> Result<T, String> {
    let text = fs::read(path).map_err(|e| format!("{name} cannot be read: {e}"))?;
    serde_json::from_slice(&text).map_err(|e| format!("{name}: {e}"))
}

impl App {
    /// # Errors
    /// What is missing, or what the emulator does not know.
    pub(super) fn read(code: &Path, most_body: usize) -> Result<Self, String> {
        let host: HostFile = json(&code.join("host.json"), "host.json at the zip's root")?;
        if host.version != "2.0" {
            return Err(format!(
                "host.json: version is {:?}; accepted: \"2.0\"",
                host.version
            ));
        }
        let handler = &host.custom_handler;
        if handler.description.default_executable_path.is_empty() {
            let text = "host.json: customHandler.description.defaultExecutablePath is missing";
            return Err(text.to_owned());
        }
        let mut app = Self {
            program: handler.description.default_executable_path.clone(),
            arguments: handler.description.arguments.clone(),
            folder: handler.description.working_directory.clone(),
            timeout: timeout(host.function_timeout.as_deref())?,
            names: Vec::new(),
            http: Vec::new(),
        };
        let mut folders: Vec<_> = fs::read_dir(code)
            .map_err(|e| e.to_string())?
            .flatten()
            .filter(|entry| entry.path().join("function.json").is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        folders.sort_unstable();
        for name in folders {
            let file = format!("{name}/function.json");
            let function: FunctionFile = json(&code.join(&file), &file)?;
            if let Some(http) = HttpFunction::of(&name, &function.bindings, &host, most_body)
                .map_err(|e| format!("{file}: {e}"))?
            {
                app.http.push(http);
            }
            app.names.push(name);
        }
        if app.names.is_empty() {
            return Err("no folder of the zip has a function.json".to_owned());
        }
        Ok(app)
    }

    /// Whether there is a function that not everybody may call.
    pub(super) fn asks_for_a_key(&self) -> bool {
        self.http.iter().any(|function| !function.anonymous)
    }

    /// The function that has this path and takes this method.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<&HttpFunction> {
        self.http
            .iter()
            .find(|function| function.takes(method, path))
    }
}

/// `hh:mm:ss`; five minutes where it is not said.
fn timeout(text: Option<&str>) -> Result<Duration, String> {
    let Some(text) = text else {
        return Ok(Duration::from_secs(300));
    };
    let numbers = text.split(':').map(|part| part.parse::<u64>().ok());
    let numbers: Option<Vec<_>> = numbers.collect();
    match numbers.as_deref() {
        Some([hours, minutes, seconds]) => {
            Ok(Duration::from_secs(hours * 3600 + minutes * 60 + seconds))
        }
        _ => Err(format!(
            "host.json: functionTimeout is {text:?}; accepted: hh:mm:ss"
        )),
    }
}

impl HttpFunction {
    /// `None` where callers do not reach it.
    fn of(
        name: &str,
        bindings: &[Binding],
        host: &HostFile,
        most_body: usize,
    ) -> Result<Option<Self>, String> {
        let is = |kind: &str, direction: &str| {
            let matches = |binding: &&Binding| {
                binding.kind.eq_ignore_ascii_case(kind) && binding.direction == direction
            };
            bindings.iter().find(matches)
        };
        let Some(trigger) = is("httpTrigger", "in") else {
            return Ok(None);
        };
        let prefix = host.extensions.http.route_prefix.trim_matches('/');
        let base = if prefix.is_empty() {
            String::new()
        } else {
            format!("/{prefix}")
        };
        let (path, below) = match trigger.route.as_deref() {
            None => (format!("{base}/{name}"), false),
            Some("{*path}") => (base, true),
            Some(route) => {
                return Err(format!(
                    "the emulator does not know the route {route:?}; it knows none and {{*path}}"
                ));
            }
        };
        let output = is("http", "out").ok_or("there is no output of type http")?;
        let handler = &host.custom_handler;
        let plain = handler.enable_forwarding_http_request || handler.enable_proxying_http_request;
        let gateway = if plain && bindings.len() == 2 {
            None
        } else {
            let most_body = most_body.to_string();
            let mut arguments = vec![
                ("--function", name),
                ("--route-prefix", prefix),
                ("--binding", &trigger.name),
                ("--output", &output.name),
                ("--body-limit", &most_body),
            ]
            .into_iter()
            .flat_map(|(option, value)| [option, value])
            .collect::<Vec<_>>();
            if !below {
                arguments.push("--no-route");
            }
            let emulator = find("azure_functions").ok_or("no gateway")?;
            Some(emulator.with(arguments).map_err(|e| e.to_string())?)
        };
        let methods = trigger.methods.iter();
        Ok(Some(Self {
            path,
            below,
            methods: methods.map(|method| method.to_ascii_uppercase()).collect(),
            anonymous: trigger.auth_level.as_deref() == Some("anonymous"),
            streamed: handler.enable_proxying_http_request,
            gateway,
        }))
    }

    fn takes(&self, method: &Method, path: &str) -> bool {
        let known = self.methods.is_empty() || self.methods.iter().any(|m| m == method.as_str());
        let there = path
            .split_at_checked(self.path.len())
            .filter(|(first, _)| first.eq_ignore_ascii_case(&self.path))
            .is_some_and(|(_, rest)| rest.is_empty() || (self.below && rest.starts_with('/')));
        known && there
    }
}
