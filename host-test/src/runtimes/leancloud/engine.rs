//! `leanengine.yaml`.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

const RUNTIMES: [&str; 8] = [
    "cpp", "dotnet", "go", "java", "nodejs", "php", "python", "static",
];

/// What an app says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Engine {
    pub(super) build: Vec<String>,
    pub(super) run: String,
    pub(super) startup_timeout: Duration,
    pub(super) functions_mode: Mode,
}

/// What the platform thinks of its functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    /// They may be missing.
    #[default]
    Lenient,
    /// They are what it is for.
    Strict,
    /// Nobody asks for them.
    Disabled,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    runtime: String,
    #[serde(default)]
    install: Commands,
    #[serde(default)]
    build: Commands,
    run: Option<String>,
    startup_timeout: Option<u64>,
    functions_mode: Option<Mode>,
}

/// One command, or several.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Commands {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Commands {
    fn list(self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::One(command) => vec![command],
            Self::Many(commands) => commands,
        }
    }
}

impl Engine {
    /// That of an app's folder. Only `cpp` runs here, which is what programs
    /// that are there already run as.
    ///
    /// # Errors
    /// What the platform, or the emulator, does not take.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(folder.join("leanengine.yaml"))
            .map_err(|e| format!("leanengine.yaml at the zip's root cannot be read: {e}"))?;
        Self::parse(&text).map_err(|e| format!("leanengine.yaml: {e}"))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_yaml_ng::from_str(text).map_err(|e| e.to_string())?;
        let runtime = file.runtime;
        if !RUNTIMES.contains(&runtime.as_str()) {
            let known = RUNTIMES.join(", ");
            return Err(format!("unknown runtime {runtime:?}; accepted: {known}"));
        }
        if runtime != "cpp" {
            return Err(format!("the emulator runs cpp, not {runtime}"));
        }
        let seconds = file.startup_timeout.unwrap_or(30);
        if !(15..=120).contains(&seconds) {
            return Err(format!(
                "startupTimeout is {seconds}; accepted: 15 to 120 seconds"
            ));
        }
        let mut build = file.install.list();
        build.extend(file.build.list());
        Ok(Self {
            build,
            run: file.run.ok_or("cpp needs a run command")?,
            startup_timeout: Duration::from_secs(seconds),
            functions_mode: file.functions_mode.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_say_how_they_are_built_and_run() {
        let text = "runtime: cpp # ours\nbuild: chmod +x ./a\nrun: ./a --b\n";
        let engine = Engine::parse(text).unwrap();
        assert_eq!(engine.build, ["chmod +x ./a"]);
        assert_eq!(engine.run, "./a --b");
        assert_eq!(engine.startup_timeout, Duration::from_secs(30));
        assert_eq!(engine.functions_mode, Mode::Lenient);
        let text = "runtime: cpp\ninstall: [a]\nbuild:\n  - b\n  - c\nrun: d\nstartupTimeout: 15\nfunctionsMode: strict\n";
        let engine = Engine::parse(text).unwrap();
        assert_eq!(engine.build, ["a", "b", "c"]);
        assert_eq!(engine.functions_mode, Mode::Strict);
    }

    #[test]
    fn what_the_platform_does_not_take() {
        for (text, message) in [
            ("runtime: rust\nrun: a", "unknown runtime \"rust\""),
            ("runtime: go\nrun: a", "the emulator runs cpp"),
            ("runtime: cpp", "cpp needs a run command"),
            (
                "runtime: cpp\nrun: a\nstartupTimeout: 5",
                "accepted: 15 to 120",
            ),
            ("runtime: cpp\nrun: a\nfunctionsMode: x", "unknown variant"),
            ("{", "leanengine"),
        ] {
            let error = Engine::parse(text).map_err(|e| format!("leanengine: {e}"));
            let error = error.unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
