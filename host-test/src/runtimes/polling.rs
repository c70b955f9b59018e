//! Programs that ask their platform for events over HTTP: what AWS's runtime
//! interface began and others copied.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::log::Log;
use super::machine::{End, GRACE, Ground, Machine, Plan, Running, StartError};
use super::turns::Turns;
use super::{Deployment, Limits, MOST_ANSWER, Program};
use crate::function::Function;
use crate::gateways::{Failure, Invocation, Outcome};
use crate::listener::{Answered, Front, HangUp, Listener};

/// What one platform's interface is like.
pub(super) trait Interface: Send + Sync + 'static {
    /// How the program is started, with the interface at this address.
    fn plan(&self, address: SocketAddr, ground: &Ground) -> Plan;

    /// The id under which the program gets an event: the gateway's, unless the
    /// platform gives it one of its own.
    fn request_id(&self, invocation: &Invocation) -> String {
        invocation.request_id.clone()
    }

    /// Answers a call of the program's.
    fn answer<'a>(
        &'a self,
        turns: &'a Turns,
        request: &'a Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Response<Bytes>> + Send + 'a>>;

    /// What the log says of a program that ended without an answer, or cannot
    /// be executed.
    fn obituary(&self, request_id: &str, death: &Death) -> String;
}

/// How it came that there is no answer.
#[derive(Debug)]
pub(super) enum Death {
    /// The program cannot be executed.
    NotExecutable(std::io::Error),
    /// It ended.
    Ended(End),
    /// It was not ready in time.
    SlowStart(Duration),
    /// It did not answer in time.
    TimedOut(Duration),
}

/// A deployed program, and the process that runs it, if one does.
#[derive(Clone)]
pub(super) struct Polling(Arc<Shared>);

struct Shared {
    interface: Arc<dyn Interface>,
    ground: Arc<Ground>,
    limits: Limits,
    log: Log,
    hang_ups: Arc<AtomicUsize>,
    /// Held for the length of a call: the program has one event at a time.
    instance: Mutex<Option<Instance>>,
    running: Running,
}

struct Instance {
    machine: Arc<Machine>,
    turns: Arc<Turns>,
    _interface: Listener,
}

/// The platform's side of the interface.
struct Desk {
    interface: Arc<dyn Interface>,
    turns: Arc<Turns>,
    hang_ups: Arc<AtomicUsize>,
}

impl Polling {
    pub(super) fn new(deployment: Deployment, interface: impl Interface, limits: Limits) -> Self {
        let hang_ups = deployment.settings.hang_ups;
        Self(Arc::new(Shared {
            interface: Arc::new(interface),
            hang_ups: Arc::new(AtomicUsize::new(hang_ups)),
            limits: limits.or(&deployment.settings),
            ground: deployment.ground,
            log: deployment.log,
            instance: Mutex::new(None),
            running: Running::default(),
        }))
    }
}

impl Shared {
    fn start(&self) -> Result<Instance, StartError> {
        let emulator = |e: std::io::Error| StartError::Emulator(e.to_string());
        let reserved = Ground::reserve().map_err(emulator)?;
        let plan = self.interface.plan(reserved.address, &self.ground);
        let memory = self.limits.memory << 20;
        let (machine, socket) =
            Machine::start(&self.ground, plan, Some(reserved), memory, &self.log)?;
        let socket = socket.ok_or_else(|| StartError::Emulator("no socket".to_owned()))?;
        let machine = self.running.is(machine);
        let turns = Arc::new(Turns::new());
        let desk = Desk {
            interface: Arc::clone(&self.interface),
            turns: Arc::clone(&turns),
            hang_ups: Arc::clone(&self.hang_ups),
        };
        Ok(Instance {
            machine,
            turns,
            _interface: Listener::serve(socket, Box::new(desk), None).map_err(emulator)?,
        })
    }

    /// A program that is ready, started if there is none.
    async fn ready(&self, old: Option<Instance>) -> Result<Instance, (Failure, Option<Death>)> {
        if let Some(instance) = old.filter(|old| old.machine.ended().is_none()) {
            return Ok(instance);
        }
        let instance = self.start().map_err(|e| match e {
            StartError::Program(e) => (Failure::Exited, Some(Death::NotExecutable(e))),
            StartError::Emulator(text) => (Failure::Threw(text), None),
        })?;
        let limit = self.limits.start;
        tokio::select! {
            ready = timeout(limit, instance.turns.ready()) => match ready {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => return Err((failure, None)),
                Err(_) => return Err((Failure::TimedOut, Some(Death::SlowStart(limit)))),
            },
            end = instance.machine.end() => return Err((end.failure(), Some(Death::Ended(end)))),
        }
        Ok(instance)
    }

    async fn invoke(&self, invocation: &Invocation) -> Outcome {
        let mut slot = self.instance.lock().await;
        // Taken out: if the caller goes away, the program ends with the call.
        let instance = match self.ready(slot.take()).await {
            Ok(instance) => instance,
            Err((failure, death)) => {
                if let Some(death) = death {
                    self.bury(invocation, &death);
                }
                return Outcome::Failed(failure);
            }
        };
        let request_id = self.interface.request_id(invocation);
        let answer = instance.turns.give(Invocation {
            request_id,
            ..invocation.clone()
        });
        let limit = self.limits.timeout;
        let (failure, death) = tokio::select! {
            // Whoever answers may end then.
            biased;
            answer = timeout(limit, answer) => match answer {
                Ok(Ok(outcome)) => {
                    *slot = Some(instance);
                    return outcome;
                }
                // The interface never forgets an event.
                Ok(Err(_)) => (Failure::Exited, None),
                Err(_) => (Failure::TimedOut, Some(Death::TimedOut(limit))),
            },
            end = instance.machine.end() => (end.failure(), Some(Death::Ended(end))),
        };
        if let Some(death) = death {
            self.bury(invocation, &death);
        }
        Outcome::Failed(failure)
    }

    fn bury(&self, invocation: &Invocation, death: &Death) {
        let line = self.interface.obituary(&invocation.request_id, death);
        self.log.line(&line);
    }
}

impl Program for Polling {
    fn function(&self) -> Option<Box<dyn Function>> {
        Some(Box::new(self.clone()))
    }

    fn log(&self) -> String {
        self.0.log.text()
    }

    fn stop(&self) -> Option<i32> {
        self.0.running.stop(GRACE)
    }
}

impl Function for Polling {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(self.0.invoke(invocation))
    }
}

impl Front for Desk {
    /// More than any result: what is too long is told its length.
    fn most_body(&self) -> usize {
        MOST_ANSWER
    }

    fn answer<'a>(
        &'a self,
        request: &'a Request<Bytes>,
        _caller: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Answered> + Send + 'a>> {
        let left = self
            .hang_ups
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        Box::pin(async move {
            if left.is_ok() {
                let mut response = Response::new(Bytes::new());
                response.extensions_mut().insert(HangUp);
                return response.into();
            }
            self.interface.answer(&self.turns, request).await.into()
        })
    }
}
