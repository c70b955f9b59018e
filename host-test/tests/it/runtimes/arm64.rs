//! A zip for arm64, run on a machine of another kind by an emulator of the
//! processor.
//!
//! It takes a runner that is built for arm64 and a command that compiles for
//! it, so it is ignored unless asked for: `cargo test -p host-test --features
//! edgepick-host/cross --test it arm64 -- --ignored --nocapture`. What is
//! missing on this machine is said.

use std::env;
use std::path::PathBuf;

use edgepick_host::pack::{NoRunner, Places, kinds, pack};
use edgepick_host::runner_engine::{Architecture, compiles_for};
use host_test::runtimes::{Settings, find};

use super::packed::{LIST, drawn};
use super::{call, settings, zip_of};
use crate::skipped::skipped;
use crate::stands::input;
use crate::zips::{faithful, site_for};

const ARM64: Architecture = Architecture::Arm64;

/// qemu's emulator of one program, from Debian's `qemu-user-static` or as other
/// systems call it.
const EMULATORS: [&str; 2] = ["qemu-aarch64-static", "qemu-aarch64"];

fn emulator() -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).flat_map(|at| EMULATORS.map(|name| at.join(name)));
    let found = places.find(|place| place.is_file());
    found.ok_or_else(|| format!("no {} on this machine", EMULATORS[0]))
}

/// The runner of this source, whatever a variable names.
fn runner() -> Result<Vec<u8>, String> {
    if !compiles_for(ARM64) {
        return Err("built without the feature edgepick-host/cross".to_owned());
    }
    let places = Places {
        named: None,
        ..Places::of_this_process()
    };
    match places.runner(ARM64) {
        Err(missing @ NoRunner::NoCCompiler(_)) => Err(missing.to_string()),
        built => Ok(built.unwrap_or_else(|e| panic!("{e}"))),
    }
}

#[test]
#[ignore = "builds a runner for arm64: see CONTRIBUTING.md"]
fn a_zip_for_arm64_sends_callers_to_random_pictures() {
    let (emulator, runner) = match emulator().and_then(|found| Ok((found, runner()?))) {
        Ok(found) => found,
        Err(why) => return skipped(&why),
    };
    let site = site_for(input(LIST), None, ARM64);
    let zip = pack(kinds("aws")[0], &runner, &site, "site.zip").unwrap();
    let sizes = (runner.len(), zip.bytes.len());
    // Where the platform would start the runner, the emulator is started on it.
    let start = format!("#!{} ./arm64\n", emulator.display());
    let files = zip.files.iter().map(|file| match &*file.name {
        "bootstrap" => ("arm64", file.mode, &*file.bytes),
        name => (name, file.mode, &*file.bytes),
    });
    let zip = zip_of(files.chain([("bootstrap", 0o755, start.as_bytes())]));
    let row = find("aws").unwrap();
    let program = row.deploy(
        &zip,
        Settings {
            // The emulator's own and its translations are among it.
            memory: Some(512),
            ..settings()
        },
    );
    let program = program.unwrap();
    call(&*program, "{}");
    for way in faithful(row, &*program) {
        let (door, at) = (&way.door, way.door.label());
        let pictures = drawn(door.address, &format!("{}/", door.base), &at);
        assert!(pictures.len() > 1, "{at}: {pictures:?}: {}", program.log());
        eprintln!("{at}: 302 to {}", Vec::from_iter(pictures).join(" "));
    }
    eprintln!("arm64: a runner of {} bytes, a zip of {}", sizes.0, sizes.1);
}
