//! The command line: emulated gateways by hand.

use std::error::Error;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use edgepick_host::site::{Site, SiteOptions};
use http::{HeaderName, HeaderValue};

use crate::aliyun_api;
use crate::bench;
use crate::delivery::Delivery;
use crate::function::{Deployed, Function};
use crate::gateways::{Emulator, GATEWAYS, Outcome, find};
use crate::leancloud_api::{self, Deployments};
use crate::listener::{Exchange, Listener, Log};
use crate::run;
use crate::runtimes;
use crate::{shapes, site};

/// What goes wrong is said in one sentence.
pub(crate) type Failed = Box<dyn Error>;

/// Runs the command that the arguments name, the program's name first. Gives
/// 0 on success, 2 when the arguments are wrong, 1 when something else is.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match shapes::resolved(arguments.into_iter().collect()) {
        Ok(arguments) => arguments,
        Err(e) => {
            eprintln!("error: {e}");
            return ExitCode::from(2);
        }
    };
    let result = match command().try_get_matches_from(arguments) {
        Ok(matches) => match matches.subcommand() {
            Some((runtimes::INSIDE, matches)) => {
                let plan = matches.get_one::<String>("plan");
                return runtimes::inside(plan.map_or("", String::as_str));
            }
            _ => dispatch(&matches),
        },
        Err(e) => Err(e.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => match e.downcast_ref::<clap::Error>() {
            Some(e) => {
                let _ = e.print();
                ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2))
            }
            None => {
                eprintln!("error: {e}");
                ExitCode::FAILURE
            }
        },
    }
}

fn command() -> Command {
    Command::new("host-test")
        .about("Emulated gateways before the component, and measurements")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new("list").about("Print the emulators there are"))
        .subcommand(
            Command::new("invoke")
                .about("Hand one event to the component and print its reply")
                .arg(
                    Arg::new("platform")
                        .required(true)
                        .help("An emulator, as `list` prints it"),
                )
                .arg(
                    Arg::new("event")
                        .value_name("EVENT.json")
                        .required(true)
                        .value_parser(value_parser!(PathBuf))
                        .help("The event; `-` is standard input"),
                )
                .args(delivery_arguments())
                .args(site_arguments()),
        )
        .subcommand(aliyun_api::command::command())
        .subcommand(bench::command())
        .subcommand(
            leancloud_api::arguments()
                .args(site_arguments())
                .args(staging_arguments())
                .args(serve_arguments()),
        )
        .subcommand(run::command())
        .subcommand(
            Command::new(runtimes::INSIDE)
                .about("The inner side of `run`; not for people")
                .hide(true)
                .arg(Arg::new("plan").required(true)),
        )
        .subcommands(GATEWAYS.iter().map(|row| {
            row.arguments()
                .args(site_arguments())
                .args(serve_arguments())
        }))
}

/// What comes with an event; each replaces what `<case>.delivery.json` says.
fn delivery_arguments() -> [Arg; 3] {
    [
        Arg::new("target")
            .long("target")
            .value_name("TARGET")
            .help("The request target that the event is delivered to, such as /1.1/call/random"),
        Arg::new("header")
            .long("header")
            .short('H')
            .value_name("NAME: VALUE")
            .action(ArgAction::Append)
            .value_parser(header)
            .help("A field that the event is delivered with"),
        Arg::new("pass-through")
            .long("pass-through")
            .action(ArgAction::SetTrue)
            .help("Say that the gateway sends the reply as the body of a 200"),
    ]
}

fn header(text: &str) -> Result<(String, String), String> {
    let accepted = || "accepted: NAME: VALUE, such as ce-type: ping".to_owned();
    let (name, value) = text.split_once(':').ok_or_else(accepted)?;
    let value = value.trim();
    match (HeaderName::try_from(name), HeaderValue::from_str(value)) {
        (Ok(_), Ok(_)) => Ok((name.to_owned(), value.to_owned())),
        _ => Err(accepted()),
    }
}

