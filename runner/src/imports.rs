//! What a guest sees of the system: randomness, the clock, and our standard
//! error for its last words. Everything else that its world names is a trap:
//! an answer needs none of it.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::component::{Component, ComponentType, Linker, LinkerInstance, Lower, Resource};
use wasmtime::{Engine, Error, Result, StoreContextMut};

use crate::guests::State;

/// Every resource that the world names: those that are traps are of this type,
/// and one that several interfaces share has to be of one.
type Opaque = Resource<()>;

/// `wasi:io/streams.stream-error`.
#[derive(ComponentType, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[expect(dead_code, reason = "the type has to be whole")]
    LastOperationFailed(Opaque),
    #[component(name = "closed")]
    Closed,
}

/// `wasi:clocks/wall-clock.datetime`.
#[derive(ComponentType, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// Everything that the component imports.
pub(crate) fn linker(engine: &Engine, component: &Component) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let kind = component.component_type();
    let names: Vec<&str> = kind.imports(engine).map(|(name, _)| name).collect();
    // The traps stand beside these under the same name, version and all.
    let name = |interface: &'static str| {
        let versions = |name: &&&str| name.split('@').next() == Some(interface);
        names.iter().find(versions).map_or(interface, |name| name)
    };
    random(&mut linker.instance(name("wasi:random/random"))?)?;
    clock(&mut linker.instance(name("wasi:clocks/wall-clock"))?)?;
    streams(&mut linker.instance(name("wasi:io/streams"))?)?;
    poll(&mut linker.instance(name("wasi:io/poll"))?)?;
    stderr(&mut linker.instance(name("wasi:cli/stderr"))?)?;
    environment(&mut linker.instance(name("wasi:cli/environment"))?)?;
    linker.define_unknown_imports_as_traps(component)?;
    Ok(linker)
}

fn random(random: &mut LinkerInstance<'_, State>) -> Result<()> {
    random.func_wrap("get-random-u64", |_, (): ()| {
        let mut bytes = [0; 8];
        fill(&mut bytes)?;
        Ok((u64::from_le_bytes(bytes),))
    })?;
    random.func_wrap("get-random-bytes", |_, (length,): (u64,)| {
        let mut bytes = vec![0; usize::try_from(length)?.min(MOST_RANDOM)];
        fill(&mut bytes)?;
        Ok((bytes,))
    })
}

/// Most random bytes of one call: far more than a guest asks for.
const MOST_RANDOM: usize = 64 << 10;

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|e| Error::msg(format!("the system has no randomness: {e}")))
}

fn clock(clock: &mut LinkerInstance<'_, State>) -> Result<()> {
    clock.func_wrap("now", |_, (): ()| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
        Ok((Datetime {
            seconds: since.as_secs(),
            nanoseconds: since.subsec_nanos(),
        },))
    })
}

/// The one stream that there is: standard error, which always has room.
fn streams(streams: &mut LinkerInstance<'_, State>) -> Result<()> {
    streams.func_wrap(
        "[method]output-stream.check-write",
        |_: StoreContextMut<'_, State>, (_,): (Opaque,)| Ok((Ok::<_, StreamError>(ROOM),)),
    )?;
    for name in ["write", "blocking-write-and-flush"] {
        streams.func_wrap(
            &format!("[method]output-stream.{name}"),
            |_: StoreContextMut<'_, State>, (_, bytes): (Opaque, Vec<u8>)| {
                let written = std::io::stderr().write_all(&bytes);
                Ok((written.map_err(|_| StreamError::Closed),))
            },
        )?;
    }
    for name in ["flush", "blocking-flush"] {
        streams.func_wrap(
            &format!("[method]output-stream.{name}"),
            |_: StoreContextMut<'_, State>, (_,): (Opaque,)| Ok((Ok::<_, StreamError>(()),)),
        )?;
    }
    streams.func_wrap(
        "[method]output-stream.subscribe",
        |_: StoreContextMut<'_, State>, (_,): (Opaque,)| Ok((Opaque::new_own(0),)),
    )
}

/// How many bytes a stream takes at once.
const ROOM: u64 = 4096;

fn poll(poll: &mut LinkerInstance<'_, State>) -> Result<()> {
    poll.func_wrap(
        "[method]pollable.block",
        |_: StoreContextMut<'_, State>, (_,): (Opaque,)| Ok(()),
    )
}

/// A guest has no variables; one that panics looks for some.
fn environment(environment: &mut LinkerInstance<'_, State>) -> Result<()> {
    environment.func_wrap("get-environment", |_, (): ()| {
        Ok((Vec::<(String, String)>::new(),))
    })
}

fn stderr(stderr: &mut LinkerInstance<'_, State>) -> Result<()> {
    stderr.func_wrap("get-stderr", |_, (): ()| Ok((Opaque::new_own(0),)))
}
