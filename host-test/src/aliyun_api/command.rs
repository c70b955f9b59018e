//! The command line: `host-test aliyun-api`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgMatches, Args, Command, FromArgMatches as _};
use jiff::Timestamp;

use super::running::custom::CustomRuntime;
use super::{Options, Server};
use crate::runtimes::has_namespaces;

/// The command's name.
pub const NAME: &str = "aliyun-api";

#[derive(Debug, Args)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:9400")]
    addr: SocketAddr,
    /// The folder that keeps everything; `oss/BUCKET/KEY` in it stands for OSS
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// An access key; with at least one, signatures are verified
    #[arg(long, value_name = "ID:SECRET", value_parser = key)]
    key: Vec<(String, String)>,
    /// The account that owns everything
    #[arg(long, value_name = "ACCOUNT", default_value = "1042000000000042")]
    account: String,
    /// Where everything stands
    #[arg(long, value_name = "REGION", default_value = "cn-hangzhou")]
    region: String,
    /// A host, with its port if it has one, that deployments may fetch code from
    #[arg(long, value_name = "HOST[:PORT]")]
    allow_fetch: Vec<String>,
    /// Treat triggers' addresses as *.fcapp.run: no redirects, downloads
    #[arg(long)]
    default_domain: bool,
    /// Most instances of one function
    #[arg(long, value_name = "N", default_value = "8")]
    instances: usize,
    /// Let the clock stand at a moment; POST /emulator/clock moves it
    #[arg(long, value_name = "2026-01-31T08:59:59Z")]
    now: Option<Timestamp>,
}

fn key(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((id, secret)) if !id.is_empty() && !secret.is_empty() => {
            Ok((id.to_owned(), secret.to_owned()))
        }
        _ => Err("accepted: ID:SECRET".to_owned()),
    }
}

/// What the command takes.
#[must_use]
pub fn command() -> Command {
    let command = Command::new(NAME)
        .about("Alibaba Cloud Function Compute's control plane, with functions that run");
    Arguments::augment_args(command)
}

/// Starts what the arguments ask for, and says where it listens.
///
/// # Errors
/// When the folder cannot be opened or the address not be bound.
pub fn start(matches: &ArgMatches) -> Result<Server, Box<dyn std::error::Error>> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let keys: BTreeMap<_, _> = arguments.key.into_iter().collect();
    let signed = match keys.is_empty() {
        true => "signatures are not verified",
        false => "signatures are verified",
    };
    let options = Options {
        keys,
        account: arguments.account,
        region: arguments.region,
        allow_fetch: arguments.allow_fetch,
        default_domain: arguments.default_domain,
        instances: arguments.instances,
        now: arguments.now,
        log: true,
        ..Options::new(arguments.data)
    };
    // Says so where there are none.
    let _ = has_namespaces();
    let programs = CustomRuntime::new(options.data.join("instances"));
    let server = Server::start(arguments.addr, options, Arc::new(programs))?;
    eprintln!(
        "http://{}/ is Alibaba Cloud Function Compute; {signed}",
        server.address()
    );
    Ok(server)
}
