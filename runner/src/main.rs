//! edgepick where WebAssembly is unknown: one static program that finds out
//! which platform started it and answers as that platform's contract says,
//! with the component that lies beside it.

mod client;
mod environment;
mod folder;
mod function;
mod guests;
mod imports;
mod log;
mod platform;
mod runtime_api;
mod server;
mod stop;
#[cfg(test)]
mod testing;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use edgepick_host::heads;
use edgepick_host::input::{self, InputError};

use self::environment::Environment;
use self::function::Function;
use self::platform::{Contract, KINDS};

const USAGE: &str = "\
Usage: edgepick-runner [--platform KIND] [--mount PREFIX] [--dir FOLDER] [--addr IP:PORT]

Answers with the site in its own folder, as the platform that started it wants.

  --platform KIND  the platform, instead of the one the environment tells
                   [env: EDGEPICK_PLATFORM]
  --mount PREFIX   a path prefix to strip before routing [env: EDGEPICK_MOUNT]
  --dir FOLDER     where the site lies [default: the program's own folder]
  --addr IP:PORT   where to listen, on platforms that send requests to a port

EDGEPICK_EVENTS=1 takes events where callers could post them too: on Azure, whose
host then must not forward requests, and on Baidu, at /invoke.

Kinds:";

/// The command line.
#[derive(Debug, Default)]
struct Options {
    platform: Option<String>,
    mount: Option<String>,
    dir: Option<PathBuf>,
    addr: Option<SocketAddr>,
    help: bool,
}

/// What goes wrong at the start is said in one sentence.
type Failed = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, lexopt::Error> {
    use lexopt::{Arg, ValueExt as _};

    let mut options = Options::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("platform") => options.platform = Some(parser.value()?.string()?),
            Arg::Long("mount") => options.mount = Some(parser.value()?.string()?),
            Arg::Long("dir") => options.dir = Some(parser.value()?.into()),
            Arg::Long("addr") => options.addr = Some(parser.value()?.parse()?),
            Arg::Long("help") | Arg::Short('h') => options.help = true,
            // Some platforms add words of their own.
            Arg::Value(_) => {}
            other => return Err(other.unexpected()),
        }
    }
    Ok(options)
}

fn run() -> Result<(), Failed> {
    let options = options(std::env::args_os().skip(1))?;
    if options.help {
        println!("{USAGE}");
        for kind in KINDS {
            println!("  {:14} told by {}", kind.name, kind.sign);
        }
        return Ok(());
    }
    let environment = Environment::of_process();
    let named = options
        .platform
        .as_deref()
        .or(environment.get("EDGEPICK_PLATFORM"));
    let kind = platform::find(named, &environment)?;
    let contract = (kind.contract)(&environment)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads())
        .enable_all()
        .build()?;
    let folder = match options.dir {
        Some(folder) => folder,
        None => own_folder()?,
    };
    let mount = match (&options.mount, environment.get("EDGEPICK_MOUNT")) {
        (Some(text), _) => prefix("--mount", text),
        (None, Some(text)) => prefix("EDGEPICK_MOUNT", text),
        (None, None) => Ok(None),
    };
    let opened = folder::open(&folder, mount)
        .map_err(Failed::from)
        .and_then(|opened| {
            opened.guests.warm()?;
            Ok(opened)
        });
    let opened = match (opened, &contract) {
        (Ok(opened), _) => opened,
        (Err(e), Contract::Api(api)) => {
            runtime.block_on(runtime_api::give_up(api.as_ref(), &e.to_string()));
            return Err(e);
        }
        (Err(e), Contract::Http(..) | Contract::Lines(_)) => return Err(e),
    };
    for problem in &opened.problems {
        eprintln!("warning: {problem}");
    }
    let function = Function {
        guests: opened.guests,
        platform: kind.platform,
        mount: opened.mount,
        refusals: opened.refusals,
        most_head: heads::most(kind.name),
    };
    match contract {
        Contract::Http(address, contract) => {
            let address = options.addr.unwrap_or(address);
            runtime
                .block_on(server::serve(address, contract, function))
                .map_err(|e| format!("cannot listen on {address}: {e}"))?;
        }
        Contract::Api(api) => runtime.block_on(runtime_api::run(api.as_ref(), &function))?,
        Contract::Lines(lines) => {
            runtime.block_on(lines.run(function))?;
            // Input may be waited for that never comes.
            runtime.shutdown_background();
        }
    }
    Ok(())
}

/// The path prefix that an option or a variable of this name says.
fn prefix(name: &'static str, text: &str) -> Result<Option<String>, InputError> {
    let mount = input::mount(text).map_err(|e| InputError::Mount(name, e))?;
    Ok(Some(mount))
}

/// How many threads answer: two where there is one processor, so that one
/// slow answer keeps nobody from being heard, and few where there are many,
/// because each one's stack is a part of 128 MiB of addresses.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, |processors| processors.get().clamp(2, 4))
}

fn own_folder() -> Result<PathBuf, Failed> {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("the program lies in no folder")?;
    Ok(folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, lexopt::Error> {
        options(arguments.iter().map(OsString::from))
    }

    #[test]
    fn options_are_read() {
        let options = read(&["--platform", "aws", "--addr=127.0.0.1:0", "start"]).unwrap();
        assert_eq!(options.platform.as_deref(), Some("aws"));
        assert_eq!(options.addr.unwrap().port(), 0);
    }

    #[test]
    fn what_is_wrong_is_an_error() {
        for arguments in [&["--mounts"][..], &["--addr", "x"], &["--dir"]] {
            assert!(read(arguments).is_err(), "{arguments:?}");
        }
    }
}
