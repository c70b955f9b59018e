//! The queue of calls that nobody waits for. It is on disk: a call is taken
//! off only in the write that says what came of it and where that went.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::function::{Function, Particulars};
use super::outcome::Outcome;
use super::{destination, invoke, task};
use crate::aliyun_api::Plane;
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::resource::async_config::{Policy, report};
use crate::aliyun_api::resource::text;
use crate::aliyun_api::store::{Item, Shelf as _, Store, Writing};

/// Most time between two attempts, in milliseconds.
const LONGEST_PAUSE: i64 = 5 * 3600 * 1000;

/// What is due, by its millisecond.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    due: Mutex<BTreeSet<(i64, String)>>,
    changed: Notify,
}

impl Queue {
    /// All that the store holds. What was running when the emulator was killed
    /// runs again: nobody has seen an answer.
    pub(crate) fn load(store: &Store) -> Result<Self, Refused> {
        let tasks = store.read()?.below("queue/")?;
        let due = tasks.into_iter().map(|(rest, task)| {
            let due = task.get("_due").and_then(Value::as_i64);
            (due.unwrap_or(0), format!("queue/{rest}"))
        });
        Ok(Self {
            due: Mutex::new(due.collect()),
            changed: Notify::new(),
        })
    }

    fn due(&self) -> MutexGuard<'_, BTreeSet<(i64, String)>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, due: i64, key: String) {
        self.due().insert((due, key));
        self.changed.notify_one();
    }

    /// What is due by now, and when the next will be.
    fn ready(&self, now: i64) -> (Vec<String>, Option<Timestamp>) {
        let mut due = self.due();
        let later = due.split_off(&(now + 1, String::new()));
        let ready = std::mem::replace(&mut *due, later);
        let next = due
            .first()
            .and_then(|(at, _)| Timestamp::from_millisecond(*at).ok());
        (ready.into_iter().map(|(_, key)| key).collect(), next)
    }
}

/// Runs what is due, as long as the emulator runs.
pub(crate) async fn work(plane: Arc<Plane>) {
    loop {
        let now = plane.clock.now().as_millisecond();
        let (ready, next) = plane.queue.ready(now);
        for key in ready {
            let plane = Arc::clone(&plane);
            tokio::spawn(async move {
                if let Err(refused) = attempt(&plane, &key).await {
                    plane.log(&format!("{key}: {refused}"));
                }
            });
        }
        tokio::select! {
            () = plane.queue.changed.notified() => {}
            () = plane.clock.until(next.unwrap_or(Timestamp::MAX)) => {}
        }
    }
}

/// One attempt at a task.
async fn attempt(plane: &Arc<Plane>, key: &str) -> Result<(), Refused> {
    let begun = tokio::task::block_in_place(|| begin(plane, key))?;
    let Some((task, function)) = begun else {
        return Ok(());
    };
    let event = STANDARD.decode(text(&task, "_event")).unwrap_or_default();
    let attempts = number(&task, "attempts");
    let particulars = Particulars {
        request_id: text(&task, "requestId"),
        account: &plane.options.account,
        region: &plane.options.region,
        control_path: "/invoke",
        retries: u64::try_from(attempts).unwrap_or(1).saturating_sub(1),
        ..Particulars::default()
    };
    let http = task.get("_http").filter(|http| !http.is_null());
    let called = match http.and_then(|http| task::request_of(http, Bytes::from(event.clone()))) {
        Some((mut request, base)) => {
            let particulars = Particulars {
                control_path: "/http-invoke",
                base_path: &base,
                ..particulars
            };
            request.headers_mut().extend(function.control(&particulars));
            invoke::run(plane, &function, request).await
        }
        None => invoke::event(plane, &function, &particulars, Bytes::from(event)).await,
    };
    let outcome = match called {
        Ok((served, took)) => Outcome::of(&served, function.timeout(), took),
        Err(refused) => Outcome::NotCalled(refused),
    };
    tokio::task::block_in_place(|| end(plane, key, &function, &outcome))
}

fn number(task: &Item, member: &str) -> i64 {
    task.get(member).and_then(Value::as_i64).unwrap_or(0)
}

/// Notes an event of the task's own history.
pub(super) fn note(task: &mut Item, status: &str, now: i64) {
    task.insert("status".to_owned(), status.into());
    if let Some(Value::Array(events)) = task.get_mut("events") {
        let id = events.len() + 1;
        events.push(json!({ "eventId": id, "eventType": status, "timestamp": now }));
    }
}

