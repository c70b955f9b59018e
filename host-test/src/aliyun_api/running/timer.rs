//! Timers fire: each puts a call on the queue, in the write that says when it
//! last did, so that no kill makes it fire twice.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::task::{Order, put};
use crate::aliyun_api::Plane;
use crate::aliyun_api::clock;
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::resource::text;
use crate::aliyun_api::schedule::Schedule;
use crate::aliyun_api::store::{Item, Shelf as _, key};

/// A timer at work.
struct Timer {
    service: String,
    function: String,
    trigger: Item,
    schedule: Schedule,
    /// Its period counts from here.
    since: Timestamp,
}

/// Fires what is due, as long as the emulator runs. What was missed while it
/// did not run stays missed.
pub(crate) async fn work(plane: Arc<Plane>) {
    let opened = plane.clock.now();
    loop {
        let next = match tokio::task::block_in_place(|| fire(&plane, opened)) {
            Ok(next) => next,
            Err(refused) => {
                plane.log(&format!("timers: {refused}"));
                None
            }
        };
        tokio::select! {
            () = plane.retime.notified() => {}
            () = plane.clock.until(next.unwrap_or(Timestamp::MAX)) => {}
        }
    }
}

fn timers(plane: &Plane) -> Result<Vec<Timer>, Refused> {
    let triggers = plane.store.read()?.below("trigger/")?;
    let timers = triggers.into_iter().filter_map(|(rest, trigger)| {
        let mut parts = rest.split('/');
        let (service, function) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let config = trigger.get("triggerConfig")?;
        let enabled = config.get("enable").and_then(Value::as_bool) == Some(true);
        if text(&trigger, "triggerType") != "timer" || !enabled {
            return None;
        }
        let schedule = Schedule::parse(config.get("cronExpression")?.as_str()?).ok()?;
        let since = text(&trigger, "lastModifiedTime").parse().ok()?;
        Some(Timer {
            service,
            function,
            trigger,
            schedule,
            since,
        })
    });
    Ok(timers.collect())
}

/// Fires all that is due. Gives the moment of the next firing.
fn fire(plane: &Plane, opened: Timestamp) -> Result<Option<Timestamp>, Refused> {
    let now = plane.clock.now();
    let mut first: Option<Timestamp> = None;
    for timer in timers(plane)? {
        let id = text(&timer.trigger, "triggerId");
        let last = plane.store.read()?.get(&key(&["fired", id]))?;
        let last = last.and_then(|last| text(&last, "at").parse::<Timestamp>().ok());
        let mut past = timer.since.max(opened).max(last.unwrap_or(timer.since));
        while let Some(next) = timer.schedule.after(past, timer.since) {
            if next > now {
                first = Some(first.map_or(next, |first| first.min(next)));
                break;
            }
            fire_one(plane, &timer, next)?;
            past = next;
        }
    }
    Ok(first)
}

fn fire_one(plane: &Plane, timer: &Timer, at: Timestamp) -> Result<(), Refused> {
    let trigger = &timer.trigger;
    let payload = trigger
        .get("triggerConfig")
        .and_then(|config| config.get("payload"));
    let event = json!({
        "triggerTime": clock::text(at),
        "triggerName": text(trigger, "triggerName"),
        "payload": payload.and_then(Value::as_str).unwrap_or_default(),
    });
    let event = event.to_string();
    let id = Uuid::new_v4().to_string();
    let now = plane.clock.now().as_millisecond();
    let order = Order {
        service: &timer.service,
        function: &timer.function,
        qualifier: text(trigger, "qualifier"),
        id: &id,
        request_id: &id,
        stateful: false,
        event: event.as_bytes(),
        http: Value::Null,
    };
    let queued = plane.store.write(|w| {
        let fired = json!({ "at": clock::text(at) });
        if let Value::Object(fired) = fired {
            w.put(&key(&["fired", text(trigger, "triggerId")]), &fired)?;
        }
        put(w, &order, now)
    })?;
    plane.queue.add(now, queued);
    plane.log(&format!(
        "timer {} of {} fired for {}",
        text(trigger, "triggerName"),
        timer.function,
        clock::text(at)
    ));
    Ok(())
}
