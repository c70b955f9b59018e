//! Functions of custom runtimes, started as `host-test run --for aliyun` does:
//! each instance is a machine of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use tokio::sync::OnceCell;

use super::{Failure, Finished, Instance, Program, Running, Runtime};
use crate::runtimes::Settings;
use crate::runtimes::aliyun::Custom;
use crate::runtimes::machine::{End, Machine};
use crate::runtimes::web::WebFailure;

/// Starts programs that find the platform's paths and ports.
#[derive(Debug)]
pub struct CustomRuntime {
    folder: PathBuf,
    emptied: OnceLock<()>,
}

impl CustomRuntime {
    /// Unpacks code below this folder. Before the first program it is emptied:
    /// what an emulator that was killed has left there is of no use.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            emptied: OnceLock::new(),
        }
    }

    fn folder(&self) -> io::Result<&Path> {
        self.emptied.get_or_init(|| {
            // Where there is nothing, there is nothing to remove.
            let _ = fs::remove_dir_all(&self.folder);
        });
        fs::create_dir_all(&self.folder)?;
        Ok(&self.folder)
    }
}

impl Runtime for CustomRuntime {
    fn start(&self, program: &Program) -> Result<Box<dyn Instance>, Failure> {
        let folder = self
            .folder()
            .map_err(|e| Failure::Emulator(e.to_string()))?;
        let settings = Settings {
            timeout: Some(program.timeout),
            memory: Some(program.memory),
            environment: program.environment.clone(),
            port: Some(program.port),
            folder: Some(folder.to_owned()),
            ..Settings::default()
        };
        let custom = Custom::deploy(&program.zip, &program.command, settings);
        let custom = custom.map_err(|e| Failure::Emulator(e.to_string()))?;
        Ok(Box::new(Started {
            custom,
            machine: OnceCell::new(),
        }))
    }
}

/// A program that is started by its first call, once.
struct Started {
    custom: Custom,
    machine: OnceCell<Result<Arc<Machine>, Failure>>,
}

impl Started {
    async fn machine(&self) -> Result<&Machine, Failure> {
        let started = self.machine.get_or_init(async || {
            let machine = self.custom.web.running().await;
            machine.map_err(|failure| self.failure(failure))
        });
        match started.await {
            Ok(machine) => Ok(machine),
            Err(failure) => Err(failure.clone()),
        }
    }

    fn failure(&self, failure: WebFailure) -> Failure {
        if let Some((code, message)) = self.custom.not_started(&failure) {
            return Failure::NotStarted { code, message };
        }
        match failure {
            WebFailure::TimedOut => Failure::TimedOut,
            WebFailure::Ended(End { memory: true, .. }) => Failure::Memory,
            WebFailure::Ended(_) | WebFailure::Broken(_) => Failure::Exited,
            WebFailure::Emulator(text) => Failure::Emulator(text),
            _ => Failure::TooLarge,
        }
    }

    async fn answer(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
        let host = request.headers_mut().entry(HOST);
        host.or_insert(HeaderValue::from_static("localhost"));
        let machine = self.machine().await?;
        let answer = self.custom.web.exchange_with(machine, request).await;
        answer.map_err(|failure| self.failure(failure))
    }
}

impl Instance for Started {
    fn call(&self, request: Request<Bytes>) -> Running<'_> {
        Box::pin(async move {
            let log = self.custom.web.log();
            // What it wrote at its start belongs to its first call.
            let mark = match self.machine.initialized() {
                true => log.mark(),
                false => 0,
            };
            let result = self.answer(request).await;
            let memory = match self.machine.get() {
                Some(Ok(machine)) => machine.peak_memory().await,
                _ => 0,
            };
            Finished {
                result,
                log: log.since(mark),
                memory,
            }
        })
    }

    fn ended(&self) -> bool {
        match self.machine.get() {
            Some(Ok(machine)) => machine.ended().is_some(),
            Some(Err(_)) => true,
            None => false,
        }
    }
}
