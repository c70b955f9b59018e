//! What a request costs, beside what the same bytes cost from hyper alone.
//!
//! Every server runs in this process with one worker thread; the load comes
//! from a process of its own, so that only the servers' CPU time counts. Each
//! round measures every row once, so that drift hits all alike. Nothing here
//! asserts a time.

mod bake;
mod child;
mod floor;
mod load;
mod measure;
mod node;
mod rows;
mod runner;
mod sites;
mod start;
mod table;
mod wire;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};

use self::measure::Measured;
use self::sites::Sites;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What to measure, and how long.
#[derive(Clone, Debug, Default, clap::Args)]
struct Options {
    /// Few requests and 20,000 pictures at most: to see that it runs
    #[arg(long)]
    quick: bool,
    /// Only the rows whose name contains this; the floor is always measured
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// How often each row is measured [default: 7]
    #[arg(long)]
    rounds: Option<usize>,
    /// Requests of a row in a round, as many as a second takes [default: 20000]
    #[arg(long)]
    requests: Option<u64>,
    /// Measure this component, which has no site, instead of the one built in
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    #[arg(long, hide = true, num_args = 1..)]
    child: Vec<String>,
}

/// The subcommand's name.
const NAME: &str = "bench";

/// The most a row may take in a round.
const PATIENCE: Duration = Duration::from_secs(1);

/// Connections that ask at once.
const CONNECTIONS: usize = 16;

impl Options {
    fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 2 } else { 7 }).max(1)
    }

    fn requests(&self) -> u64 {
        self.requests
            .unwrap_or(if self.quick { 500 } else { 20_000 })
            .max(1)
    }

    /// Pictures of the largest catalogue.
    fn largest(&self) -> u32 {
        if self.quick { 20_000 } else { 1_000_000 }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| name.contains(only))
    }

    fn component(&self) -> Result<Vec<u8>> {
        Ok(match &self.component {
            Some(path) => std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?,
            None => edgepick_host::COMPONENT.to_vec(),
        })
    }
}

/// The subcommand and its arguments.
#[must_use]
pub fn command() -> Command {
    let command = Command::new(NAME).about("Measure CPU time a request, and the time to bake");
    Options::augment_args(command)
}

/// Measures and prints the table.
///
/// # Errors
///
/// When a site cannot be baked or served, or gives an answer that its row does
/// not expect.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let options = &Options::from_arg_matches(matches)?;
    if !options.child.is_empty() {
        return child::run(&options.child);
    }
    let mut sites = Sites::new(options.component()?);
    let plan = rows::plan(options.largest());
    let wanted = plan.into_iter().filter(|row| options.wants(&row.name));
    let rows = rows::open(wanted.collect(), &mut sites, options)?;
    eprintln!(
        "measuring {} rows in {} rounds",
        rows.len(),
        options.rounds()
    );
    let measured = measure::rounds(&rows, options)?;
    table::print(&measured, options);
    if options.wants(bake::NAME) {
        bake::measure(options)?;
    }
    if options.wants(start::NAME) {
        start::measure(&mut sites, options)?;
    }
    if options.wants(runner::NAME) {
        runner::measure(options)?;
    }
    Ok(())
}
