//! The rehearsal of a deployment: a zip that `edgepick pack` makes, from the
//! first call of an interface to what is there after a kill.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Plane, encoded};
use crate::runtimes::packed::LIST;
use crate::stands::{fixtures, input};
use crate::zips;

/// A minute before the timer fires.
const BEFORE: &str = "2026-01-31T08:59:00Z";
const THEN: &str = "2026-01-31T09:00:00Z";

/// Calls that nobody waits for.
const LATER: usize = 12;

/// One of the two interfaces.
struct Interface {
    /// Where what is made, in this order: the last two are the HTTP trigger and
    /// the timer.
    made: fn(code: Value) -> Vec<(&'static str, Value)>,
    /// What says where the trigger is reached.
    url: &'static str,
    invoke: &'static str,
    /// What is to be the same after the kill.
    kept: &'static [&'static str],
    /// The field by which a caller names a call that it does not wait for.
    id: &'static str,
}

/// In the spellings of the documents. The program sees the trigger's path
/// whole, and is told so.
const OF_2016: Interface = Interface {
    made: |code| {
        let function = json!({
            "functionName": "pick", "runtime": "custom.debian10", "handler": "index.handler",
            "memorySize": 128, "timeout": 60, "caPort": 9000, "code": code,
            "environmentVariables": { "EDGEPICK_MOUNT": "/2016-08-15/proxy/pics/pick" },
        });
        let web = json!({
            "triggerName": "web", "triggerType": "HTTP",
            "triggerConfig": { "authType": "ANONYMOUS", "methods": ["GET", "HEAD"] },
        });
        let timer = json!({
            "triggerName": "morning", "triggerType": "Timer",
            "triggerConfig": { "cronExpression": "0 0 9 * * ?", "enable": true, "payload": "up" },
        });
        vec![
            ("/2016-08-15/services", json!({ "serviceName": "pics" })),
            ("/2016-08-15/services/pics/functions", function),
            ("/2016-08-15/services/pics/functions/pick/triggers", web),
            ("/2016-08-15/services/pics/functions/pick/triggers", timer),
        ]
    },
    url: "/urlInternet",
    invoke: "/2016-08-15/services/pics/functions/pick/invocations",
    kept: &[
        "/2016-08-15/services/pics",
        "/2016-08-15/services/pics/functions/pick",
        "/2016-08-15/services/pics/functions/pick/triggers",
    ],
    id: "x-fc-stateful-async-invocation-id",
};

const OF_2023: Interface = Interface {
    made: |code| {
        let function = json!({
            "functionName": "pick", "runtime": "custom.debian12", "handler": "index.handler",
            "memorySize": 128, "timeout": 60, "instanceConcurrency": 20, "code": code,
            "customRuntimeConfig": { "command": ["/code/bootstrap"], "port": 8080 },
        });
        let web = json!({ "authType": "anonymous", "methods": ["GET", "HEAD"] });
        let timer = json!({ "cronExpression": "0 0 9 * * *", "enable": true, "payload": "up" });
        let trigger = |name: &str, kind: &str, config: &Value| json!({ "triggerName": name, "triggerType": kind, "triggerConfig": config.to_string() });
        let triggers = "/2023-03-30/functions/pick/triggers";
        vec![
            ("/2023-03-30/functions", function),
            (triggers, trigger("web", "http", &web)),
            (triggers, trigger("morning", "timer", &timer)),
        ]
    },
    url: "/httpTrigger/urlInternet",
    invoke: "/2023-03-30/functions/pick/invocations",
    kept: &[
        "/2023-03-30/functions/pick",
        "/2023-03-30/functions/pick/triggers",
    ],
    id: "x-fc-async-task-id",
};

/// All URLs of the list.
fn pictures() -> BTreeSet<String> {
    let list = std::fs::read_to_string(fixtures().join(LIST)).unwrap();
    let first = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let words = list.lines().filter_map(first);
    words.filter(|word| word.starts_with("https://")).collect()
}

/// Two pictures of the list.
#[track_caller]
fn check_two(document: &Value) {
    let all = pictures();
    let images = document["images"].as_array().unwrap();
    let urls: BTreeSet<_> = images.iter().map(|image| image["url"].as_str()).collect();
    assert_eq!((images.len(), urls.len()), (2, 2), "{document}");
    assert!(urls.iter().all(|url| all.contains(url.unwrap())));
}

impl Interface {
    /// Makes everything. Gives the path of the trigger.
    fn make(&self, plane: &Plane, zip: &[u8]) -> String {
        let made: Vec<_> = (self.made)(encoded(zip))
            .iter()
            .map(|(path, document)| plane.sent("POST", path, document))
            .collect();
        let url = made[made.len() - 2].pointer(self.url).unwrap();
        let url: http::Uri = url.as_str().unwrap().parse().unwrap();
        url.path().to_owned()
    }

