//! The runner, built from the source that this program was built from.

use std::env;
use std::fs;
use std::path::Path;

use super::{NAME, NoRunner};
use crate::runner_engine::Architecture;

#[path = "../../../build/nested.rs"]
mod nested;

/// Builds the runner from the source at `top`, into a folder of its own below
/// the workspace's target folder. Cargo tells how far it is, and does nothing
/// when nothing has changed.
pub(super) fn build(top: &Path, architecture: Architecture) -> Result<Vec<u8>, NoRunner> {
    let target = architecture.target();
    let folder = top.join("target").join("runner");
    let file = folder.join(target).join("runner").join(NAME);
    let mut cargo = nested::cargo(top);
    if let Some(compiler) = c_compiler(architecture)? {
        cargo.env(c_variable(architecture), compiler);
    }
    if !is_own(architecture) {
        // The toolchain brings a linker for all of them, and the C library.
        let target = target.replace('-', "_").to_uppercase();
        cargo.env(format!("CARGO_TARGET_{target}_LINKER"), "rust-lld");
    }
    if !nested::has_target(target, top) {
        eprintln!("adding the target {target}, which the runner is built for");
        nested::add_target(target, top);
    }
    nested::flags(&mut cargo, &nested::anonymous(top, &folder));
    cargo
        .args([
            "build",
            "--locked",
            "--package",
            NAME,
            "--profile",
            "runner",
        ])
        .args(["--target", target, "--target-dir"])
        .arg(&folder);
    if file.is_file() {
        cargo.arg("--quiet");
    } else {
        eprintln!("building the runner for {}, once", architecture.name());
    }
    match cargo.status() {
        Ok(status) if status.success() => fs::read(file).map_err(|_| NoRunner::Build),
        Ok(_) => Err(NoRunner::Build),
        Err(e) => {
            eprintln!("cargo cannot be started: {e}");
            Err(NoRunner::Build)
        }
    }
}

/// What compiles wasmtime's one small C file, unless a variable says it. The
/// file calls nothing of the C library, so that any for the architecture will
/// do.
fn c_compiler(architecture: Architecture) -> Result<Option<&'static str>, NoRunner> {
    let own = is_own(architecture);
    // This machine's may be no cross compiler.
    let general = if own { "CC" } else { "TARGET_CC" };
    let named = [&*c_variable(architecture), "TARGET_CC", general];
    if named.iter().any(|name| env::var_os(name).is_some()) {
        return Ok(None);
    }
    let [musl, gnu] = c_compilers(architecture);
    let candidates = if own {
        [musl, "musl-gcc", "cc"]
    } else {
        [musl, gnu, gnu]
    };
    let found = candidates.into_iter().find(|name| is_command(name));
    found.map(Some).ok_or(NoRunner::NoCCompiler(architecture))
}

/// Whether this machine's own tools build for an architecture.
fn is_own(architecture: Architecture) -> bool {
    cfg!(target_os = "linux") && architecture == Architecture::OWN
}

/// Cross compilers by their usual names; systems more often have the second.
pub(super) const fn c_compilers(architecture: Architecture) -> [&'static str; 2] {
    match architecture {
        Architecture::X86_64 => ["x86_64-linux-musl-gcc", "x86_64-linux-gnu-gcc"],
        Architecture::Arm64 => ["aarch64-linux-musl-gcc", "aarch64-linux-gnu-gcc"],
    }
}

/// The variable that names the C compiler for the runner's target.
pub(super) fn c_variable(architecture: Architecture) -> String {
    format!("CC_{}", architecture.target().replace('-', "_"))
}

/// Whether a folder of `PATH` has that file.
fn is_command(name: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}