/// What is served.
fn site_arguments() -> [Arg; 2] {
    [
        Arg::new("site")
            .long("site")
            .value_name("FILE|LIST")
            .value_parser(value_parser!(PathBuf))
            .help("A baked component or a list of pictures [default: the embedded sample]"),
        Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("A settings file"),
    ]
}

/// What is served beside it.
fn staging_arguments() -> [Arg; 2] {
    [
        Arg::new("stage-site")
            .long("stage-site")
            .value_name("FILE|LIST")
            .value_parser(value_parser!(PathBuf))
            .help("The same for the staging environment [default: there is none]"),
        Arg::new("stage-config")
            .long("stage-config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("A settings file for the staging environment"),
    ]
}

/// How an emulator listens.
pub(crate) fn serve_arguments() -> [Arg; 2] {
    [
        Arg::new("addr")
            .long("addr")
            .value_name("IP:PORT")
            .default_value("127.0.0.1:8090")
            .value_parser(value_parser!(SocketAddr))
            .help("Where to listen; port 0 takes a free one"),
        Arg::new("verbose")
            .long("verbose")
            .short('v')
            .action(ArgAction::SetTrue)
            .help("Print events and what the function gives"),
    ]
}

fn dispatch(matches: &ArgMatches) -> Result<(), Failed> {
    match matches.subcommand() {
        Some(("list", _)) => {
            print(list().as_bytes())?;
            Ok(())
        }
        Some(("invoke", matches)) => invoke(matches),
        Some((aliyun_api::command::NAME, matches)) => {
            let _server = aliyun_api::command::start(matches)?;
            loop {
                std::thread::park();
            }
        }
        Some(("bench", matches)) => bench::run(matches),
        Some((leancloud_api::COMMAND, matches)) => serve_leancloud(matches),
        Some(("run", matches)) => run::run(matches),
        Some((name, matches)) => match find(name) {
            Some(emulator) => serve(emulator, matches),
            None => Err(format!("no command {name}").into()),
        },
        None => Err("no command".into()),
    }
}

/// The table of emulators: command, wire format, product, and what
/// `PLATFORM --shape` takes for it and for each way to set it up; then that of
/// runtimes: kind, product, what reaches it.
#[must_use]
pub fn list() -> String {
    let mut text = String::new();
    for row in GATEWAYS {
        let _ = writeln!(text, "{:<17} {:<20} {}", row.command, row.name, row.product);
        for shape in shapes::of(row) {
            let variant = shape.variant.map_or("", |variant| variant.name);
            let typed = format!("{} --shape {}", row.platform, shape.name);
            let _ = writeln!(text, "  {typed:<56} {variant}");
        }
    }
    for row in runtimes::all() {
        let kind = format!("run --for {}", row.kind);
        let _ = writeln!(text, "{kind:<33} {}", row.product);
        let _ = writeln!(text, "{:<33} {}", "", row.ways().join("; "));
    }
    text
}

/// What [`site_arguments`] name.
fn open(matches: &ArgMatches) -> Result<Site, Failed> {
    open_named(path(matches, "site"), path(matches, "config"))
}

fn path<'m>(matches: &'m ArgMatches, name: &str) -> Option<&'m Path> {
    matches.get_one::<PathBuf>(name).map(PathBuf::as_path)
}

fn open_named(list: Option<&Path>, config: Option<&Path>) -> Result<Site, Failed> {
    let component = site::open(list, config)?;
    let options = SiteOptions {
        // The platforms' own limits come first.
        timeout: std::time::Duration::from_secs(60),
        ..SiteOptions::default()
    };
    Ok(Site::new(&component, options)?)
}

