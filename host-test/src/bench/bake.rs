//! Time and memory of baking a long list of URLs.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use edgepick_host::input::Input;

use super::child::{Part, say};
use super::{Options, Result, rows, sites};

/// The row's name.
pub(super) const NAME: &str = "bake";

/// Its name as a part.
pub(super) const PART: &str = "bake";

/// Bakes a list in a process of its own and prints what that took.
pub(super) fn measure(options: &Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (list, out) = (
        folder.path().join("urls.txt"),
        folder.path().join("site.wasm"),
    );
    let mut text = String::new();
    for n in 0..options.largest() {
        writeln!(text, "{}", sites::url(n))?;
    }
    std::fs::write(&list, text)?;
    let started = Instant::now();
    let paths = [&list, &out].map(|path| path.display().to_string());
    let peak = Part::start(PART, &paths)?.line()?;
    let took = started.elapsed();
    println!(
        "\nbake {} URLs: {:.2} s, {peak} at its peak, {:.1} MB",
        rows::grouped(options.largest()),
        took.as_secs_f64(),
        std::fs::metadata(&out)?.len() as f64 / 1e6,
    );
    println!(
        "the component without a site: {} kB",
        options.component()?.len() / 1000
    );
    Ok(())
}

/// The part itself: what the command `bake` does.
pub(super) fn part(list: &Path, out: &Path) -> Result<()> {
    let input = Input {
        sources: vec![list.to_owned()],
        ..Input::default()
    };
    let packed = input.prepare(&mut |_| {})?.packed;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let baked = runtime.block_on(edgepick_host::bake::bake(
        edgepick_host::COMPONENT,
        &packed.bytes,
    ))?;
    std::fs::write(out, baked.component)?;
    say(&peak()?)
}

/// The most memory that this process ever had, as the system says it.
fn peak() -> Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .ok_or("/proc/self/status has no VmHWM")?
        .parse()?;
    Ok(format!("{} MiB", kilobytes / 1024))
}
