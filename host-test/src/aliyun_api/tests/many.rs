use std::collections::BTreeSet;

use serde_json::json;

use super::{Stand, function};

/// Callers at once.
const MANY: usize = 200;

#[test]
fn many_callers_lose_nothing() {
    let mut stand = Stand::new();
    stand.function("echo");
    stand.add("dead", "time out");
    let later = [("X-Fc-Invocation-Type", "Async")];
    std::thread::scope(|scope| {
        for caller in 0..MANY {
            let stand = &stand;
            scope.spawn(move || {
                let event = format!("event {caller}");
                match caller % 4 {
                    0 => {
                        let given = function(&format!("f{caller:03}"), "echo");
                        stand.made("POST", "/services/s/functions", &given);
                    }
                    1 => assert_eq!(stand.invoke(&later, event.as_bytes()).status, 202),
                    2 => {
                        let path = "/services/s/functions/dead/invocations";
                        assert_eq!(stand.ask("POST", path, &json!({})).status, 200);
                    }
                    _ => assert_eq!(stand.invoke(&[], event.as_bytes()).body, event.as_bytes()),
                }
            });
        }
    });
    stand.restart();
    // What was under way at the end is tried again after a pause, for which a
    // clock that stands still has to be moved.
    let results = stand.results(|results| {
        stand.advance(1);
        results.len() == MANY / 4 && results.iter().all(|result| result["status"] == "Succeeded")
    });
    let payloads: BTreeSet<_> = results
        .iter()
        .map(|r| r["returnPayload"].as_str().unwrap())
        .collect();
    assert_eq!(payloads.len(), MANY / 4);
    let list = stand
        .get("/services/s/functions?limit=100&prefix=f0")
        .json();
    let more = stand
        .get("/services/s/functions?limit=100&prefix=f1")
        .json();
    let count = |list: &serde_json::Value| list["functions"].as_array().unwrap().len();
    assert_eq!(count(&list) + count(&more), MANY / 4);
}
