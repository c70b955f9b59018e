//! A cargo that another program starts: a build script, which runs inside a
//! cargo, or `edgepick pack`, which may.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The nested cargo for the workspace at `top`, free of what the outer one set
/// for itself: its flags, wrappers (clippy's among them) and target folder are
/// not the nested one's.
pub(crate) fn cargo(top: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        let ours = name.starts_with("CARGO_") && name != "CARGO_HOME" && !network(&name);
        if ours || ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"].contains(&&*name) {
            command.env_remove(&*name);
        }
    }
    command.current_dir(top);
    command
}

/// Flags for what is built by [`cargo`] with `target` as its target folder, so
/// that no path of this machine gets into it, as the places of panics would:
/// the same source makes the same bytes on every machine, and says nothing of
/// its builder. Of several prefixes that fit the last counts.
pub(crate) fn anonymous(top: &Path, target: &Path) -> Vec<String> {
    let home = env::home_dir().filter(|home| home.parent().is_some());
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(home.as_ref()?.join(".cargo")));
    let sources = cargo.as_ref().map(|cargo| cargo.join("registry/src"));
    // One for each registry, under a name that tells which.
    let registries = sources.and_then(|sources| sources.read_dir().ok());
    let registries = registries.into_iter().flatten().flatten();
    let mut registries: Vec<_> = registries.map(|registry| registry.path()).collect();
    registries.sort();
    let mut prefixes: Vec<_> = [(home, "/home"), (cargo, "/cargo")]
        .into_iter()
        .filter_map(|(path, name)| Some((path?, name)))
        .collect();
    prefixes.extend(registries.into_iter().map(|path| (path, "/registry")));
    prefixes.push((top.to_owned(), "/edgepick"));
    prefixes.push((target.to_owned(), "/target"));
    prefixes
        .iter()
        .map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()))
        .collect()
}

/// Sets the flags of the compiler in a cargo.
pub(crate) fn flags(cargo: &mut Command, flags: &[String]) {
    // As cargo parts them, whatever characters are in paths.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

/// Whether a variable tells cargo how to reach its registry.
fn network(name: &str) -> bool {
    [
        "CARGO_NET_",
        "CARGO_HTTP_",
        "CARGO_REGISTRIES_",
        "CARGO_REGISTRY_",
        "CARGO_SOURCE_",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

/// Whether the toolchain of the workspace at `top` has the target's standard
/// library.
pub(crate) fn has_target(target: &str, top: &Path) -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Command::new(rustc)
        .args(["--print", "target-libdir", "--target", target])
        .current_dir(top)
        .output()
        .ok()
        .filter(|output| output.status.success())
        .is_some_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists())
}

/// Has rustup add the target; gives whether it did.
pub(crate) fn add_target(target: &str, top: &Path) -> bool {
    Command::new("rustup")
        .args(["target", "add", target])
        .current_dir(top)
        .status()
        .is_ok_and(|status| status.success())
}
