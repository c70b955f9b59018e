//! Golden replies: `fixtures/<format>/<case>.event.*` through the real
//! component is `<case>.reply.json`. How the event was delivered, where that
//! matters, stands in `<case>.delivery.json`.

use std::path::PathBuf;

use edgepick_host::bindings::gateway::{Context, EventError, Reply};
use edgepick_host::site::{Instances, Site};
use host_test::delivery::Delivery;
use serde_json::json;

use crate::bless;
use crate::stands::{fixtures, seeded, stand};

pub(crate) struct Case {
    pub(crate) format: String,
    pub(crate) event: Vec<u8>,
    pub(crate) delivery: Delivery,
    pub(crate) reply: PathBuf,
}

/// The events of all wire formats, in the order of their names.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if !folder.is_dir() {
            continue;
        }
        let format = folder.file_name().unwrap().to_string_lossy().into_owned();
        for path in std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some((case, _)) = name.split_once(".event.") else {
                continue;
            };
            let delivery = Delivery::beside(&path);
            cases.push(Case {
                format: format.clone(),
                event: std::fs::read(&path).unwrap(),
                delivery: delivery.unwrap_or_else(|e| panic!("{e}")),
                reply: folder.join(format!("{case}.reply.json")),
            });
        }
    }
    cases.sort_by(|a, b| a.reply.cmp(&b.reply));
    cases
}

impl Case {
    /// What the door gives. The host may know a client and an id.
    pub(crate) async fn answered(
        &self,
        instances: &Instances,
        known: Option<(&str, &str)>,
    ) -> Result<Reply, EventError> {
        let lines = self.delivery.lines();
        let context = Context {
            client: known.map(|(client, _)| client),
            request_id: known.map(|(_, id)| id),
            ..self.delivery.context(&lines)
        };
        // A wire format's name begins with its platform's.
        let platform = self.format.split('_').next().unwrap();
        let answered = instances.gateway(platform, &self.event, context).await;
        answered.unwrap()
    }

    /// The reply as text; an error of the door is an object with `event-error`.
    async fn reply(&self, instances: &Instances) -> String {
        let reply = match self.answered(instances, None).await {
            Ok(reply) => match serde_json::from_slice(&reply.document) {
                Ok(document) => document,
                Err(_) => json!({ "text": String::from_utf8_lossy(&reply.document) }),
            },
            Err(error) => {
                json!({ "event-error": { "code": error.code, "message": error.message } })
            }
        };
        format!("{reply:#}\n")
    }
}

#[test]
fn replies_are_the_golden_ones() {
    let stand = stand("sample");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // Other randomness must not change a golden answer.
    let mut options = seeded();
    options.seed = Some(99);
    let other = Site::new(&stand.component, options).unwrap().instances();
    let instances = stand.site.instances();
    let mut failures = Vec::new();
    let cases = cases();
    for case in &cases {
        let (reply, again) =
            runtime.block_on(async { (case.reply(&instances).await, case.reply(&other).await) });
        if reply != again {
            failures.push(format!(
                "{}: the answer is random; ask for an id or a seed",
                case.reply.display()
            ));
        } else if let Err(difference) = bless::check(&case.reply, &reply) {
            failures.push(difference);
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} replies:\n{}\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n"),
        bless::HOW
    );
    assert!(!cases.is_empty());
}

#[test]
fn every_golden_reply_has_its_event() {
    let known: Vec<_> = cases().into_iter().map(|case| case.reply).collect();
    for folder in std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        for path in folder
            .read_dir()
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
        {
            let is_reply = path.to_string_lossy().ends_with(".reply.json");
            assert!(
                !is_reply || known.contains(&path),
                "{} has no event",
                path.display()
            );
        }
    }
}
