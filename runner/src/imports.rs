//! What a guest sees of the system: randomness, the clock, and our standard
//! error for its last words. Everything else that its world names is a trap:
//! an answer needs none of it.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::component::{Component, ComponentType, Linker, Lower, Resource, ResourceType};
use wasmtime::{Engine, Error, Result, StoreContextMut};

use crate::guests::State;

/// A `wasi:io/streams.output-stream` that is our standard error.
enum Stream {}

/// A `wasi:io/error.error`; there never is one.
enum Fault {}

/// `wasi:io/streams.stream-error`.
#[derive(ComponentType, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[expect(dead_code, reason = "the type has to be whole")]
    LastOperationFailed(Resource<Fault>),
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
    random(&mut linker)?;
    clock(&mut linker)?;
    stderr(&mut linker)?;
    linker.define_unknown_imports_as_traps(component)?;
    Ok(linker)
}

fn random(linker: &mut Linker<State>) -> Result<()> {
    let mut random = linker.instance("wasi:random/random@0.2.0")?;
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

fn clock(linker: &mut Linker<State>) -> Result<()> {
    let mut clock = linker.instance("wasi:clocks/wall-clock@0.2.0")?;
    clock.func_wrap("now", |_, (): ()| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
        Ok((Datetime {
            seconds: since.as_secs(),
            nanoseconds: since.subsec_nanos(),
        },))
    })
}

fn stderr(linker: &mut Linker<State>) -> Result<()> {
    let mut error = linker.instance("wasi:io/error@0.2.0")?;
    error.resource("error", ResourceType::host::<Fault>(), |_, _| Ok(()))?;
    let mut streams = linker.instance("wasi:io/streams@0.2.0")?;
    streams.resource("output-stream", ResourceType::host::<Stream>(), |_, _| {
        Ok(())
    })?;
    streams.func_wrap(
        "[method]output-stream.blocking-write-and-flush",
        |_: StoreContextMut<'_, State>, (_, bytes): (Resource<Stream>, Vec<u8>)| {
            let written = std::io::stderr().write_all(&bytes);
            Ok((written.map_err(|_| StreamError::Closed),))
        },
    )?;
    let mut stderr = linker.instance("wasi:cli/stderr@0.2.0")?;
    stderr.func_wrap("get-stderr", |_, (): ()| {
        Ok((Resource::<Stream>::new_own(0),))
    })
}
