//! What the component wants from its host and offers to it.

use std::fmt::Write as _;

use edgepick_host::shape::{exports, imports};
use edgepick_host::{COMPONENT, bake};
use http_body_util::{BodyExt as _, Empty};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

use crate::bless;
use crate::stands::{fixtures, stand};

/// Interfaces of the world `wasi:http/proxy`, 0.2.
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

#[test]
fn imports_and_exports_are_those_of_the_golden_file() {
    let component = &stand("sample").component;
    let mut surface = String::new();
    for (word, mut names) in [
        ("import", imports(component).unwrap()),
        ("export", exports(component).unwrap()),
    ] {
        names.sort();
        for name in names {
            writeln!(surface, "{word} {name}").unwrap();
        }
    }
    bless::check(&fixtures().join("surface.txt"), &surface)
        .unwrap_or_else(|difference| panic!("{difference}{}", bless::HOW));
}

#[test]
fn a_sealed_component_imports_nothing_outside_the_proxy_world() {
    for import in imports(&stand("sample").component).unwrap() {
        let (name, version) = import.split_once('@').unwrap();
        assert!(
            PROXY.contains(&name) && version.starts_with("0.2."),
            "{import}"
        );
    }
}

/// What `wasmtime serve` keeps for a guest.
struct Plain {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    network: NoNetwork,
}

/// Sends nothing: no answer of these tests needs it.
struct NoNetwork;

type Sent = wasmtime_wasi_http::Result<(
    http::Response<WasiBody>,
    Box<dyn Future<Output = wasmtime_wasi_http::Result<()>> + Send>,
)>;

impl WasiHttpHooks for NoNetwork {
    fn send_request(
        &mut self,
        _: http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = wasmtime_wasi_http::Result<()>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        Box::new(async { Err(HttpError::HttpRequestDenied) })
    }
}

impl WasiView for Plain {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Plain {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.network,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// A linker with what `wasmtime serve` offers when it is given no flag.
fn plain(component: &[u8]) -> wasmtime::Result<ProxyPre<Plain>> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi_http::p2::add_to_linker_async(&mut linker)?;
    ProxyPre::new(linker.instantiate_pre(&Component::from_binary(&engine, component)?)?)
}

#[test]
fn a_plain_host_serves_a_sealed_component() {
    let stand = stand("sample");
    let pre = plain(&stand.component).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (parts, body) = runtime.block_on(async {
        let state = Plain {
            table: ResourceTable::new(),
            wasi: WasiCtx::builder().build(),
            http: WasiHttpCtx::new(),
            network: NoNetwork,
        };
        let mut store = Store::new(pre.engine(), state);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let request = http::Request::get("http://pictures.test/random/1")
            .body(Empty::new())
            .unwrap();
        let request = store
            .data_mut()
            .http()
            .new_incoming_request(Scheme::Http, request)
            .unwrap();
        let out = store
            .data_mut()
            .http()
            .new_response_outparam(sender)
            .unwrap();
        let proxy = pre.instantiate_async(&mut store).await.unwrap();
        let handled = proxy
            .wasi_http_incoming_handler()
            .call_handle(&mut store, request, out);
        let (handled, response) = tokio::join!(handled, async {
            let (parts, body) = receiver.await.unwrap().unwrap().into_parts();
            (parts, body.collect().await.unwrap().to_bytes())
        });
        handled.unwrap();
        response
    });
    assert_eq!(parts.status, 302);
    let location = parts.headers["location"].to_str().unwrap();
    assert!(stand.pictures.has(location), "{location}");
    assert_eq!(parts.headers["content-length"], body.len().to_string());
}

#[test]
fn a_plain_host_refuses_what_is_not_sealed() {
    let error = format!("{:#}", plain(COMPONENT).err().unwrap());
    assert!(error.contains("wasi:cli/environment"), "{error}");
}

#[test]
fn sealing_twice_changes_nothing() {
    let component = &stand("sample").component;
    assert!(bake::seal(component).unwrap() == *component);
}
