//! The table.

use super::measure::spread;
use super::rows::Way;
use super::{CONNECTIONS, Measured, Options};

/// Prints the rows and what follows from them. Goals stand beside the figures
/// and are not checked.
pub(super) fn print(rows: &[Measured], options: &Options) {
    println!(
        "CPU microseconds of the server a request: median, least and most of {} rounds of at most \
         {} requests;\none worker, {CONNECTIONS} keep-alive connections on loopback, ratios to the \
         floor of the same round\n",
        options.rounds(),
        options.requests(),
    );
    let wide = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    println!(
        "{:wide$}  {:>8} {:>8} {:>8}  {:>7}  {:>9}  goal at most",
        "", "median", "least", "most", "x floor", "answers/s"
    );
    for row in rows {
        let (median, least, most) = spread(&row.micros);
        let (ratio, ..) = spread(&row.ratios);
        let (rate, ..) = spread(&row.rates);
        println!(
            "{:wide$}  {median:8.2} {least:8.2} {most:8.2}  {ratio:7.2}  {rate:9.0}  {}",
            row.name, row.goal
        );
    }
    println!();
    let largest = options.largest();
    for (way, name) in [(Way::Fast, "fast path"), (Way::WasiHttp, "wasi:http")] {
        if let (Some(few), Some(many)) = (median(rows, way, 10), median(rows, way, largest)) {
            let more = (many / few - 1.0) * 100.0;
            println!("{name}, {largest} pictures against 10: {more:+.1} % (goal: within 5 %)");
        }
    }
    for pictures in [10, 1_000, largest] {
        let medians = (
            median(rows, Way::Fast, pictures),
            median(rows, Way::Fresh, pictures),
        );
        if let (Some(reused), Some(fresh)) = medians {
            let more = fresh - reused;
            println!("fresh instance, {pictures} pictures: {more:.1} us above reuse (goal: 60)");
        }
    }
}

fn median(rows: &[Measured], way: Way, pictures: u32) -> Option<f64> {
    let row = rows.iter().find(|row| {
        row.plan.as_ref().is_some_and(|plan| {
            plan.way == way && plan.list.pictures == pictures && plan.is_plain()
        })
    })?;
    Some(spread(&row.micros).0)
}
