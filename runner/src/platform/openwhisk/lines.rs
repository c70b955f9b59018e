//! Activations as lines, or a single one as the whole input.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Read as _, Write};
use std::os::unix::fs::FileTypeExt as _;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{Activation, result};
use crate::environment::Environment;
use crate::function::Function;
use crate::stop::Stop;

/// File descriptor 3 under a name that can be opened.
const RESULTS: &str = "/proc/self/fd/3";

/// The sign that the loop waits for a line before its first activation.
const WAITS: &str = "__OW_WAIT_FOR_ACK";
const READY: &[u8] = b"{\"ok\":true}\n";

/// The one activation of a program that is started for it.
const ID: &str = "__OW_ACTIVATION_ID";
const DEADLINE: &str = "__OW_DEADLINE";

/// How activations reach this program.
pub(crate) enum Lines {
    /// One a line, their results to this file.
    Loop { results: File, waits: bool },
    /// One alone.
    Single(Activation),
}

impl Lines {
    /// As the descriptor tells. To be called before this program opens files
    /// of its own.
    pub(super) fn of(environment: &Environment) -> Self {
        let results = OpenOptions::new().write(true).open(RESULTS);
        let is_pipe = |file: &File| file.metadata().is_ok_and(|m| m.file_type().is_fifo());
        match results.ok().filter(is_pipe) {
            Some(results) => Self::Loop {
                results,
                waits: environment.has(WAITS),
            },
            None => Self::Single(Activation {
                id: environment.get(ID).map(str::to_owned),
                deadline: environment.get(DEADLINE).and_then(|ms| ms.parse().ok()),
            }),
        }
    }

    /// Answers until there is no more input, or until the platform says that
    /// this program is to end: the activation under way then has its result
    /// first.
    ///
    /// # Errors
    /// When input or results break, or signals cannot be received.
    pub(crate) async fn run(self, function: Function) -> io::Result<()> {
        let mut stop = Stop::listen()?;
        let busy = Arc::new(Mutex::new(()));
        let work = {
            let busy = Arc::clone(&busy);
            tokio::task::spawn_blocking(move || self.answer(&function, &busy))
        };
        tokio::select! {
            ended = work => ended.map_err(io::Error::other)?,
            () = stop.wait() => {
                let _idle = busy.lock();
                Ok(())
            }
        }
    }

    /// `busy` is held from an activation to its result.
    fn answer(self, function: &Function, busy: &Mutex<()>) -> io::Result<()> {
        let input = io::stdin().lock();
        match self {
            Self::Loop { mut results, waits } => {
                if waits {
                    results.write_all(READY)?;
                }
                answer_each(input, results, function, busy)
            }
            Self::Single(about) => {
                let mut event = Vec::new();
                input.take(MOST).read_to_end(&mut event)?;
                let _busy = busy.lock();
                let mut document = result(function, &event, &about);
                document.push(b'\n');
                io::stdout().lock().write_all(&document)
            }
        }
    }
}

/// Most bytes of an activation: far above the platform's limits.
const MOST: u64 = 64 << 20;

fn answer_each(
    mut input: impl BufRead,
    mut results: impl Write,
    function: &Function,
    busy: &Mutex<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(MOST).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let _busy = busy.lock();
        let activation: Value = serde_json::from_slice(&line).unwrap_or_default();
        let mut document = result(function, &line, &Activation::of(&activation));
        document.push(b'\n');
        results.write_all(&document)?;
        results.flush()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const ASKED: &str = r#"{"value":{"__ow_method":"get","__ow_headers":{"host":"ow.example.net"},"__ow_path":"/","__ow_query":""},"activation_id":"44794bd6","action_name":"/guest/pics","deadline":1783711204000}"#;

    #[test]
    fn each_line_has_its_result() {
        let function = testing::function("openwhisk");
        let input = format!("{ASKED}\n\nno JSON\n{ASKED}");
        let mut results = Vec::new();
        answer_each(input.as_bytes(), &mut results, &function, &Mutex::default()).unwrap();
        let results: Vec<Value> = results
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(results.len(), 4, "{results:?}");
        for answered in [&results[0], &results[3]] {
            assert_eq!(answered["statusCode"], 302, "{answered}");
            assert_eq!(answered["headers"]["X-Request-Id"], "44794bd6");
        }
        // The proxy waits for a result, whatever the line is.
        assert!(results[1]["url"].is_string(), "{}", results[1]);
        assert_eq!(results[2]["error"]["statusCode"], 400, "{}", results[2]);
    }
}