    /// Calls whose callers wait.
    fn call(&self, plane: &Plane, path: &str) {
        let all = pictures();
        let seen: BTreeSet<_> = (0..20)
            .map(|_| {
                let reply = plane.ask("GET", path, &[], b"");
                assert_eq!(reply.status, 302, "{}", reply.text());
                let location = reply.header("location").unwrap().to_owned();
                assert!(all.contains(&location), "{location}");
                location
            })
            .collect();
        assert!(seen.len() > 1, "{seen:?}");

        let tail = [("X-Fc-Log-Type", "Tail")];
        let reply = plane.ask("POST", self.invoke, &tail, br#"{"count":2}"#);
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("x-fc-error-type"), None, "{}", reply.text());
        check_two(&reply.json());
        let log = STANDARD.decode(reply.header("x-fc-log-result").unwrap());
        let log = String::from_utf8(log.unwrap()).unwrap();
        let id = reply.header("x-fc-request-id").unwrap();
        let [start, line, end] = log.lines().collect::<Vec<_>>()[..] else {
            panic!("{log}")
        };
        assert_eq!(start, format!("FC Invoke Start RequestId: {id}"));
        assert_eq!(end, format!("FC Invoke End RequestId: {id}"));
        // The program's own.
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["id"], id);
        assert!(line["micros"].is_number(), "{line}");
    }

    fn kept(&self, plane: &Plane) -> Vec<Value> {
        let paths = self.kept.iter();
        paths
            .map(|path| {
                let kept = plane.sent("GET", path, &Value::Null);
                // Where it listens is another port each time.
                let port = format!(":{}/", plane.address.port());
                let kept = kept.to_string().replace(&port, ":PORT/");
                serde_json::from_str(&kept).unwrap()
            })
            .collect()
    }

    fn rehearse(&self) {
        let site = zips::site(input(LIST), None);
        let zip = zips::zip("aliyun", &site);
        let data = tempfile::tempdir().unwrap();
        // One instance, so that calls wait for each other.
        let arguments = ["--now", BEFORE, "--instances", "1"];
        let mut plane = Plane::start(data.path(), &arguments);
        let path = self.make(&plane, &zip);
        self.call(&plane, &path);
        let before = self.kept(&plane);

        let succeeded = |results: &[Value]| {
            let done = results.iter().filter(|r| r["status"] == "Succeeded");
            done.count()
        };
        for number in 0..LATER {
            let id = format!("n{number}");
            let later = [("X-Fc-Invocation-Type", "Async"), (self.id, &id)];
            let reply = plane.ask("POST", self.invoke, &later, br#"{"count":2}"#);
            assert_eq!((reply.status, reply.header(self.id)), (202, Some(&*id)));
            if number == 0 {
                plane.results(|results| succeeded(results) == 1);
            }
        }
        // The first is recorded, the last not more than acknowledged.
        plane.kill();

        let plane = Plane::start(data.path(), &arguments);
        assert_eq!(self.kept(&plane), before);
        self.call(&plane, &path);
        let results = plane.results(|results| succeeded(results) >= LATER);
        let ids: BTreeSet<_> = results.iter().map(|r| r["invocationId"].as_str()).collect();
        assert_eq!((results.len(), ids.len()), (LATER, LATER), "{results:#?}");
        for result in &results {
            check_two(&serde_json::from_str(result["returnPayload"].as_str().unwrap()).unwrap());
        }

        let to = json!({ "to": THEN });
        plane.sent("POST", "/emulator/clock", &to);
        let results = plane.results(|results| succeeded(results) > LATER);
        let fired: Vec<_> = results
            .iter()
            .filter(|result| !ids.contains(&result["invocationId"].as_str()))
            .collect();
        let [fired] = fired[..] else {
            panic!("{fired:#?}")
        };
        let text = |member: &str| serde_json::from_str(fired[member].as_str().unwrap()).unwrap();
        let (event, answer): (Value, Value) = (text("invocationPayload"), text("returnPayload"));
        let expected = json!({ "triggerTime": THEN, "triggerName": "morning", "payload": "up" });
        assert_eq!(event, expected);
        let expected = json!({ "received": "timer", "records": 1, "source": "morning" });
        assert_eq!(answer, expected);
    }
}

#[test]
fn a_packed_list_outlives_a_kill_in_2016_08_15() {
    OF_2016.rehearse();
}

#[test]
fn a_packed_list_outlives_a_kill_in_2023_03_30() {
    OF_2023.rehearse();
}