fn invoke(matches: &ArgMatches) -> Result<(), Failed> {
    let name = matches
        .get_one::<String>("platform")
        .map_or("", String::as_str);
    let Some(emulator) = find(name) else {
        let known: Vec<_> = GATEWAYS.iter().map(|row| row.command).collect();
        return Err(format!("no platform {name:?}; accepted: {}", known.join(", ")).into());
    };
    let (event, mut delivery) = match matches.get_one::<PathBuf>("event") {
        Some(path) if path.as_os_str() != "-" => {
            let event = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
            (event, Delivery::beside(path)?)
        }
        _ => {
            let mut event = Vec::new();
            io::stdin().read_to_end(&mut event)?;
            (event, Delivery::default())
        }
    };
    if let Some(target) = matches.get_one::<String>("target") {
        delivery.target = Some(target.clone());
    }
    let headers = matches.get_many::<(String, String)>("header");
    for (name, value) in headers.into_iter().flatten() {
        delivery.set(name, value);
    }
    if matches.get_flag("pass-through") {
        delivery.pass_through = Some(true);
    }
    let instances = open(matches)?.instances();
    let lines = delivery.lines();
    let context = delivery.context(&lines);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let reply = runtime
        .block_on(instances.gateway(emulator.platform, &event, context))?
        .map_err(|e| format!("{}: {}", e.code, e.message))?;
    print(&reply.document)?;
    Ok(())
}

/// Bytes on standard output, with a line end; whoever stops reading is right.
fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let newline: &[u8] = if bytes.ends_with(b"\n") { b"" } else { b"\n" };
    match out.write_all(bytes).and_then(|()| out.write_all(newline)) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e),
        _ => Ok(()),
    }
}

fn serve(emulator: &Emulator, matches: &ArgMatches) -> Result<(), Failed> {
    let gateway = emulator.build(matches)?;
    let base = gateway.base();
    let site = open(matches)?;
    let address = *matches.get_one::<SocketAddr>("addr").ok_or("no address")?;
    let log = log(matches.get_flag("verbose"));
    let function = Box::new(Deployed::new(&site, emulator.platform));
    let listener = Listener::start(address, gateway, function, Some(log))
        .map_err(|e| format!("{address}: cannot listen there: {e}"))?;
    eprintln!(
        "http://{}{base}/ is {}",
        listener.address(),
        emulator.product
    );
    listener.join();
    Ok(())
}

/// Both environments of one app.
fn serve_leancloud(matches: &ArgMatches) -> Result<(), Failed> {
    let deployed =
        |site: &Site| -> Box<dyn Function> { Box::new(Deployed::new(site, "leancloud")) };
    let production = deployed(&open(matches)?);
    let staging = match (path(matches, "stage-site"), path(matches, "stage-config")) {
        (None, None) => None,
        (list, config) => Some(deployed(&open_named(list, config)?)),
    };
    let deployments = Deployments {
        production,
        staging,
    };
    let address = *matches.get_one::<SocketAddr>("addr").ok_or("no address")?;
    let log = log(matches.get_flag("verbose"));
    let running = leancloud_api::start(address, matches, deployments, Some(log))?;
    eprintln!(
        "http://{}/1.1/functions/ is LeanCloud's REST interface, /1.1/call/ that of RPC calls\n{}",
        running.listener.address(),
        running.notice
    );
    running.listener.join();
    Ok(())
}

/// One line an exchange; with `verbose` the event and the reply too.
pub(crate) fn log(verbose: bool) -> Log {
    Box::new(move |exchange: &Exchange<'_>| {
        let mut text = String::new();
        if verbose {
            if let Some(event) = exchange.event {
                let _ = writeln!(text, "event {}", String::from_utf8_lossy(event));
            }
            match exchange.outcome {
                Some(Outcome::Returned(bytes)) => {
                    let _ = writeln!(text, "reply {}", String::from_utf8_lossy(bytes));
                }
                Some(Outcome::Failed(failure)) => {
                    let _ = writeln!(text, "failure {failure:?}");
                }
                None => {}
            }
        }
        let _ = writeln!(
            text,
            "{} -> {}, {} bytes, {:.1} ms",
            exchange.request,
            exchange.response.status(),
            exchange.response.body().len(),
            exchange.since.elapsed().as_secs_f64() * 1000.0
        );
        if let Some(remark) = exchange.remark {
            let _ = writeln!(text, "remark: {}", remark.0);
        }
        eprint!("{text}");
    })
}
