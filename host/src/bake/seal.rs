//! Makes a component need nothing outside the `wasi:http/proxy` world.

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, PlugError, plug};

use crate::shape::{self, ShapeError};

/// Inert answers to what std imports; made from `plug.wat` beside it.
const PLUG: &[u8] = include_bytes!("plug.wasm");

/// What the world `wasi:http/proxy` 0.2.x imports, and no more: its handler of
/// incoming requests is an export.
const PROXY: [&str; 11] = [
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/random",
];

/// Why a component cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It is no component.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// It cannot be composed with the plug.
    #[error("the component cannot be sealed: {0}")]
    Compose(String),
    /// It imports what a host of the `wasi:http/proxy` world does not offer.
    #[error("the component imports {}, which is outside the wasi:http/proxy world", .0.join(", "))]
    Import(Vec<String>),
}

/// Plugs what std imports beyond the `wasi:http/proxy` world and checks that
/// nothing else is outside it. A component that is inside already comes back
/// as it is.
///
/// # Errors
///
/// When the bytes are no component, or an import outside that world is left:
/// it is named.
pub fn seal(component: &[u8]) -> Result<Vec<u8>, SealError> {
    if outside(component)?.is_empty() {
        return Ok(component.to_vec());
    }
    let sealed = compose(component).map_err(SealError::Compose)?;
    let left = outside(&sealed)?;
    if left.is_empty() {
        Ok(sealed)
    } else {
        Err(SealError::Import(left))
    }
}

/// The imports of a component that are outside the `wasi:http/proxy` world.
fn outside(component: &[u8]) -> Result<Vec<String>, ShapeError> {
    let mut imports = shape::imports(component)?;
    imports.retain(|import| {
        !import
            .split_once('@')
            .is_some_and(|(name, version)| version.starts_with("0.2.") && PROXY.contains(&name))
    });
    Ok(imports)
}

/// The component with the plug in every import that it fits.
fn compose(component: &[u8]) -> Result<Vec<u8>, String> {
    let mut graph = CompositionGraph::new();
    let mut register = |name: &str, bytes: &[u8]| {
        let package = Package::from_bytes(name, None, bytes.to_vec(), graph.types_mut())
            .map_err(|e| format!("{e:#}"))?;
        graph.register_package(package).map_err(|e| e.to_string())
    };
    let inert = register("edgepick:inert", PLUG)?;
    let socket = register("edgepick:site", component)?;
    match plug(&mut graph, vec![inert], socket) {
        // Nothing fits: the check of the imports will name what is left.
        Err(PlugError::NoPlugHappened) => return Ok(component.to_vec()),
        other => other.map_err(|e| e.to_string())?,
    }
    graph
        .encode(EncodeOptions::default())
        .map_err(|e| format!("{e:#}"))
}

#[cfg(test)]
mod tests {
    use wasmtime::component::{Component, Linker};
    use wasmtime::{Engine, Store};

    use super::*;
    use crate::COMPONENT;
    use crate::testing::{baked, wait};

    /// Asks for a seed as std does, under a version of its own.
    const SOCKET: &str = r#"(component
        (import "wasi:random/insecure-seed@0.2.6" (instance $seed
            (export "insecure-seed" (func (result (tuple u64 u64))))))
        (alias export $seed "insecure-seed" (func $insecure-seed))
        (export "seed" (func $insecure-seed)))"#;

    #[test]
    fn the_plug_is_made_from_its_text() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bake/plug.wat");
        let made = wat::parse_file(path).unwrap();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path.replace(".wat", ".wasm"), &made).unwrap();
        }
        assert!(
            made == PLUG,
            "plug.wasm is not plug.wat: run this test with BLESS=1, then again"
        );
    }

    #[test]
    fn a_sealed_component_is_left_as_it_is() {
        assert!(!outside(COMPONENT).unwrap().is_empty(), "nothing to seal");
        let sealed = &baked().component;
        assert!(outside(sealed).unwrap().is_empty());
        assert!(seal(sealed).unwrap() == *sealed);
    }

    #[test]
    fn seeds_come_from_the_host_s_randomness() {
        let sealed = seal(&wat::parse_str(SOCKET).unwrap()).unwrap();
        let engine = Engine::default();
        let component = Component::from_binary(&engine, &sealed).unwrap();
        let mut linker = Linker::new(&engine);
        linker
            .instance("wasi:random/random@0.2.0")
            .unwrap()
            .func_wrap(
                "get-random-u64",
                |mut store: wasmtime::StoreContextMut<'_, u64>, (): ()| {
                    *store.data_mut() += 1;
                    Ok((*store.data(),))
                },
            )
            .unwrap();
        let mut store = Store::new(&engine, 0_u64);
        let seeds = wait(async {
            let instance = linker
                .instantiate_async(&mut store, &component)
                .await
                .unwrap();
            let seed = instance
                .get_typed_func::<(), ((u64, u64),)>(&mut store, "seed")
                .unwrap();
            let mut seeds = Vec::new();
            for _ in 0..2 {
                seeds.push(seed.call_async(&mut store, ()).await.unwrap().0);
            }
            seeds
        });
        assert_eq!(seeds, [(1, 2), (3, 4)]);
    }

    #[test]
    fn an_import_outside_the_world_is_named() {
        for import in [
            "wasi:filesystem/types@0.2.0",
            "wasi:http/types@0.3.0",
            "wasi:http/types",
            "wasi:http/incoming-handler@0.2.0",
            "wasi:http/proxy@0.2.0",
            "something",
        ] {
            let component = format!(r#"(component (import "{import}" (instance)))"#);
            let error = seal(&wat::parse_str(component).unwrap()).unwrap_err();
            let SealError::Import(left) = &error else {
                panic!("{error}")
            };
            assert_eq!(left, &[import.to_owned()]);
            assert!(error.to_string().contains(import), "{error}");
        }
    }

    #[test]
    fn a_plug_that_does_not_fit_is_left_out() {
        let component = r#"(component (import "wasi:cli/exit@0.2.0" (instance
            (export "exit" (func (param "status" string))))))"#;
        let error = seal(&wat::parse_str(component).unwrap()).unwrap_err();
        assert!(error.to_string().contains("wasi:cli/exit@0.2.0"), "{error}");
    }
}
