//! What nobody asks for any more is removed, each time in one write: calls that
//! ended seven days ago, since the platform tells of none that is older
//! ("Asynchronous tasks"), messages to queues as old as that, the marks of
//! timers that are gone, and code that no function and no version has.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Plane;
use super::error::Refused;
use super::resource::text;
use super::store::{Item, Shelf};

/// How long the end of a call can be looked up.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How often it is looked for. An address of code is good for as long, so code
/// goes when it is found idle for the second time.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// Prunes, as long as the emulator runs.
pub(super) async fn work(plane: Arc<Plane>) {
    let mut idle = BTreeSet::new();
    loop {
        match tokio::task::block_in_place(|| prune(&plane, &idle)) {
            Ok(now_idle) => idle = now_idle,
            Err(refused) => plane.log(&format!("pruning: {refused}")),
        }
        let next = plane.clock.now().checked_add(PAUSE);
        plane.clock.until(next.unwrap_or(Timestamp::MAX)).await;
    }
}

/// Removes what is too old, and the code that was idle before and still is.
/// Gives the code that is idle now.
fn prune(plane: &Plane, before: &BTreeSet<String>) -> Result<BTreeSet<String>, Refused> {
    let reading = plane.store.read()?;
    let bound = plane.clock.now().checked_sub(KEPT);
    let bound = bound.unwrap_or(Timestamp::MIN).as_millisecond();
    let ended = |task: &Item| task.get("endTime").and_then(Value::as_i64);
    let mut old = Vec::new();
    for (rest, task) in reading.below("done/")? {
        if ended(&task).is_some_and(|ended| ended < bound) {
            old.push(format!("done/{rest}"));
        }
    }
    for (rest, message) in reading.below("message/")? {
        let sent = message.get("sent").and_then(Value::as_i64);
        if sent.is_some_and(|sent| sent < bound) {
            old.push(format!("message/{rest}"));
        }
    }
    let triggers = reading.below("trigger/")?;
    let triggers: BTreeSet<_> = triggers
        .iter()
        .map(|(_, trigger)| text(trigger, "triggerId"))
        .collect();
    for (id, _) in reading.below("fired/")? {
        if !triggers.contains(id.as_str()) {
            old.push(format!("fired/{id}"));
        }
    }
    let used = in_use(&reading)?;
    let idle: BTreeSet<_> = reading.digests()?.into_iter().collect();
    let mut idle: BTreeSet<_> = idle.difference(&used).cloned().collect();
    let gone: Vec<_> = idle.intersection(before).cloned().collect();
    if old.is_empty() && gone.is_empty() {
        return Ok(idle);
    }
    plane.store.write(|w| {
        for key in &old {
            w.remove(key)?;
        }
        // A function may have taken it up again.
        let used = in_use(w)?;
        for digest in gone.iter().filter(|digest| !used.contains(*digest)) {
            w.remove_code(digest)?;
        }
        Ok(())
    })?;
    plane.log(&format!(
        "pruned {} ended calls and the like, {} pieces of code",
        old.len(),
        gone.len()
    ));
    idle.retain(|digest| !gone.contains(digest));
    Ok(idle)
}

/// The code of all functions and versions.
fn in_use(shelf: &impl Shelf) -> Result<BTreeSet<String>, Refused> {
    let functions = shelf.below("function/")?;
    let digests = functions.iter().map(|(_, item)| text(item, "_code"));
    Ok(digests.map(str::to_owned).collect())
}
