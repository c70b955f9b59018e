//! Parts that run in a process of their own: this program again, told which
//! part to be.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::{Result, bake, load, start};

/// A part at work: we write it lines and read lines from it.
#[derive(Debug)]
pub(super) struct Part {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Part {
    /// Starts this program as `name`.
    pub(super) fn start(name: &str, arguments: &[String]) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([super::NAME, "--child", name]).args(arguments);
        Self::spawn(command)
    }

    /// Starts a program with pipes to it.
    pub(super) fn spawn(mut command: Command) -> Result<Self> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take();
        let output = process.stdout.take().ok_or("no pipe from the process")?;
        Ok(Self {
            process,
            input,
            output: BufReader::new(output),
        })
    }

    /// The next line it prints.
    pub(super) fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(format!("a part of the bench ended: {}", self.process.wait()?).into());
        }
        Ok(line.trim_end().to_owned())
    }

    /// Tells it to go on.
    pub(super) fn go(&mut self) -> Result<()> {
        match &mut self.input {
            Some(input) => Ok(input.write_all(b"go\n")?),
            None => Err("no pipe to the process".into()),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Prints a line to the process that started this one.
pub(super) fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Waits for [`Part::go`], or for the end of the process that would say it.
pub(super) fn wait() -> Result<()> {
    std::io::stdin().lock().read_line(&mut String::new())?;
    Ok(())
}

/// Is the part that the arguments name.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *words.as_slice() {
        [load::PART, address, target, status, connections, requests] => load::part(
            address.parse()?,
            target,
            status.parse()?,
            connections.parse()?,
            requests.parse()?,
        ),
        [bake::PART, list, out] => bake::part(list.as_ref(), out.as_ref()),
        [start::PART, site] => start::part(site.as_ref()),
        _ => Err(format!("the bench has no part {arguments:?}").into()),
    }
}
