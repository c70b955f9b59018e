//! Builds the component, so that no step is ever done by hand.

#[path = "build/component.rs"]
mod component;

fn main() {
    println!("cargo::rerun-if-changed=build/component.rs");
    println!("cargo::rerun-if-changed=build/nested.rs");
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_COMPILER").is_some() {
        let wasm = component::build("edgepick");
        println!("cargo::rustc-env=EDGEPICK_COMPONENT={}", wasm.display());
    }
}
