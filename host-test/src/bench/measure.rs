//! The rounds.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::load::Load;
use super::rows::{Plan, Row};
use super::{Options, Result};

/// What a row cost.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) plan: Option<Plan>,
    pub(super) goal: &'static str,
    /// CPU microseconds a request, one a round.
    pub(super) micros: Vec<f64>,
    /// The same as a multiple of the floor's in the same round.
    pub(super) ratios: Vec<f64>,
    /// Requests a second, one a round.
    pub(super) rates: Vec<f64>,
}

/// Measures every row once in every round, the first row being the floor. A
/// round before them warms up and does not count.
pub(super) fn rounds(rows: &[Row], options: &Options) -> Result<Vec<Measured>> {
    let mut measured: Vec<_> = rows.iter().map(Measured::of).collect();
    for round in 0..=options.rounds() {
        let mut floor = None;
        for (row, measured) in rows.iter().zip(&mut measured) {
            let (micros, rate) =
                once(row, options.requests()).map_err(|e| format!("{}: {e}", row.name))?;
            let floor = *floor.get_or_insert(micros);
            if round > 0 {
                measured.micros.push(micros);
                measured.ratios.push(micros / floor);
                measured.rates.push(rate);
            }
        }
    }
    Ok(measured)
}

impl Measured {
    fn of(row: &Row) -> Self {
        Self {
            name: row.name.clone(),
            plan: row.plan.clone(),
            goal: row.goal,
            micros: Vec::new(),
            ratios: Vec::new(),
            rates: Vec::new(),
        }
    }
}

/// CPU microseconds a request, and requests a second.
fn once(row: &Row, requests: u64) -> Result<(f64, f64)> {
    let load = Load::connect(row.address, row.target, row.status, requests)?;
    let before = cpu(row)?;
    let report = load.run()?;
    let spent = cpu(row)?.saturating_sub(before);
    let requests = report.requests.max(1) as f64;
    Ok((
        spent.as_secs_f64() * 1e6 / requests,
        requests / report.wall.as_secs_f64(),
    ))
}

/// The CPU time that the row's server has used so far.
fn cpu(row: &Row) -> Result<Duration> {
    if let Some(node) = &row.node {
        return node.cpu();
    }
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Ok(Duration::new(
        time.tv_sec.try_into()?,
        time.tv_nsec.try_into()?,
    ))
}

/// The middle of some numbers, their least and their most.
pub(super) fn spread(numbers: &[f64]) -> (f64, f64, f64) {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    let last = sorted.len().saturating_sub(1);
    ((at(last / 2) + at(last.div_ceil(2))) / 2.0, at(0), at(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_numbers() {
        assert_eq!(spread(&[3.0, 1.0, 2.0]), (2.0, 1.0, 3.0));
        assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]), (2.5, 1.0, 4.0));
        assert_eq!(spread(&[7.0]), (7.0, 7.0, 7.0));
    }
}
