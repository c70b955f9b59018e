//! `edgepick serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::bake::{Sources, prepare};
use super::progress::Bar;
use super::{CommandError, output, read, report, runtime};
use crate::input::{Prepared, sample};
use crate::refusal::Refusals;
use crate::server::{Door, Log, Server, ServerOptions};
use crate::shape::is_wasm;
use crate::site::{Site, SiteOptions};
use crate::{COMPONENT, inspect};

/// The environment variable that names the mount.
const MOUNT: &str = "EDGEPICK_MOUNT";

/// Serve a site over HTTP.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// A baked component, or what `bake` takes. Without any, those that the
    /// settings file names; without such a file, the embedded sample.
    #[arg(value_name = "SITE.wasm|INPUT")]
    inputs: Vec<PathBuf>,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
    addr: SocketAddr,
    #[command(flatten)]
    sources: Sources,
    /// Refuse everything when one line is bad.
    #[arg(long)]
    strict: bool,
    /// A path prefix to strip before routing [default: EDGEPICK_MOUNT].
    #[arg(long, value_name = "PATH")]
    mount: Option<String>,
    /// Where a line of JSON for each request goes.
    #[arg(long, value_enum, default_value_t = LogTo::Stdout)]
    log: LogTo,
    /// Take the caller from X-Forwarded-For and the request's id from
    /// X-Request-Id, as a proxy in front sets them.
    #[arg(long)]
    trust_proxy: bool,
    /// Give every request an instance of its own.
    #[arg(long)]
    isolate: bool,
    /// Requests after which an instance is replaced.
    #[arg(long, value_name = "N", default_value_t = SiteOptions::default().reuse, conflicts_with = "isolate")]
    reuse: u32,
    /// Seconds that an answer may take.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    timeout: Duration,
    /// MiB that an instance may take beyond what its site needs.
    #[arg(long, value_name = "MIB", default_value_t = SiteOptions::default().memory >> 20)]
    memory: usize,
    /// Threads that answer [default: one a core].
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    workers: usize,
    /// Connections at once.
    #[arg(long, value_name = "N", default_value_t = ServerOptions::default().connections)]
    connections: usize,
    /// Requests at once.
    #[arg(long, value_name = "N", default_value_t = ServerOptions::default().requests)]
    requests: usize,
    /// Bytes of a request's line and fields.
    #[arg(long, value_name = "BYTES", default_value_t = ServerOptions::default().head)]
    head_limit: usize,
    /// Bytes of a request's body.
    #[arg(long, value_name = "BYTES", default_value_t = ServerOptions::default().body)]
    body_limit: usize,
    /// Seconds that a connection may stand idle and that a request's head may
    /// take, together.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    idle: Duration,
    /// Seconds that requests under way may take when the server stops.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    drain: Duration,
    /// The way into the component, for measurements.
    #[arg(long, value_enum, default_value_t = Way::Typed, hide = true)]
    door: Way,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogTo {
    Stdout,
    Stderr,
    Off,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Way {
    Typed,
    WasiHttp,
}

/// A time in seconds, fractions included.
fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "a number of seconds above 0 is accepted, such as 1 or 0.5".to_owned())
}

/// What is to be served.
struct Found {
    component: Vec<u8>,
    /// What it is, for the first line.
    what: String,
    refusals: Refusals,
    prepared: Option<Prepared>,
}

impl Serve {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        let found = self.find()?;
        let site = Site::new(&found.component, self.site_options())?;
        let options = ServerOptions {
            refusals: found.refusals.clone(),
            ..self.server_options()?
        };
        let server = Server::start(&site, self.addr, options).map_err(|e| {
            CommandError::Failed(format!("{}: cannot listen there: {e}", self.addr))
        })?;
        // The first line, so that whoever chose port 0 can read it there.
        output::tell(&format!(
            "http://{}/ serves {}\n",
            server.address(),
            found.what
        ));
        if let Some(prepared) = &found.prepared {
            report::remarks(prepared);
        }
        drop(found);
        runtime()?.block_on(async {
            told_to_stop().await?;
            let stopping = tokio::task::spawn_blocking(|| server.stop());
            tokio::select! {
                _ = stopping => Ok(()),
                told = told_to_stop() => {
                    told?;
                    Err(CommandError::Failed("stopped before all requests had ended".to_owned()))
                }
            }
        })
    }

    /// The component to serve, baked if need be.
    fn find(&self) -> Result<Found, CommandError> {
        if let [file] = &*self.inputs
            && file.is_file()
        {
            let bytes = read(file)?;
            if is_wasm(&bytes) {
                return existing(bytes, &file.display().to_string());
            }
        }
        let input = self.sources.input(&self.inputs, self.strict);
        let (prepared, whose) = if input.sources.is_empty() && input.config.is_none() {
            (sample()?, " of the embedded sample")
        } else {
            (prepare(&input)?, "")
        };
        let spinner = Bar::spinner(prepared.packed.bytes.len());
        let baked = runtime()?.block_on(crate::bake::bake(COMPONENT, &prepared.packed.bytes))?;
        drop(spinner);
        Ok(Found {
            component: baked.component,
            what: report::count(prepared.packed.pictures, "picture") + whose,
            refusals: Refusals::of(&prepared.settings),
            prepared: Some(prepared),
        })
    }

    fn site_options(&self) -> SiteOptions {
        SiteOptions {
            timeout: self.timeout,
            memory: self.memory.saturating_mul(1 << 20),
            reuse: if self.isolate { 1 } else { self.reuse },
            ..SiteOptions::default()
        }
    }

    fn server_options(&self) -> Result<ServerOptions, CommandError> {
        let environment = || std::env::var(MOUNT).ok().filter(|mount| !mount.is_empty());
        let mount = self.mount.clone().or_else(environment);
        if let Some(mount) = mount.as_ref().filter(|mount| !mount.starts_with('/')) {
            return Err(CommandError::Input(format!(
                "bad mount {mount:?}; accepted: a path such as /user/get"
            )));
        }
        Ok(ServerOptions {
            workers: self.workers,
            connections: self.connections,
            requests: self.requests,
            head: self.head_limit,
            body: self.body_limit,
            idle: self.idle,
            drain: self.drain,
            mount,
            trust_proxy: self.trust_proxy,
            door: match self.door {
                Way::Typed => Door::Typed,
                Way::WasiHttp => Door::WasiHttp,
            },
            log: match self.log {
                LogTo::Stdout => Log::Stdout,
                LogTo::Stderr => Log::Stderr,
                LogTo::Off => Log::Off,
            },
            ..ServerOptions::default()
        })
    }
}

/// A component that was baked before.
fn existing(component: Vec<u8>, name: &str) -> Result<Found, CommandError> {
    let found =
        inspect::inspect(&component).map_err(|e| CommandError::Input(format!("{name}: {e}")))?;
    let site = found.site.ok_or_else(|| {
        CommandError::Input(format!("{name}: the component has no site: bake one in"))
    })?;
    Ok(Found {
        component,
        what: format!("{} of {name}", report::count(site.pictures, "picture")),
        refusals: Refusals::of(&site.all_settings),
        prepared: None,
    })
}

/// Waits for Ctrl-C or the request to terminate.
async fn told_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            told = tokio::signal::ctrl_c() => told,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
