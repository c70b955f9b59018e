//! `edgepick clouds`.

mod text;

use std::collections::BTreeMap;
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use super::{CommandError, output, runtime};
use crate::bindings::answer;
use crate::clouds::{Cloud, Cost, Source, Usage, clouds};
use crate::input::sample;
use crate::site::{Site, SiteOptions};
use crate::{COMPONENT, bake};

/// Requests that a measurement takes.
const MEASURED: usize = 2_000;

/// Compare the cloud-function platforms: what is free, what callers see.
#[derive(Debug, Args)]
pub(super) struct CloudsCommand {
    /// What that many requests a month use of each quota, from the time and
    /// bytes of a request as measured here; such as 3M or 500k.
    #[arg(long, value_name = "N", value_parser = requests)]
    requests: Option<f64>,
    /// As JSON, with the source and date of each figure.
    #[arg(long)]
    json: bool,
}

/// The table as JSON, each platform with its usage.
#[derive(Serialize)]
struct Answer<'t> {
    sources: &'t BTreeMap<String, Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    clouds: Vec<Row<'t>>,
}

#[derive(Serialize)]
struct Row<'t> {
    #[serde(flatten)]
    cloud: &'t Cloud,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

impl CloudsCommand {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        let table = clouds().map_err(|e| CommandError::Failed(e.to_string()))?;
        let cost = self.requests.map(|_| measure()).transpose()?;
        let used = self.requests.zip(cost);
        let row = |cloud| Row {
            cloud,
            usage: used.map(|(requests, cost)| cloud.usage(requests, cost)),
        };
        let answer = Answer {
            sources: &table.sources,
            cost,
            clouds: table.clouds.iter().map(row).collect(),
        };
        if self.json {
            let json = serde_json::to_string_pretty(&answer)
                .map_err(|e| CommandError::Failed(e.to_string()))?;
            return Ok(output::write(format!("{json}\n").as_bytes())?);
        }
        Ok(output::write(
            text::text(&answer, self.requests).as_bytes(),
        )?)
    }
}

/// A count such as `500k` or `3M`.
fn requests(text: &str) -> Result<f64, String> {
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => text
            .strip_suffix('M')
            .map_or((text, 1.0), |digits| (digits, 1e6)),
    };
    match digits.parse::<f64>() {
        Ok(n) if n.is_finite() && n > 0.0 => Ok(n * unit),
        _ => Err("accepted: a number above 0, also with k or M, such as 3M".to_owned()),
    }
}

/// The median time and the mean bytes of a redirect of the embedded sample.
fn measure() -> Result<Cost, CommandError> {
    let packed = sample()?.packed.bytes;
    let runtime = runtime()?;
    runtime.block_on(async {
        let baked = bake::bake(COMPONENT, &packed).await?;
        let instances = Site::new(&baked.component, SiteOptions::default())?.instances();
        let mut times = Vec::with_capacity(MEASURED);
        let mut bytes = 0;
        for _ in 0..MEASURED {
            let request = answer::Request {
                head: b"GET / HTTP/1.1\r\naccept: */*\r\n",
                body: &[],
                context: answer::Context {
                    mount: None,
                    request_id: None,
                    no_redirects: false,
                },
            };
            let start = Instant::now();
            let outcome = instances.answer(request).await;
            times.push(start.elapsed());
            match outcome {
                Ok(answer::Outcome::Response(response)) => {
                    bytes += "HTTP/1.1 302 Found\r\n\r\n".len()
                        + response.headers.len()
                        + response.body.len();
                }
                Ok(_) => {}
                Err(e) => return Err(CommandError::Failed(e.to_string())),
            }
        }
        times.sort_unstable();
        let median = times.get(MEASURED / 2).copied().unwrap_or_default();
        // A few million bytes at most.
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let bytes = bytes as f64 / MEASURED as f64;
        Ok(Cost {
            milliseconds: median.as_secs_f64() * 1e3,
            bytes,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        for (text, expected) in [
            ("3M", Some(3e6)),
            ("500k", Some(5e5)),
            ("1.5M", Some(1.5e6)),
            ("12", Some(12.0)),
            ("0", None),
            ("-1", None),
            ("M", None),
            ("x", None),
            ("inf", None),
        ] {
            assert_eq!(requests(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_request_costs_something() {
        let cost = measure().unwrap();
        assert!(cost.milliseconds > 0.0 && cost.bytes > 300.0, "{cost:?}");
    }
}
