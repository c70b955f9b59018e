//! Why a guest gave no answer.

use wasmtime::PoolConcurrencyLimitError;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;

use super::state::State;

/// Why a guest gave no answer. The guest is gone; the next call gets another.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It took longer than [`SiteOptions::timeout`](super::SiteOptions::timeout).
    #[error("the component took too long")]
    Timeout,
    /// It needed more than [`SiteOptions::memory`](super::SiteOptions::memory).
    #[error("the component needed too much memory")]
    Memory,
    /// All guests of the site are at work.
    #[error("all instances of the component are at work")]
    Busy,
    /// It trapped; the text is wasmtime's.
    #[error("the component trapped: {0}")]
    Trap(String),
    /// Through wasi:http it gave an error instead of an answer, or none.
    #[error("the component gave no HTTP answer: {0}")]
    NoAnswer(String),
}

impl Failure {
    /// What an error of a call means, given what the guest did before.
    pub(super) fn of(error: wasmtime::Error, state: &State) -> Self {
        if error.is::<PoolConcurrencyLimitError>() {
            Self::Busy
        } else if state.refused {
            Self::Memory
        } else {
            Self::Trap(format!("{:#}", error.root_cause()))
        }
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::NoAnswer(format!("{code:?}"))
    }
}
