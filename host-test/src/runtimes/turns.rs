//! Events on their way to a program that asks for them, one after the other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot, watch};

use crate::gateways::{Failure, Invocation, Outcome};

/// How far a program has come with its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    Starting,
    Ready,
    /// It reported that it cannot start.
    Failed(String),
}

/// What a program answers that was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAsked {
    /// It has no event.
    Nothing,
    /// It has another one.
    Other,
}

/// The event that a program works on.
#[derive(Debug)]
struct Turn {
    invocation: Invocation,
    fetched: bool,
    done: oneshot::Sender<Outcome>,
}

/// The events of one program.
#[derive(Debug)]
pub(super) struct Turns {
    turn: Mutex<Option<Turn>>,
    given: Notify,
    readiness: watch::Sender<Readiness>,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self {
            turn: Mutex::new(None),
            given: Notify::new(),
            readiness: watch::Sender::new(Readiness::Starting),
        }
    }

    fn turn(&self) -> MutexGuard<'_, Option<Turn>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an event; the program may have no other. Its answer comes later,
    /// if at all.
    pub(super) fn give(&self, invocation: Invocation) -> oneshot::Receiver<Outcome> {
        let (done, outcome) = oneshot::channel();
        *self.turn() = Some(Turn {
            invocation,
            fetched: false,
            done,
        });
        self.given.notify_one();
        outcome
    }

    /// The event that the program has fetched and not answered.
    pub(super) fn current(&self) -> Option<Invocation> {
        let turn = self.turn();
        let fetched = turn.as_ref().filter(|turn| turn.fetched);
        fetched.map(|turn| turn.invocation.clone())
    }

    /// Waits for an event that was not fetched.
    pub(super) async fn next(&self) -> Invocation {
        loop {
            if let Some(turn) = self.turn().as_mut().filter(|turn| !turn.fetched) {
                turn.fetched = true;
                return turn.invocation.clone();
            }
            self.given.notified().await;
        }
    }

    /// The program's answer to the event with this request id, or to the one
    /// that it has.
    pub(super) fn answer(
        &self,
        request_id: Option<&str>,
        outcome: Outcome,
    ) -> Result<(), NotAsked> {
        let mut turn = self.turn();
        match turn.take_if(|turn| {
            turn.fetched && request_id.is_none_or(|id| id == turn.invocation.request_id)
        }) {
            Some(Turn { done, .. }) => {
                // Who asked may be gone.
                let _ = done.send(outcome);
                Ok(())
            }
            None if turn.as_ref().is_some_and(|turn| turn.fetched) => Err(NotAsked::Other),
            None => Err(NotAsked::Nothing),
        }
    }

    /// The program's start has come to this; the first word counts.
    pub(super) fn started(&self, readiness: Readiness) {
        self.readiness.send_if_modified(|current| {
            let first = *current == Readiness::Starting;
            if first {
                *current = readiness;
            }
            first
        });
    }

    /// Waits until the program is ready.
    ///
    /// # Errors
    /// What it reported instead.
    pub(super) async fn ready(&self) -> Result<(), Failure> {
        let mut readiness = self.readiness.subscribe();
        let word = readiness.wait_for(|word| *word != Readiness::Starting);
        match word.await.map(|word| word.clone()) {
            Ok(Readiness::Failed(text)) => Err(Failure::Threw(text)),
            _ => Ok(()),
        }
    }

    /// How far it has come.
    pub(super) fn readiness(&self) -> Readiness {
        self.readiness.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invocation(id: &str) -> Invocation {
        Invocation {
            request_id: id.to_owned(),
            ..Invocation::default()
        }
    }

    fn returned(text: &str) -> Outcome {
        Outcome::Returned(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn an_event_is_fetched_once_and_answered_once() {
        let turns = Turns::new();
        assert_eq!(turns.answer(None, returned("?")), Err(NotAsked::Nothing));
        let outcome = turns.give(invocation("a"));
        // Nobody answers what was not fetched.
        assert_eq!(turns.answer(None, returned("?")), Err(NotAsked::Nothing));
        assert_eq!(turns.current(), None);
        assert_eq!(turns.next().await.request_id, "a");
        assert_eq!(turns.current().unwrap().request_id, "a");
        assert_eq!(turns.answer(Some("b"), returned("?")), Err(NotAsked::Other));
        assert_eq!(turns.answer(Some("a"), returned("1")), Ok(()));
        assert_eq!(
            turns.answer(Some("a"), returned("2")),
            Err(NotAsked::Nothing)
        );
        assert_eq!(outcome.await.unwrap(), returned("1"));
    }

    #[tokio::test]
    async fn a_program_that_waits_gets_the_next_event() {
        let turns = Turns::new();
        let give = async { drop(turns.give(invocation("a"))) };
        let (fetched, ()) = tokio::join!(turns.next(), give);
        assert_eq!(fetched.request_id, "a");
    }

    #[tokio::test]
    async fn the_first_word_on_the_start_counts() {
        let turns = Turns::new();
        assert_eq!(turns.readiness(), Readiness::Starting);
        turns.started(Readiness::Failed("no list".to_owned()));
        turns.started(Readiness::Ready);
        assert_eq!(
            turns.ready().await,
            Err(Failure::Threw("no list".to_owned()))
        );
    }
}
