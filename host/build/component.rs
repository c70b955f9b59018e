//! Builds a WebAssembly component from a build script. Shared by the build
//! scripts of `host` (the product) and `host-test` (misbehaving guests).

use std::env;
use std::path::{Path, PathBuf};
use std::process::exit;

#[path = "nested.rs"]
mod nested;

/// The target of every component here.
const TARGET: &str = "wasm32-wasip2";

/// Every host of wasi:http knows WebAssembly's vectors, and the checks of texts
/// are made with them.
const FEATURES: &str = "-Ctarget-feature=+simd128";

/// Builds `package` with the profile `component` into a target folder below
/// `OUT_DIR`, tells cargo what to watch, and returns the path of the `.wasm`.
///
/// Ends the build with one sentence when it cannot.
pub(crate) fn build(package: &str) -> PathBuf {
    add_target();
    let folder = variable("OUT_DIR").join("component");
    let mut cargo = nested::cargo(&workspace());
    let mut flags = nested::anonymous(&workspace(), &folder);
    flags.push(FEATURES.to_owned());
    nested::flags(&mut cargo, &flags);
    let status = cargo
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

/// Adds the target's standard library when the toolchain lacks it.
fn add_target() {
    let top = workspace();
    if !nested::has_target(TARGET, &top) && !nested::add_target(TARGET, &top) {
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
