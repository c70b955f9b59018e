//! Builds a WebAssembly component from a build script. Shared by the build
//! scripts of `host` (the product) and `host-test` (misbehaving guests).

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// The target of every component here.
const TARGET: &str = "wasm32-wasip2";

/// Builds `package` with the profile `component` into a target folder below
/// `OUT_DIR`, tells cargo what to watch, and returns the path of the `.wasm`.
///
/// Ends the build with one sentence when it cannot.
pub(crate) fn build(package: &str) -> PathBuf {
    add_target();
    let folder = variable("OUT_DIR").join("component");
    let status = cargo()
        .args(["build", "--locked", "--package", package])
        .args(["--target", TARGET, "--profile", "component", "--target-dir"])
        .arg(&folder)
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(_) => fail(&format!(
            "the component `{package}` does not build; see above"
        )),
        Err(e) => fail(&format!(
            "cannot start cargo for the component `{package}`: {e}"
        )),
    }
    let wasm = folder
        .join(TARGET)
        .join("component")
        .join(format!("{}.wasm", package.replace('-', "_")));
    watch(&wasm);
    wasm
}

/// The nested cargo, free of what the outer one set for itself: its flags,
/// wrappers (clippy's among them) and target folder are not the component's.
fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        let ours = name.starts_with("CARGO_") && name != "CARGO_HOME" && !network(&name);
        if ours || ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"].contains(&&*name) {
            command.env_remove(&*name);
        }
    }
    command.current_dir(workspace());
    command
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

/// Adds the target's standard library when the toolchain lacks it.
fn add_target() {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let found = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .is_some_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists());
    if found {
        return;
    }
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .current_dir(workspace())
        .status()
        .is_ok_and(|status| status.success());
    if !added {
        fail(&format!(
            "the toolchain has no target {TARGET} and rustup could not add it: run `rustup target \
             add {TARGET}`, or install that target's standard library as your system offers it"
        ));
    }
}

/// Watches exactly what the component was made from: the sources that cargo
/// wrote down beside the `.wasm`, and what its list leaves out.
fn watch(wasm: &Path) {
    let list = std::fs::read_to_string(wasm.with_extension("d")).unwrap_or_default();
    // Spaces in a path are escaped in the list.
    let sources = list.replace("\\ ", "\0");
    let sources = sources.split_once(": ").map_or("", |(_, sources)| sources);
    for source in sources.split_whitespace() {
        println!("cargo::rerun-if-changed={}", source.replace('\0', " "));
    }
    for more in ["Cargo.toml", "Cargo.lock", "wit"] {
        println!(
            "cargo::rerun-if-changed={}",
            workspace().join(more).display()
        );
    }
}

/// The top of the workspace: every member lies directly in it.
fn workspace() -> PathBuf {
    let member = variable("CARGO_MANIFEST_DIR");
    member.parent().map_or(member.clone(), Path::to_path_buf)
}

fn variable(name: &str) -> PathBuf {
    env::var_os(name).map_or_else(
        || {
            fail(&format!(
                "{name} is not set: this runs as a build script of cargo"
            ))
        },
        PathBuf::from,
    )
}

fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    exit(1)
}