/// Writes down that an attempt begins; nothing, where none does.
fn begin(plane: &Plane, key: &str) -> Result<Option<(Item, Function)>, Refused> {
    let now = plane.clock.now().as_millisecond();
    plane.store.write(|w| {
        let Some(mut task) = w.get(key)? else {
            return Ok(None);
        };
        let (service, name) = (text(&task, "serviceName"), text(&task, "functionName"));
        let qualifier = text(&task, "qualifier");
        let found = crate::aliyun_api::resource::need_function(w, service, qualifier, name);
        let (item, version) = match found {
            Ok(found) => found,
            // It was removed meanwhile: there is nobody to tell.
            Err(refused) => {
                let outcome = Outcome::NotCalled(refused);
                settle(plane, w, key, task, &Policy::of(None), "Invalid", &outcome)?;
                return Ok(None);
            }
        };
        let function = Function {
            service: service.to_owned(),
            qualifier: qualifier.to_owned(),
            version,
            name: name.to_owned(),
            item,
        };
        let policy = task::policy(w, &function)?;
        if now - number(&task, "_created") > policy.age * 1000 {
            let text = "the event is older than maxAsyncEventAgeInSeconds";
            let outcome =
                Outcome::Threw("MaximumEventAgeExceeded", json!({ "errorMessage": text }));
            settle(plane, w, key, task, &policy, "Expired", &outcome)?;
            return Ok(None);
        }
        if text(&task, "status") == "Stopping" {
            let nothing = Outcome::Returned(Bytes::new());
            settle(plane, w, key, task, &policy, "Stopped", &nothing)?;
            return Ok(None);
        }
        // What was under way when the emulator was killed is the same attempt.
        let again = text(&task, "status") == "Running";
        let attempts = number(&task, "attempts") + i64::from(!again);
        task.insert("attempts".to_owned(), attempts.into());
        task.insert("alreadyRetriedTimes".to_owned(), (attempts - 1).into());
        if task.get("startedTime").is_none_or(Value::is_null) {
            task.insert("startedTime".to_owned(), now.into());
        }
        note(&mut task, "Running", now);
        w.put(key, &task)?;
        Ok(Some((task, function)))
    })
}

/// Writes down how an attempt ended: done, or due again.
fn end(plane: &Plane, key: &str, function: &Function, outcome: &Outcome) -> Result<(), Refused> {
    let now = plane.clock.now().as_millisecond();
    let again = plane.store.write(|w| {
        let Some(mut task) = w.get(key)? else {
            return Ok(None);
        };
        let policy = task::policy(w, function)?;
        let attempts = number(&task, "attempts");
        let left = attempts <= i64::try_from(policy.retries).unwrap_or(i64::MAX);
        let stopping = text(&task, "status") == "Stopping";
        let status = match outcome {
            Outcome::Returned(_) => "Succeeded",
            _ if stopping => "Stopped",
            // The platform's own trouble is not the function's failure: it goes
            // on until the event is too old.
            Outcome::NotCalled(refused) if [429, 500, 503].contains(&refused.status) => "Retrying",
            _ if left => "Retrying",
            _ => "Failed",
        };
        if status != "Retrying" {
            settle(plane, w, key, task, &policy, status, outcome)?;
            return Ok(None);
        }
        let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
        let pause = (500 * (1_i64 << doublings)).min(LONGEST_PAUSE);
        note(&mut task, status, now);
        task.insert("_due".to_owned(), (now + pause).into());
        w.put(key, &task)?;
        Ok(Some(now + pause))
    })?;
    if let Some(due) = again {
        plane.queue.add(due, key.to_owned());
    }
    plane.queue.changed.notify_one();
    Ok(())
}

/// Takes a task off the queue, writes down what came of it and sends that on.
fn settle(
    plane: &Plane,
    w: &mut Writing<'_>,
    place: &str,
    mut task: Item,
    policy: &Policy,
    status: &str,
    outcome: &Outcome,
) -> Result<(), Refused> {
    let now = plane.clock.now().as_millisecond();
    let (kind, document) = match outcome {
        Outcome::Returned(body) => ("", String::from_utf8_lossy(body).into_owned()),
        Outcome::Threw(kind, document) => (*kind, document.to_string()),
        Outcome::NotCalled(refused) => (refused.code, refused.message.clone()),
    };
    let message = if kind.is_empty() {
        ""
    } else {
        document.as_str()
    };
    task.insert("invocationErrorMessage".to_owned(), message.into());
    task.insert("returnPayload".to_owned(), document.as_str().into());
    task.insert("endTime".to_owned(), now.into());
    let started = task
        .get("startedTime")
        .and_then(Value::as_i64)
        .unwrap_or(now);
    task.insert("durationMs".to_owned(), (now - started).into());
    note(&mut task, status, now);
    let (service, function, id) = (
        text(&task, "serviceName").to_owned(),
        text(&task, "functionName").to_owned(),
        text(&task, "invocationId").to_owned(),
    );
    let destination = match status {
        "Succeeded" => policy.on_success.as_deref(),
        "Stopped" => None,
        _ => policy.on_failure.as_deref(),
    };
    let went = match destination {
        None => "nowhere: no destination is configured".to_owned(),
        Some(arn) => {
            let own = format!(
                "acs:fc:{}:{}:services/{service}.{}/functions/{function}",
                plane.options.region,
                plane.options.account,
                text(&task, "qualifier")
            );
            let result = json!({
                "functionError": kind,
                "requestPayload": text(&task, "invocationPayload"),
                "responsePayload": document,
            });
            let event = report(&task, &own, &result, now).to_string();
            destination::send_on(plane, w, arn, event.as_bytes(), now)?
        }
    };
    task.insert("destinationStatus".to_owned(), went.as_str().into());
    let [_, done] = task::places(&service, &function, &id);
    w.remove(place)?;
    w.put(&done, &task)?;
    plane.log(&format!(
        "async {id} of {function}: {status} after {} attempts; result went {went}",
        number(&task, "attempts")
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_comes_out_once() {
        let queue = Queue::default();
        for (due, key) in [(5, "b"), (9, "c"), (5, "a")] {
            queue.add(due, key.to_owned());
        }
        let (ready, next) = queue.ready(5);
        assert_eq!(ready, ["a", "b"]);
        assert_eq!(next.unwrap().as_millisecond(), 9);
        assert!(queue.ready(8).0.is_empty());
        assert_eq!(queue.ready(9), (vec!["c".to_owned()], None));
    }
}
