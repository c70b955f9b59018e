//! The command `run`: a zip behind its platform, by hand.

use std::ffi::OsString;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::cli::{Failed, log, serve_arguments};
use crate::gateways;
use crate::listener::Listener;
use crate::runtimes::{self, Proxy, Runtime, Settings, find, has_namespaces};

/// Its command line.
pub(crate) fn command() -> Command {
    let kinds: Vec<_> = runtimes::all().map(|row| row.kind).collect();
    Command::new("run")
        .about("Start a zip as its platform does, behind the platform's gateway")
        .arg(
            Arg::new("zip")
                .value_name("ZIP")
                .required(true)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new("for")
                .long("for")
                .value_name("KIND")
                .required(true)
                .value_parser(kinds),
        )
        .arg(
            Arg::new("through")
                .long("through")
                .value_name("NAME")
                .help("A door or a gateway, as `list` prints them [default: the first]"),
        )
        .arg(
            Arg::new("env")
                .long("env")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .value_parser(variable)
                .help("A variable of the function"),
        )
        .arg(
            Arg::new("command")
                .long("command")
                .value_name("COMMAND")
                .help("What starts the program, where the zip does not say it"),
        )
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("PORT")
                .value_parser(value_parser!(u16))
                .help("Where the program listens, where its owner chooses it"),
        )
        .arg(flag(
            "follow-redirects",
            "Huawei's HTTP functions: the proxy follows redirects itself",
        ))
        .arg(flag(
            "non-2xx-500",
            "Huawei's HTTP functions: callers get 500 for any answer that is no 2xx",
        ))
        .arg(flag(
            "hooks",
            "Alibaba's functions: call /initialize, /pre-freeze and /pre-stop",
        ))
        .arg(number("timeout", "SECONDS", "How long a call may take"))
        .arg(number("start", "SECONDS", "How long the start may take"))
        .arg(number("memory", "MEGABYTES", "What the program may need"))
        .args(serve_arguments())
        .arg(
            Arg::new("gateway")
                .value_name("ARGUMENTS")
                .last(true)
                .num_args(0..)
                .value_parser(value_parser!(OsString))
                .help("The gateway's own arguments"),
        )
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

fn number(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .value_parser(value_parser!(u64))
        .help(help)
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("accepted: NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs it.
pub(crate) fn run(matches: &ArgMatches) -> Result<(), Failed> {
    let text = |name| matches.get_one::<String>(name).map(String::as_str);
    let row = text("for").and_then(find).ok_or("no such kind")?;
    let path = matches.get_one::<PathBuf>("zip").ok_or("no zip")?;
    let zip = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let seconds = |name| matches.get_one::<u64>(name).copied();
    let settings = Settings {
        timeout: seconds("timeout").map(Duration::from_secs),
        start: seconds("start").map(Duration::from_secs),
        memory: seconds("memory"),
        environment: matches
            .get_many::<(String, String)>("env")
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        proxy: Proxy {
            follows_redirects: matches.get_flag("follow-redirects"),
            fails_non_2xx: matches.get_flag("non-2xx-500"),
        },
        hooks: matches.get_flag("hooks"),
        echo: true,
        command: text("command").map(ToOwned::to_owned),
        port: matches.get_one("port").copied(),
        ..Settings::default()
    };
    // If it has none, that is said before anything runs.
    let _ = has_namespaces();
    let program = row.deploy(&zip, settings)?;
    let address = *matches.get_one::<SocketAddr>("addr").ok_or("no address")?;
    let through = way(row, text("through"))?;
    let log = Some(log(matches.get_flag("verbose")));
    let cannot_listen = |e| format!("{address}: cannot listen there: {e}");
    let (listener, base) = if let Some(front) = program.front(through) {
        let socket = TcpListener::bind(address).map_err(cannot_listen)?;
        let door = row.doors.iter().find(|door| door.name == through);
        let base = door.map_or("", |door| door.base).to_owned();
        (Listener::serve(socket, front, log)?, base)
    } else {
        let emulator = gateways::find(through).ok_or("no such gateway")?;
        let arguments = matches.get_many::<OsString>("gateway");
        let gateway = emulator.with(arguments.into_iter().flatten())?;
        let function = program.function().ok_or("no function")?;
        let base = gateway.base();
        let listener = Listener::start(address, gateway, function, log).map_err(cannot_listen)?;
        (listener, base)
    };
    eprintln!(
        "http://{}{base}/ is {} ({through})",
        listener.address(),
        row.product
    );
    listener.join();
    Ok(())
}

/// The door or gateway with this name; without one the first.
fn way(row: &Runtime, name: Option<&str>) -> Result<&'static str, Failed> {
    let ways = row.ways();
    match name {
        None => Ok(ways.first().copied().ok_or("no way to reach it")?),
        Some(name) => match ways.iter().find(|way| **way == name) {
            Some(way) => Ok(way),
            None => {
                let known = ways.join(", ");
                Err(format!("nothing named {name:?} reaches it; accepted: {known}").into())
            }
        },
    }
}
