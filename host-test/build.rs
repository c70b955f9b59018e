//! Builds the misbehaving guest of the tests.

#[path = "../host/build/component.rs"]
mod component;

fn main() {
    println!("cargo::rerun-if-changed=../host/build/component.rs");
    println!("cargo::rerun-if-changed=../host/build/nested.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let wasm = component::build("unruly");
    println!("cargo::rustc-env=EDGEPICK_UNRULY={}", wasm.display());
}
