//! Runs a component once and makes a component of the memory it ends with.

use wasmtime::component::{Component, Instance, Lift, Linker, WasmList};
use wasmtime::{Error, Store};
use wasmtime_wizer::{ComponentInstanceState, Wizer};

use super::BakeError;
use crate::bindings::{Edgepick, setup};
use crate::engine;

/// The component with the site in its memory, and what it said of the site.
pub(super) async fn snapshot(
    component: &[u8],
    site: &[u8],
) -> Result<(Vec<u8>, setup::Report), BakeError> {
    let mut wizer = Wizer::new();
    // Removing the export yields an invalid component in wasmtime-wizer 48.
    wizer.keep_init_func(true);
    let (context, instrumented) = wizer
        .instrument_component(component)
        .map_err(BakeError::Snapshot)?;
    let (mut run, loaded) = load(&instrumented, site)
        .await
        .map_err(BakeError::Snapshot)?;
    let report = loaded.map_err(|e| match e {
        setup::LoadError::AlreadyLoaded => BakeError::AlreadyLoaded,
        setup::LoadError::Damaged(text) => BakeError::Damaged(text),
    })?;
    let filled = wizer.snapshot_component(&context, &mut run).await;
    match run.failed {
        Some(e) => Err(BakeError::Snapshot(e)),
        None => Ok((filled.map_err(BakeError::Snapshot)?, report)),
    }
}

/// Instantiates the component and hands it the site.
///
/// Its imports are traps: what it read from the world now would be frozen into
/// every copy, be it the environment or the key of a hash map.
async fn load(
    component: &[u8],
    site: &[u8],
) -> Result<(Run, Result<setup::Report, setup::LoadError>), Error> {
    let engine = engine::baking(site.len())?;
    let component = Component::from_binary(&engine, component)?;
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&component)?;
    let mut store = Store::new(&engine, ());
    // The default stops at 128 MiB for one list of bytes.
    store.set_hostcall_fuel(usize::MAX);
    let instance = linker.instantiate_async(&mut store, &component).await?;
    let loaded = Edgepick::new(&mut store, &instance)?
        .edgepick_site_setup()
        .call_load(&mut store, site)
        .await?;
    Ok((
        Run {
            store,
            instance,
            failed: None,
        },
        loaded,
    ))
}

/// The run that a snapshot is taken of, seen through the exports that
/// wasmtime-wizer added to it.
struct Run {
    store: Store<()>,
    instance: Instance,
    /// The first access that failed; the trait has no place for it.
    failed: Option<Error>,
}

impl Run {
    async fn call<R, V>(
        &mut self,
        interface: &str,
        name: &str,
        see: impl FnOnce(&Store<()>, R) -> V,
    ) -> Option<V>
    where
        R: Lift + Send + Sync + 'static,
    {
        let called = async {
            let missing = || Error::msg(format!("no export {name} in {interface}"));
            let store = &mut self.store;
            let interface = self.instance.get_export_index(&mut *store, None, interface);
            let function = interface
                .and_then(|i| self.instance.get_export_index(&mut *store, Some(&i), name))
                .ok_or_else(missing)?;
            let function = self
                .instance
                .get_typed_func::<(), (R,)>(&mut *store, function)?;
            let (value,) = function.call_async(&mut *store, ()).await?;
            Ok(see(store, value))
        };
        match called.await {
            Ok(value) => Some(value),
            Err(e) => {
                self.failed.get_or_insert(e);
                None
            }
        }
    }
}

impl ComponentInstanceState for Run {
    async fn call_func_ret_list_u8(
        &mut self,
        interface: &str,
        name: &str,
        contents: impl FnOnce(&[u8]) + Send,
    ) {
        self.call(interface, name, |store, list: WasmList<u8>| {
            contents(list.as_le_slice(store))
        })
        .await;
    }

    async fn call_func_ret_s32(&mut self, interface: &str, name: &str) -> i32 {
        self.call(interface, name, |_, value| value)
            .await
            .unwrap_or_default()
    }

    async fn call_func_ret_s64(&mut self, interface: &str, name: &str) -> i64 {
        self.call(interface, name, |_, value| value)
            .await
            .unwrap_or_default()
    }

    async fn call_func_ret_f32(&mut self, interface: &str, name: &str) -> u32 {
        self.call(interface, name, |_, value: f32| value.to_bits())
            .await
            .unwrap_or_default()
    }

    async fn call_func_ret_f64(&mut self, interface: &str, name: &str) -> u64 {
        self.call(interface, name, |_, value: f64| value.to_bits())
            .await
            .unwrap_or_default()
    }
}
