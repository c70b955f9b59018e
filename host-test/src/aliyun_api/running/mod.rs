//! Functions at work: what is started, how it is called, what waits for its
//! turn.

pub mod custom;
mod destination;
pub(crate) mod function;
pub(crate) mod invoke;
pub(crate) mod jwt;
mod outcome;
pub(crate) mod pool;
pub(crate) mod proxy;
pub(crate) mod queue;
pub(crate) mod task;
pub(crate) mod timer;

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

pub(crate) use pool::Pools;

/// What a function consists of when it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The code.
    pub zip: Bytes,
    /// The start command; `/code/bootstrap` where it is empty.
    pub command: Vec<String>,
    /// Where it listens.
    pub port: u16,
    /// The variables of the function, and its owner's; those of its runtime
    /// (paths, ports) are not among them.
    pub environment: Vec<(String, String)>,
    /// Megabytes that it may need.
    pub memory: u64,
    /// How long one call may take.
    pub timeout: Duration,
    /// Calls that an instance takes at once, at least one.
    pub concurrency: usize,
    /// Whether it is to be initialised before its first call.
    pub initializer: bool,
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It does not run: the platform's code and message.
    NotStarted {
        /// Such as `CAExited`.
        code: &'static str,
        /// What was wrong.
        message: String,
    },
    /// It did not answer in time.
    TimedOut,
    /// It ended during the call, or hung up.
    Exited,
    /// It needed more memory than it may have.
    Memory,
    /// Its answer is larger than the platform takes.
    TooLarge,
    /// The emulator's own trouble.
    Emulator(String),
}

/// A call's end.
#[derive(Debug)]
pub struct Finished {
    /// The program's answer.
    pub result: Result<Response<Bytes>, Failure>,
    /// What it wrote meanwhile.
    pub log: String,
    /// Bytes of memory that it had at most, where that is known.
    pub memory: u64,
}

/// A call under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = Finished> + Send + 'a>>;

/// What starts programs.
pub trait Runtime: Send + Sync + 'static {
    /// Makes an instance. Whether its program runs is seen when it is called.
    ///
    /// # Errors
    /// When the code cannot be unpacked.
    fn start(&self, program: &Program) -> Result<Box<dyn Instance>, Failure>;
}

/// A program, started.
pub trait Instance: Send + Sync + 'static {
    /// One exchange.
    fn call(&self, request: Request<Bytes>) -> Running<'_>;

    /// Whether it takes no more calls: its program has ended, or never ran.
    fn ended(&self) -> bool {
        false
    }
}

/// Programs written here, for tests.
impl<F> Runtime for F
where
    F: Fn(&Program, Request<Bytes>) -> Result<Response<Bytes>, Failure>
        + Clone
        + Send
        + Sync
        + 'static,
{
    fn start(&self, program: &Program) -> Result<Box<dyn Instance>, Failure> {
        Ok(Box::new((self.clone(), program.clone())))
    }
}

impl<F> Instance for (F, Program)
where
    F: Fn(&Program, Request<Bytes>) -> Result<Response<Bytes>, Failure> + Send + Sync + 'static,
{
    fn call(&self, request: Request<Bytes>) -> Running<'_> {
        let log = format!("{} {}\n", request.method(), request.uri());
        let result = (self.0)(&self.1, request);
        Box::pin(std::future::ready(Finished {
            result,
            log,
            memory: 0,
        }))
    }
}
