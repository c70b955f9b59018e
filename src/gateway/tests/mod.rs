//! What holds for every row of [`FORMATS`], by the events in `fixtures/`.

mod claims;
mod hostile;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;

use super::*;

/// One event of `fixtures/<format>/<case>.event.*` and how it was delivered.
struct Fixture {
    format: String,
    case: String,
    event: Vec<u8>,
    target: Option<String>,
    headers: HeaderMap,
    pass_through: bool,
}

impl Fixture {
    fn delivery<'d>(&'d self, event: &'d [u8]) -> Delivery<'d> {
        Delivery {
            target: self.target.as_deref(),
            headers: self.headers.clone(),
            pass_through: self.pass_through,
            ..Delivery::new(event)
        }
    }

    fn platform(&self) -> &'static str {
        FORMATS
            .iter()
            .find(|format| format.name() == self.format)
            .unwrap()
            .platform()
    }
}

static FIXTURES: LazyLock<Vec<Fixture>> = LazyLock::new(|| {
    let mut fixtures = Vec::new();
    for format in FORMATS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(format.name());
        let entries = fs::read_dir(&folder).unwrap_or_else(|_| panic!("{}", folder.display()));
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let Some((case, _)) = name.split_once(".event.") else {
                continue;
            };
            let beside = fs::read(folder.join(format!("{case}.delivery.json")));
            let beside: Value = beside.map_or(Value::Null, |bytes| {
                serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
            });
            fixtures.push(Fixture {
                format: format.name().to_owned(),
                case: case.to_owned(),
                event: fs::read(&path).unwrap(),
                target: beside["target"].as_str().map(str::to_owned),
                headers: event::headers(beside.get("headers")),
                pass_through: beside["pass_through"] == true,
            });
        }
    }
    fixtures.sort_by(|a, b| (&a.format, &a.case).cmp(&(&b.format, &b.case)));
    fixtures
});

fn claimants(platform: &str, delivery: &Delivery<'_>) -> Vec<&'static str> {
    of(platform)
        .filter(|format| format.recognise(delivery))
        .map(WireFormat::name)
        .collect()
}
