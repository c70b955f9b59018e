//! The time from a program's start to its first answer.

use std::path::Path;
use std::time::Instant;

use edgepick_host::server::{Server, ServerOptions};
use edgepick_host::site::{Site, SiteOptions};

use super::child::{Part, say, wait};
use super::sites::{List, Sites};
use super::wire::Response;
use super::{Options, Result, rows};

/// The row's name.
pub(super) const NAME: &str = "start";

/// Its name as a part.
pub(super) const PART: &str = "serve";

/// Prints how long baked files take to their first answer.
pub(super) fn measure(sites: &mut Sites, options: &Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for pictures in [10, options.largest()] {
        let path = folder.path().join("site.wasm");
        let list = List {
            pictures,
            weighted: false,
        };
        std::fs::write(&path, sites.baked(list)?)?;
        let started = Instant::now();
        let mut part = Part::start(PART, &[path.display().to_string()])?;
        let address = part.line()?.parse()?;
        let first = Response::fetch(address, "/")?;
        println!(
            "start with {} pictures: {} after {:.2} s",
            rows::grouped(pictures),
            first.status,
            started.elapsed().as_secs_f64(),
        );
    }
    Ok(())
}

/// The part itself: what the command `serve` does with a baked file.
pub(super) fn part(site: &Path) -> Result<()> {
    let site = Site::new(&std::fs::read(site)?, SiteOptions::default())?;
    let server = Server::start(&site, ([127, 0, 0, 1], 0).into(), ServerOptions::default())?;
    say(&server.address().to_string())?;
    wait()
}
