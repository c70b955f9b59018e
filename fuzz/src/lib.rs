//! What the fuzz targets share: one delivery to a platform, the whole way that
//! the component goes with it, and a look at the answer.
//!
//! An input is an event as it came. What follows its last NUL, if it has one,
//! is how it was delivered, as in `fixtures/<format>/<case>.delivery.json`; an
//! input without is delivered in each way that the format's fixtures know.

mod answer;
mod mutate;
mod site;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use edgepick::app::{EventContext, handle_event};
use edgepick::gateway::{Delivery, FORMATS, WireFormat, claim};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::Corpus;
use serde::{Deserialize, Serialize};

use site::{SITE, SplitMix};

/// A target for the wire format of this name.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(|input: &[u8]| -> libfuzzer_sys::Corpus {
            $crate::run($name, input)
        });
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate($name, data, size, max_size, seed)
        });
    };
}

/// How an event was delivered.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
struct Way {
    target: Option<String>,
    headers: BTreeMap<String, String>,
    pass_through: bool,
}

impl Way {
    fn headers(&self) -> HeaderMap {
        let field = |(name, value): (&String, &String)| {
            let name = HeaderName::try_from(name).ok()?;
            Some((name, HeaderValue::try_from(value).ok()?))
        };
        self.headers.iter().filter_map(field).collect()
    }
}

/// The ways that the target's fixtures know, each once; the first is a delivery
/// of bytes alone.
fn known_ways(format: &str) -> &'static [Way] {
    static WAYS: OnceLock<Vec<Way>> = OnceLock::new();
    WAYS.get_or_init(|| read_ways(format))
}

fn read_ways(format: &str) -> Vec<Way> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures")
        .join(format);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| file.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".delivery.json"))
        .collect();
    files.sort();
    let mut ways = vec![Way::default()];
    for file in files {
        let way = serde_json::from_slice(&fs::read(&file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// An input's event, and how it was delivered if it says so.
fn parts(input: &[u8]) -> (&[u8], Option<Way>) {
    let said = input.iter().rposition(|byte| *byte == 0).and_then(|nul| {
        let (event, way) = input.split_at(nul);
        Some((event, serde_json::from_slice(&way[1..]).ok()?))
    });
    said.map_or((input, None), |(event, way)| (event, Some(way)))
}

/// Changes `data[..size]` to at most `max_size` bytes, and says how many.
pub fn mutate(name: &str, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    mutate::mutate(known_ways(name), data, size, max_size, seed)
}

/// Delivers an input to the platform of a format. Only what that very format
/// claims is worth keeping.
pub fn run(name: &str, input: &[u8]) -> Corpus {
    let format = FORMATS.iter().find(|format| format.name() == name);
    let format = *format.unwrap_or_else(|| panic!("no row of FORMATS is called {name}"));
    let claimed = match parts(input) {
        (event, Some(way)) => deliver(format, event, &way),
        (event, None) => known_ways(name)
            .iter()
            .fold(false, |any, way| deliver(format, event, way) | any),
    };
    if claimed {
        Corpus::Keep
    } else {
        Corpus::Reject
    }
}

/// Whether the format claims the event.
fn deliver(format: &dyn WireFormat, event: &[u8], way: &Way) -> bool {
    let platform = format.platform();
    let headers = way.headers();
    let delivery = Delivery {
        target: way.target.as_deref(),
        headers: headers.clone(),
        pass_through: way.pass_through,
        ..Delivery::new(event)
    };
    let claims = |row: &&&dyn WireFormat| row.platform() == platform && row.recognise(&delivery);
    let claimants: Vec<_> = FORMATS
        .iter()
        .filter(claims)
        .map(|row| row.name())
        .collect();
    assert!(claimants.len() <= 1, "several claim it: {claimants:?}");

    let context = EventContext {
        pass_through: Some(way.pass_through),
        target: way.target.as_deref(),
        headers: Some(&headers),
        ..EventContext::default()
    };
    let mut dice = SplitMix(event.len() as u64);
    let now = || 1_790_000_000;
    let answer = handle_event(&SITE, &mut dice, &now, platform, event, context);
    match (answer, claim(platform, &delivery)) {
        (Ok(reply), Ok(by)) => answer::check(by.name(), &delivery, &reply.document),
        (Err(error), _) => assert!(!error.to_string().is_empty() && !error.code().is_empty()),
        (Ok(_), Err(error)) => panic!("answered, though {error}"),
    }
    claimants == [format.name()]
}
